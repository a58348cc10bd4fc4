/** The chain in view as the page sees it. */
import { SECTOR_BYTES } from '../base/units.ts';
import type { ReadTrace } from '../chain/readTrace.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { ChainView } from './api.ts';
import type { View } from './viewSlot.ts';

export function chainView({ layers, chain }: View, complete: boolean, openMilliseconds: number): ChainView {
  const {
    sectorCount,
    unitSectors,
    unitCount,
    tableBytes,
    bitmapCacheBytes,
    bitmapCacheLimitBytes,
    findings,
  } = chain;
  return {
    layers,
    virtualSizeBytes: sectorCount * SECTOR_BYTES,
    sectorCount,
    unitSectors,
    unitCount,
    complete,
    tableBytes,
    bitmapCacheBytes,
    bitmapCacheLimitBytes,
    findings,
    openMilliseconds,
  };
}

/** What opening the chain reads, for its progress. */
export function tableBytes(images: readonly DiskImage[]): number {
  return images.reduce((sum, { tables }) => sum + (tables.kind === 'flat' ? 0 : tables.batEntries * 4), 0);
}

/** A trace comes back from the page: the disk in view may be another one by then. */
export function sameSteps(a: ReadTrace, b: ReadTrace): boolean {
  const text = ({ steps, fileReads }: ReadTrace) =>
    JSON.stringify([steps.map((step) => ({ ...step, cached: undefined })), fileReads]);
  return text(a) === text(b);
}
