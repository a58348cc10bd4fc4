import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { paintStacks } from '../../../../src/ui/map/stripPaint.ts';
import { percent, STRIP_UNITS, shareWords, stackOf, stripWindow } from '../../../../src/ui/map/strips.ts';

describe('the window of 256 blocks', () => {
  test('always holds the block and never leaves the disk', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.nat(), (unitCount, seed) => {
        const unit = seed % unitCount;
        const { firstUnit, unitCount: length } = stripWindow(unit, unitCount);
        expect(length).toBe(Math.min(STRIP_UNITS, unitCount));
        expect(firstUnit).toBeGreaterThanOrEqual(0);
        expect(firstUnit + length).toBeLessThanOrEqual(unitCount);
        expect(unit >= firstUnit && unit < firstUnit + length).toBe(true);
      }),
    );
  });

  test('stands still while the block moves inside its middle half', () => {
    const windows = new Set(Array.from({ length: 128 }, (_, i) => stripWindow(1088 + i, 65_024).firstUnit));
    expect(windows.size).toBe(1);
  });
});

const counts = fc.array(fc.nat(4096), { minLength: 3, maxLength: 20 });

describe('stacked shares', () => {
  test('fill the height exactly, in the order of the layers, with a pixel for whoever answers anything', () => {
    fc.assert(
      fc.property(counts, (values) => {
        const layers = values.length - 2;
        const stack = stackOf(values, layers, 24);
        let at = 0;
        for (const { layer, from, to } of stack) {
          expect(from).toBe(at);
          expect(to).toBeGreaterThan(from);
          expect(values[layer === 'missing' ? layers : layer]).toBeGreaterThan(0);
          at = to;
        }
        const total = values.reduce((sum, value) => sum + value, 0);
        const free = values[layers + 1] ?? 0;
        if (total > 0 && free === 0) expect(at).toBe(24);
        if (total > 0 && free > 0) expect(at).toBeLessThan(24);
        expect(stack.length).toBe(values.slice(0, layers + 1).filter((value) => value > 0).length);
      }),
    );
  });

  test('are never off by more than the pixels that small shares were given', () => {
    expect(stackOf([1, 4094, 1, 0, 0], 3, 18)).toEqual([
      { layer: 0, from: 0, to: 1 },
      { layer: 1, from: 1, to: 17 },
      { layer: 2, from: 17, to: 18 },
    ]);
  });

  test('more layers than pixels: the newest are shown', () => {
    const stack = stackOf([...Array.from({ length: 64 }, () => 64), 0, 0], 64, 18);
    expect(stack.map(({ layer }) => layer)).toEqual(Array.from({ length: 18 }, (_, i) => i));
  });

  test('are painted so that layers out of the spotlight step back', () => {
    const palette = { colors: Uint32Array.from([10, 11]), dot: 1, hatch: 2, dim: 3 };
    const pixels = new Uint32Array(4 * 4);
    paintStacks(
      pixels,
      { width: 4, height: 4, dot: 1 },
      { units: 1, counts: [[2, 2, 0, 0]], layerCount: 2, palette, spotlight: 1 },
    );
    expect([...pixels]).toEqual([3, 3, 3, 0, 3, 3, 3, 0, 11, 11, 11, 0, 11, 11, 11, 0]);
  });
});

describe('shares in words', () => {
  test('name every part, and never round what is there to nothing or a part to all', () => {
    expect(shareWords([1, 0, 4095, 0, 0], 3)).toBe('layer 0 < 1 %, layer 2 > 99 %');
    expect(shareWords([0, 2048, 1024, 1024], 2)).toBe('layer 1 50 %, missing 25 %, in no file 25 %');
    expect(percent(4096, 4096)).toBe('100 %');
  });
});
