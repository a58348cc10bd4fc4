/** Cells of a comparison: what a stretch of the disk holds, cell by cell and in runs of one kind. */
import type { SectorRange } from '../../base/units.ts';

export const EQUAL = 0;
export const UNKNOWN = 255;
/** Of a cell in which every sector differs. */
export const MOST_DIFFERENT = 254;

export type CellKind = 'equal' | 'differs' | 'unknown';

export function kindOf(value: number): CellKind {
  return value === EQUAL ? 'equal' : value === UNKNOWN ? 'unknown' : 'differs';
}

/** One value for several cells: any difference shows, then anything unknown; nothing is averaged away. */
export function foldCells(cells: Uint8Array, from: number, to: number): number {
  let most = EQUAL;
  let unknown = false;
  for (let i = from; i < to && i < cells.length; i++) {
    const value = cells[i] ?? EQUAL;
    if (value === UNKNOWN) unknown = true;
    else if (value > most) most = value;
  }
  return most === EQUAL && unknown ? UNKNOWN : most;
}

/** The sectors of a cell, clipped at the end of the longer disk. */
export function rangeOfCell(cell: number, sectorsPerCell: number, totalSectors: number): SectorRange {
  const firstSector = cell * sectorsPerCell;
  return { firstSector, sectorCount: Math.max(0, Math.min(sectorsPerCell, totalSectors - firstSector)) };
}

export interface KindRun extends SectorRange {
  readonly kind: CellKind;
}

/** At most `mostRows` runs of cells of one kind, in the order of the disk; the rest is counted. */
export function kindRuns(
  cells: Uint8Array,
  sectorsPerCell: number,
  totalSectors: number,
  mostRows: number,
): { readonly runs: readonly KindRun[]; readonly more: number } {
  const runs: KindRun[] = [];
  let more = 0;
  for (let from = 0; from < cells.length; ) {
    const kind = kindOf(cells[from] ?? EQUAL);
    let to = from + 1;
    while (to < cells.length && kindOf(cells[to] ?? EQUAL) === kind) to++;
    if (runs.length < mostRows) {
      const firstSector = from * sectorsPerCell;
      runs.push({
        kind,
        firstSector,
        sectorCount: Math.min(to * sectorsPerCell, totalSectors) - firstSector,
      });
    } else more++;
    from = to;
  }
  return { runs, more };
}

/** The nearest cell that is not equal, after (1) or before (−1) this one; the cell itself where there is none. */
export function nextDifference(cells: Uint8Array, cell: number, direction: 1 | -1): number {
  for (let at = cell + direction; at >= 0 && at < cells.length; at += direction) {
    if (cells[at] !== EQUAL) return at;
  }
  return cell;
}
