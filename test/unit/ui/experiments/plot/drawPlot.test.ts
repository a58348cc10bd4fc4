import { describe, expect, test } from 'vitest';
import type { Measure, PlotDrawing } from '../../../../../src/ui/experiments/plot/drawing.ts';
import { drawPlot } from '../../../../../src/ui/experiments/plot/drawPlot.ts';
import { drawRows } from '../../../../../src/ui/experiments/plot/drawRows.ts';
import { cut } from '../../../../../src/ui/experiments/plot/seriesPath.ts';
import { ALL_NEVER, EVERY_KIND, NAMES, NAMES_ONE, NEVER, READ_COST, SIX } from './figureSketch.ts';

const measure: Measure = (text, size) => text.length * (size === 'note' ? 6 : 6.5);
const WIDTHS = [720, 340];

describe('the drawing of figures over a quantity', () => {
  test('two panels on one x axis, joined; the low series are named one by one in the second', () => {
    const drawing = drawPlot(READ_COST, { x: 5, label: 'your chain, 5' }, 720, measure);
    const [main, low] = drawing.panels;
    expect(drawing.panels.length).toBe(2);
    expect(main?.labels.map(({ lines }) => lines.join(' '))).toEqual(['walk, cold', 'all the others']);
    expect(low?.labels.map(({ lines }) => lines.join(' '))).toEqual(['walk, cached', 'index, cold']);
    expect(low?.note?.text).toBe('the same, below 300 µs only');
    expect(main?.ticks.at(-1)?.text).toBe('30 ms');
    expect(drawing.xTicks.map(({ text }) => text)).toEqual([
      '1',
      '8',
      '16',
      '24',
      '32',
      '40',
      '48',
      '56',
      '64',
    ]);
    expect(drawing.wedge).toMatch(/^M/);
    expect(drawing.mark?.anchor).toBe('start');
    expect(main?.series.filter(({ isFlat }) => isFlat).map(({ points }) => points.length)).toEqual([0, 0]);
  });

  test('a line that leaves the second panel is cut at its edge', () => {
    const low = drawPlot(SIX, null, 720, measure).panels;
    expect(low.length).toBe(1);
    expect(cut([0, 0], [10, 100], 0, 30)).toEqual([
      [0, 0],
      [3, 30],
    ]);
    expect(cut([0, 100], [10, 0], 0, 30)).toEqual([
      [7, 30],
      [10, 0],
    ]);
    expect(cut([0, 50], [10, 50], 0, 30)).toBe(null);
    expect(cut([0, 50], [10, 60], 0, 30)).toBe(null);
    expect(cut([0, 20], [10, 20], 0, 30)).toEqual([
      [0, 20],
      [10, 20],
    ]);
  });

  test('what never happened has arrows above the axes, and one name', () => {
    const drawing = drawPlot(NEVER, null, 720, measure);
    expect(drawing.never.map(({ series, points, label }) => [series, points.length, label.lines])).toEqual([
      [1, 3, ['merge at once, never']],
      [2, 6, ['all at the end, never']],
    ]);
    for (const { y } of drawing.never) expect(y).toBeLessThan(drawing.panels[0]?.top ?? 0);
    expect(drawing.hits.length).toBe(18);
    expect(drawPlot(ALL_NEVER, null, 340, measure).hits.length).toBe(10);
  });

  test.each(Object.entries(EVERY_KIND))(
    '%s has numbers everywhere, inside the drawing, each point once',
    (_, one) => {
      if (one.x.names !== null) return expect(drawRows(one, 720, measure).hits.length).toBeGreaterThan(0);
      for (const width of WIDTHS) {
        const drawing = drawPlot(one, { x: 5, label: 'your chain, 5' }, width, measure);
        expectNumbers(drawing);
        const keys = drawing.hits.map(({ series, point }) => `${series}.${point}`);
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys.length).toBe(one.series.reduce((sum, { points }) => sum + points.length, 0));
        for (const { x, y } of drawing.hits) {
          expect(x).toBeGreaterThanOrEqual(drawing.left);
          expect(x).toBeLessThanOrEqual(drawing.right);
          expect(y).toBeGreaterThan(0);
          expect(y).toBeLessThan(drawing.height - 30);
        }
      }
    },
  );
});

/** No number of the drawing is not one; no path holds one that is not. */
function expectNumbers(drawing: PlotDrawing): void {
  const text = JSON.stringify(drawing, (_, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`not a number: ${value}`);
    return value;
  });
  expect(text).not.toMatch(/NaN|Infinity|undefined/);
}

describe('the drawing of figures over names', () => {
  test('several series: a group for each name, a row for each series, the value behind it', () => {
    const drawing = drawRows(NAMES, 720, measure);
    expect(drawing.groups.map(({ name, rows }) => [name.lines.join(' '), rows.length])).toEqual([
      ['base lost', 2],
      ['base altered by one byte', 2],
      ['a checkpoint lost', 2],
      ['exported before', 2],
    ]);
    expect(drawing.groups[0]?.rows.map(({ label, isNever, value }) => [label, isNever, value.text])).toEqual([
      [['disk only'], false, '0 %'],
      [['with memory, and told before'], true, 'never'],
    ]);
    const ys = drawing.hits.map(({ y }) => y);
    expect(ys).toEqual([...ys].sort((a, b) => a - b));
    for (const { x } of drawing.hits) expect(x).toBeGreaterThanOrEqual(drawing.zero);
  });

  test('one series: names beside where there is room, else above', () => {
    expect(drawRows(NAMES_ONE, 720, measure).groups[1]?.name.anchor).toBe('end');
    expect(drawRows(NAMES_ONE, 340, measure).groups[1]?.name).toMatchObject({ anchor: 'start', x: 0 });
    expect(drawRows(NAMES_ONE, 340, measure).groups[1]?.rows[0]?.label).toEqual([]);
  });

  test.each(WIDTHS)('values end inside the drawing, %i wide', (width) => {
    for (const one of [NAMES, NAMES_ONE]) {
      for (const { rows } of drawRows(one, width, measure).groups) {
        for (const { value } of rows)
          expect(value.x + measure(value.text, 'data')).toBeLessThanOrEqual(width);
      }
    }
  });
});
