/** Figures over a quantity, as a drawing: axes, one panel or two, series, names, the mark. */
import type { Figures } from '../../../engine/api.ts';
import {
  type DrawnPanel,
  type Hit,
  type Measure,
  type PlotDrawing,
  type PlotMark,
  place,
} from './drawing.ts';
import { drawPanel, type Frame, OTHERS, yTexts } from './drawPanel.ts';
import { marginFor } from './endLabels.ts';
import { neverHeight, neverLines, neverText } from './neverLines.ts';
import { panelsOf } from './panels.ts';
import { extentOf, isWhole, linear, rangeOf, xRange } from './scales.ts';
import { type Axis, axisUnit, roundAxis, ticksBetween, tickText } from './ticks.ts';

const NARROW = 480;
/** The words of the mark stand above the first panel, away from its lines. */
const MARK_LINE = 14;
const MAIN_HEIGHT = 230;
const LOW_HEIGHT = 104;
/** Between two panels: the wedge, and the words above the second. */
const GAP = 46;

/** `width` in units of the drawing. */
export function drawPlot(
  figures: Figures,
  mark: PlotMark | null,
  width: number,
  measure: Measure,
): PlotDrawing {
  const { series, y: yAxis } = figures;
  const isNarrow = width < NARROW;
  const medians = series.flatMap(({ points }) => points.map(({ median }) => median));
  const whole = yAxis.unit === 'count' && isWhole(medians);
  const range = rangeOf(series.flatMap(({ points }) => points));
  const axis = roundAxis(range.low, range.high, 4, yAxis.unit, { whole, halves: true });
  const panels = panelsOf(figures, axis.high);
  const lowAxis =
    panels.lowMost === null ? null : roundAxis(0, panels.lowMost, 3, yAxis.unit, { whole, halves: false });

  const tickWidths = [axis, ...(lowAxis ? [lowAxis] : [])].flatMap((one) =>
    yTexts(one).map((text) => measure(text, 'note')),
  );
  const left = Math.max(24, ...tickWidths) + 8;
  const right = isNarrow ? width - 10 : width - 20 - margin(figures, panels.low.length > 1, measure);
  const xs = xRange(figures, mark?.x ?? null);
  const x = linear(xs.low, xs.high, left + 8, right);
  const frame: Frame = { figures, isNarrow, left, right, x, measure };

  const never = neverLines(frame, 20);
  const marked =
    mark === null ? null : drawnMark(mark, 11 + MARK_LINE + never.length * neverHeight(isNarrow), frame);
  const top = 22 + never.length * neverHeight(isNarrow) + (marked ? MARK_LINE : 0);
  const bottom = top + (lowAxis ? MAIN_HEIGHT : MAIN_HEIGHT + LOW_HEIGHT / 2);
  const main = drawPanel(frame, axis, top, bottom, { flat: panels.low, only: null });
  const lowTop = bottom + GAP;
  const low = lowAxis
    ? [drawPanel(frame, lowAxis, lowTop, lowTop + LOW_HEIGHT, { flat: [], only: panels.low })]
    : [];
  const end = low.at(-1)?.bottom ?? bottom;
  const xTicks = xTickTexts(
    frame,
    xs,
    isWhole(series.flatMap(({ points }) => points.map((point) => point.x))),
  );
  const shown = low[0]
    ? new Set(low[0].series.flatMap(({ points }) => points.map(keyOf)))
    : new Set<string>();
  return {
    width,
    height: end + 40,
    left,
    right,
    yLabel: { y: 11, text: yAxis.label },
    never,
    panels: [main, ...low],
    wedge: lowAxis ? wedge(frame, main, axis, lowAxis, lowTop) : '',
    xTicks,
    xTicksY: end + 17,
    xLabel: { x: (left + 8 + right) / 2, y: end + 33, text: xLabelText(figures, xs) },
    mark: marked,
    // A point that both panels show is pointed at where it is large.
    hits: [
      ...never.flatMap(({ points }) => points),
      ...main.series.flatMap(({ points }) => points.filter((point) => !shown.has(keyOf(point)))),
      ...low.flatMap((one) => one.series.flatMap(({ points }) => points)),
    ],
  };
}

function margin({ series }: Figures, hasOthers: boolean, measure: Measure): number {
  const never = series.filter(({ points }) => points.some((point) => extentOf(point) === null));
  const names = [...series.map(({ label }) => label), ...(hasOthers ? [OTHERS] : [])];
  return Math.max(marginFor(names, measure), ...never.map(({ label }) => measure(neverText(label), 'data')));
}

function keyOf({ series, point }: Hit): string {
  return `${series}.${point}`;
}

function xLabelText({ x }: Figures, { high }: { high: number }): string {
  const suffix = axisUnit(x.unit, high).suffix.trim();
  return suffix === '' ? x.label : `${x.label}, ${suffix}`;
}

function xTickTexts(
  { figures, x, left, right, measure }: Frame,
  { low, high, first }: { low: number; high: number; first: number },
  whole: boolean,
): { at: number; text: string }[] {
  const { unit } = figures.x;
  const words = axisUnit(unit, Math.max(Math.abs(low), Math.abs(high)));
  for (let parts = Math.max(1, Math.min(8, Math.floor((right - left) / 40))); ; parts--) {
    const ticks = ticksBetween(low, high, first, parts, unit, whole).map((value) => {
      const text = tickText(value, words);
      return { at: x(value), text, half: measure(text, 'note') / 2 };
    });
    const fits = ticks.every((tick, i) => {
      const next = ticks[i + 1];
      return !next || tick.at + tick.half + 6 <= next.at - next.half;
    });
    if (fits || parts <= 1) return ticks.map(({ at, text }) => ({ at, text }));
  }
}

function wedge({ left, right }: Frame, main: DrawnPanel, axis: Axis, lowAxis: Axis, lowTop: number): string {
  const from = place(linear(axis.low, axis.high, main.bottom, main.top)(lowAxis.high));
  const to = place(lowTop);
  return `M${place(left)} ${from}L${place(left - 4)} ${to}M${place(right)} ${from}L${place(right + 4)} ${to}`;
}

function drawnMark(
  { x: value, label }: PlotMark,
  y: number,
  { x, right, measure }: Frame,
): PlotDrawing['mark'] {
  const at = x(value);
  return { x: at, y, label, anchor: at + 5 + measure(label, 'note') <= right ? 'start' : 'end' };
}
