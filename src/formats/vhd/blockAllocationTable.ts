/**
 * The block allocation table: one big-endian 32-bit sector number a block, pointing at the block's bitmap; the data
 * follows the bitmap. Here: its arithmetic, and what a window of the file means in terms of entries, bitmaps and blocks.
 */
import { viewOf } from '../../base/bytes.ts';
import { grouped, SECTOR_BYTES, sizeText } from '../../base/units.ts';
import type { ImageTables } from '../diskImage.ts';
import type { Annotation, AnnotationLink } from '../struct.ts';

export const UNUSED_ENTRY = 0xffff_ffff;
export const ENTRY_BYTES = 4;
export const MIN_BLOCK_BYTES = 4096;
export const MAX_BLOCK_BYTES = 2 ** 31;
/** Twice the blocks of the largest real disk: 2040 GiB in blocks of 512 KiB. */
export const MAX_BLOCK_COUNT = 2 ** 23;
export const USUAL_BLOCK_BYTES = 2 * 1024 * 1024;

export type BlockTables = Extract<ImageTables, { kind: 'vhd-blocks' }>;

export function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/** Power of two from 4 KiB to 2 GiB; real ones are 512 KiB to 4 MiB. */
export function isBlockSize(blockSizeBytes: number): boolean {
  if (blockSizeBytes < MIN_BLOCK_BYTES || blockSizeBytes > MAX_BLOCK_BYTES) return false;
  return Number.isInteger(Math.log2(blockSizeBytes));
}

/** One bit a sector, padded to whole sectors: a 512 KiB block still has a whole sector of bitmap. */
export function bitmapBytesOf(blockSizeBytes: number): number {
  return roundUp(blockSizeBytes / SECTOR_BYTES / 8, SECTOR_BYTES);
}

/** Blocks that a disk needs; the last may be partial. */
export function blockCountOf(virtualSizeBytes: number, blockSizeBytes: number): number {
  return Math.ceil(virtualSizeBytes / blockSizeBytes);
}

/** The table's size in the file, padded to whole sectors. */
export function batBytesOf(entries: number): number {
  return roundUp(entries * ENTRY_BYTES, SECTOR_BYTES);
}

export function entryOffset(tables: BlockTables, block: number): number {
  return tables.batOffset + block * ENTRY_BYTES;
}

export function bitmapOffset(entry: number): number {
  return entry * SECTOR_BYTES;
}

export function dataOffset(tables: BlockTables, entry: number): number {
  return entry * SECTOR_BYTES + tables.bitmapBytes;
}

/** Bytes of the block that belong to the disk: less than the block size in a partial last block. */
export function usedBytesOf(tables: BlockTables, block: number, virtualSizeBytes: number): number {
  return Math.min(tables.blockSizeBytes, virtualSizeBytes - block * tables.blockSizeBytes);
}

/** Allocated blocks in the order in which they lie in the file. Parallel arrays. */
export interface BlockPlaces {
  /** BAT entries, ascending: sectors of the file. */
  readonly sectors: Uint32Array;
  readonly blocks: Uint32Array;
}

/** Sorts a table's entries (big-endian bytes) by place, in time linear in their number. */
export function blockPlaces(batBytes: Uint8Array, used?: Uint32Array): BlockPlaces {
  const blocks = used ?? usedBlocks(batBytes);
  const view = viewOf(batBytes);
  const sectors = blocks.map((block) => view.getUint32(block * ENTRY_BYTES));
  const places = { sectors, blocks };
  const isSorted = sectors.every((sector, i) => i === 0 || (sectors[i - 1] ?? 0) <= sector);
  if (isSorted) return places;
  return blocks.length < FEW_BLOCKS ? sortedByKey(places) : sortedByDigit(sortedByDigit(places, 0), 16);
}

/** Below it, a radix sort's tables cost more than the sort. */
const FEW_BLOCKS = 8192;

