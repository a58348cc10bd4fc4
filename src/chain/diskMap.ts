/** The disk as a picture: cells for a canvas, exact shares of single units, and the survey of the whole. */
import { assert } from '../base/assert.ts';
import { Pacer } from '../base/pacer.ts';
import type { ProgressMeter } from '../base/progress.ts';
import { type DiskCore, MAP_MODES, SCRATCH_BYTES } from '../core/core.ts';
import { LAYER_MISSING, LAYER_UNALLOCATED } from '../core/records.ts';
import type { LayerFiles } from './layerFiles.ts';

export type MapMode =
  /** Newest layer that answers any of the cell. */
  | 'layer'
  /** Share of the cell that some file holds, 0–253. */
  | 'density'
  /** Most files asked before the answer, 1–253; 0 = none holds it. */
  | 'depth';

export interface MapRequest {
  readonly firstSector: number;
  readonly sectorCount: number;
  readonly cells: number;
  readonly mode: MapMode;
}

/** One byte a cell: a layer number (or share, or depth), `LAYER_MISSING` or `LAYER_UNALLOCATED`. */
export interface MapCells {
  readonly cells: Uint8Array;
  /** True when every bitmap that matters for these cells was read; else cells come from block tables alone. */
  readonly exact: boolean;
}

/** Whole disk, exact. Sector counts; `layers[i]` answered by layer i. */
export interface Survey {
  readonly layers: readonly number[];
  readonly missing: number;
  readonly unallocated: number;
}

export async function mapCells(core: DiskCore, files: LayerFiles, request: MapRequest): Promise<MapCells> {
  const { firstSector, sectorCount } = request;
  const mode = MAP_MODES[request.mode];
  const cells = new Uint8Array(request.cells);
  const sectorsPerCell = sectorCount / cells.length;
  if (sectorsPerCell >= core.unitSectors) {
    core.mapUnits(firstSector, sectorsPerCell, mode, cells);
    const endUnit = Math.ceil((firstSector + sectorCount) / core.unitSectors);
    const exact = core.isSurveyed(Math.floor(firstSector / core.unitSectors), endUnit);
    return { cells, exact };
  }
  for (let from = 0; from < cells.length; from += SCRATCH_BYTES) {
    const part = cells.subarray(from, from + SCRATCH_BYTES);
    await mapFine(core, files, firstSector + from * sectorsPerCell, sectorsPerCell, mode, part);
  }
  return { cells, exact: true };
}

async function mapFine(
  core: DiskCore,
  files: LayerFiles,
  firstSector: number,
  sectorsPerCell: number,
  mode: number,
  target: Uint8Array,
): Promise<void> {
  const unitOf = (sector: number) => Math.min(Math.floor(sector / core.unitSectors), core.unitCount - 1);
  const endUnit = unitOf(firstSector + target.length * sectorsPerCell) + 1;
  const pacer = new Pacer();
  let cell = 0;
  for (;;) {
    cell = core.mapOwners(firstSector, sectorsPerCell, cell, mode, target);
    if (cell === target.length) return;
    core.prepare(unitOf(firstSector + cell * sectorsPerCell), endUnit);
    await files.loadPages(core, core.neededPages());
    await pacer.step();
  }
}

export async function shareUnits(
  core: DiskCore,
  files: LayerFiles,
  firstUnit: number,
  unitCount: number,
): Promise<Uint16Array> {
  const columns = core.layers.length + 2;
  const end = Math.min(firstUnit + unitCount, core.unitCount);
  assert(firstUnit >= 0 && end > firstUnit, 'the units are on the disk');
  const counts = new Uint16Array((end - firstUnit) * columns);
  for (let unit = firstUnit; unit < end; ) {
    const row = counts.subarray((unit - firstUnit) * columns, (unit - firstUnit + 1) * columns);
    if (core.unitShares(unit, row)) {
      unit++;
      continue;
    }
    core.prepare(unit, end);
    await files.loadPages(core, core.neededPages());
  }
  return counts;
}

export async function surveyDisk(
  core: DiskCore,
  files: LayerFiles,
  meter?: ProgressMeter,
  signal?: AbortSignal,
): Promise<Survey> {
  const sums = new Float64Array(256);
  const pacer = new Pacer();
  let unit = 0;
  while (unit < core.unitCount) {
    // Other calls come in between, so the totals of one step are taken at once.
    core.clearTotals();
    const stop = core.survey(unit, Math.min(unit + SURVEY_UNITS, core.unitCount));
    core.totals().forEach((count, layer) => {
      sums[layer] = (sums[layer] ?? 0) + count;
    });
    unit = stop;
    if (core.hasPendingPages) {
      core.prepare(unit, core.unitCount);
      await files.loadPages(core, core.neededPages());
    }
    meter?.advanceTo(unit);
    await pacer.step(signal);
  }
  meter?.finish();
  return {
    layers: Array.from(sums.subarray(0, core.layers.length)),
    missing: sums[LAYER_MISSING] ?? 0,
    unallocated: sums[LAYER_UNALLOCATED] ?? 0,
  };
}

/** Units of one step: about a millisecond where no bitmap is needed. */
const SURVEY_UNITS = 65536;
