/**
 * Files of one chain may describe disks of different sizes. Behind the end of a smaller parent a child reads zeros, also
 * where the file below is larger again; a merge has to leave that as it is.
 */
import { must } from '../base/assert.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { NewFormat, Stretch } from './stretch.ts';

export function layerOf({ images }: Stretch, layer: number): DiskImage {
  return must(images[layer], 'the stretch lies in the chain');
}

export function nameOf({ names }: Stretch, layer: number): string {
  return must(names[layer], 'every layer has a name');
}

/** Sizes of the disks that layers `from` to `to` describe, bytes. */
export function sizesOf({ images }: Stretch, from: number, to: number): number[] {
  return images.slice(from, to + 1).map(({ virtualSizeBytes }) => virtualSizeBytes);
}

/** What in place has to be done about the sizes: null = nothing, a number = the target's disk grows to it first. */
export type SizeAnswer = number | null | { readonly refusal: 'parent-larger' | 'middle' | 'below' };

export function sizesInPlace(stretch: Stretch): SizeAnswer {
  const { first, last, complete } = stretch;
  const wanted = layerOf(stretch, first).virtualSizeBytes;
  const target = layerOf(stretch, last).virtualSizeBytes;
  if (target > wanted) return { refusal: 'parent-larger' };
  if (sizesOf(stretch, first, last).some((size) => size < target)) return { refusal: 'middle' };
  if (target === wanted) return null;
  // Behind its old end the grown target asks its own parent.
  const below = stretch.images[last + 1];
  const isBase = below === undefined && complete;
  const reachesFurther = below === undefined ? !isBase : below.virtualSizeBytes > target;
  return reachesFurther ? { refusal: 'below' } : wanted;
}

/**
 * Sectors that a new differencing disk has to hold as written zeros where no source holds them: a middle layer ends
 * before them, and the layer below the stretch goes on, or is not here. null in place (`format` null), for other formats,
 * and where there are none.
 */
export function zerosOf(
  stretch: Stretch,
  format: NewFormat | null,
): { readonly firstSector: number; readonly endSector: number } | null {
  if (format !== 'differencing') return null;
  const { images, first, last } = stretch;
  const wanted = layerOf(stretch, first).virtualSizeBytes;
  const smallest = Math.min(...sizesOf(stretch, first + 1, last));
  const end = Math.min(wanted, images[last + 1]?.virtualSizeBytes ?? wanted);
  if (smallest >= end) return null;
  return { firstSector: smallest / SECTOR_BYTES, endSector: end / SECTOR_BYTES };
}
