import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GIB, MIB, SECTOR_BYTES } from '../../../../src/base/units.ts';
import {
  canZoomIn,
  isWhole,
  LEAST_LINE_SECTORS,
  linesFor,
  type MapView,
  panned,
  pitchFor,
  refitted,
  revealing,
  shownRange,
  wholeDisk,
  zoomed,
} from '../../../../src/ui/map/mapView.ts';

const anyDisk = fc.integer({ min: 1, max: 2 ** 32 });
const isPowerOfTwo = (value: number) => Number.isInteger(Math.log2(value));

describe('lines of the whole disk', () => {
  test('a 127 GiB disk takes 4 GiB a line, a 2040 GiB disk 64 GiB, a 10 MiB disk 512 KiB', () => {
    const lineBytes = (bytes: number) => wholeDisk(bytes / SECTOR_BYTES, 32).lineSectors * SECTOR_BYTES;
    expect(lineBytes(127 * GIB)).toBe(4 * GIB);
    expect(lineBytes(2040 * GIB)).toBe(64 * GIB);
    expect(lineBytes(10 * MIB)).toBe(MIB / 2);
  });

  test('a disk of one sector has one line', () => {
    expect(wholeDisk(1, 32)).toEqual({
      diskSectors: 1,
      lineSectors: LEAST_LINE_SECTORS,
      firstLine: 0,
      lines: 1,
    });
  });

  test('any disk fits its lines, and half the line length would not', () => {
    fc.assert(
      fc.property(anyDisk, fc.constantFrom(32, 64, 128), (diskSectors, mostLines) => {
        const view = wholeDisk(diskSectors, mostLines);
        expect(isPowerOfTwo(view.lineSectors)).toBe(true);
        expect(view.lines).toBeLessThanOrEqual(mostLines);
        expect(shownRange(view)).toEqual({ firstSector: 0, sectorCount: diskSectors });
        const halves = Math.ceil(diskSectors / (view.lineSectors / 2));
        expect(view.lineSectors === LEAST_LINE_SECTORS || halves > mostLines).toBe(true);
      }),
    );
  });

  test('spare height goes to the pitch first, to more lines when two would have 8 pixels each', () => {
    expect([224, 448, 511, 512, 1024].map(linesFor)).toEqual([32, 32, 32, 64, 128]);
    expect([100, 224, 320, 448, 900].map((height) => pitchFor(height, 32))).toEqual([7, 7, 10, 14, 14]);
  });
});

/** Any sequence of zooms and pans from the whole disk. */
const anyView = fc
  .tuple(
    anyDisk,
    fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.double({ min: 0, max: 1, noNaN: true })), {
      maxLength: 12,
    }),
  )
  .map(([diskSectors, moves]) => {
    let view: MapView = wholeDisk(diskSectors, 32);
    for (const [move, at] of moves) {
      view = zoomed(view, move, Math.floor(at * (diskSectors - 1)), 32);
      view = panned(view, move * 5);
    }
    return view;
  });

describe('zoom and pan', () => {
  test('every view is aligned lines inside the disk', () => {
    fc.assert(
      fc.property(anyView, (view) => {
        expect(isPowerOfTwo(view.lineSectors)).toBe(true);
        expect(view.lineSectors).toBeGreaterThanOrEqual(LEAST_LINE_SECTORS);
        const { firstSector, sectorCount } = shownRange(view);
        expect(firstSector % view.lineSectors).toBe(0);
        expect(sectorCount).toBeGreaterThan((view.lines - 1) * view.lineSectors);
        expect(firstSector + sectorCount).toBeLessThanOrEqual(view.diskSectors);
      }),
    );
  });

  test('the sector that is zoomed about stays in view, at about its height', () => {
    fc.assert(
      fc.property(
        anyView,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: -4, max: 4 }),
        (view, at, by) => {
          const { firstSector, sectorCount } = shownRange(view);
          const anchor = firstSector + Math.floor(at * (sectorCount - 1));
          const next = zoomed(view, by, anchor, 32);
          expect(revealing(next, anchor)).toBe(next);
        },
      ),
    );
  });

  test('zooming out far enough shows the whole disk, zooming in far enough single sectors', () => {
    fc.assert(
      fc.property(anyView, (view) => {
        expect(isWhole(zoomed(view, -40, 0, 32))).toBe(true);
        expect(canZoomIn(zoomed(view, 40, 0, 32))).toBe(false);
      }),
    );
  });

  test('revealing brings any sector into view and leaves a view alone that has it', () => {
    fc.assert(
      fc.property(anyView, fc.double({ min: 0, max: 1, noNaN: true }), (view, at) => {
        const sector = Math.floor(at * (view.diskSectors - 1));
        const next = revealing(view, sector);
        const { firstSector, sectorCount } = shownRange(next);
        expect(sector >= firstSector && sector < firstSector + sectorCount).toBe(true);
        expect(revealing(next, sector)).toBe(next);
      }),
    );
  });

  test('another height keeps the whole disk whole, and a part at its place', () => {
    const whole = wholeDisk(127 * 2 ** 21, 32);
    expect(isWhole(refitted(whole, 64, 0))).toBe(true);
    const part = zoomed(whole, 6, 2 ** 27, 32);
    expect(refitted(part, 64, 2 ** 27)).toMatchObject({ lineSectors: part.lineSectors, lines: 64 });
  });
});
