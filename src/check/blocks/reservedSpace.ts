/** Space that is set aside but holds nothing: the rest of the table, of the locators' space, of a sector of Xen's header. */
import { grouped, SECTOR_BYTES } from '../../base/units.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import type { FindingTally } from '../../formats/findingTally.ts';
import {
  type BlockPlaces,
  type BlockTables,
  batBytesOf,
  ENTRY_BYTES,
  entryOffset,
  usedBytesOf,
} from '../../formats/vhd/blockAllocationTable.ts';
import { type DynamicDiskHeader, locatorsOf } from '../../formats/vhd/dynamicDiskHeader.ts';
import { dataSpaceBytes, isUsed } from '../../formats/vhd/parentLocator.ts';
import type { Batmap } from './batmap.ts';
import type { FileRange } from './fileRanges.ts';
import type { BlockRule } from './findings.ts';

export interface ReservedSpace extends FileRange {
  readonly what: string;
}

/** Each with the structure that lies in it. */
export function reservedSpaces(
  tables: BlockTables,
  header: DynamicDiskHeader,
  batmap: Batmap | null,
): ReservedSpace[] {
  const entries = Math.max(header.maxTableEntries, tables.batEntries);
  const table = {
    what: `the table with its ${grouped(entries)} entries and its padding`,
    offset: tables.batOffset,
    lengthBytes: batBytesOf(entries),
  };
  const locators = locatorsOf(header)
    .filter(isUsed)
    .map((locator) => ({
      what: `the space set aside for the parent’s path “${locator.platformCode}”`,
      offset: Number(locator.platformDataOffset),
      lengthBytes: dataSpaceBytes(locator.platformDataSpace) ?? 0,
    }));
  const xen = batmap
    ? [{ what: 'the header of Xen’s map', offset: batmap.headerOffset, lengthBytes: SECTOR_BYTES }]
    : [];
  return [table, ...locators, ...xen];
}

/** Sound blocks that lie where space is set aside. */
export function judgeReserved(
  image: DiskImage,
  tables: BlockTables,
  { sectors, blocks }: BlockPlaces,
  isBad: Uint8Array,
  reserved: readonly ReservedSpace[],
  tally: FindingTally<BlockRule>,
): void {
  const lastEnd = Math.max(0, ...reserved.map(({ offset, lengthBytes }) => offset + lengthBytes));
  for (let i = 0; i < sectors.length; i++) {
    const block = blocks[i] ?? 0;
    const start = (sectors[i] ?? 0) * SECTOR_BYTES;
    if (start >= lastEnd) return;
    if (isBad[block] !== 0) continue;
    const end = start + tables.bitmapBytes + usedBytesOf(tables, block, image.virtualSizeBytes);
    const struck = reserved.find(({ offset, lengthBytes }) => start < offset + lengthBytes && end > offset);
    if (!struck || !tally.countOne('block-over-reserved')) continue;
    const place = { offset: entryOffset(tables, block), lengthBytes: ENTRY_BYTES };
    const message = `Block ${grouped(block)} lies at ${grouped(start)} to ${grouped(end - 1)}, in ${struck.what}, which begins at ${grouped(struck.offset)}.`;
    tally.name('block-over-reserved', place, message);
  }
}
