/** From values to points and lines. */
import type { FigurePoint, FittedLine } from './figures.ts';

/** The value below which `share` of them lie (nearest rank). Values ascending, at least one. */
function rank(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))] ?? 0;
}

/** Median, 10th and 90th percentile; without values: it did not happen. */
export function pointOf(x: number, values: readonly number[]): FigurePoint {
  if (values.length === 0) return { x, median: null, low: null, high: null, count: 0 };
  const sorted = values.toSorted((a, b) => a - b);
  return {
    x,
    median: rank(sorted, 0.5),
    low: rank(sorted, 0.1),
    high: rank(sorted, 0.9),
    count: sorted.length,
  };
}

/** One value, known exactly; null: it did not happen. */
export function exactPoint(x: number, value: number | null, count = 1): FigurePoint {
  return { x, median: value, low: value, high: value, count };
}

export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Two-sided 95 % of Student's t by degrees of freedom; from 30 on, nearly the normal value. */
const STUDENT_95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
] as const;

/** Least squares through the points that have a median; null with fewer than three, or all at one x. */
export function fitLine(points: readonly FigurePoint[]): FittedLine | null {
  const known = points.flatMap(({ x, median }) => (median === null ? [] : [{ x, y: median }]));
  if (known.length < 3) return null;
  const meanX = meanOf(known.map(({ x }) => x));
  const meanY = meanOf(known.map(({ y }) => y));
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const { x, y } of known) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
    yy += (y - meanY) ** 2;
  }
  if (xx === 0) return null;
  const slope = xy / xx;
  const intercept = meanY - slope * meanX;
  const residual = known.reduce((sum, { x, y }) => sum + (y - intercept - slope * x) ** 2, 0);
  const freedom = known.length - 2;
  const error = Math.sqrt(residual / freedom / xx) * (STUDENT_95[freedom - 1] ?? 1.96);
  // Points that are all equal, but for what rounding leaves, lie on the line exactly.
  const isLevel = yy <= known.length * (1e-9 * meanY) ** 2;
  const rSquared = isLevel ? 1 : 1 - residual / yy;
  return { slope, slopeLow: slope - error, slopeHigh: slope + error, intercept, rSquared };
}
