/** Sizes of VHD files as Windows 10 lays them out (VHD-FACTS 7–9): what the engine is going to write, before it does. */
import { SECTOR_BYTES } from '../../base/units.ts';
import { bitmapBytesOf, blocksOf } from '../save/savePlan.ts';

export const ALIGNMENT_BYTES = 4096;

export function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}

/** From one block to the next: bitmap and data, the data at a multiple of 4 KiB. */
export function strideOf(blockSizeBytes: number): number {
  return aligned(blockSizeBytes + bitmapBytesOf(blockSizeBytes));
}

/** A dynamic disk with so many blocks. */
export function dynamicFileBytes(virtualSizeBytes: number, blockSizeBytes: number, blocks: number): number {
  const end = aligned(3 * SECTOR_BYTES + blocksOf(virtualSizeBytes, blockSizeBytes) * 4);
  return aligned(end + blocks * strideOf(blockSizeBytes) + SECTOR_BYTES);
}
