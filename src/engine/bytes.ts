/** Files of the pile as bytes: pieces for the hex view, the stretches of a file, and what stands at an offset. */
import { DiskError } from '../base/errors.ts';
import { grouped, MIB, SECTOR_BYTES, sizeText } from '../base/units.ts';
import type { DiskImage, RefusedFile } from '../formats/diskImage.ts';
import type { Annotation } from '../formats/struct.ts';
import {
  annotateBlocks,
  type BlockPlaces,
  type BlockTables,
  blockPlaces,
  ENTRY_BYTES,
} from '../formats/vhd/blockAllocationTable.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import type { Region } from './api.ts';

/** The largest piece that one call gives out. */
export const LARGEST_READ_BYTES = 16 * MIB;

/** 2040 GiB in blocks of 512 KiB take 16 MiB; a table beyond this comes from no real maker, and its blocks are not named. */
const LARGEST_TABLE_BYTES = 64 * MIB;

/** Up to so many blocks are listed one by one; more are listed as stretches. */
const BLOCKS_ONE_BY_ONE = 2048;
const MOST_STRETCHES = 4096;

/** Bytes from `offset` on, fewer where the file ends before. */
export async function readPiece(
  file: RandomAccessFile,
  offset: number,
  lengthBytes: number,
): Promise<Uint8Array> {
  checkRange(offset, lengthBytes);
  if (lengthBytes > LARGEST_READ_BYTES) {
    throw new DiskError({
      code: 'limit',
      message: `${sizeText(lengthBytes)} were asked for at once; one call gives ${sizeText(LARGEST_READ_BYTES)}.`,
    });
  }
  const bytes = new Uint8Array(Math.max(0, Math.min(lengthBytes, file.sizeBytes - offset)));
  if (bytes.length > 0) await file.read(offset, bytes);
  return bytes;
}

function checkRange(offset: number, lengthBytes: number): void {
  const sound =
    Number.isSafeInteger(offset) && Number.isSafeInteger(lengthBytes) && offset >= 0 && lengthBytes >= 0;
  if (!sound) {
    throw new DiskError({
      code: 'bad-request',
      message: `There is no range of ${lengthBytes} bytes at ${offset}.`,
    });
  }
}

/** One file's block table as it stands in the file, and its blocks by place. */
interface Table {
  readonly batBytes: Uint8Array;
  readonly places: BlockPlaces;
}

/** Reads block tables for the hex view and keeps the last ones: a table of a large disk takes a moment to sort. */
export class FileStructures {
  private readonly kept = new Map<RandomAccessFile, Promise<Table>>();

  constructor(private readonly tablesKept = 4) {}

  async regions(image: DiskImage | RefusedFile): Promise<readonly Region[]> {
    const known = image.structures.map(regionOf);
    if (!('tables' in image)) return inOrder(known, image.file.sizeBytes);
    const { tables } = image;
    if (tables.kind === 'flat') {
      const lengthBytes = Math.min(image.virtualSizeBytes, image.file.sizeBytes - tables.dataOffset);
      const data: Region = { name: 'Data', kind: 'data', offset: tables.dataOffset, lengthBytes };
      return inOrder([...known, data], image.file.sizeBytes);
    }
    const { places } = await this.table(image.file, tables);
    const bat: Region = {
      name: 'Block allocation table',
      kind: 'bat',
      offset: tables.batOffset,
      lengthBytes: tables.batEntries * ENTRY_BYTES,
    };
    return inOrder([...known, bat, ...blockRegions(tables, places)], image.file.sizeBytes);
  }

  /** Structures, BAT entries, bitmaps and blocks that touch the range, in the order of the file. */
  async annotate(
    image: DiskImage | RefusedFile,
    offset: number,
    lengthBytes: number,
  ): Promise<readonly Annotation[]> {
    checkRange(offset, lengthBytes);
    const touches = (each: Annotation) =>
      each.offset < offset + lengthBytes && each.offset + each.lengthBytes > offset;
    const known = image.structures.filter(touches);
    if (!('tables' in image)) return byOffset(known);
    if (image.tables.kind === 'flat')
      return byOffset([...known, flatData(image, image.tables.dataOffset)].filter(touches));
    const { batBytes, places } = await this.table(image.file, image.tables);
    const { tables, virtualSizeBytes } = image;
    return byOffset([
      ...known,
      ...annotateBlocks(tables, virtualSizeBytes, batBytes, places, offset, lengthBytes),
    ]);
  }

  forget(file: RandomAccessFile): void {
    this.kept.delete(file);
  }

