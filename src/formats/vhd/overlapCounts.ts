/** How many pairs of blocks share bytes, without looking at each pair: a hostile table has millions of millions. */
import { SECTOR_BYTES } from '../../base/units.ts';
import { type BlockPlaces, type BlockTables, blockCountOf } from './blockAllocationTable.ts';

/**
 * Linear in the number of blocks. All but the disk's last block have one length, so their ends ascend as their starts do:
 * a block overlaps those before it that have not ended where it starts.
 */
export function countOverlaps(
  tables: BlockTables,
  virtualSizeBytes: number,
  { sectors, blocks }: BlockPlaces,
): number {
  const lastBlock = blockCountOf(virtualSizeBytes, tables.blockSizeBytes) - 1;
  const lastBytes = tables.bitmapBytes + virtualSizeBytes - lastBlock * tables.blockSizeBytes;
  const wholeSectors = (tables.bitmapBytes + tables.blockSizeBytes) / SECTOR_BYTES;
  const lastIndex = blocks.indexOf(lastBlock);
  const lastEnd = lastIndex < 0 ? 0 : (sectors[lastIndex] ?? 0) + Math.ceil(lastBytes / SECTOR_BYTES);
  let pairs = 0;
  /** Places before it have ended, the last block aside. */
  let ended = 0;
  for (let i = 0; i < sectors.length; i++) {
    const start = sectors[i] ?? 0;
    while (ended < i && (ended === lastIndex || (sectors[ended] ?? 0) + wholeSectors <= start)) ended++;
    // The last block may be shorter, so whether it has ended is asked apart.
    let closed = ended;
    if (lastIndex >= 0 && lastIndex < i) {
      if (lastIndex < ended) closed--;
      if (lastEnd <= start) closed++;
    }
    pairs += i - closed;
  }
  return pairs;
}
