import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cellsPerLine,
  endCellOf,
  firstCellOf,
  pixelOfSector,
  planCells,
  sectorsOfPixel,
  spansOf,
} from '../../../../src/ui/map/mapPixels.ts';
import { type MapView, shownRange, wholeDisk } from '../../../../src/ui/map/mapView.ts';

/** Views small enough to look at every pixel, lines shorter and longer than their pixels. */
const smallView = fc
  .record({
    lineSectors: fc.integer({ min: 0, max: 9 }).map((power) => 2 ** power),
    lines: fc.integer({ min: 1, max: 5 }),
    firstLine: fc.integer({ min: 0, max: 3 }),
    short: fc.integer({ min: 0, max: 511 }),
  })
  .map(({ lineSectors, lines, firstLine, short }): MapView => {
    const diskSectors = (firstLine + lines) * lineSectors - Math.min(short, lineSectors - 1);
    return { diskSectors, lineSectors, firstLine, lines };
  });
const columnCount = fc.integer({ min: 1, max: 300 });

describe('pixels and sectors', () => {
  test('every shown sector belongs to a pixel; to exactly one where nothing is magnified', () => {
    fc.assert(
      fc.property(smallView, columnCount, (view, columns) => {
        const seen = new Map<number, number>();
        for (let line = 0; line < view.lines; line++) {
          for (let column = 0; column < columns; column++) {
            const range = sectorsOfPixel(view, columns, line, column);
            for (let i = 0; i < (range?.sectorCount ?? 0); i++) {
              const sector = (range?.firstSector ?? 0) + i;
              seen.set(sector, (seen.get(sector) ?? 0) + 1);
            }
          }
        }
        const { firstSector, sectorCount } = shownRange(view);
        expect([...seen.keys()].sort((a, b) => a - b)).toEqual(
          Array.from({ length: sectorCount }, (_, i) => firstSector + i),
        );
        if (columns <= view.lineSectors) expect([...seen.values()].every((count) => count === 1)).toBe(true);
      }),
    );
  });

  test('the pixel of a sector shows that sector', () => {
    fc.assert(
      fc.property(smallView, columnCount, (view, columns) => {
        const { firstSector, sectorCount } = shownRange(view);
        for (let sector = firstSector; sector < firstSector + sectorCount; sector++) {
          const place = pixelOfSector(view, columns, sector);
          expect(place).not.toBeNull();
          const range = place && sectorsOfPixel(view, columns, place.line, place.column);
          expect(range && sector >= range.firstSector && sector < range.firstSector + range.sectorCount).toBe(
            true,
          );
        }
      }),
    );
  });

  test('pixel to sector to pixel comes back, to the same or a later pixel of the same sector', () => {
    fc.assert(
      fc.property(smallView, columnCount, fc.nat(), fc.nat(), (view, columns, lineSeed, columnSeed) => {
        const line = lineSeed % view.lines;
        const column = columnSeed % columns;
        const range = sectorsOfPixel(view, columns, line, column);
        if (!range) return;
        const back = pixelOfSector(view, columns, range.firstSector);
        expect(back?.line).toBe(line);
        if (columns <= view.lineSectors) expect(back?.column).toBe(column);
        else expect(sectorsOfPixel(view, columns, line, back?.column ?? -1)).toEqual(range);
      }),
    );
  });

  test('a sector that is not shown has no pixel', () => {
    const view: MapView = { diskSectors: 1000, lineSectors: 64, firstLine: 4, lines: 4 };
    expect([-1, 255, 512, 1000].map((sector) => pixelOfSector(view, 100, sector))).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});

describe('cells', () => {
  test('there are at least as many as pixels, or one a sector; they split a line evenly and stay bounded', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 32 }),
        fc.integer({ min: 1, max: 8000 }),
        (diskSectors, columns) => {
          const view = wholeDisk(diskSectors, 32);
          const cells = cellsPerLine(view, columns, 4096);
          expect(view.lineSectors % cells).toBe(0);
          expect(cells >= columns || cells === view.lineSectors).toBe(true);
          expect(cells * view.lines).toBeLessThanOrEqual(2 ** 20);
        },
      ),
    );
  });

  test('a 2 TiB disk is asked block by block', () => {
    const view = wholeDisk(2040 * 2 ** 21, 32);
    expect(view.lineSectors / cellsPerLine(view, 900, 4096)).toBe(4096);
  });

  test('whole cells and the tail make up exactly what is shown', () => {
    fc.assert(
      fc.property(smallView, columnCount, (view, columns) => {
        const shown = shownRange(view);
        const plan = planCells(view, columns, 4096, shown);
        expect(plan.wholeCells * plan.cellSectors + plan.tailSectors).toBe(shown.sectorCount);
        expect(plan.tailSectors).toBeLessThan(plan.cellSectors);
      }),
    );
  });
});

describe('cells and pixels', () => {
  test('every cell is in the pixels that it touches: two at most, or as many as it is wide', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), columnCount, (cells, columns) => {
        const pixels = Array.from({ length: cells }, () => 0);
        for (let column = 0; column < columns; column++) {
          for (
            let cell = firstCellOf(cells, columns, column);
            cell < endCellOf(cells, columns, column);
            cell++
          ) {
            pixels[cell] = (pixels[cell] ?? 0) + 1;
          }
        }
        expect(pixels.length).toBe(cells);
        const least = Math.max(1, Math.floor(columns / cells));
        const most = cells < columns ? Math.ceil(columns / cells) : 2;
        expect(pixels.every((count) => count >= least && count <= most)).toBe(true);
      }),
    );
  });

  test('the cell of any sector of a pixel is among the cells that the pixel shows', () => {
    fc.assert(
      fc.property(smallView, columnCount, fc.nat(), (view, columns, seed) => {
        const column = seed % columns;
        const cells = cellsPerLine(view, columns, 64);
        const range = sectorsOfPixel(view, columns, 0, column);
        const cellSectors = view.lineSectors / cells;
        for (let i = 0; i < (range?.sectorCount ?? 0); i++) {
          const inLine = ((range?.firstSector ?? 0) + i) % view.lineSectors;
          const cell = Math.floor(inLine / cellSectors);
          expect(cell).toBeGreaterThanOrEqual(firstCellOf(cells, columns, column));
          expect(cell).toBeLessThan(endCellOf(cells, columns, column));
        }
      }),
    );
  });
});

describe('spans of a range', () => {
  test('their lengths add up to the part of the range that is in view', () => {
    fc.assert(
      fc.property(smallView, fc.nat(3000), fc.integer({ min: 1, max: 3000 }), (view, first, count) => {
        const shown = shownRange(view);
        const from = Math.max(first, shown.firstSector);
        const to = Math.min(first + count, shown.firstSector + shown.sectorCount);
        const spans = spansOf(view, { firstSector: first, sectorCount: count });
        const sectors = spans.reduce((sum, span) => sum + (span.to - span.from) * view.lineSectors, 0);
        expect(sectors).toBeCloseTo(Math.max(0, to - from), 6);
      }),
    );
  });
});
