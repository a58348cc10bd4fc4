/**
 * Writes the disk as seen from a chain to a new file: raw, fixed VHD or dynamic VHD. One pass; holes stay holes; the
 * bytes are hashed on the way while the storage is busy with the piece before.
 */
import { assert } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import type { ProgressMeter } from '../base/progress.ts';
import { MIB, SECTOR_BYTES } from '../base/units.ts';
import { roundUp, USUAL_BLOCK_BYTES } from '../formats/vhd/blockAllocationTable.ts';
import { BlockWriter, filledBitmap } from '../formats/vhd/blockWriter.ts';
import { createVhd } from '../formats/vhd/create.ts';
import type { FileSink } from '../storage/fileSink.ts';
import { SparseWriter } from '../storage/sparseWriter.ts';
import type { PassedDisk } from './hashDisk.ts';
import type { Hasher } from './hasher.ts';
import { checkBlockSize, checkVhdSize } from './vhdLimits.ts';

export type ExportFormat = 'raw' | 'fixed' | 'dynamic';

/** What makes the new disk one of its own. */
export interface NewIdentity {
  /** The raw 16 bytes. */
  readonly id: Uint8Array;
  readonly made: Date;
}

export interface ExportOptions {
  readonly format: ExportFormat;
  readonly identity: NewIdentity;
  /** Dynamic only: 512 KiB to 8 MiB, 2 MiB where left out. */
  readonly blockSizeBytes?: number;
  /** Fixed only: zeros fill the disk up to whole MiB, as Azure wants it; the footer's size is the rounded one. */
  readonly wholeMib?: boolean;
  /** null = the bytes are not hashed. */
  readonly hasher: Hasher | null;
  readonly meter?: ProgressMeter;
  readonly signal?: AbortSignal;
  /** Asked between pieces: resolves when the export may go on (a pause). */
  readonly gate?: () => Promise<void>;
}

export interface ExportResult {
  readonly fileBytes: number;
  /** Bytes handed to the storage: holes are left out. */
  readonly writtenBytes: number;
  /** Of the disk in the new file. */
  readonly virtualSizeBytes: number;
  /** Zeros behind the disk as read, for `wholeMib`: they are part of the new disk, and not of `sha256`. */
  readonly addedZeroBytes: number;
  /** SHA-256 of the disk as read, hex; '' where no hasher was given. */
  readonly sha256: string;
}

const CHUNK_BYTES = 2 * MIB;

/**
 * The sink is closed at the end, and aborted on any fault: then no file stays behind. Throws 'bad-request' for a block
 * size that no program reads, 'limit' for a VHD above 2040 GiB.
 */
export async function exportDisk(
  disk: PassedDisk,
  sink: FileSink,
  options: ExportOptions,
): Promise<ExportResult> {
  const { hasher, meter } = options;
  const writer = new SparseWriter(sink, (bytes) => disk.isZero(bytes));
  try {
    const virtualSizeBytes = sizeOf(disk, options);
    const target = await openTarget(virtualSizeBytes, sink, writer, options);
    for await (const piece of disk.passes({ chunkBytes: target.chunkBytes, signal: options.signal })) {
      await options.gate?.();
      if (!piece.zero) await target.write(piece.firstSector, piece.bytes);
      await hasher?.update(piece.bytes);
      meter?.advanceTo(piece.firstSector * SECTOR_BYTES + piece.bytes.length);
    }
    const fileBytes = await target.finish();
    options.signal?.throwIfAborted();
    // Closing takes about as long as writing where the browser moves the file into place: the rest is hashed meanwhile.
    const [sha256] = await bothOrNeither(Promise.resolve(hasher?.digest() ?? ''), sink.close());
    meter?.finish();
    const addedZeroBytes = virtualSizeBytes - disk.sectorCount * SECTOR_BYTES;
    return { fileBytes, writtenBytes: writer.writtenBytes, virtualSizeBytes, addedZeroBytes, sha256 };
  } catch (error) {
    // The fault that ended it is the one to tell, also where the sink cannot be aborted any more.
    await sink.abort().catch(() => undefined);
    throw error;
  } finally {
    hasher?.close();
  }
}

