import { expect, test } from 'vitest';
import { extentOf, isWhole, linear, rangeOf, xRange } from '../../../../../src/ui/experiments/plot/scales.ts';
import { figures, NEVER, ONE_POINT, points, READ_COST, series } from './figureSketch.ts';

test('a scale is straight, also downwards, and has a middle where it has no length', () => {
  const scale = linear(0, 64, 100, 20);
  expect([0, 32, 64].map(scale)).toEqual([100, 60, 20]);
  expect(linear(7, 7, 10, 20)(7)).toBe(15);
});

test('whiskers count, zero is in it, what never happened is not', () => {
  expect(rangeOf(points([1, 2], (x) => x * 100))).toEqual({ low: 0, high: 220 });
  expect(rangeOf(points([1], () => -10))).toEqual({ low: -11, high: 0 });
  expect(rangeOf(points([1], () => null))).toEqual({ low: 0, high: 0 });
  expect(extentOf({ x: 0, median: 3, low: null, high: null, count: 1 })).toEqual({ low: 3, high: 3 });
  expect(extentOf({ x: 0, median: Number.NaN, low: 1, high: 2, count: 1 })).toBe(null);
});

test('x begins at zero where its values begin near it, and holds the mark', () => {
  expect(xRange(READ_COST, null)).toEqual({ low: 0, high: 64, first: 1 });
  expect(xRange(READ_COST, 90)).toEqual({ low: 0, high: 90, first: 1 });
  expect(xRange(NEVER, null)).toEqual({ low: 0, high: 100, first: 0 });
  expect(xRange(ONE_POINT, null)).toEqual({ low: 7, high: 7, first: 7 });
  expect(
    xRange(
      figures([
        series(
          'a',
          points([10, 12], () => 1),
        ),
      ]),
      null,
    ).low,
  ).toBe(10);
  expect(xRange(figures([]), null)).toEqual({ low: 0, high: 0, first: 0 });
});

test('whole values', () => {
  expect(isWhole([1, 2, null])).toBe(true);
  expect(isWhole([1, 2.5])).toBe(false);
});
