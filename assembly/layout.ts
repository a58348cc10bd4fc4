/**
 * The memory map, the limits and the records that cross the boundary. Everything has a fixed place before the first
 * lookup: `plan` says how much memory the chain takes, the host grows it once, and nothing is allocated after that.
 */

/** Layer numbers are bytes; the two highest values mean that no layer answers. */
export const MAX_LAYERS: u32 = 253;
export const MISSING: u8 = 254;
export const UNALLOCATED: u8 = 255;

/** Ambiguous units that one call may take on; with the layers it bounds the pages of one batch. */
export const WINDOW_UNITS: u32 = 64;
export const REQUEST_CAPACITY: u32 = WINDOW_UNITS * MAX_LAYERS;
export const EXTENT_CAPACITY: u32 = 32768;
export const STEP_CAPACITY: u32 = 8192;

/** How a layer finds its sectors. */
export const KIND_FLAT: u32 = 0;
/** Block table; an allocated block answers all of its sectors. */
export const KIND_BLOCKS: u32 = 1;
/** Block table and bitmaps: a clear bit asks the parent. */
export const KIND_DIFFERENCING: u32 = 2;

@unmanaged
export class Layer {
  kind: u32;
  /** log2 of index units in one of the layer's blocks. */
  blockShift: u32;
  /** Sectors of bitmap before the data of a block. */
  bitmapSectors: u32;
  batEntries: u32;
  bat: usize;
  padding: u32;
  sectorCount: u64;
  /** Flat layers: bytes before sector 0. */
  dataOffset: u64;
}

/** A run of sectors with one answer. `layer` may be MISSING or UNALLOCATED; `fileOffset` is -1 then. */
@unmanaged
export class Extent {
  firstSector: f64;
  fileOffset: f64;
  sectorCount: f64;
  layer: f64;
}

export const ACTION_BAT_LOOKUP: u32 = 0;
export const ACTION_BITMAP_LOOKUP: u32 = 1;
export const ACTION_FALL_TO_PARENT: u32 = 2;
export const ACTION_READ_DATA: u32 = 3;
export const ACTION_FILL_ZERO: u32 = 4;

/** One step of the walk. `value` is the BAT entry or the bit; `unit` is the bitmap page's unit. */
@unmanaged
export class TraceStep {
  action: u32;
  layer: u32;
  block: u32;
  sectorInBlock: u32;
  sectorCount: u32;
  value: u32;
  unit: u32;
  padding: u32;
  fileOffset: f64;
}

/** A piece of bitmap that is needed before the call can be answered. */
@unmanaged
export class PageRequest {
  layer: u32;
  unit: u32;
  fileOffset: f64;
}

export let layerCount: u32 = 0;
export let sectorCount: u64 = 0;
/** Sectors of one cell of the index, a power of two from 8 to 4096. */
export let unitSectors: u32 = 0;
export let unitShift: u32 = 0;
export let unitCount: u32 = 0;
/** What answers where no layer does: UNALLOCATED, or MISSING when the last file's parent is not here. */
export let floor: u8 = UNALLOCATED;

export let newest: usize = 0;
export let full: usize = 0;
export let deepest: usize = 0;
export let held: usize = 0;
export let ownerSlotOf: usize = 0;
export let owners: usize = 0;
export let ownerSlots: u32 = 0;
export let ownerUnit: usize = 0;
export let ownerUsed: usize = 0;
export let pages: usize = 0;
export let pageSlots: u32 = 0;
export let pageUnit: usize = 0;
export let pageLayer: usize = 0;
export let pageUsed: usize = 0;
export let pageNext: usize = 0;
export let pageHeads: usize = 0;
export let pageHashMask: u32 = 0;
export let requests: usize = 0;
export let extents: usize = 0;
export let steps: usize = 0;
export let totals: usize = 0;
export let staging: usize = 0;

const layers: usize = memory.data(253 * 48, 16);

/** `held` of a unit whose bitmaps were not all read yet. */
export const NOT_SURVEYED: u16 = 0xffff;

export function layerAt(index: u32): Layer {
  return changetype<Layer>(layers + index * offsetof<Layer>());
}

