/** What the ways of merging share: what they are given, and how they say how far they are. */
import { ProgressMeter } from '../base/progress.ts';
import type { CoreModule } from '../core/core.ts';
import type { MergeTools } from '../merge/runMerge.ts';
import type { NewFormat } from '../merge/stretch.ts';
import type { MergeProgress, SaveTarget } from './api.ts';
import type { Workshop } from './inPlace.ts';
import type { StretchOfFiles } from './mergeStretch.ts';

/** What a merge is given. */
export interface MergingTools {
  readonly module: CoreModule;
  readonly report: (progress: MergeProgress) => void;
  readonly signal: AbortSignal;
  /** Resolves when the merge may go on. */
  readonly gate: () => Promise<void>;
}

/** The same as `src/merge` takes it. */
export function runTools(workshop: Workshop, prove: boolean, tools: MergingTools): MergeTools {
  const { module, report, signal, gate } = tools;
  const createHasher = () => workshop.platform.createHasher();
  return { module, createHasher, prove, onProgress: report, gate, signal };
}

/** A merge to a new file. */
export interface NewFileJob {
  readonly stretch: StretchOfFiles;
  readonly target: SaveTarget;
  readonly format: NewFormat;
  readonly blockSizeBytes: number | undefined;
  readonly prove: boolean;
}

/** Progress of one stage of a merge that no run reports. */
export function stageMeter(
  tools: MergingTools,
  stage: MergeProgress['stage'],
  phase: string,
  totalBytes: number,
  more: { readonly blockSizeBytes: number; readonly sha256Before: string | null },
): ProgressMeter {
  const { blockSizeBytes, sha256Before } = more;
  const blockCount = Math.ceil(totalBytes / blockSizeBytes);
  const copied = (done: number) => Math.min(blockCount, Math.floor(done / blockSizeBytes));
  const nextBlock = (done: number) =>
    stage === 'hashing before' ? 0 : stage === 'copying' ? copied(done) : blockCount;
  return new ProgressMeter(
    (progress) =>
      tools.report({ ...progress, stage, nextBlock: nextBlock(progress.done), blockCount, sha256Before }),
    phase,
    'bytes',
    totalBytes,
  );
}
