/** Xen's map of the wholly written blocks: its place, its checksum, and whether its bits are true. */
import { viewOf } from '../../base/bytes.ts';
import { grouped, MIB, SECTOR_BYTES } from '../../base/units.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import type { FindingTally } from '../../formats/findingTally.ts';
import { affectedRange } from '../../formats/sectorRanges.ts';
import {
  type BlockPlaces,
  type BlockTables,
  blockCountOf,
  ENTRY_BYTES,
  firstPlaceFrom,
  roundUp,
  UNUSED_ENTRY,
  usedBytesOf,
} from '../../formats/vhd/blockAllocationTable.ts';
import { BATMAP_HEADER_BYTES, batmapStruct } from '../../formats/vhd/xenBatmap.ts';
import type { FileRange } from './fileRanges.ts';
import type { BlockRule } from './findings.ts';

export type BatmapHeader = ReturnType<typeof batmapStruct.parse>;

export interface Batmap {
  readonly header: BatmapHeader;
  readonly headerOffset: number;
  /** Where the bits are; null where they are not in the file, or more than any table needs. */
  readonly range: FileRange | null;
}

/** One bit for each of the most blocks that a table may have, twice over. */
const MOST_BYTES = 2 * MIB;
/** Up to this version the sum is over signed bytes. */
const SIGNED_VERSION = 0x0001_0001;
const NEWEST_VERSION = 0x0001_0002;

/** null where the file has none. One read. */
export async function readBatmapHeader(image: DiskImage): Promise<Batmap | null> {
  const found = image.structures.find(({ name }) => name === batmapStruct.name);
  if (!found) return null;
  const bytes = new Uint8Array(BATMAP_HEADER_BYTES);
  await image.file.read(found.offset, bytes);
  const header = batmapStruct.parse(bytes);
  const lengthBytes = header.batmapSectors * SECTOR_BYTES;
  const isHere =
    header.batmapOffset + BigInt(lengthBytes) <= BigInt(image.file.sizeBytes) &&
    header.batmapOffset % BigInt(SECTOR_BYTES) === 0n &&
    lengthBytes > 0 &&
    lengthBytes <= MOST_BYTES;
  const range = isHere ? { offset: Number(header.batmapOffset), lengthBytes } : null;
  return { header, headerOffset: found.offset, range };
}

/** The map must be in the file and on nothing else: true where it is. */
export function judgeBatmapPlace(
  image: DiskImage,
  tables: BlockTables,
  places: BlockPlaces,
  batmap: Batmap,
  tally: FindingTally<BlockRule>,
): boolean {
  const { header, headerOffset, range } = batmap;
  const add = (text: string) => {
    const offset = headerOffset + batmapStruct.offsetOf('batmapOffset');
    const lengthBytes = batmapStruct.lengthOf('batmapOffset') + batmapStruct.lengthOf('batmapSectors');
    const at = `0x${header.batmapOffset.toString(16).toUpperCase()}`;
    const message = `Xen’s map is said to be ${grouped(header.batmapSectors)} sectors at ${at}${text}.`;
    tally.add('batmap-place', { offset, lengthBytes }, message);
  };
  if (!range) {
    add(
      `: expected whole sectors of the file (${grouped(image.file.sizeBytes)} bytes), at most ${grouped(MOST_BYTES / SECTOR_BYTES)}`,
    );
    return false;
  }
  const end = range.offset + range.lengthBytes;
  const struck = image.structures.find(
    (each) => each.offset < end && each.offset + each.lengthBytes > range.offset,
  );
  const block = struck ? null : blockIn(image, tables, places, range.offset, end);
  if (struck) add(`, on top of “${struck.name}”`);
  else if (block !== null) add(`, on top of block ${grouped(block)}`);
  return !struck && block === null;
}

