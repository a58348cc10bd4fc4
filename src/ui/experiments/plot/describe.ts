/** The plot in sentences: for who cannot see it, and for the point that somebody looks at. */
import { grouped } from '../../../base/units.ts';
import {
  type FigureAxis,
  type FigurePoint,
  type FigureSeries,
  type Figures,
  valueText,
  xText,
} from '../../../engine/api.ts';

/** What changes by less than this share of its size is said to stay. */
const SAME = 0.1;

/** One sentence on the axes and one for each series. */
export function plotSentence(figures: Figures): string {
  const { x, y, series } = figures;
  const count = series.length === 0 ? ', nothing measured' : '';
  const head = `${capital(y.label)} by ${x.label}${count}.`;
  return [head, ...series.map((one) => seriesSentence(one, x, y))].join(' ');
}

function seriesSentence({ label, points }: FigureSeries, x: FigureAxis, y: FigureAxis): string {
  const value = (point: FigurePoint) => valueText(point.median, y.unit);
  if (points.length === 0) return `${label}: no points.`;
  if (x.names !== null) {
    return `${label}: ${points.map((point) => `${xText(point.x, x)} ${value(point)}`).join(', ')}.`;
  }
  const seen = points.filter(({ median }) => median !== null);
  const [first] = seen;
  const last = seen.at(-1);
  if (!first || !last) return `${label}: never.`;
  const never = points.length - seen.length;
  const tail = never === 0 ? '' : `, never at ${never} of ${points.length} points`;
  const at = ({ x: place }: FigurePoint) => xText(place, x);
  if (seen.length === 1) return `${label}: ${value(first)} at ${at(first)}${tail}.`;
  const least = extreme(seen, (a, b) => a < b) ?? first;
  const most = extreme(seen, (a, b) => a > b) ?? first;
  const [a, b, low, high] = [first, last, least, most].map(({ median }) => median ?? 0);
  if (isSame(low ?? 0, high ?? 0)) {
    const range =
      value(least) === value(most) ? `at ${value(least)}` : `between ${value(least)} and ${value(most)}`;
    return `${label} stays ${range} from ${at(first)} to ${at(last)}${tail}.`;
  }
  const verb = isSame(a ?? 0, b ?? 0) ? 'goes' : (a ?? 0) < (b ?? 0) ? 'rises' : 'falls';
  const between = [
    most !== first && most !== last && !isSame(high ?? 0, Math.max(a ?? 0, b ?? 0)) ? most : null,
    least !== first && least !== last && !isSame(low ?? 0, Math.min(a ?? 0, b ?? 0)) ? least : null,
  ].flatMap((point) => (point ? [`${value(point)} at ${at(point)}`] : []));
  const by = between.length > 0 ? `, by ${between.join(' and ')}` : '';
  return `${label} ${verb} from ${value(first)} at ${at(first)} to ${value(last)} at ${at(last)}${by}${tail}.`;
}

function extreme(
  points: readonly FigurePoint[],
  isBeyond: (a: number, b: number) => boolean,
): FigurePoint | undefined {
  let found: FigurePoint | undefined;
  for (const point of points) {
    if (!found || isBeyond(point.median ?? 0, found.median ?? 0)) found = point;
  }
  return found;
}

function isSame(a: number, b: number): boolean {
  return Math.abs(a - b) <= SAME * Math.max(Math.abs(a), Math.abs(b));
}

/** `walk, cold · differencing disks 16 · median 6.74 ms · 10th to 90th percentile 6.1 ms to 7.4 ms · 2 000 values`. */
export function pointText(series: FigureSeries, point: FigurePoint, { x, y }: Figures): string {
  const { median, low, high, count } = point;
  const place = x.names ? xText(point.x, x) : `${x.label} ${xText(point.x, x)}`;
  const values = `${grouped(count)} ${count === 1 ? 'value' : 'values'}`;
  const parts = [series.label, place];
  if (median === null) parts.push('never');
  else parts.push(`${count === 1 ? '' : 'median '}${valueText(median, y.unit)}`);
  if (count > 1 && low !== null && high !== null && median !== null) {
    parts.push(`10th to 90th percentile ${valueText(low, y.unit)} to ${valueText(high, y.unit)}`);
  }
  return [...parts, values].join(' · ');
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
