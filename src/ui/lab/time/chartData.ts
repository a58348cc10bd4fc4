/** The chart's columns out of the lab's samples: each is a step from its beginning to its end, and nothing is smoothed. */
import type { LabSample } from '../../../engine/api.ts';

const US_PER_SECOND = 1_000_000;
const US_PER_MS = 1000;

/** One entry a corner of the steps. null: nothing was measured there. */
export interface ChartColumns {
  readonly seconds: readonly number[];
  readonly operations: readonly (number | null)[];
  readonly medianMs: readonly (number | null)[];
  readonly p99Ms: readonly (number | null)[];
}

export function operationsPerSecond({ operations, lengthUs }: LabSample): number {
  return lengthUs > 0 ? (operations / lengthUs) * US_PER_SECOND : 0;
}

/** Of a sample that is still under way, so much must be over for its rate to say anything. */
const LEAST_SHARE = 0.25;

/** Up to now: the sample under way is as long as it has been so far, or left out while it has hardly begun. */
export function measuredUntil(samples: readonly LabSample[], nowUs: number): readonly LabSample[] {
  const last = samples.at(-1);
  if (!last || last.fromUs + last.lengthUs <= nowUs) return samples;
  const lengthUs = nowUs - last.fromUs;
  const before = samples.slice(0, -1);
  return lengthUs < last.lengthUs * LEAST_SHARE ? before : [...before, { ...last, lengthUs }];
}

/** What the panels show at most; what is above is cut off there, and `cutsOf` says where. */
export interface Tops {
  readonly operations: number;
  readonly latencyMs: number;
}

/** Samples in the order of time. */
export function chartColumns(samples: readonly LabSample[], tops: Tops): ChartColumns {
  const columns = {
    seconds: [] as number[],
    operations: [] as (number | null)[],
    medianMs: [] as (number | null)[],
    p99Ms: [] as (number | null)[],
  };
  const corner = (
    atUs: number,
    operations: number | null,
    medianMs: number | null,
    p99Ms: number | null,
  ): void => {
    columns.seconds.push(atUs / US_PER_SECOND);
    columns.operations.push(operations);
    columns.medianMs.push(medianMs);
    columns.p99Ms.push(p99Ms);
  };
  let endUs: number | null = null;
  for (const sample of samples) {
    const toUs = sample.fromUs + sample.lengthUs;
    if (endUs !== null && sample.fromUs > endUs) corner(endUs, null, null, null);
    const rate = Math.min(operationsPerSecond(sample), tops.operations);
    const latency = (us: number) => (sample.operations > 0 ? Math.min(us / US_PER_MS, tops.latencyMs) : null);
    corner(sample.fromUs, rate, latency(sample.medianUs), latency(sample.p99Us));
    corner(toUs, rate, latency(sample.medianUs), latency(sample.p99Us));
    endUs = toUs;
  }
  return columns;
}

/** Where a sample is above its panel, and what it was. */
export interface Cut {
  readonly atUs: number;
  readonly value: number;
}

export function cutsOf(
  samples: readonly LabSample[],
  measure: (sample: LabSample) => number,
  top: number,
): Cut[] {
  return samples.flatMap((sample) => {
    const value = measure(sample);
    return value > top ? [{ atUs: sample.fromUs + sample.lengthUs / 2, value }] : [];
  });
}

/** Cuts nearer than `gapUs` to the one before are one: the highest of them. In the order of time. */
export function joinedCuts(cuts: readonly Cut[], gapUs: number): Cut[] {
  const joined: Cut[] = [];
  let lastUs = Number.NEGATIVE_INFINITY;
  for (const cut of cuts) {
    const last = joined.at(-1);
    if (!last || cut.atUs - lastUs > gapUs) joined.push(cut);
    else if (cut.value > last.value) joined[joined.length - 1] = cut;
    lastUs = cut.atUs;
  }
  return joined;
}

export interface Stretch {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Where merges ran: samples that touch are one stretch. */
export function mergeStretches(samples: readonly LabSample[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { fromUs, lengthUs, merging } of samples) {
    if (!merging) continue;
    const last = stretches.at(-1);
    const toUs = fromUs + lengthUs;
    if (last && last.toUs >= fromUs) stretches[stretches.length - 1] = { fromUs: last.fromUs, toUs };
    else stretches.push({ fromUs, toUs });
  }
  return stretches;
}

/** The sample that a time lies in; between two, and behind the last, the one before. */
export function sampleAt(samples: readonly LabSample[], atUs: number): LabSample | null {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const sample = samples[middle];
    if (sample && sample.fromUs <= atUs) low = middle + 1;
    else high = middle;
  }
  return samples[low - 1] ?? null;
}
