/** One search at a time: what is sought, how far it is, and what came of it. */
import type { Problem } from '../../base/errors.ts';
import type { FileId, SearchResult } from '../../engine/api.ts';
import type { JobView } from '../state/jobs.svelte.ts';
import type { Session } from '../state/session.svelte.ts';
import type { Needle } from './needle.ts';

/** More hits than anyone steps through; the search says where it stopped and goes on from there. */
export const MOST_HITS = 1000;

export class SearchRun {
  job: JobView | null = $state.raw(null);
  problem: Problem | null = $state.raw(null);

  constructor(readonly session: Session) {}

  /** null when it failed, or when another search took its place. A cancelled one gives what it had found. */
  async start(
    target: 'disk' | FileId,
    { needle, alternative }: Extract<Needle, { ok: true }>,
    fromOffset: number,
    typed: string,
  ): Promise<SearchResult | null> {
    this.cancel();
    this.problem = null;
    const { jobs, client } = this.session;
    let mine: JobView | null = null;
    const outcome = await jobs.track(`Find ${typed}`, (view) => {
      mine = view;
      this.job = view;
      return client.run(
        (api, job) => api.search({ target, needle, alternative, fromOffset, limit: MOST_HITS }, job),
        {
          signal: view.signal,
          onProgress: (progress) => {
            view.progress = progress;
          },
        },
      );
    });
    if (this.job !== mine) return null;
    this.job = null;
    if (outcome.ok) return outcome.value;
    if (outcome.error.code !== 'cancelled') this.problem = outcome.error;
    return null;
  }

  cancel(): void {
    this.job?.cancel();
  }
}
