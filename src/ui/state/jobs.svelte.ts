/** Long actions that run now: each has a title, its progress, and can be cancelled. */
import type { EngineApi, Job, Outcome, Progress } from '../../engine/api.ts';
import type { EngineClient } from './engineClient.ts';

export class JobView {
  progress: Progress | null = $state.raw(null);
  cancelling: boolean = $state.raw(false);
  readonly #abort = new AbortController();

  constructor(
    readonly id: number,
    readonly title: string,
  ) {}

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  cancel(): void {
    this.cancelling = true;
    this.#abort.abort();
  }
}

export class Jobs {
  list: readonly JobView[] = $state.raw([]);
  #next = 1;

  constructor(readonly client: EngineClient) {}

  /** Runs a call of the engine as a job; the outcome comes back as the engine gave it, 'cancelled' included. */
  run<T>(title: string, call: (api: EngineApi, job: Job) => Promise<Outcome<T>>): Promise<Outcome<T>> {
    return this.track(title, (view) =>
      this.client.run(call, {
        signal: view.signal,
        onProgress: (progress) => {
          view.progress = progress;
        },
      }),
    );
  }

  /** Any long work of the page itself, for instance walking a dropped folder. */
  async track<T>(title: string, work: (view: JobView) => Promise<T>): Promise<T> {
    const view = new JobView(this.#next++, title);
    this.list = [...this.list, view];
    try {
      return await work(view);
    } finally {
      this.list = this.list.filter((other) => other !== view);
    }
  }

  cancelAll(): void {
    for (const view of this.list) view.cancel();
  }
}
