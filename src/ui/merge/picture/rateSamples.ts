/**
 * Collects how far a merge was at which time, from its reports. Amounts are kept, not rates: where points are dropped
 * the rate between two others is still the exact mean, and nothing is smoothed.
 */
import type { MergeProgress } from '../../../engine/api.ts';
import type { RatePoint } from './props.ts';

export const MOST_POINTS = 600;

type Report = Pick<MergeProgress, 'stage' | 'done' | 'elapsedSeconds'>;

export class RateSamples {
  #points: RatePoint[] = [];
  /** The newest point moves along until it is this far from the one before it. */
  #spacing = 0;
  /** Where the stage began on the clock of the whole run: each stage may count its own seconds. */
  #base = 0;
  #lastElapsed = 0;

  /** In the order of time; a new list after every report. */
  get points(): readonly RatePoint[] {
    return this.#points;
  }

  add({ stage, done, elapsedSeconds }: Report): void {
    const last = this.#points.at(-1);
    if (elapsedSeconds < this.#lastElapsed) this.#base = last?.seconds ?? 0;
    this.#lastElapsed = elapsedSeconds;
    const point = { seconds: this.#base + elapsedSeconds, doneBytes: done, stage };
    const before = this.#points.at(-2);
    const replaces =
      last?.stage === stage &&
      before?.stage === stage &&
      last.seconds - before.seconds < this.#spacing &&
      point.seconds > last.seconds;
    this.#points = replaces ? [...this.#points.slice(0, -1), point] : [...this.#points, point];
    if (this.#points.length > MOST_POINTS) this.#thin();
  }

  /** Every other point goes; first and last of a stage stay, so that no stage loses time or bytes. */
  #thin(): void {
    const points = this.#points;
    let inStage = 0;
    this.#points = points.filter(({ stage }, i) => {
      inStage = points[i - 1]?.stage === stage ? inStage + 1 : 0;
      return inStage % 2 === 0 || points[i + 1]?.stage !== stage;
    });
    const span = (points.at(-1)?.seconds ?? 0) - (points[0]?.seconds ?? 0);
    this.#spacing = Math.max(this.#spacing * 2, (span / MOST_POINTS) * 2);
  }
}

/** From one report to the next of the same stage. */
export interface RateStep {
  readonly from: number;
  readonly to: number;
  readonly bytesPerSecond: number;
  readonly stage: RatePoint['stage'];
}

export function rateSteps(points: readonly RatePoint[]): RateStep[] {
  return points.flatMap((point, i) => {
    const before = points[i - 1];
    if (!before || before.stage !== point.stage || point.seconds <= before.seconds) return [];
    const bytesPerSecond = Math.max(
      0,
      (point.doneBytes - before.doneBytes) / (point.seconds - before.seconds),
    );
    return [{ from: before.seconds, to: point.seconds, bytesPerSecond, stage: point.stage }];
  });
}

export interface StageStart {
  readonly seconds: number;
  readonly stage: RatePoint['stage'];
}

export function stageStarts(points: readonly RatePoint[]): StageStart[] {
  return points.flatMap(({ seconds, stage }, i) =>
    points[i - 1]?.stage === stage ? [] : [{ seconds, stage }],
  );
}
