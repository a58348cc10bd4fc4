/** A whole merge: the proof before, the copy, the proof after, and only then what cannot be taken back. */
import { must } from '../base/assert.ts';
import { fromHex } from '../base/bytes.ts';
import { DiskError } from '../base/errors.ts';
import type { CoreModule } from '../core/core.ts';
import type { NewIdentity } from '../export/exportDisk.ts';
import type { Hasher } from '../export/hasher.ts';
import type { CreateParent } from '../formats/vhd/create.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import { driveMerge, proofBefore } from './driveMerge.ts';
import { growTarget } from './growTarget.ts';
import { headInPlace, headOfNewFile } from './journalHeadOf.ts';
import type { MergeProgress, MergeReport } from './mergeReport.ts';
import { type MergeJob, MergeRun } from './mergeRun.ts';
import { makeNewTarget } from './newTarget.ts';
import { closeAll, openDisk, openDisks, orClose } from './openFiles.ts';
import { obstaclesOf } from './planMerge.ts';
import type { NewFormat, Stretch } from './stretch.ts';
import { zerosOf } from './stretchSizes.ts';

export interface InPlaceRequest {
  readonly way: 'in-place';
  readonly stretch: Stretch;
}

export interface NewFileRequest {
  readonly way: 'new-file';
  readonly stretch: Stretch;
  readonly format: NewFormat;
  /** In the folder; must not be there. */
  readonly newName: string;
  /** 2 MiB where left out. */
  readonly blockSizeBytes?: number;
  /** A differencing disk takes the newest file's id instead of `identity.id`. */
  readonly identity: NewIdentity;
  /** How a differencing disk names the file below the stretch; without its id. */
  readonly parent: Omit<CreateParent, 'id'> | null;
}

export type MergeRequest = InPlaceRequest | NewFileRequest;

export interface MergeTools {
  readonly module: CoreModule;
  readonly createHasher: () => Promise<Hasher>;
  /** Hash the disk before and after. A merge whose hashes differ removes nothing. */
  readonly prove: boolean;
  readonly onProgress?: (progress: MergeProgress) => void;
  /** Asked between batches: resolves when the merge may go on (a pause). */
  readonly gate?: () => Promise<void>;
  /** Stops it; it can be resumed then. Throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Bytes that one batch writes, about; 64 MiB where left out. */
  readonly batchBytes?: number;
}

/**
 * Files of `stretch` are opened anew by their names in `folder`; those given are only looked at. Throws what a plan's
 * obstacles say ('bad-request'), what the storage throws, and 'corrupt' where the proof fails: in each case the chain
 * reads as before, and a merge that had begun waits in the folder.
 */
export async function runMerge(
  folder: DiskFolder,
  request: MergeRequest,
  tools: MergeTools,
): Promise<MergeReport> {
  const startMs = performance.now();
  const { stretch } = request;
  refuse(request);
  const layers = filesOf(stretch);
  const before = tools.prove ? await proofBefore(folder, layers.slice(stretch.first), tools) : null;
  const sha256Before = before?.sha256 ?? null;
  const job =
    request.way === 'in-place'
      ? await jobInPlace(folder, stretch, sha256Before)
      : await jobOfNewFile(folder, request, sha256Before);
  const run = await MergeRun.start(folder, job, tools).catch(async (error: unknown) => {
    if (request.way === 'new-file') await folder.remove(job.head.target).catch(() => undefined);
    throw error;
  });
  return driveMerge(folder, run, { before, startMs, resumed: false, tools });
}

/** Finishes what waits under this journal. */
export async function resumeMerge(
  folder: DiskFolder,
  journal: string,
  tools: MergeTools,
): Promise<MergeReport> {
  const startMs = performance.now();
  const run = await MergeRun.resume(folder, journal, tools);
  return driveMerge(folder, run, { before: null, startMs, resumed: true, tools });
}

/** Gives up what waits under this journal. Throws 'bad-request' where it is past that: the target has taken over. */
export async function abandonMerge(
  folder: DiskFolder,
  journal: string,
  tools: Pick<MergeTools, 'module' | 'signal'>,
): Promise<void> {
  const run = await MergeRun.resume(folder, journal, tools);
  await orClose([run], () => run.abandon());
}

/** Throws the first obstacle, as far as the files tell without their bitmaps. */
export function refuse(request: MergeRequest): void {
  const { way, stretch } = request;
  const format = request.way === 'new-file' ? request.format : null;
  const obstacle = obstaclesOf(stretch, { way, format, closed: [] }).find(
    ({ severity }) => severity === 'error',
  );
  if (!obstacle) return;
  const { message, meaning, remedy, file, offset, lengthBytes } = obstacle;
  throw new DiskError({
    code: 'bad-request',
    message,
    where: { file, offset, lengthBytes },
    meaning,
    remedy,
  });
}

interface LayerFile {
  readonly name: string;
  readonly isRaw: boolean;
}

function filesOf({ images, names }: Stretch): LayerFile[] {
  return images.map(({ format }, layer) => ({
    name: must(names[layer], 'a layer has a name'),
    isRaw: format === 'raw',
  }));
}

async function jobInPlace(
  folder: DiskFolder,
  stretch: Stretch,
  sha256Before: string | null,
): Promise<MergeJob> {
  const { first, last } = stretch;
  const layers = filesOf(stretch);
  await growTarget(folder, stretch);
  const { name, isRaw } = must(layers[last], 'the target is in the chain');
  const sources = await openDisks(folder, layers.slice(first, last));
  return orClose(
    sources.map(({ file }) => file),
    async () => {
      const head = await headInPlace(folder, stretch, { sha256Before, live: false });
      return { head, sources, target: await openDisk(folder, name, 'read-write', isRaw) };
    },
  );
}

async function jobOfNewFile(
  folder: DiskFolder,
  request: NewFileRequest,
  sha256Before: string | null,
): Promise<MergeJob> {
  const { stretch, format, newName, blockSizeBytes, identity, parent } = request;
  const { images, first, last } = stretch;
  const newest = must(images[first], 'the stretch lies in the chain');
  // Where the file below is not here, the oldest of the stretch still says which it is.
  const parentId = images[last + 1]?.id ?? images[last]?.parent?.id;
  const isChild = format === 'differencing';
  const made = await makeNewTarget(folder, {
    newName,
    format,
    virtualSizeBytes: newest.virtualSizeBytes,
    identity: { ...identity, id: isChild ? rawId(newest.id) : identity.id },
    ...(blockSizeBytes === undefined ? {} : { blockSizeBytes }),
    ...(isChild && parent && parentId ? { parent: { ...parent, id: rawId(parentId) } } : {}),
  });
  try {
    const sources = await openDisks(folder, filesOf(stretch).slice(first, last + 1));
    const target = { ...made, newName };
    const rest = { sha256Before, live: false };
    const head = await headOfNewFile(folder, stretch, target, zerosOf(stretch, format), rest);
    return { head, sources, target: made.image };
  } catch (error) {
    await closeAll([made.image.file]).catch(() => undefined);
    await folder.remove(made.name).catch(() => undefined);
    throw error;
  }
}

function rawId(id: string): Uint8Array {
  return must(fromHex(id), 'a VHD has an id');
}
