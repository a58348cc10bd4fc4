/** How a curve grows: in a line, less and less, not at all, more and more. Told from its medians. */

import type { PredictionShape } from './experiment.ts';
import type { FigurePoint, FigureSeries, Figures, FittedLine } from './figures.ts';
import { fitLine } from './statistics.ts';

/** `rising`: in a line, above a part that does not grow. `unclear`: too few points, or no curve among these. */
export type GrowthShape = PredictionShape | 'rising' | 'falls' | 'unclear';

export interface Growth {
  readonly shape: GrowthShape;
  readonly first: Place;
  readonly last: Place;
  /** Last over first; null where the first is 0. */
  readonly times: number | null;
  readonly line: FittedLine | null;
  /** Of the lower half of x and of the upper, y for each x; the point between counts for both. */
  readonly earlySlope: number | null;
  readonly lateSlope: number | null;
  /** Where the halves meet. */
  readonly middle: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Ends that differ by less than this share of the larger are the same. */
const FLAT = 0.1;
/** Later growth over earlier growth: below, it levels off; above, it explodes. */
const LEVELS_OFF = 0.6;
const EXPLODES = 1.6;
const STRAIGHT = 0.95;
/** In proportion: twice as many cost twice as much, give or take this share that does not grow. */
const FIXED_PART = 0.25;

export function growthOf(points: readonly FigurePoint[]): Growth | null {
  const known = points
    .flatMap(({ x, median }) => (median === null ? [] : [{ x, y: median }]))
    .sort((a, b) => a.x - b.x);
  const first = known[0];
  const last = known.at(-1);
  if (!first || !last) return null;
  const wanted = (first.x + last.x) / 2;
  const middle = known.reduce(
    (best, { x }) => (Math.abs(x - wanted) < Math.abs(best - wanted) ? x : best),
    first.x,
  );
  const earlySlope = slopeOf(known.filter(({ x }) => x <= middle));
  const lateSlope = slopeOf(known.filter(({ x }) => x >= middle));
  const line = fitLine(points);
  const growth = {
    first,
    last,
    times: first.y === 0 ? null : last.y / first.y,
    line,
    earlySlope,
    lateSlope,
    middle,
  };
  return { ...growth, shape: shapeOf(growth) };
}

function shapeOf({ first, last, line, earlySlope, lateSlope }: Omit<Growth, 'shape'>): GrowthShape {
  if (!line) return 'unclear';
  if (Math.abs(last.y - first.y) <= FLAT * Math.max(first.y, last.y)) return 'flat';
  if (last.y < first.y) return 'falls';
  if (earlySlope === null || lateSlope === null) return 'unclear';
  if (lateSlope < LEVELS_OFF * earlySlope) return 'levels-off';
  if (lateSlope > EXPLODES * earlySlope) return 'explodes';
  if (line.rSquared < STRAIGHT) return 'unclear';
  return Math.abs(line.intercept) <= FIXED_PART * last.y ? 'proportional' : 'rising';
}

function slopeOf(places: readonly Place[]): number | null {
  if (places.length < 2) return null;
  const meanX = places.reduce((sum, { x }) => sum + x, 0) / places.length;
  const meanY = places.reduce((sum, { y }) => sum + y, 0) / places.length;
  const xx = places.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return places.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / xx;
}

export function growthIn(figures: Figures, id: string): Growth | null {
  const series = figures.series.find((each: FigureSeries) => each.id === id);
  return series ? growthOf(series.points) : null;
}

export function isFlat(growth: Growth | null): boolean {
  return growth?.shape === 'flat' || growth?.shape === 'falls';
}

/** The prediction that a reader could have made of it; null where none of them says it. */
export function predictionOf(growth: Growth | null): PredictionShape | null {
  if (!growth || growth.shape === 'falls' || growth.shape === 'unclear') return null;
  return growth.shape === 'rising' ? 'proportional' : growth.shape;
}

/** A line is drawn where it tells what the points do; other points are joined. */
export function drawnLine(points: readonly FigurePoint[]): FittedLine | null {
  const growth = growthOf(points);
  const isLine = growth?.shape === 'flat' || growth?.shape === 'proportional' || growth?.shape === 'rising';
  return isLine ? growth.line : null;
}
