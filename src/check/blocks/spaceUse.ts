/** Where every byte of a file goes. Each byte counts once: a structure first, then the first block that covers it. */
import { SECTOR_BYTES } from '../../base/units.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import { type BlockPlaces, type BlockTables, blockCountOf } from '../../formats/vhd/blockAllocationTable.ts';
import type { SpaceUse } from '../fileCheck.ts';
import { type FileRange, joinRanges, RangeCursor, rangesBytes } from './fileRanges.ts';

/** Free stretches behind a block are alignment up to this size: data begins at multiples of 4 KiB. */
const GAP_BYTES = 4096;
/** Behind a structure, which itself may be filled up to 4 KiB. */
const STRUCTURE_GAP_BYTES = 2 * GAP_BYTES;
/** Before the footer: the file ends at a multiple of 4 KiB. */
const SLACK_BYTES = 3584;

export interface SpaceCount {
  readonly space: SpaceUse;
  /** Stretches of leaked space, and where the first is. */
  readonly leakedStretches: number;
  readonly firstLeak: FileRange | null;
}

/**
 * `structures` are the bytes of structures themselves, `reserved` what is set aside for them and counts as theirs where no
 * block lies. Free stretches longer than alignment explains are leaked, in whole sectors; the rest are gaps.
 */
export function countSpace(
  image: DiskImage,
  tables: BlockTables,
  { sectors, blocks }: BlockPlaces,
  structures: readonly FileRange[],
  reserved: readonly FileRange[],
  footerOffset: number | null,
): SpaceCount {
  const fileBytes = image.file.sizeBytes;
  const solid = joinRanges(structures, fileBytes);
  const solidCursor = new RangeCursor(solid);
  const freeCursor = new RangeCursor(joinRanges([...solid, ...reserved], fileBytes));
  const free = new FreeSpace(footerOffset ?? fileBytes);
  let structureBytes = rangesBytes(solid);
  let bitmapBytes = 0;
  let blockBytes = 0;
  /** Everything before it is counted. */
  let cursor = 0;
  const usedHere = (start: number, end: number) => {
    const from = Math.max(start, cursor);
    const to = Math.min(end, fileBytes);
    if (to <= from) return 0;
    cursor = to;
    return to - from - solidCursor.coveredBytes(from, to);
  };
  const freeHere = (start: number, end: number) => {
    if (end <= start) return;
    const before = free.bytes;
    freeCursor.visitFree(start, end, (from, to) => free.add(from, to, from === start && start > 0));
    structureBytes += end - start - solidCursor.coveredBytes(start, end) - (free.bytes - before);
  };
  const lastBlock = blockCountOf(image.virtualSizeBytes, tables.blockSizeBytes) - 1;
  const lastBytes = image.virtualSizeBytes - lastBlock * tables.blockSizeBytes;
  for (let i = 0; i < sectors.length; i++) {
    const start = (sectors[i] ?? 0) * SECTOR_BYTES;
    if (start >= fileBytes) break;
    freeHere(cursor, start);
    cursor = Math.max(cursor, start);
    const data = start + tables.bitmapBytes;
    let end = data + tables.blockSizeBytes;
    if (blocks[i] === lastBlock) {
      // What the disk does not reach of its last block is the block's own unless another follows there.
      const next = i + 1 < sectors.length ? (sectors[i + 1] ?? 0) * SECTOR_BYTES : end;
      end = Math.max(data + lastBytes, Math.min(end, next));
    }
    bitmapBytes += usedHere(start, data);
    blockBytes += usedHere(data, end);
  }
  freeHere(cursor, fileBytes);
  const { leakedBytes, leakedStretches, firstLeak } = free;
  const gapBytes = free.bytes - leakedBytes;
  const space = { fileBytes, structureBytes, bitmapBytes, blockBytes, leakedBytes, gapBytes };
  return { space, leakedStretches, firstLeak };
}

class FreeSpace {
  bytes = 0;
  leakedBytes = 0;
  leakedStretches = 0;
  firstLeak: FileRange | null = null;

  constructor(private readonly footerOffset: number) {}

  add(start: number, end: number, isBehindBlock: boolean): void {
    this.bytes += end - start;
    const gapBytes = isBehindBlock ? GAP_BYTES : STRUCTURE_GAP_BYTES;
    // An empty disk has both before its footer: what fills the table's 4 KiB, and the slack.
    const most = end === this.footerOffset && isBehindBlock ? SLACK_BYTES : gapBytes;
    if (end - start <= most) return;
    const offset = Math.ceil(start / SECTOR_BYTES) * SECTOR_BYTES;
    const lengthBytes = Math.floor(end / SECTOR_BYTES) * SECTOR_BYTES - offset;
    if (lengthBytes <= 0) return;
    this.leakedBytes += lengthBytes;
    this.leakedStretches++;
    this.firstLeak ??= { offset, lengthBytes };
  }
}