  private table(file: RandomAccessFile, tables: BlockTables): Promise<Table> {
    const held = this.kept.get(file);
    this.kept.delete(file);
    const table = held ?? readTable(file, tables);
    this.kept.set(file, table);
    // A table that could not be read is asked for again the next time.
    table.catch(() => this.forget(file));
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.tablesKept) break;
      this.kept.delete(oldest);
    }
    return table;
  }
}

/** The data of a flat image: the disk itself, byte for byte. */
function flatData(image: DiskImage, dataOffset: number): Annotation {
  return {
    name: 'Data',
    offset: dataOffset,
    lengthBytes: Math.max(0, Math.min(image.virtualSizeBytes, image.file.sizeBytes - dataOffset)),
    value: '',
    explanation: 'The disk, sector by sector.',
    links: [{ text: 'sector 0', target: 'disk', offset: 0 }],
  };
}

async function readTable(file: RandomAccessFile, tables: BlockTables): Promise<Table> {
  const inFile = Math.max(0, Math.min(tables.batEntries * ENTRY_BYTES, file.sizeBytes - tables.batOffset));
  const held = inFile <= LARGEST_TABLE_BYTES ? inFile : 0;
  const batBytes = new Uint8Array(held);
  if (held > 0) await file.read(tables.batOffset, batBytes);
  return { batBytes, places: blockPlaces(batBytes) };
}

function blockRegions(tables: BlockTables, { sectors, blocks }: BlockPlaces): Region[] {
  if (sectors.length > BLOCKS_ONE_BY_ONE) return stretches(tables, sectors);
  const regions: Region[] = [];
  sectors.forEach((sector, i) => {
    const offset = sector * SECTOR_BYTES;
    const number = grouped(blocks[i] ?? 0);
    regions.push(
      { name: `Bitmap of block ${number}`, kind: 'bitmap', offset, lengthBytes: tables.bitmapBytes },
      {
        name: `Block ${number}`,
        kind: 'block',
        offset: offset + tables.bitmapBytes,
        lengthBytes: tables.blockSizeBytes,
      },
    );
  });
  return regions;
}

/** Neighbouring blocks as one; where that leaves too many, wider and wider gaps are passed over. */
function stretches(tables: BlockTables, sectors: Uint32Array): Region[] {
  const spanBytes = tables.bitmapBytes + tables.blockSizeBytes;
  for (let gapBytes = spanBytes / 16; ; gapBytes *= 16) {
    const found: { offset: number; end: number; count: number }[] = [];
    for (const sector of sectors) {
      const offset = sector * SECTOR_BYTES;
      const last = found.at(-1);
      if (last && offset - last.end <= gapBytes) {
        last.end = offset + spanBytes;
        last.count++;
      } else if (found.length < MOST_STRETCHES) found.push({ offset, end: offset + spanBytes, count: 1 });
      else {
        found.length = 0;
        break;
      }
    }
    if (found.length === 0) continue;
    return found.map(({ offset, end, count }) => ({
      name: `${grouped(count)} ${count === 1 ? 'block' : 'blocks'}`,
      kind: 'blocks',
      offset,
      lengthBytes: end - offset,
    }));
  }
}

const KINDS: readonly (readonly [RegExp, Region['kind']])[] = [
  [/footer/i, 'footer'],
  [/locator|path/i, 'locator'],
  [/allocation table|\bBAT\b/i, 'bat'],
  [/header|region table|metadata|identifier/i, 'header'],
];

function regionOf({ name, offset, lengthBytes }: Annotation): Region {
  const kind = KINDS.find(([pattern]) => pattern.test(name))?.[1] ?? 'other';
  return { name, kind, offset, lengthBytes };
}

function byOffset(annotations: readonly Annotation[]): Annotation[] {
  return [...annotations].sort((a, b) => a.offset - b.offset || b.lengthBytes - a.lengthBytes);
}

/** By offset, inside the file, without overlaps, the gaps named: together they are the whole file. */
function inOrder(regions: readonly Region[], sizeBytes: number): Region[] {
  const whole: Region[] = [];
  let at = 0;
  for (const region of [...regions].sort((a, b) => a.offset - b.offset)) {
    const offset = Math.max(region.offset, at);
    const end = Math.min(region.offset + region.lengthBytes, sizeBytes);
    if (end <= offset) continue;
    if (offset > at) whole.push({ name: 'Unused', kind: 'unused', offset: at, lengthBytes: offset - at });
    whole.push({ ...region, offset, lengthBytes: end - offset });
    at = end;
  }
  if (at < sizeBytes) whole.push({ name: 'Unused', kind: 'unused', offset: at, lengthBytes: sizeBytes - at });
  return whole;
}
