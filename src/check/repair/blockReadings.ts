/** What blocks under repair hold: the sectors they answer for, and the bytes to judge them by. */
import { grouped, SECTOR_BYTES, type SectorRange } from '../../base/units.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import { usedBytesOf } from '../../formats/vhd/blockAllocationTable.ts';
import type { RepairOption } from './repairPlan.ts';
import type { Table } from './table.ts';

/** A block and where its bitmap begins in the file. */
export interface PlacedBlock {
  readonly block: number;
  readonly start: number;
  /** Behind the last sector of the disk that is in it. */
  readonly usedEnd: number;
}

/** What is looked through for a block's first byte that is not zero. */
const PREVIEW_SEARCH_BYTES = 64 * 1024;
const PREVIEW_BYTES = 64;

export async function previewOf(
  image: DiskImage,
  table: Table,
  placed: PlacedBlock,
): Promise<RepairOption['preview'][number]> {
  const start = placed.start + table.tables.bitmapBytes;
  const length = Math.min(PREVIEW_SEARCH_BYTES, placed.usedEnd - start, image.file.sizeBytes - start);
  const bytes = new Uint8Array(Math.max(0, length));
  if (bytes.length > 0) await image.file.read(start, bytes);
  const at = Math.max(
    0,
    bytes.findIndex((byte) => byte !== 0),
  );
  const sector = firstSectorOf(table, placed.block) + Math.floor(at / SECTOR_BYTES);
  return {
    label: `Block ${grouped(placed.block)}, sector ${grouped(sector)} of the disk`,
    offset: start + at,
    bytes: bytes.slice(at, at + PREVIEW_BYTES),
  };
}

export function firstSectorOf(table: Table, block: number): number {
  return (block * table.tables.blockSizeBytes) / SECTOR_BYTES;
}

/**
 * Sectors of the disk that the block answers for, from the block's `fromSector`th on: those whose bits are set in a
 * differencing disk, all of them in a dynamic one. A bitmap that is not whole in the file counts as all set.
 */
export async function heldSectors(
  image: DiskImage,
  table: Table,
  { block, start }: PlacedBlock,
  fromSector = 0,
): Promise<SectorRange[]> {
  const { tables, virtualSizeBytes } = table;
  const count = usedBytesOf(tables, block, virtualSizeBytes) / SECTOR_BYTES;
  const first = firstSectorOf(table, block);
  const isInFile = start + tables.bitmapBytes <= image.file.sizeBytes;
  if (image.type !== 'differencing' || !isInFile) {
    return [{ firstSector: first + fromSector, sectorCount: count - fromSector }];
  }
  const bitmap = new Uint8Array(tables.bitmapBytes);
  await image.file.read(start, bitmap);
  const ranges: SectorRange[] = [];
  let runStart = -1;
  for (let sector = fromSector; sector <= count; sector++) {
    const isSet = sector < count && ((bitmap[sector >> 3] ?? 0) & (0x80 >> (sector & 7))) !== 0;
    if (isSet && runStart < 0) runStart = sector;
    if (isSet || runStart < 0) continue;
    ranges.push({ firstSector: first + runStart, sectorCount: sector - runStart });
    runStart = -1;
  }
  return ranges;
}

/** What an unallocated block reads as. */
export function unallocatedText(image: DiskImage): string {
  return image.type === 'differencing' ? 'fall to the parent' : 'read as zeros';
}
