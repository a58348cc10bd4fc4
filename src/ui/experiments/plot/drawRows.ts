/** Figures over names, as a drawing: a line for each value, from zero to its mark, the value written behind it. */
import { type FigurePoint, type Figures, type FigureUnit, valueText } from '../../../engine/api.ts';
import type { DrawnTick, Hit, Measure } from './drawing.ts';
import { wrapped } from './labels.ts';
import { extentOf, isWhole, linear, rangeOf, type Scale } from './scales.ts';
import { type Axis, roundAxis, tickText } from './ticks.ts';

const NARROW = 480;
const ROW = 20;
const HEAD_LINE = 15;
const BETWEEN = 8;
const TOP = 4;

export interface DrawnRow extends Hit {
  /** Ends of the whiskers; equal to `x` where there are none. */
  readonly low: number;
  readonly high: number;
  readonly isNever: boolean;
  /** Lines of words before the line; none where the group's name says it. */
  readonly label: readonly string[];
  readonly value: { readonly x: number; readonly text: string };
}

/** One name of the x axis with its values. */
export interface DrawnGroup {
  readonly name: {
    readonly x: number;
    readonly y: number;
    readonly anchor: 'start' | 'end';
    readonly lines: readonly string[];
  };
  readonly rows: readonly DrawnRow[];
}

export interface RowsDrawing {
  readonly width: number;
  readonly height: number;
  readonly zero: number;
  readonly top: number;
  readonly bottom: number;
  readonly groups: readonly DrawnGroup[];
  readonly ticks: readonly DrawnTick[];
  readonly ticksY: number;
  readonly label: { readonly x: number; readonly y: number; readonly text: string };
  readonly labelX: number;
  readonly hits: readonly Hit[];
}

interface RowsFrame {
  readonly figures: Figures;
  readonly axis: Axis;
  readonly scale: Scale;
  /** Of names or series, before the lines; 0 where nothing stands there. */
  readonly column: number;
  /** Names stand beside the lines, not above them. */
  readonly beside: boolean;
  readonly width: number;
  readonly measure: Measure;
}

/** `width` in units of the drawing. One series: names beside the lines; several: names above them, series beside them. */
export function drawRows(figures: Figures, width: number, measure: Measure): RowsDrawing {
  const { series, x: xAxis, y: yAxis } = figures;
  const names = xAxis.names ?? [];
  const beside = series.length === 1 && width >= NARROW;
  const before = beside ? names : series.length === 1 ? [] : series.map(({ label }) => label);
  const column = Math.min(width * 0.4, Math.max(0, ...before.map((text) => measure(text, 'data'))));
  const left = column === 0 ? 8 : column + 14;

  const points = series.flatMap((one) => one.points);
  const texts = points.map(({ median }) => spelt(median, yAxis.unit));
  const right = Math.max(left + 40, width - Math.max(0, ...texts.map((text) => measure(text, 'data'))) - 16);
  const range = rangeOf(points);
  const whole = yAxis.unit === 'count' && isWhole(points.map(({ median }) => median));
  const parts = Math.max(1, Math.min(5, Math.floor((right - left) / 70)));
  const axis = roundAxis(range.low, range.high, parts, yAxis.unit, { whole, halves: true });
  const scale = linear(axis.low, axis.high, left, right);
  const frame: RowsFrame = { figures, axis, scale, column, beside, width, measure };

  let y = TOP;
  const groups = names.map((name, x) => {
    const { group, height } = drawGroup(frame, name, x, y);
    y += height + BETWEEN;
    return group;
  });
  const { unit } = axis;
  return {
    width,
    height: y + 36,
    zero: scale(0),
    top: TOP,
    bottom: y,
    groups,
    ticks: axis.ticks.map((value, i) => ({
      at: scale(value),
      text: tickText(value, unit) + (i === axis.ticks.length - 1 ? unit.suffix : ''),
    })),
    ticksY: y + 14,
    label: { x: (left + right) / 2, y: y + 30, text: yAxis.label },
    labelX: column + 2,
    hits: groups.flatMap(({ rows }) => rows),
  };
}

function drawGroup(
  frame: RowsFrame,
  name: string,
  x: number,
  top: number,
): { group: DrawnGroup; height: number } {
  const { figures, beside, column, width, measure } = frame;
  const lines = wrapped(name, beside ? column : width, (words) => measure(words, 'data'));
  const head = lines.length * HEAD_LINE;
  let y = top + (beside ? 0 : head);
  const rows: DrawnRow[] = [];
  for (const [series, { points, label }] of figures.series.entries()) {
    const point = points.findIndex((candidate) => candidate.x === x);
    const found = points[point];
    if (!found) continue;
    const words = figures.series.length === 1 ? [] : wrapped(label, column, (text) => measure(text, 'data'));
    const height = Math.max(ROW, words.length * HEAD_LINE + 4);
    rows.push({ ...drawnValue(frame, found), series, point, y: y + height / 2, label: words });
    y += height;
  }
  const height = Math.max(y - top, head);
  const nameY = beside ? top + height / 2 - ((lines.length - 1) * HEAD_LINE) / 2 + 4 : top + 11;
  return {
    group: { name: { x: beside ? column : 0, y: nameY, anchor: beside ? 'end' : 'start', lines }, rows },
    height,
  };
}

/** What never happened goes as far as the axis. */
function drawnValue(
  { figures, axis, scale }: RowsFrame,
  point: FigurePoint,
): Pick<DrawnRow, 'x' | 'low' | 'high' | 'isNever' | 'value'> {
  const extent = extentOf(point);
  const median = extent ? point.median : null;
  const x = scale(median ?? axis.high);
  const [low, high] = extent ? [scale(extent.low), scale(extent.high)] : [x, x];
  const value = { x: Math.max(high, scale(0)) + 9, text: spelt(median, figures.y.unit) };
  return { x, low, high, isNever: extent === null, value };
}

/** Zero seconds are not zero microseconds to a reader. */
function spelt(value: number | null, unit: FigureUnit): string {
  return value === 0 && unit === 'seconds' ? '0 s' : valueText(value, unit);
}
