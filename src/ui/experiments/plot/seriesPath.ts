/** The line of a series in one panel: fitted, or from point to point; what lies outside the panel is cut off. */
import type { FigureSeries } from '../../../engine/api.ts';
import { type DrawnPoint, type DrawnSeries, place } from './drawing.ts';
import { extentOf, type Scale } from './scales.ts';

export interface PanelScale {
  readonly x: Scale;
  readonly y: Scale;
  /** Values between which the panel lies. */
  readonly low: number;
  readonly high: number;
}

export type ValuePoint = readonly [x: number, value: number];

export function drawnSeries(
  series: FigureSeries,
  number: number,
  scale: PanelScale,
  isFlat: boolean,
): DrawnSeries {
  return {
    series: number,
    line: runsOf(series)
      .map((run) => linePath(run, scale))
      .join(''),
    isFlat,
    points: isFlat ? [] : drawnPoints(series, number, scale),
  };
}

/** The last piece of the line, up to its end; empty where nothing was seen. */
export function lastRun(series: FigureSeries): readonly ValuePoint[] {
  return runsOf(series).at(-1) ?? [];
}

/** Points that follow one another; a gap where it never happened. */
function runsOf({ points, line }: FigureSeries): ValuePoint[][] {
  const seen: ValuePoint[] = [];
  const runs: ValuePoint[][] = [];
  let run: ValuePoint[] = [];
  for (const point of [...points].sort((a, b) => a.x - b.x)) {
    if (extentOf(point) === null || point.median === null) run = [];
    else {
      if (run.length === 0) runs.push(run);
      run.push([point.x, point.median]);
      seen.push([point.x, point.median]);
    }
  }
  const [first] = seen;
  const last = seen.at(-1);
  if (!line || !first || !last || first === last) return runs;
  const onLine = (x: number): ValuePoint => [x, line.intercept + line.slope * x];
  return [[onLine(first[0]), onLine(last[0])]];
}

function linePath(run: readonly ValuePoint[], { x, y, low, high }: PanelScale): string {
  let path = '';
  let pen: ValuePoint | null = null;
  for (const [i, to] of run.entries()) {
    const from = run[i - 1];
    const piece = from && cut(from, to, low, high);
    if (!piece) continue;
    const [a, b] = piece;
    if (pen?.[0] !== a[0] || pen[1] !== a[1]) path += `M${place(x(a[0]))} ${place(y(a[1]))}`;
    path += `L${place(x(b[0]))} ${place(y(b[1]))}`;
    pen = b;
  }
  return path;
}

/** The part of a straight line that lies between two values; null where there is none. */
export function cut(
  from: ValuePoint,
  to: ValuePoint,
  low: number,
  high: number,
): readonly [ValuePoint, ValuePoint] | null {
  const rise = to[1] - from[1];
  if (rise === 0) return from[1] >= low && from[1] <= high ? [from, to] : null;
  const atLow = (low - from[1]) / rise;
  const atHigh = (high - from[1]) / rise;
  const start = Math.max(0, Math.min(atLow, atHigh));
  const end = Math.min(1, Math.max(atLow, atHigh));
  if (start >= end) return null;
  const along = (share: number): ValuePoint =>
    share === 0 ? from : share === 1 ? to : [from[0] + (to[0] - from[0]) * share, from[1] + rise * share];
  return [along(start), along(end)];
}

/** Those whose median lies in the panel; whiskers end at its edge. */
function drawnPoints(
  { points }: FigureSeries,
  number: number,
  { x, y, low, high }: PanelScale,
): DrawnPoint[] {
  return points.flatMap((point, i) => {
    const extent = extentOf(point);
    const { median } = point;
    if (!extent || median === null || median < low || median > high) return [];
    return {
      series: number,
      point: i,
      x: x(point.x),
      y: y(median),
      low: y(Math.max(low, extent.low)),
      high: y(Math.min(high, extent.high)),
    };
  });
}
