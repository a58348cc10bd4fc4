/**
 * Which file answers which sectors. `resolve` asks the index; `walk` goes from the newest file to the oldest as Hyper-V
 * does and can note every step. Both give extents, or the pieces of bitmap that they still need.
 */

import { isSet, runLength } from './bitmap';
import {
  ACTION_BAT_LOOKUP,
  ACTION_BITMAP_LOOKUP,
  ACTION_FALL_TO_PARENT,
  ACTION_FILL_ZERO,
  ACTION_READ_DATA,
  EXTENT_CAPACITY,
  Extent,
  extents,
  floor,
  full,
  KIND_DIFFERENCING,
  KIND_FLAT,
  layerAt,
  layerCount,
  MISSING,
  STEP_CAPACITY,
  steps,
  TraceStep,
  UNALLOCATED,
  unitEnd,
  unitSectors,
  unitShift,
  WINDOW_UNITS,
} from './layout';
import { hasOwners, isSettled, ownerRun, ownersOf, requestMissing } from './owners';
import { beginRequests, pageOf, pendingRequests, requestPage } from './pages';
import { dataOffset, entryOf, sectorInBlock, UNUSED } from './vhd';

let extentCount: u32 = 0;
let stepCount: u32 = 0;
let stepsDropped: bool = false;
/** Sectors that the last call answered, from its first sector on. */
let answered: f64 = 0;

export function answeredSectors(): f64 {
  return answered;
}
export function stepsFound(): u32 {
  return stepCount;
}
export function stepsWereDropped(): bool {
  return stepsDropped;
}

/** Adds a run, joined to the one before where the answer goes on without a break. */
function emit(first: u64, count: u64, layer: u8, offset: f64): void {
  if (extentCount > 0) {
    const before = changetype<Extent>(extents + (extentCount - 1) * offsetof<Extent>());
    if (before.layer == <f64>layer) {
      if (layer >= MISSING || before.fileOffset + before.sectorCount * 512 == offset) {
        before.sectorCount += <f64>count;
        return;
      }
    }
  }
  const extent = changetype<Extent>(extents + extentCount * offsetof<Extent>());
  extent.firstSector = <f64>first;
  extent.sectorCount = <f64>count;
  extent.layer = <f64>layer;
  extent.fileOffset = layer >= MISSING ? -1 : offset;
  extentCount++;
}

/**
 * Makes sure that the owner maps of the units from `first` on can be painted, up to WINDOW_UNITS that need one.
 * Returns the unit behind the last that is ready; pending requests tell that bitmaps must be read first.
 */
export function prepare(first: u32, end: u32): u32 {
  beginRequests();
  let ambiguous: u32 = 0;
  let unit = first;
  for (; unit < end && ambiguous < WINDOW_UNITS; unit++) {
    if (isSettled(unit)) continue;
    ambiguous++;
    if (!hasOwners(unit)) requestMissing(unit);
  }
  return unit;
}

/**
 * Extents of [first, first + count), as many as one call can give. Returns their number, or the negative number of
 * pieces of bitmap to be read before the call is made again.
 */
export function resolve(first: f64, count: f64): i32 {
  const start = <u64>first;
  const end = start + <u64>count;
  extentCount = 0;
  answered = 0;
  const firstUnit = <u32>(start >> <u64>unitShift);
  const lastUnit = <u32>((end - 1) >> <u64>unitShift);
  const ready = prepare(firstUnit, lastUnit + 1);
  if (pendingRequests() > 0) return -(<i32>pendingRequests());
  let at = start;
  for (let unit = firstUnit; unit < ready; unit++) {
    const stop = min<u64>(unitEnd(unit), end);
    if (extentCount + <u32>(stop - at) > EXTENT_CAPACITY && !isSettled(unit)) break;
    if (extentCount + 1 > EXTENT_CAPACITY) break;
    if (!resolveUnit(unit, at, stop)) break;
    at = stop;
  }
  answered = <f64>(at - start);
  return extentCount;
}

/** False when a piece of bitmap was pushed out of the cache in between: the caller asks again from here. */
function resolveUnit(unit: u32, at: u64, stop: u64): bool {
  const base = (<u64>unit) << (<u64>unitShift);
  if (isSettled(unit)) {
    const owner = load<u8>(full + unit);
    emit(at, stop - at, owner, owner < MISSING ? <f64>(dataOffset(owner, unit) + ((at - base) << 9)) : -1);
    return true;
  }
  const map = ownersOf(unit);
  if (!map) return false;
  let sector = <u32>(at - base);
  const limit = <u32>(stop - base);
  while (sector < limit) {
    const owner = load<u8>(map + sector);
    const length = ownerRun(map, sector, limit);
    const offset = owner < MISSING ? <f64>(dataOffset(owner, unit) + ((<u64>sector) << 9)) : -1;
    emit(base + sector, length, owner, offset);
    sector += length;
  }
  return true;
}

function note(
  action: u32,
  layer: u32,
  unit: u32,
  sectorInUnit: u32,
  count: u32,
  value: u32,
  offset: f64,
): void {
  if (stepCount == STEP_CAPACITY) {
    stepsDropped = true;
    return;
  }
  const step = changetype<TraceStep>(steps + stepCount * offsetof<TraceStep>());
  const owner = layerAt(layer);
  const flat = owner.kind == KIND_FLAT;
  step.action = action;
  step.layer = layer;
  step.block = flat ? 0 : unit >> owner.blockShift;
  step.sectorInBlock = flat ? 0 : sectorInBlock(owner, unit) + sectorInUnit;
  step.sectorCount = count;
  step.value = value;
  step.unit = unit;
  step.fileOffset = offset;
  stepCount++;
}

