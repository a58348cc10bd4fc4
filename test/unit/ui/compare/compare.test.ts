import { describe, expect, it } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import type { CompareView } from '../../../../src/engine/api.ts';
import { foldCells, kindRuns, nextDifference, rangeOfCell } from '../../../../src/ui/compare/compareCells.ts';
import { cellAfterKey } from '../../../../src/ui/compare/compareKeys.ts';
import { cellAtPoint, paintComparison, valueOfPixel } from '../../../../src/ui/compare/comparePaint.ts';
import { cellText, placeText, verdictOf } from '../../../../src/ui/compare/compareWords.ts';
import { defaultPair } from '../../../../src/ui/compare/defaultPair.ts';
import { wholeDisk } from '../../../../src/ui/map/mapView.ts';
import { pileOf } from '../../../support/pileOf.ts';

const FOUND: CompareView = {
  equal: true,
  sectorCounts: [2048, 2048],
  differingBytes: 0,
  differingSectors: 0,
  ranges: [],
  rangeCount: 0,
  unknownSectors: 0,
  sharedSectors: 0,
  cells: new Uint8Array(64),
  sectorsPerCell: 32,
  seconds: 0.5,
};

describe('the verdict', () => {
  const plain = (found: CompareView) => {
    const { word, sentence } = verdictOf(found);
    return `${word}. ${sentence}`.replaceAll('\u202f', '');
  };

  it('says equal only where every sector was compared', () => {
    expect(plain(FOUND)).toBe('Equal. All 2048 sectors, 1 MiB, read alike.');
    const unsure = { ...FOUND, equal: false, unknownSectors: 3 };
    expect(plain(unsure)).toMatch(/^Not certain\. No difference was found, but 3 sectors, 1.5 KiB, can’t be/);
    expect(verdictOf({ ...unsure, equal: true }).mark).toBe('warning');
  });

  it('counts bytes, sectors and ranges, and what is unknown beside them', () => {
    const found = { ...FOUND, equal: false, differingBytes: 1, differingSectors: 1, rangeCount: 1 };
    expect(plain(found)).toBe('Different. 1 byte differs, in 1 sector and 1 range.');
    expect(plain({ ...found, unknownSectors: 1 })).toMatch(/1 range\. 1 sector, 512 B, can’t be compared/);
  });

  it('tells a difference in size alone', () => {
    expect(plain({ ...FOUND, equal: false, sectorCounts: [2048, 2000] })).toMatch(
      /Different in size\. .*48 sectors longer/,
    );
  });

  it('never calls a little nothing, nor most of it all', () => {
    expect([0, 1, 127, 253, 254, 255].map(cellText)).toEqual([
      'equal',
      '1 % of it differs',
      '50 % of it differs',
      '99 % of it differs',
      'all of it differs',
      'unknown, a parent is not here',
    ]);
    expect(placeText({ firstSector: 5, sectorCount: 1 })).toBe('sector 5, at 0xA00');
    expect(placeText({ firstSector: 0, sectorCount: 32 })).toBe('sectors 0–31, at 0x0');
  });
});

describe('cells', () => {
  it('folded keep any difference, then anything unknown', () => {
    const cells = Uint8Array.of(0, 255, 1, 254, 0);
    expect(foldCells(cells, 0, 1)).toBe(0);
    expect(foldCells(cells, 0, 2)).toBe(255);
    expect(foldCells(cells, 0, 3)).toBe(1);
    expect(foldCells(cells, 0, 99)).toBe(254);
    expect(foldCells(cells, 9, 12)).toBe(0);
  });

  it('in runs cover the disk without a gap, whatever they hold, and the rest is counted', () => {
    const prng = new Prng(5);
    for (let round = 0; round < 200; round++) {
      const cells = Uint8Array.from({ length: 1 + prng.below(40) }, () => [0, 0, 9, 255][prng.below(4)] ?? 0);
      const total = (cells.length - 1) * 32 + 1 + prng.below(32);
      const { runs, more } = kindRuns(cells, 32, total, 1000);
      expect(more).toBe(0);
      let at = 0;
      for (const run of runs) {
        expect(run.firstSector).toBe(at);
        expect(run.sectorCount).toBeGreaterThan(0);
        at += run.sectorCount;
      }
      expect(at).toBe(total);
      expect(kindRuns(cells, 32, total, 2).more).toBe(Math.max(0, runs.length - 2));
    }
  });

  it('lead to the next difference and stay where there is none', () => {
    const cells = Uint8Array.of(0, 7, 0, 255, 0);
    expect([nextDifference(cells, 0, 1), nextDifference(cells, 1, 1), nextDifference(cells, 3, 1)]).toEqual([
      1, 3, 3,
    ]);
    expect([nextDifference(cells, 4, -1), nextDifference(cells, 1, -1)]).toEqual([3, 1]);
    expect(rangeOfCell(4, 32, 130)).toEqual({ firstSector: 128, sectorCount: 2 });
  });
});

