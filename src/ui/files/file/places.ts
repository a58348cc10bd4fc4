/** Runs of sectors and the layers that answer them, made ready to be drawn and told: merged, shared out, cut to pixels. */
import { SECTOR_BYTES, type SectorRange } from '../../../base/units.ts';
import { CELL_MISSING, CELL_UNALLOCATED, type LayerRun } from '../../../engine/api.ts';

/** Cell value of a run's layer, as maps have it: the two special ones are what `LayerRun` calls -1 and -2. */
export function cellOf(layer: number): number {
  if (layer >= 0) return Math.min(layer, CELL_MISSING - 1);
  return layer === -2 ? CELL_MISSING : CELL_UNALLOCATED;
}

/** Stretches of the disk without a gap, whoever answers them, ascending. `runs` ascend. */
export function placesOf(runs: readonly LayerRun[]): SectorRange[] {
  const places: { firstSector: number; sectorCount: number }[] = [];
  for (const { firstSector, sectorCount } of runs) {
    const last = places.at(-1);
    const end = firstSector + sectorCount;
    if (!last || last.firstSector + last.sectorCount < firstSector) places.push({ firstSector, sectorCount });
    else last.sectorCount = Math.max(last.sectorCount, end - last.firstSector);
  }
  return places;
}

export function sectorsOf(runs: readonly LayerRun[]): number {
  return runs.reduce((sum, { sectorCount }) => sum + sectorCount, 0);
}

/** The runs end to end in `columns` cells; a cell shows the newest layer that answers any of it, so none is lost. */
export function stripCells(runs: readonly LayerRun[], columns: number): Uint8Array {
  const cells = new Uint8Array(columns).fill(CELL_UNALLOCATED);
  const total = sectorsOf(runs);
  let at = 0;
  for (const { sectorCount, layer } of runs) {
    const from = Math.floor((at * columns) / total);
    at += sectorCount;
    const to = Math.min(columns, Math.max(from + 1, Math.ceil((at * columns) / total)));
    const value = cellOf(layer);
    for (let cell = from; cell < to; cell++) cells[cell] = Math.min(cells[cell] ?? CELL_UNALLOCATED, value);
  }
  return cells;
}

/** The sector under a fraction (0 to 1) of the strip; null where there is none. */
export function sectorInStrip(runs: readonly LayerRun[], fraction: number): number | null {
  let left = Math.floor(Math.max(0, Math.min(1, fraction)) * sectorsOf(runs));
  for (const { firstSector, sectorCount } of runs) {
    if (left < sectorCount) return firstSector + left;
    left -= sectorCount;
  }
  const last = runs.at(-1);
  return last ? last.firstSector + last.sectorCount - 1 : null;
}

/** Bytes in no file of the chain, and in a parent that is not here. */
export function unheldBytes(runs: readonly LayerRun[]): { readonly zeros: number; readonly missing: number } {
  const bytes = (layer: number) => sectorsOf(runs.filter((run) => run.layer === layer)) * SECTOR_BYTES;
  return { zeros: bytes(-1), missing: bytes(-2) };
}
