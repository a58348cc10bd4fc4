import { expect, test } from 'vitest';
import type { Hit } from '../../../../../src/ui/experiments/plot/drawing.ts';
import { afterKey, nearest } from '../../../../../src/ui/experiments/plot/pointing.ts';

const HITS: Hit[] = [0, 1, 2].flatMap((series) =>
  [0, 1, 2, 3]
    .filter((point) => series !== 1 || point > 1)
    .map((point) => ({ series, point, x: point * 100, y: series * 50 })),
);
const at = (series: number, point: number) =>
  HITS.find((hit) => hit.series === series && hit.point === point) ?? null;

test('the nearest point within reach', () => {
  expect(nearest(HITS, 104, 10)).toEqual(at(0, 1));
  expect(nearest(HITS, 104, 40)).toBe(null);
  expect(nearest([], 0, 0)).toBe(null);
});

test('arrows go along a series and to the next; they stop at the ends', () => {
  expect(afterKey(HITS, null, 'ArrowRight')).toEqual(at(0, 0));
  expect(afterKey(HITS, at(0, 0), 'ArrowRight')).toEqual(at(0, 1));
  expect(afterKey(HITS, at(0, 0), 'ArrowLeft')).toEqual(at(0, 0));
  expect(afterKey(HITS, at(0, 3), 'ArrowRight')).toEqual(at(0, 3));
  expect(afterKey(HITS, at(0, 0), 'ArrowDown')).toEqual(at(1, 2));
  expect(afterKey(HITS, at(1, 3), 'ArrowDown')).toEqual(at(2, 3));
  expect(afterKey(HITS, at(2, 3), 'ArrowDown')).toEqual(at(2, 3));
  expect(afterKey(HITS, at(2, 1), 'ArrowUp')).toEqual(at(1, 2));
  expect(afterKey(HITS, at(1, 3), 'Home')).toEqual(at(1, 2));
  expect(afterKey(HITS, at(0, 1), 'End')).toEqual(at(0, 3));
  expect(afterKey(HITS, at(0, 1), 'a')).toBe(null);
  expect(afterKey([], null, 'ArrowRight')).toBe(null);
});
