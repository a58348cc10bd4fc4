/** How fast each merge copies, in simulated time: from what was seen in the last simulated seconds. */
import type { LabMerge } from '../../../engine/api.ts';

interface Seen {
  readonly atUs: number;
  readonly copiedBytes: number;
}

const US_PER_SECOND = 1_000_000;
/** The rate follows the load of the guest, not the whole history. */
const WINDOW_US = 20 * US_PER_SECOND;
const MOST_SEEN = 200;

export class MergeRates {
  /** By the merge's key. */
  readonly #seen = new Map<string, readonly Seen[]>();

  /** What the lab shows at `nowUs`; time that went back (a seek) begins anew. */
  see(merges: readonly LabMerge[], nowUs: number): void {
    const running = merges.filter(isRunning);
    const keys = new Set(running.map(({ key }) => key));
    for (const key of this.#seen.keys()) if (!keys.has(key)) this.#seen.delete(key);
    for (const { key, copiedBytes, startedUs } of running) {
      const begin = { atUs: startedUs ?? nowUs, copiedBytes: 0 };
      const before = this.#seen.get(key) ?? [begin];
      const last = before.at(-1);
      const wentBack = !last || last.atUs > nowUs || last.copiedBytes > copiedBytes;
      const kept = wentBack ? [begin] : before;
      const next = kept.at(-1)?.atUs === nowUs ? kept : [...kept, { atUs: nowUs, copiedBytes }];
      const first = next.findLastIndex(({ atUs }) => atUs <= nowUs - WINDOW_US);
      this.#seen.set(key, next.slice(Math.max(0, first, next.length - MOST_SEEN)));
    }
  }

  /** Bytes in a simulated second; null while nothing can be said. */
  of(key: string): number | null {
    const seen = this.#seen.get(key);
    const first = seen?.[0];
    const last = seen?.at(-1);
    if (!first || !last || last.atUs <= first.atUs) return null;
    return ((last.copiedBytes - first.copiedBytes) / (last.atUs - first.atUs)) * US_PER_SECOND;
  }
}

export function isRunning({ state }: LabMerge): boolean {
  return state === 'merging' || state === 'catching up';
}
