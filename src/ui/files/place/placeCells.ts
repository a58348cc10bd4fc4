/** The disk's map with only some of its sectors in their colours: everything else that is held steps back. */
import { CELL_MISSING, type LayerRun } from '../../../engine/api.ts';
import { endCellOf, firstCellOf, type LineSpan, sectorsOfPixel, spansOf } from '../../map/mapPixels.ts';
import type { MapView } from '../../map/mapView.ts';
import { cellOf, placesOf } from '../file/places.ts';

/** Held by something that is not asked about. */
export const OTHERS = CELL_MISSING - 1;

export interface DiskCells {
  readonly cells: Uint8Array;
  readonly cellsPerLine: number;
}

/** One value a pixel: layers where the runs lie (the newest that a pixel touches), else `OTHERS`, missing or in no file. */
export function placeCells(
  view: MapView,
  columns: number,
  disk: DiskCells,
  runs: readonly LayerRun[],
): Uint8Array {
  const out = new Uint8Array(columns * view.lines).fill(255);
  for (let line = 0; line < view.lines; line++) {
    for (let x = 0; x < columns; x++) out[line * columns + x] = heldAt(disk, line, columns, x);
  }
  for (const run of runs) {
    const value = cellOf(run.layer);
    for (const { line, from, to } of spansOf(view, run)) {
      const first = Math.floor(from * columns);
      const end = Math.min(columns, Math.max(first + 1, Math.ceil(to * columns)));
      for (let x = first; x < end; x++) {
        const at = line * columns + x;
        if (value < (out[at] ?? 255)) out[at] = value;
      }
    }
  }
  return out;
}

function heldAt({ cells, cellsPerLine }: DiskCells, line: number, columns: number, x: number): number {
  const start = line * cellsPerLine;
  const end = Math.min(cells.length, start + endCellOf(cellsPerLine, columns, x));
  let value = 255;
  for (let at = start + firstCellOf(cellsPerLine, columns, x); at < end; at++) {
    const cell = cells[at] ?? 255;
    value = Math.min(value, cell < CELL_MISSING ? OTHERS : cell);
  }
  return value;
}

/** Frames around the places of a file: those that would touch are one. At most `most`, the first ones. */
export function framesOf(
  view: MapView,
  runs: readonly LayerRun[],
  columns: number,
  most: number,
): LineSpan[] {
  /** Pixels between frames that could still be told apart. */
  const apart = 10 / Math.max(1, columns);
  const frames: { line: number; from: number; to: number }[] = [];
  for (const place of placesOf(runs)) {
    for (const { line, from, to } of spansOf(view, place)) {
      const last = frames.at(-1);
      if (last && last.line === line && from - last.to < apart) last.to = Math.max(last.to, to);
      else if (frames.length < most) frames.push({ line, from, to });
    }
  }
  return frames;
}

/** What a click on a pixel means: the first sector of the newest of the runs that it shows, else its own first. */
export function sectorAtPixel(
  view: MapView,
  columns: number,
  runs: readonly LayerRun[],
  line: number,
  column: number,
): number | null {
  const range = sectorsOfPixel(view, columns, line, column);
  if (!range) return null;
  // As `placeCells` paints: every run that the pixel touches.
  const lineStart = (view.firstLine + line) * view.lineSectors;
  const touched = lineStart + Math.ceil(((column + 1) * view.lineSectors) / columns);
  const end = Math.min(view.diskSectors, Math.max(range.firstSector + range.sectorCount, touched));
  let best: LayerRun | null = null;
  for (const run of runs) {
    if (run.firstSector >= end) break;
    const isInside = run.firstSector + run.sectorCount > range.firstSector;
    if (isInside && (best === null || cellOf(run.layer) < cellOf(best.layer))) best = run;
  }
  return best ? Math.max(best.firstSector, range.firstSector) : range.firstSector;
}
