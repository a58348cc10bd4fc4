/** Where the blocks of a file begin and end, by its table alone. */
import { viewOf } from '../base/bytes.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import { blockCountOf, ENTRY_BYTES, UNUSED_ENTRY, usedBytesOf } from '../formats/vhd/blockAllocationTable.ts';

export interface BlockExtent {
  /** The lowest bitmap in the file; Infinity without blocks. */
  readonly firstOffset: number;
  /** End of the last block, as far as the disk needs it and the file goes; 0 without blocks. */
  readonly endOffset: number;
}

export const NO_BLOCKS: BlockExtent = { firstOffset: Number.POSITIVE_INFINITY, endOffset: 0 };

/**
 * `bat`: the table as the file holds it. Entries that point out of the file do not count; where entries are missing, any byte
 * may belong to a block.
 */
export function blockExtentOf(image: DiskImage, bat: Uint8Array): BlockExtent {
  const { tables, virtualSizeBytes, file } = image;
  if (tables.kind !== 'vhd-blocks') return NO_BLOCKS;
  const view = viewOf(bat);
  const blocks = Math.min(
    Math.floor(bat.length / ENTRY_BYTES),
    blockCountOf(virtualSizeBytes, tables.blockSizeBytes),
  );
  let first = Number.POSITIVE_INFINITY;
  let end = 0;
  for (let block = 0; block < blocks; block++) {
    const entry = view.getUint32(block * ENTRY_BYTES);
    if (entry === UNUSED_ENTRY) continue;
    const offset = entry * SECTOR_BYTES;
    if (offset >= file.sizeBytes) continue;
    const reach = offset + tables.bitmapBytes + usedBytesOf(tables, block, virtualSizeBytes);
    if (offset < first) first = offset;
    if (reach > end) end = reach;
  }
  const isWhole = blocks === blockCountOf(virtualSizeBytes, tables.blockSizeBytes);
  return { firstOffset: first, endOffset: isWhole ? Math.min(end, file.sizeBytes) : file.sizeBytes };
}