/** Sector and index in one number, so that the numbers' own sort does. */
function sortedByKey({ sectors, blocks }: BlockPlaces): BlockPlaces {
  const keys = Float64Array.from(sectors, (sector, i) => sector * FEW_BLOCKS + i).sort();
  const order = Uint32Array.from(keys, (key) => key % FEW_BLOCKS);
  const ordered = (values: Uint32Array) => order.map((i) => values[i] ?? 0);
  return { sectors: ordered(sectors), blocks: ordered(blocks) };
}

/** Blocks whose entry is not unused, ascending. "Unused" looks the same in either byte order: whole words are compared. */
function usedBlocks(batBytes: Uint8Array): Uint32Array {
  const entries = Math.floor(batBytes.length / ENTRY_BYTES);
  const isAligned = batBytes.byteOffset % ENTRY_BYTES === 0;
  const words = isAligned
    ? new Uint32Array(batBytes.buffer, batBytes.byteOffset, entries)
    : new Uint32Array(batBytes.slice(0, entries * ENTRY_BYTES).buffer);
  let count = 0;
  for (let block = 0; block < entries; block++) if (words[block] !== UNUSED_ENTRY) count++;
  const blocks = new Uint32Array(count);
  if (count === 0) return blocks;
  for (let block = 0, at = 0; block < entries; block++)
    if (words[block] !== UNUSED_ENTRY) blocks[at++] = block;
  return blocks;
}

/** One pass of a radix sort by 16 bits; keeps the order of equal digits. */
function sortedByDigit({ sectors, blocks }: BlockPlaces, shift: number): BlockPlaces {
  const digitOf = (sector: number) => (sector >>> shift) & 0xffff;
  const ends = new Uint32Array(65_537);
  for (const sector of sectors) ends[digitOf(sector) + 1] = (ends[digitOf(sector) + 1] ?? 0) + 1;
  for (let digit = 0; digit < 65_536; digit++) ends[digit + 1] = (ends[digit + 1] ?? 0) + (ends[digit] ?? 0);
  const sorted = { sectors: new Uint32Array(sectors.length), blocks: new Uint32Array(sectors.length) };
  for (let i = 0; i < sectors.length; i++) {
    const sector = sectors[i] ?? 0;
    const at = ends[digitOf(sector)] ?? 0;
    ends[digitOf(sector)] = at + 1;
    sorted.sectors[at] = sector;
    sorted.blocks[at] = blocks[i] ?? 0;
  }
  return sorted;
}

