/** What a guest stands on: the files of a volume, or bare sectors. */
import type { BareWork } from './bareWork.ts';
import { DATABASE_PAGE_BYTES, type PageStore } from './database.ts';
import type { FatFiles } from './fatFiles.ts';
import { ORDER_BOOK } from './fileKinds.ts';
import type { Repairs } from './mountVolume.ts';

export type GuestDisk = { readonly files: FatFiles; readonly repairs: Repairs } | { readonly bare: BareWork };

/** Where the order book lies. */
export function storeOf(disk: GuestDisk | null): PageStore | null {
  if (!disk) return null;
  if ('bare' in disk) return disk.bare.pages();
  const { files } = disk;
  const file = files.find(ORDER_BOOK);
  const pageCount = Math.floor((file?.sizeBytes ?? 0) / DATABASE_PAGE_BYTES);
  if (!file || pageCount < 4) return null;
  return {
    pageCount,
    read: (page, count, out) =>
      files.read(file, page * DATABASE_PAGE_BYTES, count * DATABASE_PAGE_BYTES, out),
    write: (page, bytes, out) => files.overwrite(file, page * DATABASE_PAGE_BYTES, bytes, out),
    stamp: (date, out) => files.stamp(file, date, out),
  };
}