describe('the picture', () => {
  const palette = { colors: Uint32Array.from({ length: 256 }, (_, i) => i + 1), hatch: 999 };

  it('shows every differing cell on some pixel, whatever the widths, and nothing beyond the end', () => {
    const prng = new Prng(11);
    for (let round = 0; round < 100; round++) {
      const total = 1 + prng.below(50_000);
      const sectorsPerCell = 1 + prng.below(40);
      const cells = new Uint8Array(Math.ceil(total / sectorsPerCell));
      const hit = prng.below(cells.length);
      cells[hit] = 200;
      const view = wholeDisk(total, 32);
      const width = 1 + prng.below(300);
      const picture = { view, cells, sectorsPerCell };
      const values: (number | null)[] = [];
      for (let line = 0; line < view.lines; line++)
        for (let x = 0; x < width; x++) values.push(valueOfPixel(picture, width, line, x));
      expect(values, `seed 11 round ${round}`).toContain(200);
      expect(values.every((value) => value === null || value === 0 || value === 200)).toBe(true);
    }
  });

  it('is grey, coloured or hatched, with paper between the lines', () => {
    const view = wholeDisk(128, 32);
    const picture = { view, cells: Uint8Array.of(0, 254, 255, 0), sectorsPerCell: 32 };
    const pixels = new Uint32Array(4 * 3 * view.lines);
    paintComparison(pixels, picture, { width: 4, pitch: 3, dot: 1 }, palette);
    const row = (y: number) => [...pixels.subarray(y * 4, y * 4 + 4)];
    expect(row(0)).toEqual([1, 1, 255, 255]);
    expect(row(2)).toEqual([0, 0, 0, 0]);
    expect(row(3)).toEqual([999, 0, 1, 1]);
  });

  it('finds the cell under a point, and none beyond the end', () => {
    const view = wholeDisk(100, 32);
    const picture = { view, cells: new Uint8Array(4), sectorsPerCell: 32 };
    expect(view.lines).toBe(2);
    expect(cellAtPoint(picture, 0, 0)).toBe(0);
    expect(cellAtPoint(picture, 0.99, 0.4)).toBe(1);
    expect(cellAtPoint(picture, 0.5, 0.9)).toBe(3);
    expect(cellAtPoint(picture, 0.9, 0.9)).toBeNull();
    expect(cellAtPoint(picture, 1, 0)).toBeNull();
  });

  it('moves its cursor inside the disk only', () => {
    const picture = { view: wholeDisk(64 * 64, 32), cells: new Uint8Array(128), sectorsPerCell: 32 };
    const to = (key: string, cell: number, shiftKey = false) =>
      cellAfterKey({ key, shiftKey }, cell, picture);
    expect(to('ArrowRight', 0)).toBe(1);
    expect(to('ArrowRight', 0, true)).toBe(16);
    expect(to('ArrowDown', 0)).toBe(4);
    expect(to('ArrowUp', 1)).toBe(0);
    expect(to('ArrowLeft', 0)).toBe(0);
    expect(to('End', 0)).toBe(127);
    expect(to('ArrowDown', 127)).toBe(127);
    expect(to('x', 5)).toBeNull();
  });
});

describe('the two that are compared unasked', () => {
  const pile = pileOf([
    { name: 'now.avhd', parent: 'base.vhd' },
    { name: 'other.avhd', parent: 'base.vhd' },
    { name: 'base.vhd' },
  ]);

  it('are the leaf in view and its parent, else two leaves, else any two', () => {
    expect(defaultPair(pile, [1, 3])).toEqual([1, 3]);
    expect(defaultPair(pile, [3])).toEqual([3, 1]);
    expect(defaultPair(pile, [])).toEqual([1, 2]);
    expect(defaultPair(pileOf([{ name: 'a.vhd' }]), [1])).toBeNull();
    expect(defaultPair(null, [])).toBeNull();
  });
});
