/**
 * The index. For every unit: the newest layer that may hold any of it and the first that holds all of it, both from the
 * block tables alone. Where the two differ the answer is in the bitmaps: an owner map, one byte a sector, is painted once
 * from the oldest layer to the newest and kept in a cache, so that a lookup costs the same at any depth.
 */

import { paint } from './bitmap';
import {
  deepest,
  floor,
  full,
  held,
  KIND_DIFFERENCING,
  KIND_FLAT,
  Layer,
  layerAt,
  layerCount,
  MISSING,
  NOT_SURVEYED,
  newest,
  ownerSlotOf,
  ownerSlots,
  owners,
  ownerUnit,
  ownerUsed,
  sectorCount,
  unitCount,
  unitEnd,
  unitSectors,
  unitShift,
} from './layout';
import { clearPages, forgetPages, pageOf, requestPage } from './pages';
import { entryOf, UNUSED } from './vhd';

const EMPTY: u32 = 0xffffffff;
let hand: u32 = 0;
let usedSlots: u32 = 0;

export function usedOwnerSlots(): u32 {
  return usedSlots;
}

/** Forgets every answer. The layers follow through `indexLayer`, the oldest first, and `settleIndex` ends it. */
export function beginIndex(): void {
  memory.fill(newest, floor, unitCount);
  memory.fill(full, floor, unitCount);
  memory.fill(deepest, 0, unitCount);
  memory.fill(ownerSlotOf, 0, (<usize>unitCount) << 1);
  memory.fill(ownerUnit, 0xff, (<usize>ownerSlots) << 2);
  memory.fill(ownerUsed, 0, ownerSlots);
  hand = 0;
  usedSlots = 0;
  clearPages();
}

/** Forgets owner maps and pieces of bitmap; what the index knows of each unit stays. */
export function forgetCaches(): void {
  for (let slot: u32 = 0; usedSlots > 0; slot++) {
    const unit = load<u32>(ownerUnit + (slot << 2));
    if (unit != EMPTY) dropOwners(unit);
  }
  hand = 0;
  forgetPages();
}

export function settleIndex(): void {
  for (let unit: u32 = 0; unit < unitCount; unit++) settle(unit);
}

let nextBlock: u32 = 0;

/** Where the next call of `indexLayer` for the same layer goes on; the table's end when it is done. */
export function nextIndexedBlock(): u32 {
  return nextBlock;
}

/**
 * Takes a layer into the index, one scan of its table: 16 entries are passed over at once where none is in use. Writes the
 * numbers of allocated blocks from `from` on (u32 each, at most `capacity`) and returns how many.
 */
export function indexLayer(index: u32, from: u32, out: usize, capacity: u32): u32 {
  const layer = layerAt(index);
  const end = <u32>min<u64>((layer.sectorCount + unitSectors - 1) >> <u64>unitShift, unitCount);
  if (layer.kind == KIND_FLAT) {
    memory.fill(newest, <u8>index, end);
    memory.fill(full, <u8>index, end);
    if (end > 0 && !coversAll(layer, end - 1)) store<u8>(full + end - 1, floor);
    nextBlock = 0;
    return 0;
  }
  const unused = i32x4.splat(-1);
  let count: u32 = 0;
  let block = from;
  while (block < layer.batEntries && count < capacity) {
    const at = layer.bat + ((<usize>block) << 2);
    if (layer.batEntries - block >= 16) {
      const all = v128.and(
        v128.and(v128.load(at), v128.load(at, 16)),
        v128.and(v128.load(at, 32), v128.load(at, 48)),
      );
      if (i32x4.all_true(i32x4.eq(all, unused))) {
        block += 16;
        continue;
      }
    }
    const stop = min<u32>(block + min<u32>(16, capacity - count), layer.batEntries);
    for (; block < stop; block++) {
      if (load<u32>(layer.bat + ((<usize>block) << 2)) == UNUSED) continue;
      markBlock(layer, index, block, end);
      store<u32>(out + ((<usize>count) << 2), block);
      count++;
    }
  }
  nextBlock = block;
  return count;
}

/** Takes one allocated block into the index, in its units before `endUnit`. */
export function markBlock(layer: Layer, index: u32, block: u32, endUnit: u32): void {
  const first = block << layer.blockShift;
  const stop = min<u32>(first + (1 << layer.blockShift), endUnit);
  for (let unit = first; unit < stop; unit++) mark(layer, index, unit);
}

function mark(layer: Layer, index: u32, unit: u32): void {
  store<u8>(newest + unit, <u8>index);
  if (layer.kind != KIND_DIFFERENCING && coversAll(layer, unit)) store<u8>(full + unit, <u8>index);
}

/** The layer reaches to the end of the unit, or of the disk. */
function coversAll(layer: Layer, unit: u32): bool {
  return layer.sectorCount >= unitEnd(unit);
}

/** What is known of a unit without its bitmaps. */
export function settle(unit: u32): void {
  const answer = load<u8>(full + unit);
  if (load<u8>(newest + unit) != answer) {
    store<u16>(held + ((<usize>unit) << 1), NOT_SURVEYED);
    return;
  }
  const sectors = <u32>(unitEnd(unit) - ((<u64>unit) << (<u64>unitShift)));
  store<u16>(held + ((<usize>unit) << 1), answer < MISSING ? <u16>sectors : 0);
  store<u8>(deepest + unit, answer < MISSING ? answer + 1 : 0);
}

/** True when one layer (or none) answers the whole unit. */
export function isSettled(unit: u32): bool {
  return load<u8>(newest + unit) == load<u8>(full + unit);
}

