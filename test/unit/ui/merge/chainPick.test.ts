import { describe, expect, it } from 'vitest';
import { chainLayout } from '../../../../src/ui/merge/picture/chainLayout.ts';
import {
  endFor,
  heightOfLayer,
  layerAfterKey,
  layerAtRow,
  leastLayers,
  moved,
  type StretchEnd,
} from '../../../../src/ui/merge/picture/chainPick.ts';
import { longChain } from './chainSketch.ts';

describe('moving an end of the stretch', () => {
  it('leaves the other end, stays in the chain, and keeps the least that a merge needs: every case of six layers', () => {
    const lastLayer = 5;
    let cases = 0;
    for (const least of [1, 2])
      for (let first = 0; first <= lastLayer - least + 1; first++)
        for (let last = first + least - 1; last <= lastLayer; last++)
          for (const end of ['first', 'last'] satisfies StretchEnd[])
            for (let layer = -3; layer <= 9; layer++) {
              const next = moved(end, layer, { first, last }, least, lastLayer);
              const other = end === 'first' ? 'last' : 'first';
              expect(next[other]).toBe({ first, last }[other]);
              expect(next.first).toBeGreaterThanOrEqual(0);
              expect(next.last).toBeLessThanOrEqual(lastLayer);
              expect(next.last - next.first + 1).toBeGreaterThanOrEqual(least);
              const allowed = end === 'first' ? layer <= last - least + 1 : layer >= first + least - 1;
              if (layer >= 0 && layer <= lastLayer && allowed) expect(next[end]).toBe(layer);
              cases++;
            }
    expect(cases).toBe(936);
  });

  it('needs two files in place and one for a new file', () => {
    expect([leastLayers('in-place'), leastLayers('new-file')]).toEqual([2, 1]);
  });

  it('takes the nearer end on a press, the other with Shift', () => {
    const picked = { first: 2, last: 6 };
    expect([0, 2, 3, 4, 5, 6, 9].map((layer) => endFor(layer, picked, false))).toEqual([
      'first',
      'first',
      'first',
      'last',
      'last',
      'last',
      'last',
    ]);
    expect(endFor(9, picked, true)).toBe('first');
    expect(endFor(0, picked, true)).toBe('last');
  });

  it('goes down to older files with the keys that go down', () => {
    const keys = ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End', 'x'];
    expect(keys.map((key) => layerAfterKey(key, 20, 63))).toEqual([21, 19, 30, 10, 0, 63, null]);
  });
});

describe('heights and layers', () => {
  it('are each other’s inverse for every layer, folds included', () => {
    const { before, after } = longChain(64, 20, 40, 'in-place');
    const { items } = chainLayout(before, after, { first: 20, last: 40, unfolded: new Set() }).before;
    for (let layer = 0; layer < 64; layer++) {
      const height = heightOfLayer(items, layer);
      expect(height).not.toBe(null);
      expect(layerAtRow(items, height ?? 0)).toBe(layer);
    }
    expect(heightOfLayer(items, 64)).toBe(null);
    expect(layerAtRow(items, -5)).toBe(0);
    expect(layerAtRow(items, 99)).toBe(63);
  });
});
