import { describe, expect, test } from 'vitest';
import { Prng } from '../../../../../src/base/prng.ts';
import { spread, type Wanted, wrapped } from '../../../../../src/ui/experiments/plot/labels.ts';

const HEIGHT = 13;
const at = (...places: number[]): Wanted[] => places.map((one) => ({ at: one, height: HEIGHT }));

describe('labels side by side', () => {
  test('stay where they are where they have room', () => {
    expect(spread(at(100, 20, 60), 0, 200)).toEqual([100, 20, 60]);
  });

  test('part evenly around the place that two of them want', () => {
    expect(spread(at(50, 50), 0, 200)).toEqual([43.5, 56.5]);
  });

  test('keep within the ends', () => {
    expect(spread(at(0, 1), 0, 200)).toEqual([6.5, 19.5]);
    expect(spread(at(200, 200), 0, 200)).toEqual([180.5, 193.5]);
  });

  test('run over the lower end where they do not fit', () => {
    expect(spread(at(5, 5, 5), 0, 20)).toEqual([6.5, 19.5, 32.5]);
  });

  test('of nothing is nothing', () => {
    expect(spread([], 0, 10)).toEqual([]);
  });

  test('never overlap, keep their order, and are moved no more than the best of all whole places (seed 7)', () => {
    const random = new Prng(7);
    for (let round = 0; round < 300; round++) {
      const labels = Array.from({ length: 1 + random.below(3) }, () => ({
        at: random.below(40),
        height: 2 + 2 * random.below(3),
      }));
      const places = spread(labels, 0, 40);
      const order = labels.map((_, i) => i).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
      for (const [rank, i] of order.entries()) {
        const next = order[rank + 1];
        const half = (labels[i]?.height ?? 0) / 2;
        expect((places[i] ?? 0) - half).toBeGreaterThanOrEqual(-1e-9);
        expect((places[i] ?? 0) + half).toBeLessThanOrEqual(40 + 1e-9);
        if (next === undefined) continue;
        expect((places[next] ?? 0) - (places[i] ?? 0)).toBeGreaterThanOrEqual(
          half + (labels[next]?.height ?? 0) / 2 - 1e-9,
        );
        expect(labels[next]?.at).toBeGreaterThanOrEqual(labels[i]?.at ?? 0);
      }
      expect(cost(labels, places)).toBeLessThanOrEqual(bestWhole(labels, order) + 1e-6);
    }
  });
});

function cost(labels: readonly Wanted[], places: readonly number[]): number {
  return labels.reduce((sum, { at: wanted }, i) => sum + ((places[i] ?? 0) - wanted) ** 2, 0);
}

/** Tries every whole middle for each label, in the order given. */
function bestWhole(labels: readonly Wanted[], order: readonly number[], from = 0, rank = 0): number {
  const label = labels[order[rank] ?? -1];
  if (!label) return 0;
  let best = Number.POSITIVE_INFINITY;
  for (let middle = from + label.height / 2; middle + label.height / 2 <= 40; middle++) {
    const rest = bestWhole(labels, order, middle + label.height / 2, rank + 1);
    best = Math.min(best, (middle - label.at) ** 2 + rest);
  }
  return best;
}

test('words are parted into lines that fit; a long word has its own', () => {
  const measure = (text: string) => text.length;
  expect(wrapped('walk, caches cold', 20, measure)).toEqual(['walk, caches cold']);
  expect(wrapped('walk, caches cold', 12, measure)).toEqual(['walk, caches', 'cold']);
  expect(wrapped('a incomprehensibilities b', 6, measure)).toEqual(['a', 'incomprehensibilities', 'b']);
});
