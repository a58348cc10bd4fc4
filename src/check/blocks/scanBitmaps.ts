/** Reads the bitmaps of the blocks that can be trusted, in the order of the file, and judges them many a call. */
import { Pacer } from '../../base/pacer.ts';
import { SECTOR_BYTES } from '../../base/units.ts';
import { type BitmapScanner, FULL_BITMAP } from '../../core/bitmapScanner.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import {
  type BlockPlaces,
  type BlockTables,
  bitmapOffset,
  blockCountOf,
} from '../../formats/vhd/blockAllocationTable.ts';
import type { CheckContext } from '../fileCheck.ts';

/** A bitmap that is not simply full, as it stands in the scanner's memory until the visit ends. */
export interface UnusualBitmap {
  readonly slot: number;
  readonly block: number;
  /** BAT entry. */
  readonly entry: number;
  /** Sectors that the disk has in the block. */
  readonly sectorCount: number;
  readonly verdict: number;
}

/** Reads between two looks at the clock: a drive may take milliseconds for one. */
const READS_A_LOOK = 32;

/**
 * `isBad` tells of blocks to leave out; the others do not overlap and lie in the file, so no more is read than the file has.
 * Returns the bytes read.
 */
export async function scanBitmaps(
  image: DiskImage,
  tables: BlockTables,
  places: BlockPlaces,
  isBad: Uint8Array,
  scanner: BitmapScanner,
  context: CheckContext,
  visit: (bitmap: UnusualBitmap) => Promise<void> | undefined,
): Promise<number> {
  const { file } = image;
  const { sectors, blocks } = places;
  const { slots } = scanner;
  const pacer = new Pacer();
  const blockSectors = tables.blockSizeBytes / SECTOR_BYTES;
  const lastBlock = blockCountOf(image.virtualSizeBytes, tables.blockSizeBytes) - 1;
  const lastSectors = image.virtualSizeBytes / SECTOR_BYTES - lastBlock * blockSectors;
  /** Index among the places of each filled slot. */
  const order = new Uint32Array(slots.length);
  const requests = file.readNow ? [] : slots.map((target) => ({ offset: 0, target }));
  let filled = 0;
  let readBytes = 0;

  const judge = async () => {
    if (!file.readNow) await file.readMany(requests.slice(0, filled));
    const bytes = filled * tables.bitmapBytes;
    readBytes += bytes;
    let unusual = scanner.judge(0, filled, blockSectors);
    for (let slot = 0; slot < filled && lastSectors < blockSectors; slot++) {
      if (blocks[order[slot] ?? 0] === lastBlock) unusual += scanner.judge(slot, 1, lastSectors);
    }
    for (let slot = 0; slot < filled && unusual > 0; slot++) {
      const verdict = scanner.verdict(slot);
      if (verdict === FULL_BITMAP) continue;
      const at = order[slot] ?? 0;
      const block = blocks[at] ?? 0;
      const sectorCount = block === lastBlock ? lastSectors : blockSectors;
      await visit({ slot, block, entry: sectors[at] ?? 0, sectorCount, verdict });
    }
    filled = 0;
    context.advance?.(bytes);
    await pacer.step(context.signal);
  };

  for (let i = 0; i < sectors.length; i++) {
    if (isBad[blocks[i] ?? 0] !== 0) continue;
    const offset = bitmapOffset(sectors[i] ?? 0);
    const slot = slots[filled];
    const request = requests[filled];
    if (file.readNow && slot) file.readNow(offset, slot);
    else if (request) request.offset = offset;
    order[filled++] = i;
    if (filled === slots.length) await judge();
    else if (filled % READS_A_LOOK === 0 && pacer.due) await pacer.rest(context.signal);
  }
  if (filled > 0) await judge();
  context.signal?.throwIfAborted();
  return readBytes;
}
