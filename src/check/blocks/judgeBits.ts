/** What the bits of a differencing disk's block tell: nothing held, or bits for sectors that are not there. */
import { grouped, SECTOR_BYTES } from '../../base/units.ts';
import { type BitmapScanner, SET_BEYOND, SOME_SET } from '../../core/bitmapScanner.ts';
import type { FindingTally } from '../../formats/findingTally.ts';
import { type BlockTables, bitmapOffset } from '../../formats/vhd/blockAllocationTable.ts';
import type { BlockRule } from './findings.ts';
import type { UnusualBitmap } from './scanBitmaps.ts';

export function judgeBits(
  tables: BlockTables,
  scanner: BitmapScanner,
  bitmap: UnusualBitmap,
  tally: FindingTally<BlockRule>,
): void {
  const { block, entry, sectorCount, verdict } = bitmap;
  const offset = bitmapOffset(entry);
  if ((verdict & SOME_SET) === 0) {
    const place = { offset, lengthBytes: tables.bitmapBytes };
    const isNamed = tally.countOne('block-without-sectors');
    if (isNamed) tally.name('block-without-sectors', place, `No bit of block ${grouped(block)} is set.`);
  }
  if ((verdict & SET_BEYOND) === 0) return;
  const blockSectors = tables.blockSizeBytes / SECTOR_BYTES;
  const add = (rule: BlockRule, from: number, limit: number, what: string) => {
    const bit = firstSet(scanner, bitmap.slot, from, limit);
    if (bit === null) return;
    if (!tally.countOne(rule)) return;
    const place = { offset: offset + (bit >>> 3), lengthBytes: 1 };
    tally.name(rule, place, `Block ${grouped(block)}: bit ${grouped(bit)} is set, ${what}.`);
  };
  add('bits-beyond-disk', sectorCount, blockSectors, `the disk has ${grouped(sectorCount)} sectors of it`);
  add(
    'bits-in-padding',
    blockSectors,
    tables.bitmapBytes * 8,
    `the block has ${grouped(blockSectors)} sectors`,
  );
}

function firstSet(scanner: BitmapScanner, slot: number, from: number, limit: number): number | null {
  if (from >= limit) return null;
  if (scanner.isSet(slot, from)) return from;
  const bit = from + scanner.runLength(slot, from, limit);
  return bit < limit ? bit : null;
}
