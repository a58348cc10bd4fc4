/** What a file with blocks holds, as pieces to read: allocated blocks, and of a differencing disk the sectors with a set bit. */
import { viewOf } from '../base/bytes.ts';
import { MIB, SECTOR_BYTES } from '../base/units.ts';
import type { CoreModule } from '../core/core.ts';
import { DataScanner } from '../core/dataScanner.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import {
  type BlockTables,
  bitmapOffset,
  dataOffset,
  ENTRY_BYTES,
  UNUSED_ENTRY,
  usedBytesOf,
} from '../formats/vhd/blockAllocationTable.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import { PIECE_BYTES, type Piece } from './readPieces.ts';

/** A block table as the file holds it: entries are big-endian. */
export interface ReadTable {
  readonly bytes: Uint8Array;
  /** Entries that are used. */
  readonly allocated: number;
}

const TABLE_READ_BYTES = 8 * MIB;

/** `entries` of them are in the file. At most 32 MiB. */
export async function readTable(file: RandomAccessFile, offset: number, entries: number): Promise<ReadTable> {
  const bytes = new Uint8Array(entries * ENTRY_BYTES);
  for (let at = 0; at < bytes.length; at += TABLE_READ_BYTES) {
    await file.read(offset + at, bytes.subarray(at, at + TABLE_READ_BYTES));
  }
  let allocated = 0;
  for (const _ of usedEntries(bytes)) allocated++;
  return { bytes, allocated };
}

export interface UsedEntry {
  readonly block: number;
  /** Sector of the file where the block's bitmap is. */
  readonly entry: number;
}

/** Ascending by block. */
export function* usedEntries(tableBytes: Uint8Array): Generator<UsedEntry> {
  const view = viewOf(tableBytes);
  for (let block = 0; block * ENTRY_BYTES < tableBytes.length; block++) {
    const entry = view.getUint32(block * ENTRY_BYTES);
    if (entry !== UNUSED_ENTRY) yield { block, entry };
  }
}

/** A block's bitmap; bits of sectors that the disk does not have are clear. */
export interface BlockBitmap extends UsedEntry {
  /** How many allocated blocks stand before it in the table. */
  readonly ordinal: number;
  /** In the reader's memory, valid until the next one. */
  readonly bytes: Uint8Array;
  /** Sectors of the disk that the block has. */
  readonly sectorCount: number;
}

const BITMAP_BATCH_BYTES = MIB;

/** Reads the bitmaps of a differencing disk in batches, in the order of the blocks. */
export class BitmapReader {
  readBytes = 0;

  private constructor(
    private readonly file: RandomAccessFile,
    private readonly tables: BlockTables,
    readonly scanner: DataScanner,
    private readonly signal: AbortSignal | undefined,
  ) {}

  static async create(
    module: CoreModule,
    { file }: DiskImage,
    tables: BlockTables,
    signal?: AbortSignal,
  ): Promise<BitmapReader> {
    const batchBytes = Math.max(BITMAP_BATCH_BYTES, tables.bitmapBytes);
    return new BitmapReader(file, tables, await DataScanner.create(module, batchBytes), signal);
  }

  async *read(table: ReadTable, diskBytes: number): AsyncGenerator<BlockBitmap, void, undefined> {
    const { bitmapBytes } = this.tables;
    const { staging } = this.scanner;
    const batchSize = Math.floor(staging.length / bitmapBytes);
    let batch: UsedEntry[] = [];
    let done = 0;
    const places = (i: number) => staging.subarray(i * bitmapBytes, (i + 1) * bitmapBytes);
    const flush = async () => {
      this.signal?.throwIfAborted();
      await this.file.readMany(
        batch.map(({ entry }, i) => ({ offset: bitmapOffset(entry), target: places(i) })),
      );
      this.readBytes += batch.length * bitmapBytes;
      const read = batch.map(({ block, entry }, i): BlockBitmap => {
        const sectorCount = usedBytesOf(this.tables, block, diskBytes) / SECTOR_BYTES;
        clearFrom(places(i), sectorCount);
        return { block, entry, ordinal: done + i, bytes: places(i), sectorCount };
      });
      done += batch.length;
      batch = [];
      return read;
    };
    for (const used of usedEntries(table.bytes)) {
      batch.push(used);
      if (batch.length === batchSize) yield* await flush();
    }
    if (batch.length > 0) yield* await flush();
  }
}

/** Clears every bit from `bit` on. */
export function clearFrom(bitmap: Uint8Array, bit: number): void {
  const byte = bit >> 3;
  if (byte >= bitmap.length) return;
  bitmap[byte] = (bitmap[byte] ?? 0) & (0xff00 >> (bit & 7));
  bitmap.fill(0, byte + 1);
}

/** Where a piece belongs. */
export interface BlockPlace {
  readonly block: number;
  /** How many allocated blocks stand before it in the table. */
  readonly ordinal: number;
  /** Of the piece, in the block's data. */
  readonly firstByte: number;
  /** Of a differencing disk's block; null = the block answers for all of its sectors. */
  readonly bitmap: Uint8Array | null;
}

/** Pieces of at most `PIECE_BYTES`, by block and ascending in it. Blocks without a set bit have none. */
export async function* blockPieces(
  tables: BlockTables,
  diskBytes: number,
  table: ReadTable,
  bitmaps: BitmapReader | null,
): AsyncGenerator<Piece<BlockPlace>, void, undefined> {
  if (bitmaps) {
    for await (const { block, entry, ordinal, bytes, sectorCount } of bitmaps.read(table, diskBytes)) {
      let bitmap: Uint8Array | null = null;
      for (const { from, count } of bitmaps.scanner.setRuns(bytes, sectorCount)) {
        bitmap ??= bytes.slice();
        const start = dataOffset(tables, entry);
        yield* cut(start, from * SECTOR_BYTES, (from + count) * SECTOR_BYTES, { block, ordinal, bitmap });
      }
    }
    return;
  }
  let ordinal = 0;
  for (const { block, entry } of usedEntries(table.bytes)) {
    const used = usedBytesOf(tables, block, diskBytes);
    yield* cut(dataOffset(tables, entry), 0, used, { block, ordinal: ordinal++, bitmap: null });
  }
}

function* cut(
  dataStart: number,
  from: number,
  end: number,
  place: Omit<BlockPlace, 'firstByte'>,
): Generator<Piece<BlockPlace>> {
  for (let firstByte = from; firstByte < end; firstByte += PIECE_BYTES) {
    const lengthBytes = Math.min(PIECE_BYTES, end - firstByte);
    yield { offset: dataStart + firstByte, lengthBytes, tag: { ...place, firstByte } };
  }
}
