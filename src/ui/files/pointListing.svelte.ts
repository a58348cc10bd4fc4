/** Lists a volume at the other points of the chain, one point a call, so that whatever else is asked comes in between. */
import { SvelteMap } from 'svelte/reactivity';
import type { Problem } from '../../base/errors.ts';
import type { FileId, ListedPoint, Progress } from '../../engine/api.ts';
import type { JobView } from '../state/jobs.svelte.ts';
import type { Session } from '../state/session.svelte.ts';

/** So much is listed unasked. */
export const UNASKED_SECONDS = 10;

export class PointListing {
  /** What came of points so far. */
  readonly results: ReadonlyMap<FileId, ListedPoint>;
  readonly #results = new SvelteMap<FileId, ListedPoint>();
  job: JobView | null = $state.raw(null);
  /** The point that is being listed. */
  current: FileId | null = $state.raw(null);
  done: number = $state.raw(0);
  total: number = $state.raw(0);
  /** Files found at `current` so far. */
  entries: number = $state.raw(0);
  /** The last run was cancelled. */
  cancelled: boolean = $state.raw(false);
  problem: Problem | null = $state.raw(null);

  readonly running: boolean = $derived(this.job !== null);

  constructor(readonly session: Session) {
    this.results = this.#results;
  }

  cancel(): void {
    this.job?.cancel();
  }

  /** Another chain or volume: what was found out does not hold there. */
  forget(): void {
    this.cancel();
    this.#results.clear();
    this.cancelled = false;
    this.problem = null;
  }

  note(listed: ListedPoint): void {
    this.#results.set(listed.at, listed);
  }

  /** Points newest first; `onpoint` is waited for, so that rows show what is known before the next one is listed. */
  async run(volume: number, points: readonly FileId[], onpoint: () => Promise<void>): Promise<void> {
    if (this.running || points.length === 0) return;
    this.cancelled = false;
    this.problem = null;
    this.done = 0;
    this.total = points.length;
    const title = points.length === 1 ? 'List the other point' : `List the other ${points.length} points`;
    await this.session.jobs.track(title, async (job) => {
      this.job = job;
      const startMs = performance.now();
      for (const point of points) {
        if (job.signal.aborted) break;
        this.current = point;
        this.entries = 0;
        job.progress = this.#progress(startMs);
        if (!(await this.#list(volume, point, job, startMs))) break;
        this.done++;
        await onpoint();
      }
      if (this.job !== job) return;
      this.cancelled = job.signal.aborted;
      this.job = null;
      this.current = null;
    });
  }

  async #list(volume: number, point: FileId, job: JobView, startMs: number): Promise<boolean> {
    const outcome = await this.session.client.run((api, call) => api.listPoints(volume, [point], call), {
      signal: job.signal,
      onProgress: ({ done }) => {
        this.entries = done;
        job.progress = this.#progress(startMs);
      },
    });
    if (!outcome.ok) {
      if (outcome.error.code !== 'cancelled') this.problem = outcome.error;
      return false;
    }
    if (job.signal.aborted) return false;
    for (const listed of outcome.value) this.note(listed);
    return true;
  }

  #progress(startMs: number): Progress {
    const layer = this.current === null ? null : this.session.layerOf(this.current);
    const elapsedSeconds = (performance.now() - startMs) / 1000;
    const perPoint = this.done > 0 ? elapsedSeconds / this.done : null;
    return {
      phase: layer === null ? 'the next point' : `point ${layer}`,
      done: this.done,
      total: this.total,
      unit: 'steps',
      perSecond: null,
      secondsLeft: perPoint === null ? null : perPoint * (this.total - this.done),
      elapsedSeconds,
    };
  }
}
