/** What lay behind the end of a disk must not show as data once the disk reaches there. */
import { grouped, MIB } from '../base/units.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { PatchDraft } from '../storage/patchDraft.ts';
import { inTheWay } from './growErrors.ts';

const PIECE_BYTES = MIB;
const PAGE_BYTES = 4096;
/** A cylinder has less than 2 MiB, a block mostly so many; what is more is no left-over but data. */
const LIMIT_BYTES = 16 * MIB;

/** Puts zeros over every page between two offsets that is not zeros. Throws 'unsupported' where that is much. */
export async function clearStretch(
  image: DiskImage,
  draft: PatchDraft,
  from: number,
  to: number,
): Promise<void> {
  let cleared = 0;
  const end = Math.min(to, image.file.sizeBytes);
  for (let at = from; at < end; at += PIECE_BYTES) {
    const bytes = new Uint8Array(Math.min(PIECE_BYTES, end - at));
    await image.file.read(at, bytes);
    for (let page = 0; page < bytes.length; page += PAGE_BYTES) {
      const part = bytes.subarray(page, page + PAGE_BYTES);
      if (part.every((byte) => byte === 0)) continue;
      draft.put(at + page, new Uint8Array(part.length));
      cleared += part.length;
      if (cleared <= LIMIT_BYTES) continue;
      const found = `more than ${grouped(LIMIT_BYTES)} bytes of other data lie behind the end of the disk`;
      throw inTheWay(image, found, from);
    }
  }
}
