/** The read path of the selection: traced at once, measured when selection and engine rest. */

import type { SectorRange } from '../../base/units.ts';
import type { Outcome, ReadTrace, TraceCosts } from '../../engine/api.ts';
import type { EngineClient } from './engineClient.ts';
import type { Jobs } from './jobs.svelte.ts';

/** Longest selection whose read path is walked: 512 MiB. */
export const TRACED_SECTORS = 1 << 20;
const REST_MS = 200;

export class Walk {
  /** Stays that of the selection before until the new one is here. */
  trace: ReadTrace | null = $state.raw(null);
  costs: TraceCosts | null = $state.raw(null);
  readonly #client: EngineClient;
  readonly #jobs: Jobs;
  #ticket = 0;

  constructor(client: EngineClient, jobs: Jobs) {
    this.#client = client;
    this.#jobs = jobs;
  }

  /** Answers that are still under way no longer count. */
  abandon(): void {
    this.#ticket++;
  }

  clear(): void {
    this.abandon();
    this.trace = null;
    this.costs = null;
  }

  /** `onTrace` takes the outcome of the trace, unless another selection came first. */
  async follow(
    { firstSector, sectorCount }: SectorRange,
    onTrace: (outcome: Outcome<ReadTrace>) => ReadTrace | null,
  ): Promise<void> {
    const ticket = ++this.#ticket;
    const outcome = await this.#client.api.trace(firstSector, Math.min(sectorCount, TRACED_SECTORS));
    if (ticket !== this.#ticket) return;
    this.costs = null;
    this.trace = outcome.ok ? outcome.value : null;
    const trace = onTrace(outcome);
    if (!trace) return;
    // Beside a long job every read would wait for the job's, and the clock would measure the queue.
    do {
      await new Promise((rested) => setTimeout(rested, REST_MS));
      if (ticket !== this.#ticket) return;
    } while (this.#jobs.list.length > 0);
    const costs = await this.#client.api.measure(trace);
    if (ticket === this.#ticket && costs.ok) this.costs = costs.value;
  }
}
