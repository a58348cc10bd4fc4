/** Drives a run from its first batch to its report: copying, the proof in between, and the end. */
import { DiskError } from '../base/errors.ts';
import { type Progress, ProgressMeter } from '../base/progress.ts';
import { grouped, SECTOR_BYTES } from '../base/units.ts';
import { openChain } from '../chain/openChain.ts';
import { HASH_PIECE_BYTES } from '../export/hashDisk.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import type { DiskProof, MergeReport, MergeStage } from './mergeReport.ts';
import type { MergeRun } from './mergeRun.ts';
import { closeAll, openDisks } from './openFiles.ts';
import { type BlockProof, differingPieces, proveDisk } from './proof.ts';
import type { MergeTools } from './runMerge.ts';
import type { NewFormat } from './stretch.ts';

export interface Drive {
  /** null: not asked for, or not known any more. */
  readonly before: BlockProof | null;
  readonly startMs: number;
  readonly resumed: boolean;
  readonly tools: MergeTools;
}

/** The disk as it is before anything is written. `files`: newest first, down to the root. */
export async function proofBefore(
  folder: DiskFolder,
  files: readonly { readonly name: string; readonly isRaw: boolean }[],
  tools: MergeTools,
): Promise<BlockProof> {
  const images = await openDisks(folder, files);
  try {
    return await prove(images, 'hashing before', tools, { nextBlock: 0, blockCount: 0 }, null);
  } finally {
    await closeAll(images.map(({ file }) => file));
  }
}

/** Closes the run's files, whatever happens; what is not finished waits in the folder. */
export async function driveMerge(folder: DiskFolder, run: MergeRun, drive: Drive): Promise<MergeReport> {
  const { tools, resumed } = drive;
  try {
    const { head } = run;
    const isInPlace = head.way === 'in-place';
    const sources = head.sources.map(({ name, sizeBytes }) => ({ name, sizeBytes }));
    const target = { name: head.target, sizeBytes: run.target.file.sizeBytes };
    const before = drive.before ?? (await proofOfResumed(folder, run, tools));
    const copySeconds = await copyAll(run, before?.sha256 ?? null, tools);
    await run.settle();
    const after = before ? await proofAfter(folder, run, before, tools) : null;
    const { copiedBytes } = run;
    meterOf(tools, 'finishing', 'Finishing', run, before?.sha256 ?? null, null);
    await run.finish();
    const survivor = head.newName ?? head.target;
    const left = { name: survivor, sizeBytes: run.target.file.sizeBytes };
    return {
      way: head.way,
      format: isInPlace ? null : formatOf(run.target),
      survivor,
      filesBefore: isInPlace ? [...sources, target] : sources,
      filesAfter: isInPlace ? [left] : [left, ...sources],
      removed: isInPlace ? sources.map(({ name }) => name) : [],
      relinked: head.relink,
      copiedBytes,
      copySeconds,
      seconds: (performance.now() - drive.startMs) / 1000,
      proof: before && after ? { before: plain(before), after: plain(after) } : null,
      resumed,
    };
  } catch (error) {
    await run.close().catch(() => undefined);
    throw error;
  }
}

function formatOf({ format, type }: DiskImage): NewFormat {
  return format === 'raw' ? 'raw' : type;
}

async function copyAll(run: MergeRun, sha256Before: string | null, tools: MergeTools): Promise<number> {
  const startMs = performance.now();
  if (run.isCopied) return 0;
  const meter = meterOf(tools, 'copying', 'Copying', run, sha256Before, await run.totalBytes());
  run.onBlock = () => meter.advanceTo(run.copiedBytes);
  run.onBlock();
  do {
    await tools.gate?.();
    tools.signal?.throwIfAborted();
  } while (await run.step());
  meter.finish();
  return (performance.now() - startMs) / 1000;
}

// ── The proof ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A merge that was cut off has no digests of single pieces. */
type KnownProof = DiskProof & { readonly digests: BigUint64Array | null };

