/** The cache of bitmap pieces: fixed slots, a chained hash, and a clock hand that passes over what was just used. */
import {
  layerAt,
  PageRequest,
  pageHashMask,
  pageHeads,
  pageLayer,
  pageNext,
  pageSlots,
  pages,
  pageUnit,
  pageUsed,
  REQUEST_CAPACITY,
  requests,
} from './layout';
import { bitmapOffset, pageBytes } from './vhd';

const NONE: u32 = 0xffffffff;
let hand: u32 = 0;
let requestCount: u32 = 0;
let usedSlots: u32 = 0;

export function clearPages(): void {
  memory.fill(pageHeads, 0xff, (<usize>pageHashMask + 1) << 2);
  memory.fill(pageUnit, 0xff, (<usize>pageSlots) << 2);
  memory.fill(pageUsed, 0, pageSlots);
  hand = 0;
  usedSlots = 0;
  requestCount = 0;
}

export function usedPageSlots(): u32 {
  return usedSlots;
}

function headOf(layer: u32, unit: u32): usize {
  const hash = (unit * 0x9e3779b1) ^ (layer * 0x85ebca6b);
  return pageHeads + (((hash ^ (hash >> 15)) & pageHashMask) << 2);
}

/** Address of a bitmap piece, or 0 when it is not in memory. */
export function pageOf(layer: u32, unit: u32): usize {
  let slot = load<u32>(headOf(layer, unit));
  while (slot != NONE) {
    if (load<u32>(pageUnit + (slot << 2)) == unit && load<u8>(pageLayer + slot) == layer) {
      store<u8>(pageUsed + slot, 1);
      return pages + slot * pageBytes();
    }
    slot = load<u32>(pageNext + (slot << 2));
  }
  return 0;
}

function unlink(slot: u32): void {
  let link = headOf(load<u8>(pageLayer + slot), load<u32>(pageUnit + (slot << 2)));
  while (load<u32>(link) != slot) link = pageNext + (load<u32>(link) << 2);
  store<u32>(link, load<u32>(pageNext + (slot << 2)));
}

/** A slot for a piece that the host is about to fill; the one that was there is forgotten. Returns its address. */
export function placePage(layer: u32, unit: u32): usize {
  const present = pageOf(layer, unit);
  if (present) return present;
  while (load<u8>(pageUsed + hand) != 0) {
    store<u8>(pageUsed + hand, 0);
    hand = hand + 1 == pageSlots ? 0 : hand + 1;
  }
  const slot = hand;
  hand = hand + 1 == pageSlots ? 0 : hand + 1;
  if (load<u32>(pageUnit + (slot << 2)) != NONE) unlink(slot);
  else usedSlots++;
  const head = headOf(layer, unit);
  store<u32>(pageNext + (slot << 2), load<u32>(head));
  store<u32>(head, slot);
  store<u32>(pageUnit + (slot << 2), unit);
  store<u8>(pageLayer + slot, <u8>layer);
  store<u8>(pageUsed + slot, 1);
  return pages + slot * pageBytes();
}

/** Forgets a piece. */
export function dropPage(layer: u32, unit: u32): void {
  const page = pageOf(layer, unit);
  if (!page) return;
  const slot = <u32>((page - pages) / pageBytes());
  unlink(slot);
  store<u32>(pageUnit + (slot << 2), NONE);
  store<u8>(pageUsed + slot, 0);
  usedSlots--;
}

/** Forgets every piece. What is in use lies at the front until the slots are full: few pieces are forgotten fast. */
export function forgetPages(): void {
  for (let slot: u32 = 0; usedSlots > 0; slot++) {
    if (load<u32>(pageUnit + (slot << 2)) == NONE) continue;
    unlink(slot);
    store<u32>(pageUnit + (slot << 2), NONE);
    store<u8>(pageUsed + slot, 0);
    usedSlots--;
  }
  hand = 0;
}

export function beginRequests(): void {
  requestCount = 0;
}

export function pendingRequests(): u32 {
  return requestCount;
}

/** Notes that a piece is needed. */
export function requestPage(layer: u32, unit: u32): void {
  if (requestCount == REQUEST_CAPACITY) return;
  const request = changetype<PageRequest>(requests + requestCount * offsetof<PageRequest>());
  request.layer = layer;
  request.unit = unit;
  request.fileOffset = <f64>bitmapOffset(layerAt(layer), unit);
  requestCount++;
}
