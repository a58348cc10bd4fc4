/** From a pixel of the picture to what it shows, and to the sector that a click on it selects. */

import type { SectorRange } from '../../base/units.ts';
import type { Session } from '../state/session.svelte.ts';
import { MISSING } from './mapPaint.ts';
import { endCellOf, firstCellOf } from './mapPixels.ts';
import type { MapPicture } from './mapState.svelte.ts';

export interface PointedCell extends SectorRange {
  readonly value: number;
}

/** The cell that gives a pixel its colour; null beyond the end of the disk. */
export function cellAt(
  picture: MapPicture,
  columns: number,
  line: number,
  column: number,
): PointedCell | null {
  const { cells, cellSectors, cellsPerLine, shown, mode } = picture;
  const start = line * cellsPerLine;
  const from = start + firstCellOf(cellsPerLine, columns, column);
  const to = start + endCellOf(cellsPerLine, columns, column);
  let best = from;
  for (let cell = from; cell < to && cell < cells.length; cell++) {
    const [value, bestValue] = [cells[cell] as number, cells[best] as number];
    if (mode === 'layer' ? value < bestValue : value < MISSING && (value > bestValue || bestValue >= MISSING))
      best = cell;
  }
  const value = cells[best];
  if (value === undefined) return null;
  const firstSector = shown.firstSector + best * cellSectors;
  const end = Math.min(firstSector + cellSectors, shown.firstSector + shown.sectorCount);
  return { firstSector, sectorCount: end - firstSector, value };
}

const MOST_LOOKED_AT = 65_536;

/** The first sector of a range that a layer answers: a cell shows its newest layer, a click selects that one's sector. */
export async function sectorOfLayer(session: Session, range: SectorRange, layer: number): Promise<number> {
  const cells = Math.min(range.sectorCount, MOST_LOOKED_AT);
  if (cells === 1) return range.firstSector;
  const reply = await session.client.api.map({ ...range, cells, mode: 'layer' });
  const at = reply.ok ? reply.value.cells.indexOf(layer) : -1;
  return at < 0 ? range.firstSector : range.firstSector + Math.floor((at * range.sectorCount) / cells);
}
