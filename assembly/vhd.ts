/** VHD's block allocation table and where it sends a reader. All numbers in the file are big-endian. */
import { KIND_FLAT, Layer, layerAt, unitSectors, unitShift } from './layout';

export const UNUSED: u32 = 0xffffffff;

/** BAT entry of the block that holds `unit`, in sectors; UNUSED where there is none. */
export function entryOf(layer: Layer, unit: u32): u32 {
  const block = unit >> layer.blockShift;
  return block < layer.batEntries ? bswap<u32>(load<u32>(layer.bat + ((<usize>block) << 2))) : UNUSED;
}

/** Sectors of a layer's block before the first one of `unit`. */
export function sectorInBlock(layer: Layer, unit: u32): u32 {
  return (unit & ((1 << layer.blockShift) - 1)) << unitShift;
}

/** Offset in the layer's file of the unit's first sector. The block must be allocated. */
export function dataOffset(layerIndex: u32, unit: u32): u64 {
  const layer = layerAt(layerIndex);
  if (layer.kind == KIND_FLAT) return layer.dataOffset + (((<u64>unit) << (<u64>unitShift)) << 9);
  return (<u64>entryOf(layer, unit) + layer.bitmapSectors + sectorInBlock(layer, unit)) << 9;
}

/** Offset in the layer's file of the unit's piece of bitmap: one bit a sector, padded to whole sectors a block. */
export function bitmapOffset(layer: Layer, unit: u32): u64 {
  return ((<u64>entryOf(layer, unit)) << 9) + (sectorInBlock(layer, unit) >> 3);
}

export function pageBytes(): u32 {
  return unitSectors >> 3;
}
