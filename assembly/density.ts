/** The heat map: what a canvas draws, one byte a cell, and the counts behind a legend. */
import {
  deepest,
  floor,
  held,
  layerCount,
  MISSING,
  NOT_SURVEYED,
  newest,
  sectorCount,
  totals,
  unitEnd,
  unitSectors,
  unitShift,
} from './layout';
import { isSettled, ownersOf, surveyUnit } from './owners';
import { beginRequests, pendingRequests } from './pages';

export const MODE_LAYER: u32 = 0;
export const MODE_DENSITY: u32 = 1;
export const MODE_DEPTH: u32 = 2;

/** Share and depth are told in 0–253, so that they never look like the two reserved values. */
const MOST: f64 = 253;

/** Cells of at least a unit, from the index alone. `out` takes one byte a cell. */
export function mapUnits(first: f64, sectorsPerCell: f64, cells: u32, mode: u32, out: usize): void {
  for (let cell: u32 = 0; cell < cells; cell++) {
    const from = <u64>(first + sectorsPerCell * cell);
    const to = min<u64>(max<u64>(<u64>(first + sectorsPerCell * (cell + 1)), from + 1), sectorCount);
    if (from >= to) {
      store<u8>(out + cell, floor);
      continue;
    }
    const firstUnit = <u32>(from >> <u64>unitShift);
    const endUnit = <u32>((to - 1) >> <u64>unitShift) + 1;
    store<u8>(
      out + cell,
      mode == MODE_LAYER ? smallest(firstUnit, endUnit) : measure(firstUnit, endUnit, mode),
    );
  }
}

function smallest(unit: u32, end: u32): u8 {
  let least = floor;
  while (unit + 16 <= end) {
    let low = i8x16.min_u(v128.load(newest + unit), i8x16.splat(least));
    low = i8x16.min_u(low, i8x16.shuffle(low, low, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    low = i8x16.min_u(low, i8x16.shuffle(low, low, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
    low = i8x16.min_u(low, i8x16.shuffle(low, low, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
    low = i8x16.min_u(low, i8x16.shuffle(low, low, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
    least = u8(i8x16.extract_lane_u(low, 0));
    unit += 16;
  }
  for (; unit < end; unit++) least = min<u8>(least, load<u8>(newest + unit));
  return least;
}

function measure(unit: u32, end: u32, mode: u32): u8 {
  let sectors: u64 = 0;
  let deep: u32 = 0;
  const all = unitEnd(end - 1) - ((<u64>unit) << (<u64>unitShift));
  for (; unit < end; unit++) {
    sectors += heldSectors(unit);
    deep = max<u32>(deep, depthOf(unit));
  }
  if (mode == MODE_DEPTH) return <u8>deep;
  return sectors == 0 ? 0 : <u8>max<f64>(1, Math.round((<f64>sectors / <f64>all) * MOST));
}

/** Before a unit's bitmaps are read, a unit that some file touches counts as held. */
function heldSectors(unit: u32): u32 {
  const known = load<u16>(held + ((<usize>unit) << 1));
  return known == NOT_SURVEYED ? <u32>(unitEnd(unit) - ((<u64>unit) << (<u64>unitShift))) : known;
}

function depthOf(unit: u32): u32 {
  if (load<u16>(held + ((<usize>unit) << 1)) != NOT_SURVEYED) return load<u8>(deepest + unit);
  const first = load<u8>(newest + unit);
  return first < MISSING ? <u32>first + 1 : 0;
}

/** True when no unit of the range waits for its bitmaps. */
export function isSurveyed(unit: u32, end: u32): bool {
  for (; unit < end; unit++) if (load<u16>(held + ((<usize>unit) << 1)) == NOT_SURVEYED) return false;
  return true;
}

/**
 * Cells smaller than a unit, from `fromCell` on. Returns the cell where it stopped: `cells`, or the first that needs
 * bitmaps (then requests are pending).
 */
export function mapOwners(
  first: f64,
  sectorsPerCell: f64,
  fromCell: u32,
  cells: u32,
  mode: u32,
  out: usize,
): u32 {
  beginRequests();
  for (let cell = fromCell; cell < cells; cell++) {
    const from = <u64>(first + sectorsPerCell * cell);
    const to = min<u64>(max<u64>(<u64>(first + sectorsPerCell * (cell + 1)), from + 1), sectorCount);
    if (from >= to) {
      store<u8>(out + cell, floor);
      continue;
    }
    let least = floor;
    let sectors: u32 = 0;
    let deep: u32 = 0;
    for (let sector = from; sector < to; sector++) {
      const unit = <u32>(sector >> <u64>unitShift);
      let owner = load<u8>(newest + unit);
      if (!isSettled(unit)) {
        const map = ownersOf(unit);
        if (!map) return cell;
        owner = load<u8>(map + (<usize>sector & (unitSectors - 1)));
      }
      least = min<u8>(least, owner);
      if (owner < MISSING) {
        sectors++;
        deep = max<u32>(deep, <u32>owner + 1);
      }
    }
    const share = sectors == 0 ? 0 : <u8>max<f64>(1, Math.round((<f64>sectors / <f64>(to - from)) * MOST));
    store<u8>(out + cell, mode == MODE_LAYER ? least : mode == MODE_DENSITY ? share : <u8>deep);
  }
  return cells;
}

export function clearTotals(): void {
  memory.fill(totals, 0, 256 * 8);
}

/**
 * Adds the units from `unit` on to the totals (f64 a layer number). Returns the unit where it stopped: `end`, or the first
 * whose bitmaps are needed (then requests are pending).
 */
export function survey(unit: u32, end: u32): u32 {
  beginRequests();
  for (; unit < end; unit++) {
    if (isSettled(unit)) {
      const counter = totals + ((<usize>load<u8>(newest + unit)) << 3);
      const sectors = unitEnd(unit) - ((<u64>unit) << (<u64>unitShift));
      store<f64>(counter, load<f64>(counter) + <f64>sectors);
      continue;
    }
    const map = ownersOf(unit);
    if (!map) return unit;
    surveyUnit(unit, map, totals);
  }
  return unit;
}

/** Sectors a layer answers in one unit, as u16: layers first, then missing, then unallocated. False = bitmaps needed. */
export function unitShares(unit: u32, out: usize): bool {
  beginRequests();
  const sectors = <u32>(unitEnd(unit) - ((<u64>unit) << (<u64>unitShift)));
  memory.fill(out, 0, (<usize>layerCount + 2) << 1);
  if (isSettled(unit)) {
    store<u16>(out + columnOf(load<u8>(newest + unit)), <u16>sectors);
    return true;
  }
  const map = ownersOf(unit);
  if (!map) return false;
  for (let at: u32 = 0; at < sectors; at++) {
    const column = out + columnOf(load<u8>(map + at));
    store<u16>(column, load<u16>(column) + 1);
  }
  return true;
}

function columnOf(owner: u8): usize {
  const column = owner < MISSING ? <u32>owner : owner == MISSING ? layerCount : layerCount + 1;
  return (<usize>column) << 1;
}

export function pending(): u32 {
  return pendingRequests();
}
