/**
 * Writes one file anew without what need not be kept: leaked space, blocks of a dynamic disk that hold only zeros, blocks
 * of a differencing disk that hold no sector. Whoever names it as parent, and the parent that it names, still match.
 */
import { DiskError } from '../base/errors.ts';
import { Pacer } from '../base/pacer.ts';
import type { ProgressMeter } from '../base/progress.ts';
import { grouped, SECTOR_BYTES } from '../base/units.ts';
import type { CoreModule } from '../core/core.ts';
import { DataScanner } from '../core/dataScanner.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import { type BlockTables, ENTRY_BYTES } from '../formats/vhd/blockAllocationTable.ts';
import { checkBlocks } from '../formats/vhd/blockChecks.ts';
import { BlockWriter, filledBitmap } from '../formats/vhd/blockWriter.ts';
import type { FileSink } from '../storage/fileSink.ts';
import { SparseWriter } from '../storage/sparseWriter.ts';
import { BitmapReader, blockPieces, readTable } from './blockPieces.ts';
import { layOutCompact } from './compactLayout.ts';
import { intoSink } from './intoSink.ts';
import { readPieces, stagingBytesFor } from './readPieces.ts';

export interface CompactOptions {
  readonly module: CoreModule;
  /** Counts bytes of the file: the total is its size. */
  readonly meter?: ProgressMeter;
  readonly signal?: AbortSignal;
}

export interface CompactResult {
  readonly fileBytes: number;
  /** Bytes handed to the storage: holes are left out. */
  readonly writtenBytes: number;
  /** Bytes of the old file that were read, its first and last structures left out. */
  readonly readBytes: number;
  readonly keptBlocks: number;
  readonly droppedBlocks: number;
}

/**
 * The sink is closed at the end, and aborted on any fault. The new file has the same id, time stamps, maker, block size,
 * parent and locators. In a differencing disk every set bit is kept, also over zeros: there a zero hides the parent's
 * data. Throws 'bad-request' for fixed and raw images, 'corrupt' where blocks lie on top of something or outside the file.
 */
export function compactImage(
  image: DiskImage,
  sink: FileSink,
  options: CompactOptions,
): Promise<CompactResult> {
  return intoSink(sink, options.signal, () => writeCompact(image, sink, options));
}

async function writeCompact(
  image: DiskImage,
  sink: FileSink,
  { module, meter, signal }: CompactOptions,
): Promise<CompactResult> {
  const { file, tables, type } = image;
  if (tables.kind !== 'vhd-blocks') throw nothingToDrop(image);
  const layout = await layOutCompact(image, tables);
  const table = await readTable(file, tables.batOffset, layout.oldEntries);
  refuseBadBlocks(image, table.bytes.subarray(0, tables.batEntries * ENTRY_BYTES));
  const scanner = await DataScanner.create(module, stagingBytesFor(file));
  const bitmaps = type === 'differencing' ? await BitmapReader.create(module, image, tables, signal) : null;
  const writer = new SparseWriter(sink, (bytes) => scanner.isZero(bytes));
  const blocks = await BlockWriter.start(
    { write: (offset, bytes) => writer.write(offset, bytes) },
    layout.vhd,
  );
  const filled = filledBitmap(tables.bitmapBytes, tables.blockSizeBytes / SECTOR_BYTES);
  const pacer = new Pacer();
  let readBytes = table.bytes.length;
  let keptBlocks = 0;
  let at = { block: -1, offset: 0 };
  const pieces = blockPieces(tables, layout.diskBytes, table, bitmaps);
  for await (const { tag, bytes } of readPieces(file, pieces, scanner.staging)) {
    readBytes += bytes.length;
    const isZero = scanner.isZero(bytes);
    if (!isZero || tag.bitmap) {
      if (at.block !== tag.block) {
        at = { block: tag.block, offset: await blocks.begin(tag.block, tag.bitmap ?? filled) };
        keptBlocks++;
      }
      // Zeros of a new file are holes.
      if (!isZero) await writer.writeAroundZeros(at.offset + tag.firstByte, bytes);
    }
    meter?.advanceTo(table.bytes.length + (tag.ordinal + 1) * blockBytes(tables));
    signal?.throwIfAborted();
    await pacer.step();
  }
  const fileBytes = await blocks.finish();
  meter?.advanceTo(file.sizeBytes);
  meter?.finish();
  return {
    fileBytes,
    writtenBytes: writer.writtenBytes,
    readBytes: readBytes + (bitmaps?.readBytes ?? 0),
    keptBlocks,
    droppedBlocks: table.allocated - keptBlocks,
  };
}

function blockBytes(tables: BlockTables): number {
  return tables.bitmapBytes + tables.blockSizeBytes;
}

/** Wrong data in a sound file could no longer be told from right. */
function refuseBadBlocks(image: DiskImage, batBytes: Uint8Array): void {
  const { badBlocks, findings } = checkBlocks(image, batBytes);
  if (badBlocks.length === 0) return;
  const [first] = findings;
  throw new DiskError({
    code: 'corrupt',
    message:
      `${grouped(badBlocks.length)} blocks of ${image.file.name} are damaged. ${first?.message ?? ''}`.trim(),
    where: { file: image.file.name, offset: first?.offset ?? 0, lengthBytes: first?.lengthBytes ?? 0 },
    meaning: 'Nothing was written: in the new file the damage would look like data.',
    remedy: 'Check the file and repair it first.',
  });
}

function nothingToDrop({ file, format, type }: DiskImage): DiskError {
  return new DiskError({
    code: 'bad-request',
    message: `${file.name} is a ${format === 'raw' ? 'raw image' : `${type} disk`}: it holds every sector of the disk, so there is nothing to drop.`,
    meaning: 'Nothing was written.',
    remedy: 'Save the disk as a dynamic VHD: that leaves out what is zeros.',
  });
}