/** The base has nobody to ask, unless its parent is only not here. */
function noteFall(index: u32, unit: u32, sector: u32): void {
  if (index + 1 < layerCount || floor == MISSING) note(ACTION_FALL_TO_PARENT, index, unit, sector, 0, 0, -1);
}

/**
 * The same answer from the newest file to the oldest. With `trace`, every step of it. Returns the number of extents, or
 * the negative number of pieces of bitmap that are needed; `answeredSectors` tells how far it came.
 */
export function walk(first: f64, count: f64, trace: bool): i32 {
  const start = <u64>first;
  const end = start + <u64>count;
  extentCount = 0;
  stepCount = 0;
  stepsDropped = false;
  answered = 0;
  beginRequests();
  let at = start;
  while (at < end && extentCount + 1 < EXTENT_CAPACITY) {
    const unit = <u32>(at >> <u64>unitShift);
    const length = walkRun(unit, at, min<u64>(unitEnd(unit), end), trace);
    if (length == 0) {
      // What is answered so far is given back: with a small cache the pieces of a long range never stand there together.
      if (extentCount > 0) break;
      return -(<i32>pendingRequests());
    }
    at += length;
  }
  answered = <f64>(at - start);
  return extentCount;
}

/** One run from `at` on that one file answers, at most up to `stop`. 0 = a piece of bitmap is not in memory. */
function walkRun(unit: u32, at: u64, stop: u64, trace: bool): u32 {
  const base = (<u64>unit) << (<u64>unitShift);
  const sector = <u32>(at - base);
  let limit = <u32>(stop - base);
  const firstStep = stepCount;
  let answer: u8 = floor;
  let offset: f64 = -1;
  for (let index: u32 = 0; index < layerCount; index++) {
    const layer = layerAt(index);
    if (at >= layer.sectorCount) {
      if (trace) noteFall(index, unit, sector);
      continue;
    }
    if (layer.sectorCount < base + limit) limit = <u32>(layer.sectorCount - base);
    if (layer.kind != KIND_FLAT) {
      const entry = entryOf(layer, unit);
      if (trace)
        note(ACTION_BAT_LOOKUP, index, unit, sector, 0, entry, <f64>((unit >> layer.blockShift) << 2));
      if (entry == UNUSED) {
        if (trace) noteFall(index, unit, sector);
        continue;
      }
      if (layer.kind == KIND_DIFFERENCING) {
        const page = pageOf(index, unit);
        if (!page) {
          requestPage(index, unit);
          requestMissing(unit);
          stepCount = firstStep;
          return 0;
        }
        limit = sector + runLength(page, sector, limit);
        const present = isSet(page, sector);
        if (trace)
          note(
            ACTION_BITMAP_LOOKUP,
            index,
            unit,
            sector,
            0,
            present ? 1 : 0,
            bitmapByte(index, unit, sector),
          );
        if (!present) {
          if (trace) noteFall(index, unit, sector);
          continue;
        }
      }
    }
    answer = <u8>index;
    offset = <f64>(dataOffset(index, unit) + ((<u64>sector) << 9));
    break;
  }
  const length = limit - sector;
  if (trace) {
    if (answer < MISSING) note(ACTION_READ_DATA, answer, unit, sector, 0, 0, offset);
    else if (answer == UNALLOCATED) note(ACTION_FILL_ZERO, layerCount - 1, unit, sector, 0, 0, -1);
    for (let i = firstStep; i < stepCount; i++) {
      changetype<TraceStep>(steps + i * offsetof<TraceStep>()).sectorCount = length;
    }
  }
  emit(at, length, answer, offset);
  return length;
}

function bitmapByte(index: u32, unit: u32, sector: u32): f64 {
  const layer = layerAt(index);
  return <f64>(((<u64>entryOf(layer, unit)) << 9) + ((sectorInBlock(layer, unit) + sector) >> 3));
}

/**
 * Answers `count` single sectors (f64 each at `queries`) in place with their file offsets: -1 where no file holds the
 * sector, NaN where a bitmap is not in memory. By the index, or by the walk.
 */
export function lookupMany(queries: usize, count: u32, byWalk: bool): void {
  for (let i: u32 = 0; i < count; i++) {
    const at = queries + ((<usize>i) << 3);
    store<f64>(at, byWalk ? walkOne(<u64>load<f64>(at)) : lookupOne(<u64>load<f64>(at)));
  }
}

function lookupOne(sector: u64): f64 {
  const unit = <u32>(sector >> <u64>unitShift);
  const inUnit = <u32>sector & (unitSectors - 1);
  let owner = load<u8>(full + unit);
  if (!isSettled(unit)) {
    const map = ownersOf(unit);
    if (!map) return NaN;
    owner = load<u8>(map + inUnit);
  }
  return owner < MISSING ? <f64>(dataOffset(owner, unit) + ((<u64>inUnit) << 9)) : -1;
}

function walkOne(sector: u64): f64 {
  const unit = <u32>(sector >> <u64>unitShift);
  const inUnit = <u32>sector & (unitSectors - 1);
  for (let index: u32 = 0; index < layerCount; index++) {
    const layer = layerAt(index);
    if (sector >= layer.sectorCount) continue;
    if (layer.kind != KIND_FLAT) {
      if (entryOf(layer, unit) == UNUSED) continue;
      if (layer.kind == KIND_DIFFERENCING) {
        const page = pageOf(index, unit);
        if (!page) return NaN;
        if (!isSet(page, inUnit)) continue;
      }
    }
    return <f64>(dataOffset(index, unit) + ((<u64>inUnit) << 9));
  }
  return -1;
}