/** Forgets the chain. `unit` in sectors. */
export function beginChain(sectors: f64, unit: u32, incomplete: bool): void {
  layerCount = 0;
  sectorCount = <u64>sectors;
  unitSectors = unit;
  unitShift = ctz(unit);
  unitCount = <u32>((sectorCount + unit - 1) >> <u64>unitShift);
  floor = incomplete ? MISSING : UNALLOCATED;
}

/** Layer 0 first. `blockSectors` is a multiple of the unit, 0 for flat layers. Returns the layer's number. */
export function addLayer(
  kind: u32,
  sectors: f64,
  blockSectors: u32,
  bitmapSectors: u32,
  batEntries: u32,
  dataOffset: f64,
): u32 {
  const layer = layerAt(layerCount);
  layer.kind = kind;
  layer.sectorCount = <u64>sectors;
  layer.blockShift = kind == KIND_FLAT ? 0 : ctz(blockSectors) - unitShift;
  layer.bitmapSectors = bitmapSectors;
  layer.batEntries = batEntries;
  layer.dataOffset = <u64>dataOffset;
  return layerCount++;
}

let cursor: u64 = 0;

function take(bytes: u64): usize {
  const at = cursor;
  cursor = (cursor + bytes + 15) & ~15;
  return <usize>at;
}

/** Gives every table its place. Returns the bytes of memory that all of it takes; the host checks and grows. */
export function plan(ownerBudget: u32, pageBudget: u32, stagingBytes: u32): f64 {
  cursor = (<u64>__heap_base + 15) & ~15;
  const units = <u64>unitCount;
  newest = take(units);
  full = take(units);
  deepest = take(units);
  held = take(units * 2);
  ownerSlotOf = take(units * 2);

  ownerSlots = min<u32>(
    min<u32>(max<u32>(ownerBudget / max<u32>(unitSectors, 1), 2), 65535),
    max<u32>(unitCount, 1),
  );
  owners = take(<u64>ownerSlots * unitSectors);
  ownerUnit = take(<u64>ownerSlots * 4);
  ownerUsed = take(ownerSlots);

  const pageBytes = unitSectors >> 3;
  const wanted = min<u64>(<u64>pageBudget / max<u32>(pageBytes, 1), units * layerCount);
  pageSlots = <u32>max<u64>(wanted, <u64>min<u64>(units, WINDOW_UNITS) * layerCount + 1);
  pages = take(<u64>pageSlots * pageBytes + 16);
  pageUnit = take(<u64>pageSlots * 4);
  pageLayer = take(pageSlots);
  pageUsed = take(pageSlots);
  pageNext = take(<u64>pageSlots * 4);
  let heads: u32 = 16;
  while (heads < pageSlots) heads <<= 1;
  pageHashMask = heads - 1;
  pageHeads = take(<u64>heads * 4);

  requests = take(<u64>REQUEST_CAPACITY * offsetof<PageRequest>());
  extents = take(<u64>EXTENT_CAPACITY * offsetof<Extent>());
  steps = take(<u64>STEP_CAPACITY * offsetof<TraceStep>());
  totals = take(256 * 8);
  for (let i: u32 = 0; i < layerCount; i++) {
    const layer = layerAt(i);
    layer.bat = take(<u64>layer.batEntries * 4);
  }
  staging = take(stagingBytes);
  return <f64>cursor;
}

/** Where the host puts a layer's BAT, as it stands in the file. */
export function batAddress(layer: u32): usize {
  return layerAt(layer).bat;
}

export function stagingAddress(): usize {
  return staging;
}
export function requestsAddress(): usize {
  return requests;
}
export function extentsAddress(): usize {
  return extents;
}
export function stepsAddress(): usize {
  return steps;
}
export function totalsAddress(): usize {
  return totals;
}
export function cacheBytes(): u32 {
  return ownerSlots * unitSectors + pageSlots * (unitSectors >> 3);
}

/** First sector behind a unit, the end of the disk included. */
export function unitEnd(unit: u32): u64 {
  return min<u64>((<u64>unit + 1) << (<u64>unitShift), sectorCount);
}