/** The journal says what the hash was; where it was not asked for then, the chain, which reads as before, still does. */
async function proofOfResumed(
  folder: DiskFolder,
  run: MergeRun,
  tools: MergeTools,
): Promise<KnownProof | null> {
  const { sha256Before, below } = run.head;
  const { virtualSizeBytes } = run.target;
  const blocks = Math.ceil(virtualSizeBytes / HASH_PIECE_BYTES);
  if (sha256Before !== null) return { sha256: sha256Before, virtualSizeBytes, blocks, digests: null };
  if (!tools.prove || run.hasTakenOver || run.head.way === 'new-file') return null;
  return withBelow(folder, below, (images) =>
    prove([...run.sources, run.target, ...images], 'hashing before', tools, run, null),
  );
}

/** Of the disk as it will be; throws 'corrupt' where it is another. Nothing was removed then. */
async function proofAfter(
  folder: DiskFolder,
  run: MergeRun,
  before: KnownProof,
  tools: MergeTools,
): Promise<BlockProof> {
  const after = await withBelow(folder, run.head.below, (images) =>
    prove([run.target, ...images], 'hashing after', tools, run, before.sha256),
  );
  if (after.sha256 === before.sha256 && after.virtualSizeBytes === before.virtualSizeBytes) return after;
  throw proofFails(run, before, after);
}

async function withBelow<T>(
  folder: DiskFolder,
  names: readonly string[],
  work: (images: readonly DiskImage[]) => Promise<T>,
): Promise<T> {
  const images = await openDisks(
    folder,
    names.map((name) => ({ name, isRaw: null })),
  );
  try {
    return await work(images);
  } finally {
    await closeAll(images.map(({ file }) => file));
  }
}

async function prove(
  images: readonly DiskImage[],
  stage: MergeStage,
  tools: MergeTools,
  at: Place,
  sha256Before: string | null,
): Promise<BlockProof> {
  const { module, signal, gate } = tools;
  const complete = images.at(-1)?.type !== 'differencing';
  const waits = images.some(({ file }) => !file.readNow);
  const disk = await openChain(module, images, {
    complete,
    signal,
    ...(waits ? {} : { stagingBytes: HASH_PIECE_BYTES }),
  });
  const words = stage === 'hashing before' ? 'Hashing the disk' : 'Hashing the merged disk';
  const meter = meterOf(tools, stage, words, at, sha256Before, disk.sectorCount * SECTOR_BYTES);
  const hasher = await tools.createHasher();
  return proveDisk(disk, { hasher, meter, signal, gate });
}

function proofFails(run: MergeRun, before: KnownProof, after: BlockProof): DiskError {
  const { head } = run;
  const pieces = before.digests ? differingPieces({ ...before, digests: before.digests }, after) : [];
  const [piece] = pieces;
  const where = piece
    ? ` The first difference lies in sectors ${grouped(piece.firstSector)} to ${grouped(piece.firstSector + piece.sectorCount - 1)}.`
    : '';
  return new DiskError({
    code: 'corrupt',
    message: `The merged disk is not the disk that was to be merged: its SHA-256 is ${after.sha256}, expected ${before.sha256}.${where}`,
    where: { file: head.target, offset: 0, lengthBytes: 0 },
    meaning:
      'Nothing was removed: the chain reads as before. Either a file was changed meanwhile, or this program is at fault.',
    remedy:
      'Give the merge up, check every file, and save the disk as seen from the newest one as a new file.',
  });
}

function plain({ sha256, blocks, virtualSizeBytes }: KnownProof): DiskProof {
  return { sha256, blocks, virtualSizeBytes };
}

// ── Progress ─────────────────────────────────────────────────────────────────────────────────────────────────────────

type Place = Pick<MergeRun, 'nextBlock' | 'blockCount'>;

function meterOf(
  { onProgress }: MergeTools,
  stage: MergeStage,
  words: string,
  at: Place,
  sha256Before: string | null,
  total: number | null,
): ProgressMeter {
  const report = (progress: Progress) => {
    const { nextBlock, blockCount } = at;
    onProgress?.({ ...progress, stage, nextBlock, blockCount, sha256Before });
  };
  return new ProgressMeter(report, words, 'bytes', total);
}
