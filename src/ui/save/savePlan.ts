/** What a saved disk will take, and what it is called, before anything is written. */
import { GIB, KIB, MIB, SECTOR_BYTES } from '../../base/units.ts';
import type { FileView, SaveFormat } from '../../engine/api.ts';

/** A dynamic VHD addresses 2^32 sectors, and Windows attaches none above 2040 GiB. */
export const LARGEST_VHD_BYTES = 2040 * GIB;

/** Of the dynamic VHDs that are written here. */
export const BLOCK_BYTES = 2 * MIB;

export interface SaveEstimate {
  /** Length of the file as a folder shows it; for 'dynamic' an upper bound. */
  readonly fileBytes: number;
  /** Bytes that have to be written: holes are left out. An upper bound. */
  readonly writtenBytes: number;
}

/** What the files of a chain hold. */
export interface Held {
  readonly bytes: number;
  /** Blocks of the new dynamic VHD that hold any of it. */
  readonly blocks: number;
}

/** From the tables alone, and so at most: two files may hold the same sector, and blocks are seldom full. */
export function heldAtMost(layers: readonly FileView[], virtualSizeBytes: number): Held {
  let bytes = 0;
  for (const layer of layers) {
    bytes +=
      layer.blocks && layer.blockSizeBytes
        ? layer.blocks.allocated * layer.blockSizeBytes
        : Math.min(layer.sizeBytes, layer.virtualSizeBytes);
  }
  const held = Math.min(bytes, virtualSizeBytes);
  return { bytes: held, blocks: Math.ceil(held / BLOCK_BYTES) };
}

export function blocksOf(virtualSizeBytes: number, blockSizeBytes = BLOCK_BYTES): number {
  return Math.ceil(virtualSizeBytes / blockSizeBytes);
}

export function estimateSave(format: SaveFormat, virtualSizeBytes: number, held: Held): SaveEstimate {
  if (format === 'raw') return { fileBytes: virtualSizeBytes, writtenBytes: held.bytes };
  if (format === 'fixed') {
    return { fileBytes: virtualSizeBytes + SECTOR_BYTES, writtenBytes: held.bytes + SECTOR_BYTES };
  }
  const entries = blocksOf(virtualSizeBytes);
  const table = Math.ceil((entries * 4) / SECTOR_BYTES) * SECTOR_BYTES;
  const tables = 2 * SECTOR_BYTES + KIB + table;
  const blocks = Math.min(entries, held.blocks);
  return {
    fileBytes: tables + blocks * (BLOCK_BYTES + SECTOR_BYTES),
    writtenBytes: tables + blocks * SECTOR_BYTES + held.bytes,
  };
}

/** One bit a sector, padded to whole sectors. */
export function bitmapBytesOf(blockSizeBytes: number): number {
  return Math.ceil(blockSizeBytes / SECTOR_BYTES / 8 / SECTOR_BYTES) * SECTOR_BYTES;
}

export function extensionFor(format: SaveFormat): '.img' | '.vhd' {
  return format === 'raw' ? '.img' : '.vhd';
}

/**
 * A name for the new file: never that of a file in the pile, and no character that a file system refuses. `word` says
 * what was done with the disk.
 */
export function suggestName(
  leafName: string,
  format: SaveFormat,
  taken: readonly string[],
  word = 'whole',
  extension: string = extensionFor(format),
): string {
  const stem =
    leafName
      .replace(/\.(a?vhdx?|img|raw|bin|dd)$/i, '')
      .replace(/[\\/:*?"<>|]/g, ' ')
      .replace(/[^\P{Cc}]/gu, ' ')
      .trim() || 'disk';
  const names = new Set(taken.map((name) => name.toLowerCase()));
  for (let number = 1; ; number++) {
    const name = [stem, word, number > 1 ? number : ''].filter((part) => part !== '').join(' ') + extension;
    if (!names.has(name.toLowerCase())) return name;
  }
}

/** Why a format is not on offer for a disk of this size; null where it is. */
export function whyNotFormat(format: SaveFormat, virtualSizeBytes: number): string | null {
  if (format === 'raw' || virtualSizeBytes <= LARGEST_VHD_BYTES) return null;
  return 'larger than the 2040 GiB that a VHD can be';
}
