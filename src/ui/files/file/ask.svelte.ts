/** One question to the engine about what is selected: how far it is and what it came to. A newer one ends the one before. */
import type { Problem } from '../../../base/errors.ts';
import type { Progress } from '../../../base/progress.ts';
import type { EngineCall } from '../../save/run.svelte.ts';
import type { Session } from '../../state/session.svelte.ts';

export class Ask<T> {
  asking: boolean = $state.raw(false);
  /** By the reader. */
  cancelled: boolean = $state.raw(false);
  progress: Progress | null = $state.raw(null);
  result: T | null = $state.raw(null);
  problem: Problem | null = $state.raw(null);
  #abort: AbortController | null = null;

  constructor(readonly session: Session) {}

  /** The value, or null where it failed or was ended. What came of the question before stays until this one is answered. */
  async start(call: EngineCall<T>): Promise<T | null> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.asking = true;
    this.cancelled = false;
    this.progress = null;
    this.problem = null;
    const outcome = await this.session.client.run(call, {
      signal: abort.signal,
      onProgress: (progress) => {
        if (this.#abort === abort) this.progress = progress;
      },
    });
    if (this.#abort !== abort) return null;
    this.#abort = null;
    this.asking = false;
    if (outcome.ok) this.result = outcome.value;
    else if (outcome.error.code === 'cancelled') this.cancelled = true;
    else this.problem = outcome.error;
    return this.result;
  }

  cancel(): void {
    if (!this.asking) return;
    this.end();
    this.cancelled = true;
  }

  /** Nobody wants the answer any more. */
  end(): void {
    this.#abort?.abort();
    this.forget();
  }

  /** The engine finishes it, and what it says is dropped: for what is done sooner than it could be stopped. */
  forget(): void {
    this.#abort = null;
    this.asking = false;
  }
}
