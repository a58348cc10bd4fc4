/** A merge to a file that is only streamed to: one that the user picked, or private storage where the sources are not. */
import { must } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import { grouped, SECTOR_BYTES } from '../base/units.ts';
import { openChain } from '../chain/openChain.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import { isDiskImage, openImage } from '../formats/openImage.ts';
import { openRaw } from '../formats/raw/open.ts';
import type { MergeReport, NamedSize } from '../merge/mergeReport.ts';
import { mergeToSink } from '../merge/mergeToSink.ts';
import { type BlockProof, differingPieces, proveDisk } from '../merge/proof.ts';
import type { MergeProgress } from './api.ts';
import type { Workshop } from './inPlace.ts';
import { parentBelow } from './mergeParent.ts';
import { type MergingTools, type NewFileJob, stageMeter } from './mergeTools.ts';
import { newIdentity } from './saving.ts';
import { openTarget } from './targets.ts';

const PIECE_BYTES = 2 * 1024 ** 2;

/** Cancelled, nothing is left of it. Throws 'corrupt' where the new file does not read as the files that it was made from. */
export async function mergeToTarget(
  workshop: Workshop,
  job: NewFileJob,
  tools: MergingTools,
): Promise<MergeReport> {
  const startMs = performance.now();
  const { platform, pile } = workshop;
  const { stretch, target, format, blockSizeBytes, prove } = job;
  const { images, names, first, last, complete } = stretch;
  const prover = new Prover(workshop, tools, must(images[first], 'a newest layer').virtualSizeBytes);
  const before = prove ? await prover.prove('hashing before', images.slice(first), complete, null) : null;
  const { sink, name } = await openTarget(platform, pile, target);
  const copyStartMs = performance.now();
  const { copiedBytes, fileBytes } = await mergeToSink(stretch, sink, {
    format,
    identity: newIdentity(platform),
    parent: format === 'differencing' ? parentBelow(stretch, name) : null,
    ...(blockSizeBytes === undefined ? {} : { blockSizeBytes }),
    module: tools.module,
    hasher: null,
    meter: prover.meter('copying', before?.sha256 ?? null),
    signal: tools.signal,
    gate: tools.gate,
  });
  const copySeconds = (performance.now() - copyStartMs) / 1000;
  const after =
    before &&
    (await proveMade(prover, workshop, job, name, before).catch(async (error: unknown) => {
      await discard(workshop, job, name);
      throw error;
    }));
  const filesBefore = images.slice(first, last + 1).map(
    ({ file }, layer): NamedSize => ({
      name: names[first + layer] ?? file.name,
      sizeBytes: file.sizeBytes,
    }),
  );
  return {
    way: 'new-file',
    format,
    survivor: name,
    filesBefore,
    filesAfter: [{ name, sizeBytes: fileBytes }, ...filesBefore],
    removed: [],
    relinked: [],
    copiedBytes,
    copySeconds,
    seconds: (performance.now() - startMs) / 1000,
    proof: before && after ? { before: proofOf(before), after: proofOf(after) } : null,
    resumed: false,
  };
}

/** The digests of the pieces stay here. */
function proofOf({ sha256, blocks, virtualSizeBytes }: BlockProof) {
  return { sha256, blocks, virtualSizeBytes };
}

/** The new file is read back through what it was written to. */
async function proveMade(
  prover: Prover,
  { platform }: Workshop,
  { stretch, target, format }: NewFileJob,
  name: string,
  before: BlockProof,
): Promise<BlockProof> {
  const source =
    target.kind === 'private'
      ? ({ kind: 'private', name } as const)
      : ({ kind: 'handle', handle: target.handle, path: name } as const);
  const { file } = await platform.openSource(source);
  try {
    const made = await (format === 'raw' ? openRaw(file) : openImage(file));
    if (!isDiskImage(made)) throw notAsBefore(name, 'it cannot be opened as a disk');
    const below = format === 'differencing' ? stretch.images.slice(stretch.last + 1) : [];
    const complete = format === 'differencing' ? stretch.complete : true;
    const after = await prover.prove('hashing after', [made, ...below], complete, before.sha256);
    if (after.sha256 === before.sha256) return after;
    const [range] = differingPieces(before, after);
    const where = range ? ` from sector ${grouped(range.firstSector)} on` : '';
    throw notAsBefore(name, `its disk differs${where}`);
  } finally {
    await file.close();
  }
}

/** What cannot be taken away stays: the fault that ended it is the one to tell. */
async function discard({ platform }: Workshop, { target }: NewFileJob, name: string): Promise<void> {
  const removed =
    target.kind === 'private' ? (await platform.privateFolder()).remove(name) : target.handle.remove?.();
  await removed?.catch(() => undefined);
}

/** Hashes disks, and says how far it is. */
class Prover {
  constructor(
    private readonly workshop: Workshop,
    private readonly tools: MergingTools,
    private readonly sizeBytes: number,
  ) {}

  meter(stage: MergeProgress['stage'], sha256Before: string | null) {
    const phase = stage === 'copying' ? 'Copying' : 'Hashing the disk';
    return stageMeter(this.tools, stage, phase, this.sizeBytes, {
      blockSizeBytes: PIECE_BYTES,
      sha256Before,
    });
  }

  async prove(
    stage: MergeProgress['stage'],
    images: readonly DiskImage[],
    complete: boolean,
    sha256Before: string | null,
  ): Promise<BlockProof> {
    const { module, signal, gate } = this.tools;
    const disk = await openChain(module, images, { complete, signal });
    const hasher = await this.workshop.platform.createHasher();
    return proveDisk(disk, { hasher, meter: this.meter(stage, sha256Before), signal, gate });
  }
}

function notAsBefore(name: string, found: string): DiskError {
  return new DiskError({
    code: 'corrupt',
    message: `“${name}” does not read as the files that it was made from: ${found}.`,
    where: { file: name, offset: 0, lengthBytes: SECTOR_BYTES },
    meaning: 'The files that it was made from are as they were. The new one must not be used.',
    remedy: 'Remove it, and merge to another drive.',
  });
}
