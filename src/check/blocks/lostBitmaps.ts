/** Bitmaps of a differencing disk that are not in the file, or that a structure lies on. */
import { grouped, SECTOR_BYTES } from '../../base/units.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import type { FindingTally } from '../../formats/findingTally.ts';
import { affectedRange } from '../../formats/sectorRanges.ts';
import type { Annotation } from '../../formats/struct.ts';
import {
  type BlockPlaces,
  type BlockTables,
  ENTRY_BYTES,
  entryOffset,
  usedBytesOf,
} from '../../formats/vhd/blockAllocationTable.ts';
import type { BlockRule } from './findings.ts';

/** Looks at bad blocks only: the bitmaps of the others are in the file and free of structures. */
export function judgeLostBitmaps(
  image: DiskImage,
  tables: BlockTables,
  { sectors, blocks }: BlockPlaces,
  isBad: Uint8Array,
  tally: FindingTally<BlockRule>,
): void {
  for (let i = 0; i < sectors.length; i++) {
    const block = blocks[i] ?? 0;
    if (isBad[block] === 0) continue;
    const start = (sectors[i] ?? 0) * SECTOR_BYTES;
    const end = start + tables.bitmapBytes;
    const isOutside = end > image.file.sizeBytes;
    const struck = isOutside ? null : structureIn(image, start, end);
    if (!struck && !isOutside) continue;
    const firstSector = (block * tables.blockSizeBytes) / SECTOR_BYTES;
    const sectorCount = usedBytesOf(tables, block, image.virtualSizeBytes) / SECTOR_BYTES;
    tally.affect('bitmap-lost', firstSector, sectorCount);
    if (!tally.countOne('bitmap-lost')) continue;
    const said = `The bitmap of block ${grouped(block)} is said to be at ${grouped(start)} to ${grouped(end - 1)}`;
    const message = struck
      ? `${said}, where “${struck.name}” is.`
      : `${said}; the file has ${grouped(image.file.sizeBytes)} bytes.`;
    const place = { offset: entryOffset(tables, block), lengthBytes: ENTRY_BYTES };
    tally.name('bitmap-lost', place, message, affectedRange(firstSector, sectorCount));
  }
}

function structureIn({ structures }: DiskImage, start: number, end: number): Annotation | null {
  for (const each of structures) if (start < each.offset + each.lengthBytes && end > each.offset) return each;
  return null;
}
