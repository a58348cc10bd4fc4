import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  foldLine,
  MISSING,
  type PaintInput,
  type PaintMode,
  paintMap,
  UNALLOCATED,
} from '../../../../src/ui/map/mapPaint.ts';

const palette = { colors: Uint32Array.from({ length: 256 }, (_, i) => 1000 + i), dot: 1, hatch: 2, dim: 3 };

function input(cells: number[], width: number, more: Partial<PaintInput> = {}): PaintInput {
  const lines = more.lines ?? 1;
  const base = {
    mode: 'layer' as PaintMode,
    cells: Uint8Array.from(cells),
    cellsPerLine: cells.length / lines,
    lines,
  };
  return { ...base, width, pitch: 4, gap: 1, dot: 1, palette, spotlight: null, ...more };
}

function painted(given: PaintInput): number[][] {
  const pixels = new Uint32Array(given.width * given.pitch * given.lines);
  paintMap(pixels, given);
  return Array.from({ length: given.pitch * given.lines }, (_, y) => [
    ...pixels.subarray(y * given.width, (y + 1) * given.width),
  ]);
}

function folded(given: PaintInput): number[] {
  const out = new Uint8Array(given.width);
  foldLine(given, 0, out, new Uint8Array(given.width));
  return [...out];
}

describe('a pixel of many cells', () => {
  test('shows the newest layer of all its cells', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 1, 2, 5, MISSING, UNALLOCATED), { minLength: 1, maxLength: 64 }),
        fc.integer({ min: 1, max: 40 }),
        (cells, width) => {
          const values = folded(input(cells, width));
          for (let x = 0; x < width; x++) {
            const from = Math.floor((x * cells.length) / width);
            const to = cells.length < width ? from + 1 : Math.ceil(((x + 1) * cells.length) / width);
            expect(values[x]).toBe(Math.min(...cells.slice(from, to)));
          }
        },
      ),
    );
  });

  test('shows the mean share, never none for a little and missing only where nothing is held', () => {
    expect(folded(input([253, 0, 0, 1, 0, 0, MISSING, 0], 4, { mode: 'density' }))).toEqual([
      127,
      1,
      0,
      MISSING,
    ]);
  });

  test('shows the greatest depth', () => {
    expect(folded(input([3, 9, 0, UNALLOCATED, MISSING, 2, MISSING, 0], 4, { mode: 'depth' }))).toEqual([
      9,
      UNALLOCATED,
      2,
      MISSING,
    ]);
  });
});

describe('drawing', () => {
  test('bars leave the gap free, and what no file holds is a dotted line on nothing', () => {
    const rows = painted(input([0, UNALLOCATED, UNALLOCATED, 2], 4));
    expect(rows[0]).toEqual([1000, 0, 0, 1002]);
    expect(rows[3]).toEqual([0, 0, 0, 0]);
    const wide = painted(input([UNALLOCATED], 11));
    expect(wide[1]).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
    expect([wide[0], wide[2], wide[3]].flat().every((word) => word === 0)).toBe(true);
  });

  test('what is missing is hatched in no colour of a layer', () => {
    const rows = painted(input([MISSING], 8));
    const words = new Set(rows.flat());
    expect(words).toEqual(new Set([0, 2]));
    expect(rows[0]?.indexOf(2)).not.toBe(rows[1]?.indexOf(2));
  });

  test('the spotlight keeps every pixel that has its layer in any cell, and dims the others', () => {
    const spotlight = new Uint8Array(256);
    spotlight[3] = 1;
    const rows = painted(input([0, 3, 1, 1, 3, 3, 0, 0], 4, { spotlight }));
    expect(rows[0]).toEqual([1003, 3, 1003, 3]);
  });

  test('a last line that is not full ends where its cells end', () => {
    const rows = painted(input([1, 1, 1, 1, 1, 1], 4, { lines: 2, cellsPerLine: 4 }));
    expect(rows[0]).toEqual([1001, 1001, 1001, 1001]);
    expect(rows[4]).toEqual([1001, 1001, 0, 0]);
  });

  test('an old picture is wiped', () => {
    const given = input([UNALLOCATED, UNALLOCATED], 2);
    const pixels = new Uint32Array(2 * 4).fill(77);
    paintMap(pixels, given);
    expect([...pixels]).not.toContain(77);
  });
});
