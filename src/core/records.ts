/** The tables that the core fills, read from its memory: extents, steps of the walk, pieces of bitmap to fetch. */

/** Bytes of a record in WASM memory, see assembly/layout.ts. */
export const EXTENT_FIELDS = 4;
export const STEP_BYTES = 40;
export const REQUEST_BYTES = 16;

/** Values of an extent's layer that mean that no file answers. */
export const LAYER_MISSING = 254;
export const LAYER_UNALLOCATED = 255;
/** Deepest chain that the core takes: layer numbers are bytes and the two highest are taken. */
export const MAX_LAYERS = 253;

export interface PageRequest {
  readonly layer: number;
  readonly unit: number;
  /** Of the piece of bitmap, bytes in the layer's file. */
  readonly fileOffset: number;
}

export const STEP_ACTIONS = [
  'bat-lookup',
  'bitmap-lookup',
  'fall-to-parent',
  'read-data',
  'fill-zero',
] as const;

export interface CoreStep {
  readonly action: (typeof STEP_ACTIONS)[number];
  readonly layer: number;
  readonly block: number;
  readonly sectorInBlock: number;
  readonly sectorCount: number;
  /** The BAT entry, or the bit. */
  readonly value: number;
  readonly unit: number;
  /** bat-lookup: of the entry inside the BAT; else in the layer's file. */
  readonly fileOffset: number;
}

export function readRequests(memory: DataView, at: number, count: number): PageRequest[] {
  return Array.from({ length: count }, (_, i) => ({
    layer: memory.getUint32(at + i * REQUEST_BYTES, true),
    unit: memory.getUint32(at + i * REQUEST_BYTES + 4, true),
    fileOffset: memory.getFloat64(at + i * REQUEST_BYTES + 8, true),
  }));
}

export function readSteps(memory: DataView, at: number, count: number): CoreStep[] {
  return Array.from({ length: count }, (_, i) => {
    const from = at + i * STEP_BYTES;
    const u32 = (field: number) => memory.getUint32(from + field * 4, true);
    const action = STEP_ACTIONS[u32(0)];
    if (!action) throw new Error('assertion failed: the core wrote an unknown step');
    return {
      action,
      layer: u32(1),
      block: u32(2),
      sectorInBlock: u32(3),
      sectorCount: u32(4),
      value: u32(5),
      unit: u32(6),
      fileOffset: memory.getFloat64(from + 32, true),
    };
  });
}
