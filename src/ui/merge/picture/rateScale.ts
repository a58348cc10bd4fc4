/** Axes of the rate chart: round steps, so that they stay as they are while the line grows. */
import { durationText, grouped, MIB } from '../../../base/units.ts';

export interface Scale {
  readonly max: number;
  readonly ticks: readonly number[];
}

/** The least of 1, 2, 5 times a power of ten that is not below the value. */
export function roundStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((one) => one * power >= value * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** In MiB/s from 0 up; ends at the first half step that is not below the largest value. */
export function rateScale(mostBytesPerSecond: number): Scale {
  const most = Math.max(1, mostBytesPerSecond / MIB);
  const step = roundStep(most / 3);
  const halves = Math.ceil((most * 2) / step - 1e-9);
  const ticks = Array.from({ length: Math.floor(halves / 2) + 1 }, (_, i) => round(i * step));
  return { max: round((halves * step) / 2), ticks };
}

/** Away with what binary fractions add: 0.30000000000000004. */
function round(value: number): number {
  return Number(value.toPrecision(12));
}

const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/** Seconds from 0 to at least `seconds`, in at most four steps of a clock. */
export function timeScale(seconds: number, exactEnd: boolean): Scale {
  const most = Math.max(4, seconds);
  let step = TIME_STEPS.find((one) => one * 4 >= most) ?? 0;
  if (step === 0) step = 3600 * 2 ** Math.ceil(Math.log2(most / 4 / 3600));
  const max = exactEnd ? most : Math.ceil(most / step) * step;
  return { max, ticks: Array.from({ length: Math.floor(max / step) + 1 }, (_, i) => i * step) };
}

/** `0 s`, `45 s`, `2 min`, `1 h 30 min`. */
export function timeText(seconds: number): string {
  return durationText(seconds).replace(/(min|h) 0 (s|min)$/, '$1');
}

/** `96.4`, `104`, `1 240`: three figures, and thousands in groups. */
export function mibText(bytesPerSecond: number): string {
  const value = bytesPerSecond / MIB;
  return value >= 100 ? grouped(Math.round(value)) : value.toFixed(value >= 10 ? 1 : 2);
}
