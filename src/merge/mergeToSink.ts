/**
 * A merge to a file that can only be streamed: one that the user picked in a browser. Nothing is read back, and nothing is
 * there under the name before the end; so there is no journal, and it cannot be resumed.
 */
import { must } from '../base/assert.ts';
import { fromHex } from '../base/bytes.ts';
import { DiskError } from '../base/errors.ts';
import type { ProgressMeter } from '../base/progress.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import type { DiskChain } from '../chain/diskChain.ts';
import { openChain } from '../chain/openChain.ts';
import type { CoreModule } from '../core/core.ts';
import { checkNewDisk } from '../export/createDisk.ts';
import { exportDisk, type NewIdentity } from '../export/exportDisk.ts';
import type { PassedDisk } from '../export/hashDisk.ts';
import type { Hasher } from '../export/hasher.ts';
import { intoSink } from '../export/intoSink.ts';
import { USUAL_BLOCK_BYTES } from '../formats/vhd/blockAllocationTable.ts';
import { BlockWriter } from '../formats/vhd/blockWriter.ts';
import { type CreateParent, createVhd } from '../formats/vhd/create.ts';
import { setBits } from '../formats/vhd/sectorBitmap.ts';
import type { FileSink } from '../storage/fileSink.ts';
import { SparseWriter } from '../storage/sparseWriter.ts';
import { readAheadBytes, readBlocks } from './readBlocks.ts';
import type { NewFormat, Stretch } from './stretch.ts';
import { zerosOf } from './stretchSizes.ts';
import { StretchSource, sectorsIn } from './stretchSource.ts';

export interface MergeToSinkOptions {
  readonly format: NewFormat;
  /** A differencing disk takes the newest file's id instead of `identity.id`. */
  readonly identity: NewIdentity;
  /** How a differencing disk names the file below the stretch. */
  readonly parent: Omit<CreateParent, 'id'> | null;
  /** Dynamic and differencing: 512 KiB to 8 MiB, 2 MiB where left out. */
  readonly blockSizeBytes?: number;
  readonly module: CoreModule;
  /** Takes in the disk as it is copied; a differencing disk is not a whole one, and is not hashed. Used up in any case. */
  readonly hasher: Hasher | null;
  /** Counts bytes of the disk. */
  readonly meter?: ProgressMeter;
  readonly signal?: AbortSignal;
  /** Asked between blocks: resolves when the merge may go on (a pause). */
  readonly gate?: () => Promise<void>;
}

export interface MergedToSink {
  readonly fileBytes: number;
  /** Bytes handed to the storage: holes are left out. */
  readonly writtenBytes: number;
  /** Sectors that the files hold, each once, and written zeros that had to be added; zeros may have become holes. */
  readonly copiedBytes: number;
  readonly virtualSizeBytes: number;
  /** SHA-256 of the disk as it was read, hex; '' where it was not hashed. */
  readonly sha256: string;
}

/**
 * The sink is closed at the end, and aborted on any fault. Raw, fixed and dynamic: the disk as seen from layer `first`,
 * down to the base. Differencing: what layers `first` to `last` hold, each sector from the newest that has it, standing on
 * the layer below. Throws 'bad-request' where the stretch cannot become such a file, 'parent-missing' where a sector has no
 * answer, and what the storage throws.
 */
export function mergeToSink(
  stretch: Stretch,
  sink: FileSink,
  options: MergeToSinkOptions,
): Promise<MergedToSink> {
  const { format } = options;
  return format === 'differencing'
    ? intoSink(sink, options.signal, () => writeDifferencing(stretch, sink, options))
    : exportWhole(stretch, sink, options, format);
}

async function exportWhole(
  { images, first, complete }: Stretch,
  sink: FileSink,
  { module, ...options }: MergeToSinkOptions,
  format: Exclude<NewFormat, 'differencing'>,
): Promise<MergedToSink> {
  const { signal } = options;
  const chain = await orGiveUp(sink, options.hasher, () =>
    openChain(module, images.slice(first), { complete, signal }),
  );
  let heldSectors = 0;
  const counted: PassedDisk = {
    sectorCount: chain.sectorCount,
    isZero: (bytes) => chain.isZero(bytes),
    async *passes(pass) {
      for await (const piece of chain.passes(pass)) {
        heldSectors += piece.heldSectors;
        yield piece;
      }
    },
  };
  const result = await exportDisk(counted, sink, { ...options, format });
  const { fileBytes, writtenBytes, virtualSizeBytes, sha256 } = result;
  return { fileBytes, writtenBytes, copiedBytes: heldSectors * SECTOR_BYTES, virtualSizeBytes, sha256 };
}