/** A block that touches [start, end), or null. */
function blockIn(
  image: DiskImage,
  tables: BlockTables,
  places: BlockPlaces,
  start: number,
  end: number,
): number | null {
  const spanSectors = (tables.bitmapBytes + tables.blockSizeBytes) / SECTOR_BYTES;
  const from = firstPlaceFrom(places, Math.max(0, Math.floor(start / SECTOR_BYTES) - spanSectors));
  for (let i = from; i < places.sectors.length; i++) {
    const block = places.blocks[i] ?? 0;
    const offset = (places.sectors[i] ?? 0) * SECTOR_BYTES;
    if (offset >= end) return null;
    if (offset + tables.bitmapBytes + usedBytesOf(tables, block, image.virtualSizeBytes) > start)
      return block;
  }
  return null;
}

/** What is known of the blocks, beside the table. */
export interface KnownBlocks {
  readonly bat: Uint8Array;
  /** One byte a block: not 0 where its bitmap is not full. */
  readonly isPartial: Uint8Array;
  /** One byte a block: not 0 where its bitmap is not known. */
  readonly isBad: Uint8Array;
}

/** `bits` is the map. One that marks itself as stale says nothing of the blocks; nothing is said of bad ones. */
export function judgeBatmap(
  image: DiskImage,
  tables: BlockTables,
  batmap: Batmap,
  bits: Uint8Array,
  { bat, isPartial, isBad }: KnownBlocks,
  tally: FindingTally<BlockRule>,
): void {
  const { header, headerOffset, range } = batmap;
  if (!range) return;
  // What other versions mean by sum and bits is not known.
  if (header.batmapVersion > NEWEST_VERSION) return;
  const sums = checksumsOf(header, bits, blockCountOf(image.virtualSizeBytes, tables.blockSizeBytes));
  if (!sums.includes(header.checksum)) {
    const place = {
      offset: headerOffset + batmapStruct.offsetOf('checksum'),
      lengthBytes: batmapStruct.lengthOf('checksum'),
    };
    const hex = (sum: number) => `0x${sum.toString(16).toUpperCase().padStart(8, '0')}`;
    const message = `Xen’s map has checksum ${hex(header.checksum)}, its bytes make ${hex(sums[0] ?? 0)}.`;
    tally.add('batmap-checksum', place, message);
  }
  if (header.marker !== 0) return;
  const view = viewOf(bat);
  const blocks = Math.min(tables.batEntries, bits.length * 8);
  for (let block = 0; block < blocks; block++) {
    if ((((bits[block >>> 3] ?? 0) << (block & 7)) & 0x80) === 0 || isBad[block] !== 0) continue;
    const isAllocated = view.getUint32(block * ENTRY_BYTES) !== UNUSED_ENTRY;
    if (isAllocated && isPartial[block] === 0) continue;
    const firstSector = (block * tables.blockSizeBytes) / SECTOR_BYTES;
    const sectorCount = usedBytesOf(tables, block, image.virtualSizeBytes) / SECTOR_BYTES;
    tally.affect('batmap-bits', firstSector, sectorCount);
    if (!tally.countOne('batmap-bits')) continue;
    const place = { offset: range.offset + (block >>> 3), lengthBytes: 1 };
    const why = isAllocated ? 'some of its bits are clear' : 'this file does not hold it';
    const message = `Xen’s map calls block ${grouped(block)} wholly written, but ${why}.`;
    tally.name('batmap-bits', place, message, affectedRange(firstSector, sectorCount));
  }
}

/** Xen's tools have summed the whole map, and later only the sectors that the disk needs: either holds. */
export function checksumsOf({ batmapVersion }: BatmapHeader, bits: Uint8Array, blocks: number): number[] {
  const neededBytes = Math.max(SECTOR_BYTES, roundUp(Math.floor(blocks / 8), SECTOR_BYTES));
  const sumOf = (bytes: Uint8Array) => {
    let sum = 0;
    for (const byte of bytes) sum += batmapVersion === SIGNED_VERSION ? (byte << 24) >> 24 : byte;
    return ~sum >>> 0;
  };
  return [sumOf(bits), sumOf(bits.subarray(0, neededBytes))];
}