/** Index of the first place whose sector is at or behind `sector`. */
export function firstPlaceFrom(places: BlockPlaces, sector: number): number {
  let low = 0;
  let high = places.sectors.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((places.sectors[middle] ?? 0) < sector) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** At most so many annotations for one window, whatever the table says. */
const ANNOTATION_LIMIT = 16_384;

/**
 * BAT entries, bitmaps and blocks that touch `lengthBytes` bytes from `offset` on, in the order of the file.
 * `batBytes` is the whole table as the file holds it, `places` what `blockPlaces` made of it.
 */
export function annotateBlocks(
  tables: BlockTables,
  virtualSizeBytes: number,
  batBytes: Uint8Array,
  places: BlockPlaces,
  offset: number,
  lengthBytes: number,
): Annotation[] {
  const end = offset + lengthBytes;
  const entries = annotateEntries(tables, batBytes, offset, end);
  const found: Annotation[] = [];
  const spanSectors = (tables.bitmapBytes + tables.blockSizeBytes) / SECTOR_BYTES;
  const from = firstPlaceFrom(places, Math.max(0, Math.floor(offset / SECTOR_BYTES) - spanSectors + 1));
  for (let i = from; i < places.sectors.length && found.length < ANNOTATION_LIMIT; i++) {
    const entry = places.sectors[i] ?? 0;
    if (entry * SECTOR_BYTES >= end) break;
    found.push(...annotateBlock(tables, virtualSizeBytes, places.blocks[i] ?? 0, entry, offset, end));
  }
  const touching = found.filter((each) => each.offset < end && each.offset + each.lengthBytes > offset);
  return [...entries, ...touching].sort((a, b) => a.offset - b.offset);
}

function annotateEntries(
  tables: BlockTables,
  batBytes: Uint8Array,
  offset: number,
  end: number,
): Annotation[] {
  const view = viewOf(batBytes);
  const held = Math.min(tables.batEntries, Math.floor(batBytes.length / ENTRY_BYTES));
  const first = Math.max(0, Math.floor((offset - tables.batOffset) / ENTRY_BYTES));
  const behind = Math.min(held, Math.ceil((end - tables.batOffset) / ENTRY_BYTES), first + ANNOTATION_LIMIT);
  const found: Annotation[] = [];
  for (let block = first; block < behind; block++) {
    const entry = view.getUint32(block * ENTRY_BYTES);
    found.push({
      name: `BAT entry ${grouped(block)}`,
      offset: entryOffset(tables, block),
      lengthBytes: ENTRY_BYTES,
      value: entry === UNUSED_ENTRY ? 'unused' : grouped(entry),
      explanation:
        entry === UNUSED_ENTRY
          ? `Block ${grouped(block)} is not in this file.`
          : `The bitmap of block ${grouped(block)} is at sector ${grouped(entry)} of the file, its data behind that.`,
      links:
        entry === UNUSED_ENTRY
          ? []
          : [
              { text: 'bitmap', target: 'file', offset: bitmapOffset(entry) },
              { text: 'data', target: 'file', offset: dataOffset(tables, entry) },
            ],
    });
  }
  return found;
}

function annotateBlock(
  tables: BlockTables,
  virtualSizeBytes: number,
  block: number,
  entry: number,
  from: number,
  end: number,
): Annotation[] {
  const firstSector = (block * tables.blockSizeBytes) / SECTOR_BYTES;
  const used = usedBytesOf(tables, block, virtualSizeBytes);
  return [
    {
      name: `Bitmap of block ${grouped(block)}`,
      offset: bitmapOffset(entry),
      lengthBytes: tables.bitmapBytes,
      value: '',
      explanation: 'One bit a sector, most significant bit first; set = this file holds the sector.',
      fields: annotateBits(tables, firstSector, used / SECTOR_BYTES, bitmapOffset(entry), from, end),
    },
    {
      name: `Block ${grouped(block)}`,
      offset: dataOffset(tables, entry),
      lengthBytes: tables.blockSizeBytes,
      value: '',
      explanation:
        `Sectors ${grouped(firstSector)} to ${grouped(firstSector + used / SECTOR_BYTES - 1)} of the disk` +
        (used < tables.blockSizeBytes ? `; the disk ends after ${sizeText(used)} of this block.` : '.'),
      links: [{ text: `sector ${grouped(firstSector)}`, target: 'disk', offset: firstSector * SECTOR_BYTES }],
    },
  ];
}

/** The bitmap's bytes between `from` and `end` in the file, each with the eight sectors that its bits stand for. */
function annotateBits(
  tables: BlockTables,
  firstSector: number,
  sectorCount: number,
  bitmap: number,
  from: number,
  end: number,
): Annotation[] {
  const found: Annotation[] = [];
  const first = Math.max(0, from - bitmap);
  const behind = Math.min(tables.bitmapBytes, Math.ceil(sectorCount / 8), end - bitmap);
  for (let at = first; at < behind && found.length < ANNOTATION_LIMIT; at++) {
    const links: AnnotationLink[] = [];
    for (let bit = at * 8; bit < Math.min(at * 8 + 8, sectorCount); bit++) {
      const sector = firstSector + bit;
      links.push({ text: grouped(sector), target: 'disk', offset: sector * SECTOR_BYTES });
    }
    const last = firstSector + at * 8 + links.length - 1;
    found.push({
      name: `bits of sectors ${grouped(firstSector + at * 8)} to ${grouped(last)}`,
      offset: bitmap + at,
      lengthBytes: 1,
      value: '',
      explanation: 'Most significant bit first; set = this file holds the sector.',
      links,
    });
  }
  return found;
}
