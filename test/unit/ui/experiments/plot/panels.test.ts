import { expect, test } from 'vitest';
import { panelsOf } from '../../../../../src/ui/experiments/plot/panels.ts';
import { DEPTHS, EMPTY, EQUAL, figures, NEVER, points, READ_COST, series, ZERO } from './figureSketch.ts';

test('what lies at the bottom beside something high is enlarged', () => {
  const { low, lowMost } = panelsOf(READ_COST, 30_000);
  expect(low).toEqual([1, 2]);
  expect(lowMost).toBeCloseTo(263 * 1.1, 6);
});

test('one panel where all are high, all are low, or nothing is there', () => {
  for (const one of [EQUAL, ZERO, EMPTY, NEVER]) expect(panelsOf(one, 20e6).low).toEqual([]);
});

test('a whisker that leaves the bottom keeps its series in the first panel', () => {
  const high = series(
    'high',
    points(DEPTHS, () => 1000),
  );
  const near = (share: number) =>
    figures([
      high,
      series(
        'low',
        points(DEPTHS, () => 70, share),
      ),
    ]);
  expect(panelsOf(near(0.1), 1000).low).toEqual([1]);
  expect(panelsOf(near(0.2), 1000).low).toEqual([]);
});

test('zeros, and what never happened, are not enlarged', () => {
  const high = series(
    'high',
    points(DEPTHS, () => 1000),
  );
  expect(
    panelsOf(
      figures([
        high,
        series(
          'zero',
          points(DEPTHS, () => 0),
        ),
      ]),
      1000,
    ).low,
  ).toEqual([]);
  const rarely = series(
    'rarely',
    points(DEPTHS, (x) => (x > 8 ? null : 1)),
  );
  expect(panelsOf(figures([high, rarely]), 1000).low).toEqual([]);
});
