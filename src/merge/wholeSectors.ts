/** Changes of bytes as the journal keeps them: whole sectors, because the sector in flight may come to hold anything. */
import { SECTOR_BYTES } from '../base/units.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import type { RedoRecord } from './mergeJournal.ts';

/** The sectors of the file that pieces lie in, with the pieces in them. */
export async function wholeSectors(
  file: RandomAccessFile,
  pieces: readonly { readonly offset: number; readonly bytes: Uint8Array }[],
): Promise<RedoRecord[]> {
  const sectors = new Map<number, Uint8Array>();
  for (const { offset, bytes } of pieces) {
    for (let at = 0; at < bytes.length; ) {
      const sector = Math.floor((offset + at) / SECTOR_BYTES);
      const inSector = offset + at - sector * SECTOR_BYTES;
      const count = Math.min(SECTOR_BYTES - inSector, bytes.length - at);
      let whole = sectors.get(sector);
      if (!whole) {
        whole = new Uint8Array(SECTOR_BYTES);
        await file.read(sector * SECTOR_BYTES, whole);
        sectors.set(sector, whole);
      }
      whole.set(bytes.subarray(at, at + count), inSector);
      at += count;
    }
  }
  return [...sectors].map(([sector, bytes]) => ({ offset: sector * SECTOR_BYTES, bytes }));
}