/** Address of the unit's owner map, or 0 after asking for the pieces of bitmap that are not in memory yet. */
export function ownersOf(unit: u32): usize {
  const slot = load<u16>(ownerSlotOf + ((<usize>unit) << 1));
  if (slot != 0) {
    store<u8>(ownerUsed + slot - 1, 1);
    return owners + <usize>(slot - 1) * unitSectors;
  }
  return requestMissing(unit) ? 0 : paintOwners(unit);
}

/** Asks for every piece that the unit's owner map needs and that is not in memory. */
export function requestMissing(unit: u32): bool {
  const stop = min<u32>(load<u8>(full + unit), layerCount);
  let missing = false;
  for (let index = <u32>load<u8>(newest + unit); index < stop; index++) {
    const layer = layerAt(index);
    if (layer.kind != KIND_DIFFERENCING || (<u64>unit) << (<u64>unitShift) >= layer.sectorCount) continue;
    if (entryOf(layer, unit) != UNUSED && pageOf(index, unit) == 0) {
      requestPage(index, unit);
      missing = true;
    }
  }
  return missing;
}

export function hasOwners(unit: u32): bool {
  return load<u16>(ownerSlotOf + ((<usize>unit) << 1)) != 0;
}

/** Address of the unit's owner map where it is in memory, else 0. */
export function knownOwners(unit: u32): usize {
  const slot = load<u16>(ownerSlotOf + ((<usize>unit) << 1));
  return slot == 0 ? 0 : owners + <usize>(slot - 1) * unitSectors;
}

/** Forgets the unit's owner map. */
export function dropOwners(unit: u32): void {
  const slot = load<u16>(ownerSlotOf + ((<usize>unit) << 1));
  if (slot == 0) return;
  store<u16>(ownerSlotOf + ((<usize>unit) << 1), 0);
  store<u32>(ownerUnit + ((<usize>(slot - 1)) << 2), EMPTY);
  store<u8>(ownerUsed + slot - 1, 0);
  usedSlots--;
}

function takeSlot(unit: u32): usize {
  while (load<u8>(ownerUsed + hand) != 0) {
    store<u8>(ownerUsed + hand, 0);
    hand = hand + 1 == ownerSlots ? 0 : hand + 1;
  }
  const slot = hand;
  hand = hand + 1 == ownerSlots ? 0 : hand + 1;
  const before = load<u32>(ownerUnit + ((<usize>slot) << 2));
  if (before != EMPTY) store<u16>(ownerSlotOf + ((<usize>before) << 1), 0);
  else usedSlots++;
  store<u32>(ownerUnit + ((<usize>slot) << 2), unit);
  store<u16>(ownerSlotOf + ((<usize>unit) << 1), <u16>(slot + 1));
  store<u8>(ownerUsed + slot, 1);
  return owners + <usize>slot * unitSectors;
}

function paintOwners(unit: u32): usize {
  const target = takeSlot(unit);
  const start = (<u64>unit) << (<u64>unitShift);
  const sectors = <u32>(unitEnd(unit) - start);
  const base = load<u8>(full + unit);
  memory.fill(target, base, unitSectors);
  for (let index = min<u32>(base, layerCount); index > load<u8>(newest + unit); index--) {
    const layer = layerAt(index - 1);
    if (layer.sectorCount <= start) continue;
    const reach = <u32>min<u64>(layer.sectorCount - start, sectors);
    if (layer.kind == KIND_FLAT) memory.fill(target, <u8>(index - 1), reach);
    else if (entryOf(layer, unit) == UNUSED) continue;
    else if (layer.kind == KIND_DIFFERENCING) paint(pageOf(index - 1, unit), target, reach, <u8>(index - 1));
    else memory.fill(target, <u8>(index - 1), reach);
  }
  return target;
}

/**
 * Counts what an owner map says, into `counts` (f64 a layer number), and keeps what it settles: how much is held, how deep
 * the deepest answer lies, and which layer is really the newest.
 */
export function surveyUnit(unit: u32, map: usize, counts: usize): void {
  const sectors = <u32>min<u64>(unitSectors, sectorCount - ((<u64>unit) << (<u64>unitShift)));
  let heldSectors: u32 = 0;
  let first: u8 = floor;
  let last: u8 = 0;
  let at: u32 = 0;
  while (at < sectors) {
    const owner = load<u8>(map + at);
    const length = ownerRun(map, at, sectors);
    const counter = counts + ((<usize>owner) << 3);
    store<f64>(counter, load<f64>(counter) + <f64>length);
    if (owner < MISSING) {
      heldSectors += length;
      last = max<u8>(last, owner + 1);
    }
    first = min<u8>(first, owner);
    at += length;
  }
  store<u16>(held + ((<usize>unit) << 1), <u16>heldSectors);
  store<u8>(deepest + unit, last);
  store<u8>(newest + unit, first);
  if (ownerRun(map, 0, sectors) == sectors) store<u8>(full + unit, first);
}

/** Sectors from `from` up to `limit` with the same owner; 16 at a time. */
export function ownerRun(map: usize, from: u32, limit: u32): u32 {
  const owner = load<u8>(map + from);
  const same = i8x16.splat(owner);
  let at = from + 1;
  while (at + 16 <= limit) {
    const mask = ~i8x16.bitmask(i8x16.eq(v128.load(map + at), same)) & 0xffff;
    if (mask != 0) return at + ctz(mask) - from;
    at += 16;
  }
  while (at < limit && load<u8>(map + at) == owner) at++;
  return at - from;
}
