/** From values to places in the drawing, and which values an axis has to hold. */
import type { FigurePoint, Figures } from '../../../engine/api.ts';

export type Scale = (value: number) => number;

/** A value between `low` and `high` lies between `from` and `to`; where the two are one value, in the middle. */
export function linear(low: number, high: number, from: number, to: number): Scale {
  if (high === low) return () => (from + to) / 2;
  return (value) => from + ((to - from) * (value - low)) / (high - low);
}

/** The least and the most of what a point shows, whiskers with it; null where it never happened. */
export function extentOf({ median, low, high }: FigurePoint): { low: number; high: number } | null {
  if (median === null || !Number.isFinite(median)) return null;
  return { low: Math.min(median, low ?? median), high: Math.max(median, high ?? median) };
}

/** Zero is always in it: what looks twice as high is twice as much. */
export function rangeOf(points: readonly FigurePoint[]): { low: number; high: number } {
  let low = 0;
  let high = 0;
  for (const point of points) {
    const extent = extentOf(point);
    if (!extent) continue;
    low = Math.min(low, extent.low);
    high = Math.max(high, extent.high);
  }
  return { low, high };
}

/** From zero on where the values begin near it, else from the first one. A place to be marked is in it. */
export function xRange(figures: Figures, mark: number | null): { low: number; high: number; first: number } {
  const values = figures.series.flatMap(({ points }) => points.map(({ x }) => x));
  const first = values.reduce((least, x) => Math.min(least, x), values[0] ?? 0);
  const all = mark === null ? values : [...values, mark];
  let low = all.reduce((least, x) => Math.min(least, x), first);
  const high = all.reduce((most, x) => Math.max(most, x), first);
  if (low > 0 && low <= high / 4) low = 0;
  return { low, high, first };
}

export function isWhole(values: readonly (number | null)[]): boolean {
  return values.every((value) => value === null || Number.isInteger(value));
}
