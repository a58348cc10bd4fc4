/**
 * Pixels to sectors and back. A line of the map is `columns` pixels wide and `lineSectors` sectors long; either may be
 * the larger. Each sector belongs to at least one pixel, and without magnification to exactly one.
 */
import type { SectorRange } from '../../base/units.ts';
import type { MapView } from './mapView.ts';

/** The sectors that a pixel of a line stands for; clipped at the end of the disk, null beyond it. */
export function sectorsOfPixel(
  view: MapView,
  columns: number,
  line: number,
  column: number,
): SectorRange | null {
  const lineStart = (view.firstLine + line) * view.lineSectors;
  const first = lineStart + Math.floor((column * view.lineSectors) / columns);
  const next = lineStart + Math.floor(((column + 1) * view.lineSectors) / columns);
  const end = Math.min(view.diskSectors, Math.max(first + 1, next));
  return first < end ? { firstSector: first, sectorCount: end - first } : null;
}

export interface PixelPlace {
  readonly line: number;
  readonly column: number;
}

/** The (last) pixel that shows a sector; null when the view does not show it. */
export function pixelOfSector(view: MapView, columns: number, sector: number): PixelPlace | null {
  const line = Math.floor(sector / view.lineSectors) - view.firstLine;
  if (sector < 0 || sector >= view.diskSectors || line < 0 || line >= view.lines) return null;
  const inLine = sector % view.lineSectors;
  return { line, column: Math.ceil(((inLine + 1) * columns) / view.lineSectors) - 1 };
}

/** Cells asked of the engine, a power of two a line: fine enough for pixels and blocks, bounded in all. */
export function cellsPerLine(view: MapView, columns: number, unitSectors: number): number {
  const mostCells = 2 ** 20;
  let cells = 1;
  while (cells < columns || cells * unitSectors < view.lineSectors) cells *= 2;
  while (cells > 1 && cells * view.lines > mostCells) cells /= 2;
  return Math.min(cells, view.lineSectors);
}

/** The cells of a line that a pixel shows, first to before end: every cell that it touches, so that none is lost. */
export function firstCellOf(cells: number, columns: number, column: number): number {
  return Math.floor((column * cells) / columns);
}

/** Where cells are wider than pixels they are single sectors, and a pixel shows the one that it stands for. */
export function endCellOf(cells: number, columns: number, column: number): number {
  if (cells < columns) return firstCellOf(cells, columns, column) + 1;
  return Math.ceil(((column + 1) * cells) / columns);
}

export interface CellPlan {
  readonly cellsPerLine: number;
  readonly cellSectors: number;
  /** Cells of full length from the first shown sector on. */
  readonly wholeCells: number;
  /** Sectors of the last, shorter cell; 0 = none. The disk need not end where a cell does. */
  readonly tailSectors: number;
}

export function planCells(view: MapView, columns: number, unitSectors: number, shown: SectorRange): CellPlan {
  const perLine = cellsPerLine(view, columns, unitSectors);
  const cellSectors = view.lineSectors / perLine;
  const wholeCells = Math.floor(shown.sectorCount / cellSectors);
  return {
    cellsPerLine: perLine,
    cellSectors,
    wholeCells,
    tailSectors: shown.sectorCount - wholeCells * cellSectors,
  };
}

/** A part of a line in fractions of its width. */
export interface LineSpan {
  readonly line: number;
  readonly from: number;
  readonly to: number;
}

/** Where a range lies in the shown lines: one span a line, clipped to the view. */
export function spansOf(view: MapView, range: SectorRange): LineSpan[] {
  const spans: LineSpan[] = [];
  const end = Math.min(range.firstSector + range.sectorCount, view.diskSectors);
  for (let line = 0; line < view.lines; line++) {
    const start = (view.firstLine + line) * view.lineSectors;
    const from = Math.max(range.firstSector, start);
    const to = Math.min(end, start + view.lineSectors);
    if (from < to)
      spans.push({ line, from: (from - start) / view.lineSectors, to: (to - start) / view.lineSectors });
  }
  return spans;
}
