import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { MISSING, UNALLOCATED } from '../../../../src/ui/map/mapPaint.ts';
import { endCellOf, firstCellOf, sectorsOfPixel } from '../../../../src/ui/map/mapPixels.ts';
import { wholeDisk } from '../../../../src/ui/map/mapView.ts';
import {
  copiedLayers,
  doneColumns,
  doneSectors,
  linesBetween,
  type MergePaint,
  mergePalette,
  paintMerge,
} from '../../../../src/ui/merge/picture/mergeCellPaint.ts';

const colors = Uint32Array.from({ length: 256 }, (_, i) => 1000 + i);
const PALETTE = { colors, dot: 1, hatch: 2, dim: 3 };

/** A disk of random cells; `perLine` cells a line, drawn `width` pixels wide. */
function sketch(seed: number, diskSectors: number, perLine: number, width: number): MergePaint {
  const view = wholeDisk(diskSectors, 32);
  const prng = new Prng(seed);
  const count = Math.ceil((diskSectors * perLine) / view.lineSectors);
  const kinds = [0, 1, 2, 3, 4, MISSING, UNALLOCATED];
  const cells = Uint8Array.from({ length: count }, () => kinds[Math.floor(prng.fraction() * 7)] ?? 0);
  const copied = { first: 1, last: 2 };
  return {
    picture: { view, cells, cellsPerLine: perLine },
    copied,
    width,
    pitch: 5,
    dot: 1,
    palette: mergePalette(PALETTE, copied),
  };
}

function painted(input: MergePaint, done: number | null): Uint32Array {
  const { lines } = input.picture.view;
  const pixels = new Uint32Array(input.width * input.pitch * lines);
  paintMerge(pixels, input, { from: 0, count: lines }, done);
  return pixels;
}

/** Pixels compared one by one: quicker than telling two long lists apart. */
function firstDifference(one: Uint32Array, other: Uint32Array): number {
  return one.length === other.length ? one.findIndex((pixel, i) => pixel !== other[i]) : 0;
}

/** The newest layer among the cells that a pixel touches; null beyond the end of the disk. */
function valueAt({ picture, width }: MergePaint, line: number, x: number): number | null {
  const { cells, cellsPerLine } = picture;
  const start = line * cellsPerLine;
  const from = start + firstCellOf(cellsPerLine, width, x);
  const touched = [...cells.subarray(from, start + endCellOf(cellsPerLine, width, x))];
  return from < cells.length ? Math.min(...touched) : null;
}

describe('what a pixel of the merge shows', () => {
  it('is its newest layer where that is copied and done, an outline where it waits, grey where it stays', () => {
    const input = sketch(3, 5000, 256, 100);
    const { view } = input.picture;
    for (const done of [0, 1, 800, 2499, 4999, 5000]) {
      const pixels = painted(input, done);
      let looked = 0;
      for (let line = 0; line < view.lines; line++)
        for (let x = 0; x < input.width; x++) {
          const value = valueAt(input, line, x);
          const sectors = sectorsOfPixel(view, input.width, line, x);
          const top = pixels[line * 5 * input.width + x];
          if (value === null || !sectors) expect(top).toBe(0);
          else if (value === 1 || value === 2) {
            const merged = sectors.firstSector + sectors.sectorCount <= done;
            expect(top).toBe(merged ? 1000 + value : PALETTE.dot);
            looked++;
          } else if (value < MISSING) expect(top).toBe(PALETTE.dim);
        }
      expect(looked).toBeGreaterThan(500);
    }
  });

  it('is in its layer’s colour everywhere while it is only planned', () => {
    const input = sketch(4, 3000, 128, 128);
    const pixels = painted(input, null);
    expect(firstDifference(pixels, painted(input, 3000))).toBe(-1);
    expect(pixels.includes(1001)).toBe(true);
  });

  it('is a closed frame around each run that waits, hollow inside', () => {
    const view = wholeDisk(64 * 16, 32);
    const cells = new Uint8Array(64 * 16).fill(UNALLOCATED);
    cells.fill(1, 10, 15);
    cells.fill(2, 15, 16);
    cells.fill(1, 30, 31);
    const input: MergePaint = {
      picture: { view, cells, cellsPerLine: 64 },
      copied: { first: 1, last: 2 },
      width: 64,
      pitch: 5,
      dot: 1,
      palette: mergePalette(PALETTE, { first: 1, last: 2 }),
    };
    const pixels = painted(input, 0);
    const row = (y: number, from: number, to: number) => [...pixels.subarray(y * 64 + from, y * 64 + to)];
    expect(row(0, 10, 16)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(row(1, 10, 16)).toEqual([1, 0, 0, 0, 0, 1]);
    expect(row(3, 10, 16)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(row(4, 10, 16)).toEqual([0, 0, 0, 0, 0, 0]);
    expect([0, 1, 2, 3].map((y) => row(y, 30, 31)[0])).toEqual([1, 1, 1, 1]);
  });
});

describe('drawing only what changed', () => {
  it('leaves the same picture as drawing all of it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(2050, 5000, 32 * 256),
        fc.constantFrom(64, 256, 512),
        fc.constantFrom(33, 100, 257),
        fc.nat(32 * 256),
        fc.nat(32 * 256),
        (seed, disk, perLine, width, one, other) => {
          const input = sketch(seed, disk, perLine, width);
          const [before, after] = [Math.min(one, disk), Math.min(other, disk)];
          const pixels = painted(input, before);
          const lines = linesBetween(input.picture.view, before, after);
          const part = new Uint32Array(width * input.pitch * lines.count);
          paintMerge(part, input, lines, after);
          pixels.set(part, lines.from * input.pitch * width);
          expect(firstDifference(pixels, painted(input, after))).toBe(-1);
        },
      ),
      { seed: 21, numRuns: 200 },
    );
  });

  it('is the line of the marker alone where progress stays on it', () => {
    const view = wholeDisk(32 * 256, 32);
    expect(linesBetween(view, 256 * 3, 256 * 3 + 200)).toEqual({ from: 3, count: 1 });
    expect(linesBetween(view, 256 * 5 + 1, 256 * 3)).toEqual({ from: 3, count: 3 });
    expect(linesBetween(view, 0, 32 * 256)).toEqual({ from: 0, count: 32 });
  });
});

describe('how far it has come', () => {
  it('ends with the disk, though its last block is short', () => {
    expect(doneSectors(0, 3, 4096 * 512, 9000)).toBe(0);
    expect(doneSectors(2, 3, 4096 * 512, 9000)).toBe(8192);
    expect(doneSectors(3, 3, 4096 * 512, 9000)).toBe(9000);
    expect(doneSectors(5, 10, null, 9000)).toBe(4500);
    expect(doneSectors(0, 0, null, 9000)).toBe(9000);
  });

  it('counts a pixel only when all of it is merged', () => {
    const view = wholeDisk(32 * 256, 32);
    expect(doneColumns(view, 64, 0, 0)).toBe(0);
    expect(doneColumns(view, 64, 0, 3)).toBe(0);
    expect(doneColumns(view, 64, 0, 4)).toBe(1);
    expect(doneColumns(view, 64, 0, 256)).toBe(64);
    expect(doneColumns(view, 64, 1, 256)).toBe(0);
  });

  it('copies nothing from the target itself', () => {
    expect(copiedLayers(2, 5, 'in-place')).toEqual({ first: 2, last: 4 });
    expect(copiedLayers(2, 5, 'new-file')).toEqual({ first: 2, last: 5 });
  });
});
