/**
 * Runs the engine's calls: gives each an outcome, ends long ones on `cancel`, and poisons the engine at the first
 * fault of our own, because nothing in memory can be trusted after a trap or a failed assertion.
 */
import { DiskError, type Outcome, type Problem, toProblem } from '../base/errors.ts';
import type { Job } from './api.ts';

export class Jobs {
  private readonly running = new Map<number, AbortController>();
  private readonly pending = new Set<Promise<unknown>>();
  private poison: Problem | null = null;

  /** Long calls that run now. */
  get count(): number {
    return this.running.size;
  }

  /** The one place where what is thrown becomes an `Outcome`. */
  async outcome<T>(work: () => Promise<T>): Promise<Outcome<T>> {
    if (this.poison !== null) return { ok: false, error: this.poison };
    try {
      return { ok: true, value: await work() };
    } catch (error) {
      const problem = toProblem(error);
      if (!(error instanceof DiskError)) this.poison ??= problem;
      return { ok: false, error: problem };
    }
  }

  /**
   * A call that can be cancelled by the job's number. Work that has ended before it heard of the cancel keeps its value:
   * what was written is written.
   */
  run<T>(job: Pick<Job, 'id'>, work: (signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
    const controller = new AbortController();
    this.running.set(job.id, controller);
    const outcome = this.outcome(() => work(controller.signal)).finally(() => {
      if (this.running.get(job.id) === controller) this.running.delete(job.id);
      this.pending.delete(outcome);
    });
    this.pending.add(outcome);
    return outcome;
  }

  cancel(jobId: number): void {
    this.running.get(jobId)?.abort(cancelled());
  }

  /** Cancels every job and waits until the last one has let go of its files. */
  async cancelAll(): Promise<void> {
    for (const controller of this.running.values()) controller.abort(cancelled());
    await Promise.all(this.pending);
  }
}

/** What a cancelled call throws: the reason of its signal. */
export function cancelled(message = 'Cancelled.'): DiskError {
  return new DiskError({ code: 'cancelled', message });
}
