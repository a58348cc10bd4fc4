/** A long action that ends with a result, a problem or a cancel, and outlives the screen that started it. */
import type { Problem } from '../../base/errors.ts';
import type { EngineApi, Job, Outcome } from '../../engine/api.ts';
import type { JobView } from '../state/jobs.svelte.ts';
import type { Session } from '../state/session.svelte.ts';

export type EngineCall<T> = (api: EngineApi, job: Job) => Promise<Outcome<T>>;

export class Run<T> {
  job: JobView | null = $state.raw(null);
  result: T | null = $state.raw(null);
  problem: Problem | null = $state.raw(null);
  cancelled: boolean = $state.raw(false);
  /** Somebody looks at it: its end need not be told elsewhere. */
  watched = true;

  constructor(readonly title: string) {}

  get running(): boolean {
    return !this.result && !this.problem && !this.cancelled;
  }

  cancel(): void {
    this.job?.cancel();
  }

  /** Until what it returns is called, somebody looks at it. */
  watch(): () => void {
    this.watched = true;
    return () => {
      this.watched = false;
    };
  }

  /** Runs the call as a job of the session; null where it failed or was cancelled. */
  async start(session: Session, call: (api: EngineApi, job: Job) => Promise<Outcome<T>>): Promise<T | null> {
    const outcome = await session.jobs.track(this.title, (view) => {
      this.job = view;
      return session.client.run(call, {
        signal: view.signal,
        onProgress: (progress) => {
          view.progress = progress;
        },
      });
    });
    if (outcome.ok) this.result = outcome.value;
    else if (outcome.error.code === 'cancelled') this.cancelled = true;
    else {
      this.problem = outcome.error;
      if (!this.watched) session.take(outcome, this.title);
    }
    return this.result;
  }
}
