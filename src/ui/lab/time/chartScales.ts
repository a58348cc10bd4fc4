/** Axes of the lab's chart: round steps on the machine's clock, from 0 up for what is measured. */
import { clockText, type LabSample, type LabView } from '../../../engine/api.ts';
import { roundStep, type Scale } from '../../merge/picture/rateScale.ts';
import { operationsPerSecond } from './chartData.ts';

const US_PER_SECOND = 1_000_000;

/** From 0 up to the first round value that is not below `most`, in at most three steps. */
function scaleTo(most: number): Scale {
  const step = roundStep(most / 3);
  const steps = Math.ceil(most / step - 1e-9);
  const ticks = Array.from({ length: steps + 1 }, (_, i) => Number((i * step).toPrecision(6)));
  return { max: Number((steps * step).toPrecision(6)), ticks };
}

/** Of the samples, so many in a hundred stay below the top of their panel: rare high ones are cut off there. */
const SHOWN_PERCENT = 97;
/** What is at most so many times as high is still shown whole. */
const HEADROOM = 2;

/** A boot or a pause, a hundred times what is usual, would flatten everything else: it is cut off and its value written. */
function usualScale(values: readonly number[], least: number): Scale {
  const sorted = [...values].sort((one, other) => one - other);
  const most = sorted.at(-1) ?? 0;
  const usual = sorted[Math.max(0, Math.ceil((sorted.length * SHOWN_PERCENT) / 100) - 1)] ?? 0;
  return scaleTo(Math.max(least, most <= usual * HEADROOM ? most : usual * 1.2));
}

export function operationsScale(samples: readonly LabSample[]): Scale {
  return usualScale(samples.map(operationsPerSecond), 10);
}

/** In ms. */
export function latencyScale(samples: readonly LabSample[]): Scale {
  const busy = samples.filter(({ operations }) => operations > 0);
  return usualScale(
    busy.map(({ p99Us }) => p99Us / 1000),
    0.02,
  );
}

export interface TimeRange {
  readonly fromUs: number;
  readonly toUs: number;
}

const LEAST_RANGE_US = 10 * US_PER_SECOND;
const STEPS_S = [
  0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400,
  28_800, 86_400,
];

/** Simulated microseconds; the smallest step of a clock that `most` of fill the range. */
function clockStep(rangeUs: number, most: number): number {
  const seconds = rangeUs / US_PER_SECOND;
  const step = STEPS_S.find((one) => one * most >= seconds);
  if (step !== undefined) return Math.round(step * US_PER_SECOND);
  return Math.ceil(seconds / most / 86_400) * 86_400 * US_PER_SECOND;
}

/**
 * What the chart shows: all of history, what was undone or lies behind now included; with `windowUs`, so much around now.
 * The end is a round time, so that the picture does not move with every step.
 */
export function timeRange(
  view: Pick<LabView, 'nowUs' | 'history' | 'samples'>,
  windowUs: number | null,
): TimeRange {
  const { nowUs, history, samples } = view;
  const beginUs = history.canSeek ? 0 : Math.min(nowUs, samples[0]?.fromUs ?? nowUs);
  const endUs = Math.max(nowUs, history.endUs);
  if (windowUs !== null) {
    const part = windowUs / 5;
    // Now stands in the fourth fifth.
    const toUs = Math.max(beginUs + windowUs, (Math.floor(nowUs / part) + 1) * part + part / 2);
    return { fromUs: Math.max(beginUs, toUs - windowUs), toUs };
  }
  const length = Math.max(LEAST_RANGE_US, endUs - beginUs);
  const part = clockStep(length, 24);
  return { fromUs: beginUs, toUs: Math.ceil((beginUs + length) / part) * part };
}

export interface TimeTick {
  readonly atUs: number;
  readonly text: string;
}

/** At most `most` round times; `14:20`, with seconds where they are needed to tell two apart. */
export function timeTicks({ fromUs, toUs }: TimeRange, most: number): TimeTick[] {
  const step = clockStep(toUs - fromUs, Math.max(1, most));
  const letters = step % (60 * US_PER_SECOND) === 0 ? 5 : step % US_PER_SECOND === 0 ? 8 : 11;
  const ticks: TimeTick[] = [];
  for (let atUs = Math.ceil(fromUs / step) * step; atUs <= toUs; atUs += step) {
    ticks.push({ atUs, text: clockText(atUs).slice(0, letters) });
  }
  return ticks;
}
