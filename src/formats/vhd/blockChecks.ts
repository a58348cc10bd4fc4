/** Judges a whole block allocation table: blocks outside the file, on top of structures or of one another. */
import { SECTOR_BYTES } from '../../base/units.ts';
import type { DiskImage } from '../diskImage.ts';
import type { Finding } from '../finding.ts';
import { type BlockPlaces, type BlockTables, blockCountOf, blockPlaces } from './blockAllocationTable.ts';
import { BlockProblems } from './blockProblems.ts';

/** What the table tells of the file's blocks. */
export interface BlockSummary {
  readonly allocated: number;
  /** Blocks of the disk. */
  readonly total: number;
  /** Smallest distance of two blocks in the file, in sectors; null with fewer than two. */
  readonly strideSectors: number | null;
  /** True when all data starts at multiples of 4 KiB in the file. */
  readonly aligned4k: boolean;
}

export interface BlockCheck {
  readonly summary: BlockSummary;
  /**
   * A finding that names a block carries its sectors in `affects`: for a block outside the file those that are not there,
   * else all of the blocks it names. One that gives a count carries those of all blocks of its rule.
   */
  readonly findings: readonly Finding[];
  /** Blocks with sectors that are not in the file, or whose bytes another block or a structure shares; ascending. */
  readonly badBlocks: Uint32Array;
}

/**
 * `batBytes` is the table as the file holds it: `tables.batEntries` big-endian entries; `used` its allocated blocks,
 * where the caller has them already. Linear in their number. A last
 * block may be cut short by the end of the file as long as the sectors of the disk are there.
 */
export function checkBlocks(image: DiskImage, batBytes: Uint8Array, used?: Uint32Array): BlockCheck {
  const { tables } = image;
  if (tables.kind !== 'vhd-blocks')
    return { summary: EMPTY_SUMMARY, findings: [], badBlocks: new Uint32Array(0) };
  return checkPlaces(image, tables, batBytes, blockPlaces(batBytes, used));
}

/** The same where the table is sorted already. */
export function checkPlaces(
  image: DiskImage,
  tables: BlockTables,
  batBytes: Uint8Array,
  places: BlockPlaces,
): BlockCheck {
  const problems = new BlockProblems(image, tables);
  const { lowestEnd, footerOffset } = problems.obstacles;
  const { sectors, blocks } = places;
  const lastBlock = blockCountOf(image.virtualSizeBytes, tables.blockSizeBytes) - 1;
  const wholeBytes = tables.bitmapBytes + tables.blockSizeBytes;
  const lastBytes = tables.bitmapBytes + image.virtualSizeBytes - lastBlock * tables.blockSizeBytes;
  const fileBytes = image.file.sizeBytes;
  /** The place that reaches furthest so far: what a later one may overlap. */
  let furthest = 0;
  let furthestStart = 0;
  let furthestEnd = 0;
  for (let i = 0; i < sectors.length; i++) {
    const block = blocks[i] ?? 0;
    const start = (sectors[i] ?? 0) * SECTOR_BYTES;
    const end = start + (block === lastBlock ? lastBytes : wholeBytes);
    if (end > fileBytes) problems.outside(block, start, end);
    else if (start < lowestEnd || end > footerOffset) problems.overStructure(block, start, end);
    if (start < furthestEnd) {
      // Of several that it overlaps, one at the same place says most.
      const isSame = sectors[i - 1] === sectors[i];
      if (isSame) problems.overlap(block, blocks[i - 1] ?? 0, start, start);
      else problems.overlap(block, furthest, start, furthestStart);
    }
    if (end > furthestEnd) {
      furthestEnd = end;
      furthest = block;
      furthestStart = start;
    }
  }
  return {
    summary: summarise(image, tables, places),
    findings: problems.findings(batBytes, places),
    badBlocks: problems.badBlocks(),
  };
}

const EMPTY_SUMMARY: BlockSummary = { allocated: 0, total: 0, strideSectors: null, aligned4k: true };

function summarise(image: DiskImage, tables: BlockTables, places: BlockPlaces): BlockSummary {
  const { sectors } = places;
  const bitmapSectors = tables.bitmapBytes / SECTOR_BYTES;
  let stride = Number.POSITIVE_INFINITY;
  let aligned4k = true;
  for (let i = 0; i < sectors.length; i++) {
    const sector = sectors[i] ?? 0;
    if ((sector + bitmapSectors) % 8 !== 0) aligned4k = false;
    if (i > 0) stride = Math.min(stride, sector - (sectors[i - 1] ?? 0));
  }
  return {
    allocated: sectors.length,
    total: blockCountOf(image.virtualSizeBytes, tables.blockSizeBytes),
    strideSectors: Number.isFinite(stride) ? stride : null,
    aligned4k,
  };
}
