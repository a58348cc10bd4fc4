import { describe, expect, test } from 'vitest';
import { GIB, KIB } from '../../../../../src/base/units.ts';
import type { FigureUnit } from '../../../../../src/engine/api.ts';
import {
  axisUnit,
  niceStep,
  roundAxis,
  ticksBetween,
  tickText,
} from '../../../../../src/ui/experiments/plot/ticks.ts';

describe('a y axis', () => {
  test.each<[string, number, FigureUnit, string]>([
    ['microseconds', 740, 'us', '0 200 400 600 800 µs'],
    ['milliseconds', 32000, 'us', '0 10 20 30 40 ms'],
    ['up to where the next unit begins', 940, 'us', '0 250 500 750 1\u202f000 µs'],
    ['parts of a microsecond', 0.9, 'us', '0 0.25 0.5 0.75 1 µs'],
    ['seconds', 7, 'seconds', '0 2 4 6 8 s'],
    ['minutes', 3000, 'seconds', '0 15 30 45 60 min'],
    ['hours', 48 * 3600, 'seconds', '0 12 24 36 48 h'],
    ['days, in hours', 300 * 3600, 'seconds', '0 100 200 300 h'],
    ['sizes', 3.2 * GIB, 'bytes', '0 1 2 3 4 GiB'],
    ['small sizes', 700 * KIB, 'bytes', '0 256 512 768 KiB'],
    ['shares', 88, 'percent', '0 25 50 75 100 %'],
    ['rates', 4000, 'per-second', '0 1\u202f000 2\u202f000 3\u202f000 4\u202f000/s'],
  ])('%s', (_, most, of, expected) => {
    const { ticks, high, unit } = roundAxis(0, most, 4, of, { whole: false, halves: false });
    expect(high).toBe(ticks.at(-1));
    expect(high).toBeGreaterThanOrEqual(most);
    expect(ticks.map((tick) => tickText(tick, unit)).join(' ') + unit.suffix).toBe(expected);
  });

  test('ends in the middle of a step where that is enough', () => {
    const axis = roundAxis(0, 31, 4, 'count', { whole: false, halves: true });
    expect(axis).toMatchObject({ low: 0, high: 35, ticks: [0, 10, 20, 30] });
  });

  test('counts by ones at the least', () => {
    expect(roundAxis(0, 2, 4, 'count', { whole: true, halves: false }).ticks).toEqual([0, 1, 2]);
    expect(roundAxis(0, 9, 4, 'count', { whole: true, halves: false }).ticks).toEqual([0, 5, 10]);
  });

  test('of zeros, of one value, and below zero', () => {
    expect(roundAxis(0, 0, 4, 'us', { whole: false, halves: true })).toMatchObject({
      low: 0,
      high: 1,
      ticks: [0, 0.25, 0.5, 0.75, 1],
    });
    const below = roundAxis(-44, 19, 4, 'percent', { whole: false, halves: true });
    expect(below.low).toBeLessThanOrEqual(-44);
    expect(below.ticks).toContain(0);
    expect(tickText(-40, axisUnit('percent', 40))).toBe('−40');
    expect(
      Object.is(
        below.ticks.find((tick) => tick === 0),
        0,
      ),
    ).toBe(true);
  });

  test('holds its values, in few steps that rise evenly, whatever they are', () => {
    for (const unit of ['us', 'seconds', 'count', 'bytes', 'percent', 'per-second'] as const) {
      for (let most = 1e-3; most < 1e13; most *= 1.7) {
        const value = unit === 'bytes' ? Math.max(1, most) : most;
        const { low, high, ticks } = roundAxis(0, value, 4, unit, { whole: false, halves: true });
        expect(low).toBe(0);
        expect(high).toBeGreaterThanOrEqual(value * (1 - 1e-9));
        expect(high).toBeLessThanOrEqual(Math.max(value * 2.01, 2));
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(6);
        const step = niceStep(value, 4, unit, value, false);
        for (const [i, tick] of ticks.entries())
          expect(tick).toBeCloseTo(i * step, 6 - Math.log10(value + 1));
      }
    }
  });
});

describe('an x axis', () => {
  test('counts depths in powers of two, from the first one', () => {
    expect(ticksBetween(0, 64, 1, 8, 'count', true)).toEqual([1, 8, 16, 24, 32, 40, 48, 56, 64]);
    expect(ticksBetween(0, 16, 1, 6, 'count', true)).toEqual([1, 4, 8, 12, 16]);
  });

  test('counts in tens elsewhere', () => {
    expect(ticksBetween(0, 100, 0, 5, 'percent', true)).toEqual([0, 20, 40, 60, 80, 100]);
    expect(ticksBetween(0, 40, 1, 4, 'count', true)).toEqual([1, 10, 20, 30, 40]);
    expect(ticksBetween(1, 3, 1, 8, 'count', true)).toEqual([1, 2, 3]);
  });

  test('has the one value that there is', () => {
    expect(ticksBetween(7, 7, 7, 8, 'count', true)).toEqual([7]);
  });
});
