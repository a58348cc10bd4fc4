/** One merge that runs, or has ended, in this session; it outlives the screen that shows it. */
import type {
  EngineApi,
  FileView,
  Job,
  MergeDone,
  MergePlanView,
  MergeProgress,
  MergeStart,
  Outcome,
  WaitingMerge,
} from '../../engine/api.ts';
import { Run } from '../save/run.svelte.ts';
import { targetName } from '../save/saves.svelte.ts';
import type { Band } from '../state/bands.ts';
import type { Session } from '../state/session.svelte.ts';
import type { MergeStateName, Moves } from './mergeWords.ts';
import type { RatePoint } from './picture/props.ts';
import { RateSamples } from './picture/rateSamples.ts';
import { isLost, type StopAt, type WritesTo } from './stops.ts';
import { shortWaiting } from './waiting.ts';

/** A merge from its plan on, or one that waited. */
export type MergeWork =
  | {
      readonly kind: 'planned';
      readonly start: MergeStart;
      readonly plan: MergePlanView;
      readonly moves: Moves;
      /** A new file in private storage is made out of files there. */
      readonly stored: boolean;
      /** Colours of the chain's layers as they were: afterwards it has fewer. */
      readonly bands: readonly Band[];
    }
  | { readonly kind: 'resumed'; readonly waiting: WaitingMerge; readonly prove: boolean };

/** Figures change four times a second at most. */
const LEAST_MS = 240;

export class MergeRun extends Run<MergeDone> {
  progress: MergeProgress | null = $state.raw(null);
  paused: boolean = $state.raw(false);
  /** How far it was when. */
  points: readonly RatePoint[] = $state.raw([]);
  /** The engine's number of the job. */
  jobId: number | null = null;
  readonly #samples = new RateSamples();
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(
    readonly work: MergeWork,
    /** Files that are closed meanwhile, or were when it waited. */
    readonly fileNames: readonly string[],
    title: string,
  ) {
    super(title);
  }

  get proving(): boolean {
    return this.work.kind === 'planned' ? this.work.start.prove : this.work.prove;
  }

  get plan(): MergePlanView | null {
    return this.work.kind === 'planned' ? this.work.plan : null;
  }

  get writesTo(): WritesTo {
    const { work } = this;
    if (work.kind === 'resumed') return work.waiting.newName === null ? 'in-place' : 'private';
    const { target } = work.start;
    if (target === null) return 'in-place';
    if (target.kind === 'handle') return 'picked';
    return work.stored ? 'private' : 'streamed';
  }

  /** The file that is written to, as its folder knows it. */
  get into(): string {
    const { work } = this;
    if (work.kind === 'resumed') return work.waiting.newName ?? work.waiting.target;
    return work.start.target ? targetName(work.start.target) : (work.plan.survivor ?? '');
  }

  get state(): Exclude<MergeStateName, 'plan'> {
    if (this.result) return 'done';
    if (this.running) return this.paused ? 'paused' : 'running';
    return this.cancelled && !isLost(this) && !this.untouched ? 'waits' : 'stopped';
  }

  /** The journal is made when the first hash is known. */
  get untouched(): boolean {
    const stage = this.progress?.stage ?? 'hashing before';
    return this.work.kind === 'planned' && stage === 'hashing before';
  }

  get stopAt(): StopAt {
    const { work, writesTo, progress, untouched } = this;
    if (work.kind === 'resumed') {
      const { sources, into } = shortWaiting(work.waiting);
      return { writesTo, target: into, newest: sources[0] ?? '', progress, untouched };
    }
    const { labels } = work.moves;
    return { writesTo, target: labels.at(-1) ?? '', newest: labels[0] ?? '', progress, untouched };
  }

  /** The journal that it left is this one. */
  isOf(waiting: WaitingMerge): boolean {
    const { work } = this;
    if (work.kind === 'resumed') return work.waiting.journal === waiting.journal;
    return this.writesTo === 'in-place'
      ? waiting.newName === null && waiting.target === this.into
      : this.writesTo === 'private' && waiting.newName === this.into;
  }

  carryOut(
    session: Session,
    call: (api: EngineApi, job: Job<MergeProgress>) => Promise<Outcome<MergeDone>>,
  ): Promise<MergeDone | null> {
    return this.start(session, (api, job) => {
      this.jobId = job.id;
      return call(api, {
        id: job.id,
        report: (progress) => {
          if (this.#tells(progress)) job.report(progress);
        },
      });
    });
  }

  #tells(progress: MergeProgress): boolean {
    const nowMs = performance.now();
    const isNews = progress.stage !== this.progress?.stage || progress.done === progress.total;
    if (!isNews && nowMs - this.#toldMs < LEAST_MS) return false;
    this.#toldMs = nowMs;
    this.progress = progress;
    this.#samples.add(progress);
    this.points = this.#samples.points;
    return true;
  }
}

/** Whether a file of the chain is one that a merge keeps closed. */
export function isTouched(files: readonly FileView[], names: readonly string[]): boolean {
  return files.some(
    ({ name, path, storage }) => storage !== 'user' && (names.includes(name) || names.includes(path)),
  );
}
