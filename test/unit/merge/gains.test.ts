import { describe, expect, test } from 'vitest';
import { gainsOf } from '../../../src/merge/gains.ts';

describe('what a merge makes of reading', () => {
  const totals = Float64Array.of(10, 20, 30, 40);

  test('in place, the stretch counts as one file', () => {
    // 10 · 1 + 20 · 2 + 30 · 3 + 40 · 4 = 300 look-ups; then layers 1 and 2 are the second file, layer 3 the third.
    expect(gainsOf(totals, 4, 1, 2, 'in-place', null)).toEqual({
      depth: [4, 3],
      lookups: [3, (10 + 20 * 2 + 30 * 2 + 40 * 3) / 100],
    });
    expect(gainsOf([...totals], 4, 0, 3, 'in-place', null)).toEqual({ depth: [4, 1], lookups: [3, 1] });
  });

  test('a new differencing disk replaces the stretch', () => {
    expect(gainsOf(totals, 4, 0, 1, 'new-file', 'differencing')).toEqual({
      depth: [4, 3],
      lookups: [3, (30 + 30 * 2 + 40 * 3) / 100],
    });
  });

  test('a disk that stands alone is one file, compared with the point that it holds', () => {
    expect(gainsOf(totals, 4, 0, 3, 'new-file', 'dynamic')).toEqual({ depth: [4, 1], lookups: [3, 1] });
    expect(gainsOf(totals, 4, 2, 3, 'new-file', 'raw')).toEqual({ depth: [2, 1], lookups: null });
  });

  test('says nothing of look-ups that were not counted', () => {
    expect(gainsOf(null, 4, 1, 2, 'in-place', null).lookups).toBeNull();
    expect(gainsOf([0, 0], 2, 0, 1, 'in-place', null).lookups).toBeNull();
  });

  test('every stretch of every chain: the mean by counting file by file', () => {
    for (let layers = 1; layers <= 6; layers++) {
      const counts = Array.from({ length: layers }, (_, i) => (i * 7 + 3) % 11);
      const sum = counts.reduce((all, each) => all + each, 0);
      for (let first = 0; first < layers; first++) {
        for (let last = first; last < layers; last++) {
          const mean = counts.reduce((all, held, layer) => {
            const files = Array.from({ length: layer + 1 }, (_, i) =>
              i >= first && i <= last ? 'merged' : i,
            );
            return all + held * new Set(files).size;
          }, 0);
          const { lookups, depth } = gainsOf(counts, layers, first, last, 'in-place', null);
          expect(lookups?.[1]).toBeCloseTo(mean / sum, 12);
          expect(depth).toEqual([layers, layers - last + first]);
        }
      }
    }
  });
});
