/** Axes: one unit for all of one axis, and round steps in it: powers of two for bytes, steps of a clock for minutes and hours. */
import { GIB, grouped, KIB, MIB, TIB } from '../../../base/units.ts';
import type { FigureUnit } from '../../../engine/api.ts';

/** What one of it is in the unit that values are kept in, and how it is written behind a number. */
export interface AxisUnit {
  readonly per: number;
  /** With the space before it: ` ms`, ` %`, `/s`, ''. */
  readonly suffix: string;
  /** Steps in it that people count by; decimal ones follow them. */
  readonly clock: readonly number[];
}

export interface Axis {
  /** In which its ticks are written: that of its values, also where a round end would be one of the next. */
  readonly unit: AxisUnit;
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

const MINUTES = [1, 2, 5, 10, 15, 20, 30, 60];
const HOURS = [1, 2, 3, 4, 6, 12, 24];
/** From how many microseconds on, the unit, its microseconds: minutes and hours as `timeUsText` has them. */
const TIMES = [
  [7200e6, ' h', 3600e6, HOURS],
  [120e6, ' min', 60e6, MINUTES],
  [1e6, ' s', 1e6, []],
  [1e3, ' ms', 1e3, []],
  [0, ' µs', 1, []],
] as const;
const SIZES = [
  [4 * TIB, ' TiB', TIB],
  [GIB, ' GiB', GIB],
  [MIB, ' MiB', MIB],
  [KIB, ' KiB', KIB],
  [0, ' B', 1],
] as const;

/** The unit in which values up to `most` are written. */
export function axisUnit(unit: FigureUnit, most: number): AxisUnit {
  const size = Math.abs(most);
  if (unit === 'us') return timeUnit(size, 1);
  if (unit === 'seconds') return timeUnit(size * 1e6, 1e-6);
  if (unit === 'bytes') {
    const [, suffix, per] = SIZES.find(([from]) => size >= from) ?? SIZES[4];
    return { per, suffix, clock: [] };
  }
  const suffix = unit === 'percent' ? ' %' : unit === 'per-second' ? '/s' : '';
  return { per: 1, suffix, clock: [] };
}

function timeUnit(us: number, factor: number): AxisUnit {
  const [, suffix, per, clock] = TIMES.find(([from]) => us >= from) ?? TIMES[4];
  return { per: per * factor, suffix, clock };
}

/** The number alone, in the axis' unit: `0.25`, `1 250`, `−4`. */
export function tickText(value: number, { per }: AxisUnit): string {
  const shown = clean(Math.abs(value) / per);
  const [whole = '0', part] = String(shown).split('.');
  const digits = `${grouped(Number(whole))}${part === undefined ? '' : `.${part}`}`;
  return value < 0 && shown !== 0 ? `−${digits}` : digits;
}

/** The least round step that parts the span into no more than `parts`. `whole`: no fractions of one. */
export function niceStep(
  span: number,
  parts: number,
  unit: FigureUnit,
  most: number,
  whole: boolean,
): number {
  const least = span / parts;
  if (unit === 'bytes') return 2 ** Math.max(0, Math.ceil(Math.log2(least) - 1e-9));
  const { per, clock } = axisUnit(unit, most);
  const inUnit = least / per;
  const step = clock.find((one) => one >= inUnit * (1 - 1e-9)) ?? decimalStep(inUnit, whole);
  return step * per;
}

function decimalStep(least: number, whole: boolean): number {
  if (whole && least <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  const factors = whole && power < 10 ? [1, 2, 5, 10] : [1, 2, 2.5, 5, 10];
  const factor = factors.find((one) => one * power >= least * (1 - 1e-9)) ?? 10;
  return clean(factor * power);
}

/** From round value to round value around both; `halves`: it may end in the middle of a step. */
export function roundAxis(
  low: number,
  high: number,
  parts: number,
  unit: FigureUnit,
  { whole, halves }: { whole: boolean; halves: boolean },
): Axis {
  const top = high > low ? high : low + axisUnit(unit, low).per;
  const most = Math.max(Math.abs(low), Math.abs(top));
  const step = niceStep(top - low, parts, unit, most, whole);
  const grain = halves ? step / 2 : step;
  const from = Math.floor(low / grain + 1e-9) * grain;
  const to = Math.ceil(top / grain - 1e-9) * grain;
  return { unit: axisUnit(unit, most), low: clean(from), high: clean(to), ticks: multiples(from, to, step) };
}

/**
 * Ticks of an x axis that ends where its values end. Depths are counted in powers of two where they end at one; the first
 * value takes the place of a zero that nothing stands at.
 */
export function ticksBetween(
  low: number,
  high: number,
  first: number,
  parts: number,
  unit: FigureUnit,
  whole: boolean,
): readonly number[] {
  if (high <= low) return [first];
  const most = Math.max(Math.abs(low), Math.abs(high));
  const binary = unit === 'count' && whole && low >= 0 && high % 8 === 0 && high % 10 !== 0;
  const step = binary
    ? 2 ** Math.max(0, Math.ceil(Math.log2((high - low) / parts) - 1e-9))
    : niceStep(high - low, parts, unit, most, whole);
  const ticks = multiples(low, high, step);
  return unit === 'count' && ticks[0] === 0 && first > 0 && first < step / 2
    ? [first, ...ticks.slice(1)]
    : ticks;
}

function multiples(low: number, high: number, step: number): readonly number[] {
  const from = Math.ceil(low / step - 1e-9);
  const to = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => clean((from + i) * step));
}

/** Away with what binary fractions add: 0.30000000000000004; and with −0. */
function clean(value: number): number {
  return Number(value.toPrecision(12)) + 0;
}
