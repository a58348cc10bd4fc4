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

let nextBlock: u32 = 0;

/** Where the next call of `usedBlocks` goes on. */
export function nextUsedBlock(): u32 {
  return nextBlock;
}

/** Writes the numbers of allocated blocks from `from` on (u32 each), at most `capacity`; 16 entries are passed over at once. */
export function usedBlocks(index: u32, from: u32, out: usize, capacity: u32): u32 {
  const layer = layerAt(index);
  const end = layer.batEntries;
  const unused = i32x4.splat(-1);
  let count: u32 = 0;
  let block = from;
  while (block < end && count < capacity) {
    const at = layer.bat + ((<usize>block) << 2);
    if (end - block >= 16) {
      const all = v128.and(
        v128.and(v128.load(at), v128.load(at, 16)),
        v128.and(v128.load(at, 32), v128.load(at, 48)),
      );
      if (i32x4.all_true(i32x4.eq(all, unused))) {
        block += 16;
        continue;
      }
    }
    const stop = min<u32>(block + min<u32>(16, capacity - count), end);
    for (; block < stop; block++) {
      if (load<u32>(layer.bat + ((<usize>block) << 2)) != UNUSED) {
        store<u32>(out + ((<usize>count) << 2), block);
        count++;
      }
    }
  }
  nextBlock = block;
  return count;
}
