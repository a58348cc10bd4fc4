/**
 * What a write to the newest file changes here: its block table, the pieces of bitmap and owner maps that are in memory,
 * and the index. The host has changed the file before it tells; a bit that is set is never cleared again.
 */
import { setBits } from './bitmap';
import { full, KIND_DIFFERENCING, layerAt, newest, unitCount, unitEnd, unitShift } from './layout';
import { dropOwners, knownOwners, markBlock, settle, surveyUnit } from './owners';
import { dropPage, pageOf } from './pages';
import { entryOf, UNUSED } from './vhd';

/** Counts that a survey of one unit makes by the way; nobody reads them. */
const uncounted: usize = memory.data(256 * 8, 8);

/** A block of the newest file now has a place. Without bitmaps it answers at once; else its bits follow by `noteWrite`. */
export function noteBlock(block: u32, entry: u32): void {
  const layer = layerAt(0);
  store<u32>(layer.bat + ((<usize>block) << 2), bswap<u32>(entry));
  if (layer.kind == KIND_DIFFERENCING) return;
  markBlock(layer, 0, block, unitCount);
  const first = block << layer.blockShift;
  const stop = min<u32>(first + (1 << layer.blockShift), unitCount);
  for (let unit = first; unit < stop; unit++) settle(unit);
}

/** The newest file holds these sectors from now on: their blocks have a place and their bits are set. */
export function noteWrite(first: f64, count: f64): void {
  if (layerAt(0).kind != KIND_DIFFERENCING) return;
  const start = <u64>first;
  const end = start + <u64>count;
  const endUnit = <u32>((end - 1) >> <u64>unitShift) + 1;
  for (let unit = <u32>(start >> <u64>unitShift); unit < endUnit; unit++) {
    const base = (<u64>unit) << (<u64>unitShift);
    const from = <u32>(max<u64>(start, base) - base);
    const to = <u32>(min<u64>(end, unitEnd(unit)) - base);
    noteUnit(unit, from, to, <u32>(unitEnd(unit) - base));
  }
}

function noteUnit(unit: u32, from: u32, to: u32, sectors: u32): void {
  const page = pageOf(0, unit);
  if (page) setBits(page, from, to);
  if (load<u8>(full + unit) == 0) return;
  store<u8>(newest + unit, 0);
  if (to - from == sectors) {
    store<u8>(full + unit, 0);
    dropOwners(unit);
    settle(unit);
    return;
  }
  const map = knownOwners(unit);
  if (map) {
    memory.fill(map + from, 0, to - from);
    surveyUnit(unit, map, uncounted);
  } else settle(unit);
}

/** It is not known which of these sectors the newest file holds: what is in memory is forgotten, and read again. */
export function forgetWrite(first: f64, count: f64): void {
  const layer = layerAt(0);
  if (layer.kind != KIND_DIFFERENCING) return;
  const endUnit = <u32>((<u64>first + <u64>count - 1) >> <u64>unitShift) + 1;
  for (let unit = <u32>(<u64>first >> <u64>unitShift); unit < endUnit; unit++) {
    dropPage(0, unit);
    if (load<u8>(full + unit) == 0 || entryOf(layer, unit) == UNUSED) continue;
    dropOwners(unit);
    store<u8>(newest + unit, 0);
    settle(unit);
  }
}