/** Waits for both also where one fails, so that nothing goes on behind the caller's back. */
async function bothOrNeither<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return Promise.all([a, b]);
}

/** Where pieces that are not all zeros go. */
interface Target {
  readonly chunkBytes: number;
  write(firstSector: number, bytes: Uint8Array): Promise<void>;
  /** Returns the size of the file. */
  finish(): Promise<number>;
}

/** Of the new disk; throws where the format cannot take it. */
function sizeOf(disk: PassedDisk, { format, wholeMib, blockSizeBytes }: ExportOptions): number {
  const readBytes = disk.sectorCount * SECTOR_BYTES;
  if (wholeMib && format !== 'fixed') {
    throw new DiskError({
      code: 'bad-request',
      message: `Only a fixed VHD is filled up to whole MiB, not a ${format} one.`,
      meaning: 'Nothing was written.',
      remedy: 'Save it as a fixed VHD: Azure takes no other.',
    });
  }
  const virtualSizeBytes = wholeMib ? roundUp(readBytes, MIB) : readBytes;
  if (format !== 'raw') checkVhdSize(virtualSizeBytes);
  if (format === 'dynamic' && blockSizeBytes !== undefined) checkBlockSize(blockSizeBytes);
  return virtualSizeBytes;
}

function openTarget(
  virtualSizeBytes: number,
  sink: FileSink,
  writer: SparseWriter,
  options: ExportOptions,
): Promise<Target> {
  return options.format === 'dynamic'
    ? dynamicTarget(virtualSizeBytes, writer, options)
    : flatTarget(virtualSizeBytes, sink, writer, options);
}

/** Raw, or fixed: the disk and a footer behind it. */
async function flatTarget(
  virtualSizeBytes: number,
  sink: FileSink,
  writer: SparseWriter,
  { format, identity }: ExportOptions,
): Promise<Target> {
  const footer =
    format === 'fixed'
      ? createVhd({ type: 'fixed', virtualSizeBytes, id: identity.id, modified: identity.made }).footer
      : new Uint8Array(0);
  const fileBytes = virtualSizeBytes + footer.length;
  // The size first: a target that cannot take it says so before anything is copied.
  await sink.truncate(fileBytes);
  return {
    chunkBytes: CHUNK_BYTES,
    write: (firstSector, bytes) => writer.writeAroundZeros(firstSector * SECTOR_BYTES, bytes),
    async finish() {
      if (footer.length > 0) await writer.write(virtualSizeBytes, footer);
      return fileBytes;
    },
  };
}

/** One block of the new disk for each piece that holds anything. */
async function dynamicTarget(
  virtualSizeBytes: number,
  writer: SparseWriter,
  { identity, blockSizeBytes = USUAL_BLOCK_BYTES }: ExportOptions,
): Promise<Target> {
  const { id, made: modified } = identity;
  const vhd = createVhd({ type: 'dynamic', virtualSizeBytes, blockSizeBytes, id, modified });
  const blocks = await BlockWriter.start({ write: (offset, bytes) => writer.write(offset, bytes) }, vhd);
  // Windows sets every bit of an allocated block, also those behind the end of the disk.
  const bitmap = filledBitmap(vhd.blocks?.bitmapBytes ?? 0, blockSizeBytes / SECTOR_BYTES);
  return {
    chunkBytes: blockSizeBytes,
    async write(firstSector, bytes) {
      const block = (firstSector * SECTOR_BYTES) / blockSizeBytes;
      assert(Number.isInteger(block), 'a piece is a block');
      const offset = await blocks.begin(block, bitmap);
      await writer.writeAroundZeros(offset, bytes);
    },
    finish: () => blocks.finish(),
  };
}
