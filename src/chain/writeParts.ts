/** A write cut at the borders of blocks, and each piece by what its block's bitmap says. */
import { SECTOR_BYTES, type SectorRange } from '../base/units.ts';
import { type BlockTables, dataOffset } from '../formats/vhd/blockAllocationTable.ts';
import { bitRuns, setBits } from '../formats/vhd/sectorBitmap.ts';

/** What one block takes of a write. */
export interface BlockPart extends SectorRange {
  readonly block: number;
  /** From the block's first sector to `firstSector`. */
  readonly sectorInBlock: number;
  readonly bytes: Uint8Array;
}

export interface FileWrite {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export function partsOf(tables: BlockTables, firstSector: number, source: Uint8Array): BlockPart[] {
  const perBlock = tables.blockSizeBytes / SECTOR_BYTES;
  const total = source.length / SECTOR_BYTES;
  const parts: BlockPart[] = [];
  for (let done = 0; done < total; ) {
    const first = firstSector + done;
    const sectorInBlock = first % perBlock;
    const sectorCount = Math.min(perBlock - sectorInBlock, total - done);
    parts.push({
      block: Math.floor(first / perBlock),
      firstSector: first,
      sectorInBlock,
      sectorCount,
      bytes: source.subarray(done * SECTOR_BYTES, (done + sectorCount) * SECTOR_BYTES),
    });
    done += sectorCount;
  }
  return parts;
}

/** The data of a part whose block has its bitmap at sector `entry` of the file. */
export function dataWrite(tables: BlockTables, part: BlockPart, entry: number): FileWrite {
  return { offset: dataOffset(tables, entry) + part.sectorInBlock * SECTOR_BYTES, bytes: part.bytes };
}

/** The whole sectors of a block's bitmap that hold the bits of `part`. */
export function bitmapRange(part: BlockPart, entry: number): { offset: number; lengthBytes: number } {
  const first = Math.floor(part.sectorInBlock / BITS_PER_SECTOR);
  const last = Math.floor((part.sectorInBlock + part.sectorCount - 1) / BITS_PER_SECTOR);
  return { offset: (entry + first) * SECTOR_BYTES, lengthBytes: (last - first + 1) * SECTOR_BYTES };
}

const BITS_PER_SECTOR = SECTOR_BYTES * 8;

/** A part of an allocated block, as the order of writing needs it. */
export interface KnownWrites {
  readonly part: BlockPart;
  /** Sectors whose bit is set: the file answers them, they are overwritten in place. */
  readonly inPlace: readonly FileWrite[];
  /** Sectors whose bit is clear: nobody reads them before `bitmap` is written. */
  readonly hidden: readonly FileWrite[];
  /** Sectors of the bitmap with the bits of `hidden` set; empty where all were set before. */
  readonly bitmap: readonly FileWrite[];
}

/** `bitmap` is what the file holds at `bitmapRange`; it is changed. */
export function knownWrites(
  tables: BlockTables,
  part: BlockPart,
  entry: number,
  bitmap: Uint8Array,
): KnownWrites {
  const inPlace: FileWrite[] = [];
  const hidden: FileWrite[] = [];
  const firstBit = part.sectorInBlock % BITS_PER_SECTOR;
  const changed = new Set<number>();
  const { offset } = dataWrite(tables, part, entry);
  for (const run of bitRuns(bitmap, firstBit, part.sectorCount)) {
    const at = (run.from - firstBit) * SECTOR_BYTES;
    const bytes = part.bytes.subarray(at, at + run.sectorCount * SECTOR_BYTES);
    (run.isSet ? inPlace : hidden).push({ offset: offset + at, bytes });
    if (run.isSet) continue;
    setBits(bitmap, run.from, run.sectorCount);
    const last = Math.floor((run.from + run.sectorCount - 1) / BITS_PER_SECTOR);
    for (let sector = Math.floor(run.from / BITS_PER_SECTOR); sector <= last; sector++) changed.add(sector);
  }
  const bitmapAt = bitmapRange(part, entry).offset;
  const sectors = [...changed].map((sector) => ({
    offset: bitmapAt + sector * SECTOR_BYTES,
    bytes: bitmap.subarray(sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES),
  }));
  return { part, inPlace, hidden, bitmap: sectors };
}

/**
 * The bitmap of a block that is new to the file. A dynamic disk answers the whole block from now on, so all sectors that
 * the disk has of it are set; a differencing one only what was written.
 */
export function newBitmap(
  tables: BlockTables,
  part: BlockPart,
  isDifferencing: boolean,
  diskSectors: number,
): Uint8Array {
  const bitmap = new Uint8Array(tables.bitmapBytes);
  const perBlock = tables.blockSizeBytes / SECTOR_BYTES;
  if (isDifferencing) setBits(bitmap, part.sectorInBlock, part.sectorCount);
  else setBits(bitmap, 0, Math.min(perBlock, diskSectors - part.block * perBlock));
  return bitmap;
}
