/** One panel of the drawing: ticks, series, and their names. */
import type { Figures } from '../../../engine/api.ts';
import type { DrawnPanel, Measure } from './drawing.ts';
import { endLabels, type LineEnd, widthOf } from './endLabels.ts';
import { linear, type Scale } from './scales.ts';
import { drawnSeries, lastRun } from './seriesPath.ts';
import { type Axis, tickText } from './ticks.ts';

export const OTHERS = 'all the others';

/** What all panels of a drawing have in common. */
export interface Frame {
  readonly figures: Figures;
  readonly isNarrow: boolean;
  readonly left: number;
  readonly right: number;
  readonly x: Scale;
  readonly measure: Measure;
}

export interface PanelSeries {
  /** Those that are drawn as lines at the bottom. */
  readonly flat: readonly number[];
  /** Those that this panel is for; null = it is for all. */
  readonly only: readonly number[] | null;
}

export function drawPanel(
  frame: Frame,
  axis: Axis,
  top: number,
  bottom: number,
  { flat, only }: PanelSeries,
): DrawnPanel {
  const { figures, isNarrow, left, right, x, measure } = frame;
  const { unit } = axis;
  const y = linear(axis.low, axis.high, bottom, top);
  const scale = { x, y, low: axis.low, high: axis.high };
  const texts = yTexts(axis);
  const room = {
    right,
    top: top + (isNarrow ? 2 : -6),
    bottom: bottom + (isNarrow ? -4 : 6),
    isNarrow,
    measure,
  };
  return {
    top,
    bottom,
    ticks: axis.ticks.map((value, i) => ({ at: y(value), text: texts[i] ?? '' })),
    zero: axis.low < 0 ? y(0) : null,
    note: only
      ? { x: left + 14, y: top - 6, text: `the same, below ${tickText(axis.high, unit)}${unit.suffix} only` }
      : null,
    series: figures.series.map((one, i) => drawnSeries(one, i, scale, flat.includes(i))),
    labels: endLabels(lineEnds(frame, axis, y, { flat, only }), room),
  };
}

/** Several that lie together at the bottom have one name there: the second panel tells them apart. */
function lineEnds(
  { figures, x, right, measure }: Frame,
  { low, high }: Axis,
  y: Scale,
  { flat, only }: PanelSeries,
): LineEnd[] {
  const ends: LineEnd[] = [];
  const atBottom: LineEnd[] = [];
  for (const [series, one] of figures.series.entries()) {
    const run = lastRun(one).map(([at, value]): [number, number] => [
      x(at),
      y(Math.max(low, Math.min(high, value))),
    ]);
    const last = run.at(-1);
    if (!last || (only && !only.includes(series))) continue;
    const over = reach(run, right - widthOf(one.label, measure));
    const end = { series, text: one.label, x: last[0], y: last[1], ...over };
    if (flat.includes(series)) atBottom.push(end);
    else ends.push(end);
  }
  const [other] = atBottom;
  if (!other) return ends;
  return [...ends, atBottom.length === 1 ? other : { ...other, series: null, text: OTHERS }];
}

/** Between which heights a line runs from `from` on to its end. */
function reach(run: readonly (readonly [number, number])[], from: number): { above: number; below: number } {
  const heights: number[] = [];
  for (const [i, [x, y]] of run.entries()) {
    const next = run[i + 1];
    if (x >= from || !next) heights.push(y);
    else if (next[0] > from) heights.push(y + ((next[1] - y) * (from - x)) / (next[0] - x));
  }
  return { above: Math.min(...heights), below: Math.max(...heights) };
}

/** Numbers; the uppermost has the unit. */
export function yTexts({ ticks, unit }: Axis): string[] {
  return ticks.map((value, i) => tickText(value, unit) + (i === ticks.length - 1 ? unit.suffix : ''));
}
