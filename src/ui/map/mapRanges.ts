/** What the map shows as rows of a table: runs of cells with one answer. */

import type { SectorRange } from '../../base/units.ts';
import { MISSING, UNALLOCATED } from './mapPaint.ts';

export interface CellRun extends SectorRange {
  /** A layer, a share or a depth, or one of the two special values. */
  readonly value: number;
}

export interface RunTable {
  readonly runs: readonly CellRun[];
  /** Runs beyond the bound. */
  readonly more: number;
}

/** At most `mostRows` runs, in the order of the disk; the rest is counted. */
export function runsOf(
  cells: Uint8Array,
  cellSectors: number,
  shown: SectorRange,
  mostRows: number,
): RunTable {
  const runs: CellRun[] = [];
  let more = 0;
  for (let from = 0; from < cells.length; ) {
    let to = from + 1;
    while (to < cells.length && cells[to] === cells[from]) to++;
    if (runs.length < mostRows) {
      const firstSector = shown.firstSector + from * cellSectors;
      const end = Math.min(shown.firstSector + to * cellSectors, shown.firstSector + shown.sectorCount);
      runs.push({ firstSector, sectorCount: end - firstSector, value: cells[from] as number });
    } else more++;
    from = to;
  }
  return { runs, more };
}

/** What a cell says, in words. `name` gives the file of a layer. */
export function valueWords(
  value: number,
  mode: 'layer' | 'density' | 'depth',
  name: (layer: number) => string,
): string {
  if (value === MISSING) return 'missing, its parent is not here';
  if (value === UNALLOCATED || (mode !== 'layer' && value === 0)) return 'in no file, reads as zeros';
  if (mode === 'layer') return `answered by ${value} ${name(value)}`;
  if (mode === 'depth') return `${value} ${value === 1 ? 'file' : 'files'} asked before the answer`;
  return `${value === 253 ? 100 : Math.min(99, Math.max(1, Math.round((value * 100) / 253)))} % held by some file`;
}
