import { describe, expect, it } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { exactPoint, fitLine, meanOf, pointOf } from '../../../../src/lab/experiments/statistics.ts';

describe('a point', () => {
  it('is the median between the 10th and the 90th percentile', () => {
    const values = [5, 1, 9, 3, 7, 2, 8, 4, 10, 6];
    expect(pointOf(4, values)).toEqual({ x: 4, median: 5, low: 1, high: 9, count: 10 });
    expect(pointOf(0, [7])).toEqual({ x: 0, median: 7, low: 7, high: 7, count: 1 });
    expect(values[0]).toBe(5);
  });

  it('without values did not happen', () => {
    expect(pointOf(1, [])).toEqual({ x: 1, median: null, low: null, high: null, count: 0 });
    expect(exactPoint(1, null)).toMatchObject({ median: null, low: null, high: null });
  });
});

describe('a line', () => {
  it('goes through points that lie on one, with bounds that are nothing', () => {
    const line = fitLine([1, 2, 5, 9].map((x) => exactPoint(x, 3 * x + 4)));
    expect(line?.slope).toBeCloseTo(3, 12);
    expect(line?.intercept).toBeCloseTo(4, 12);
    expect(line?.rSquared).toBeCloseTo(1, 12);
    expect((line?.slopeHigh ?? 1) - (line?.slopeLow ?? 0)).toBeCloseTo(0, 6);
  });

  it('is the least of squares: no line near it is nearer to the points', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const prng = new Prng(seed);
      const points = Array.from({ length: 3 + prng.below(8) }, (_, x) => exactPoint(x, prng.fraction() * 10));
      const line = fitLine(points);
      if (!line) throw new Error('no line');
      const misses = (slope: number, intercept: number) =>
        points.reduce((sum, { x, median }) => sum + ((median ?? 0) - intercept - slope * x) ** 2, 0);
      const best = misses(line.slope, line.intercept);
      for (const [ds, di] of [
        [0.01, 0],
        [-0.01, 0],
        [0, 0.01],
        [0, -0.01],
        [0.01, -0.02],
      ] as const)
        expect(misses(line.slope + ds, line.intercept + di)).toBeGreaterThan(best);
      const mean = meanOf(points.map(({ median }) => median ?? 0));
      expect(line.rSquared).toBeCloseTo(1 - best / misses(0, mean), 9);
      expect(line.slopeLow).toBeLessThanOrEqual(line.slope);
    }
  });

  it('has the bounds of Student’s distribution', () => {
    // y = 2x with misses of +1, −1, −1, +1: worked out by hand.
    const line = fitLine([0, 1, 2, 3].map((x, i) => exactPoint(x, 2 * x + ([1, -1, -1, 1][i] ?? 0))));
    expect(line?.slope).toBeCloseTo(2, 12);
    expect(line?.slopeHigh).toBeCloseTo(2 + 4.303 * Math.sqrt(4 / 2 / 5), 9);
    expect(line?.slopeLow).toBeCloseTo(2 - 4.303 * Math.sqrt(4 / 2 / 5), 9);
  });

  it('is level and certain where all points are equal, whatever rounding leaves', () => {
    const dust = fitLine([1, 2, 3, 4].map((x) => exactPoint(x, 88.192 + (x % 2) * 1e-14)));
    expect(dust?.rSquared).toBe(1);
    expect(fitLine([1, 2, 3].map((x) => exactPoint(x, 0)))?.rSquared).toBe(1);
  });

  it('needs three points that happened, at more than one x', () => {
    expect(fitLine([exactPoint(1, 1), exactPoint(2, 2), exactPoint(3, null)])).toBeNull();
    expect(fitLine([exactPoint(1, 1), exactPoint(1, 2), exactPoint(1, 3)])).toBeNull();
  });
});