/** What `exportDisk` does with its sink and its hasher on a fault, for what comes before it. */
async function orGiveUp(
  sink: FileSink,
  hasher: Hasher | null,
  work: () => Promise<DiskChain>,
): Promise<DiskChain> {
  try {
    return await work();
  } catch (error) {
    hasher?.close();
    await sink.abort().catch(() => undefined);
    throw error;
  }
}

async function writeDifferencing(
  stretch: Stretch,
  sink: FileSink,
  options: MergeToSinkOptions,
): Promise<MergedToSink> {
  const { module, hasher, meter, signal, gate } = options;
  // Not hashed: the proof is made by reading the result with what it stands on.
  hasher?.close();
  const disk = differencingDisk(stretch, options);
  checkNewDisk(disk);
  const { blockSizeBytes, virtualSizeBytes } = disk;
  const { first, last } = stretch;
  const images = stretch.images.slice(first, last + 1);
  const waits = images.some(({ file }) => !file.readNow);
  const stagingBytes = readAheadBytes(blockSizeBytes, waits);
  const chain = await openChain(module, images, { complete: false, signal, stagingBytes });
  const source = new StretchSource(chain, images.length, zerosOf(stretch, 'differencing'));
  const writer = new SparseWriter(sink, (bytes) => source.isZero(bytes));
  const vhd = createVhd({ ...disk, id: disk.identity.id, modified: disk.identity.made });
  const blocks = await BlockWriter.start({ write: (offset, bytes) => writer.write(offset, bytes) }, vhd);
  const bitmapBytes = must(vhd.blocks, 'a differencing disk has blocks').bitmapBytes;
  let copiedSectors = 0;
  for await (const { block, runs, bytes } of readBlocks(source, blockSizeBytes, { waits, signal })) {
    await gate?.();
    const bitmap = new Uint8Array(bitmapBytes);
    for (const { from, sectorCount } of runs) setBits(bitmap, from, sectorCount);
    await writer.writeAroundZeros(await blocks.begin(block, bitmap), bytes);
    copiedSectors += sectorsIn(runs);
    meter?.advanceTo(block * blockSizeBytes + bytes.length);
  }
  const fileBytes = await blocks.finish();
  meter?.advanceTo(virtualSizeBytes);
  meter?.finish();
  const { writtenBytes } = writer;
  return { fileBytes, writtenBytes, copiedBytes: copiedSectors * SECTOR_BYTES, virtualSizeBytes, sha256: '' };
}

function differencingDisk(stretch: Stretch, { identity, parent, blockSizeBytes }: MergeToSinkOptions) {
  const { images, first, last } = stretch;
  const leaf = must(images[first], 'the newest layer of the stretch');
  const oldest = must(images[last], 'the oldest layer of the stretch');
  if (!parent || !oldest.parent) throw nothingBelow(oldest.file.name);
  // Where the file below is not here, it is known by the id that is sought.
  const parentId = images[last + 1]?.id ?? oldest.parent.id;
  return {
    type: 'differencing' as const,
    virtualSizeBytes: leaf.virtualSizeBytes,
    blockSizeBytes: blockSizeBytes ?? USUAL_BLOCK_BYTES,
    // Children of the stretch go on naming the same id.
    identity: { id: must(fromHex(leaf.id), 'a file that has a parent has an id'), made: identity.made },
    parent: { ...parent, id: fromHex(parentId) ?? new Uint8Array(0) },
  };
}

function nothingBelow(name: string): DiskError {
  return new DiskError({
    code: 'bad-request',
    message: `The stretch ends with “${name}”: there is no file below it that a differencing disk could stand on.`,
    meaning: 'Nothing was written.',
    remedy: 'Save it as a dynamic VHD, or let the stretch end above the base.',
  });
}
