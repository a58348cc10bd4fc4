/** Obstacles of files that describe disks of different sizes. */
import { grouped, sizeText } from '../base/units.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { Finding } from '../formats/finding.ts';
import { obstacle } from './findings.ts';
import type { Stretch } from './stretch.ts';
import { layerOf, nameOf, sizesInPlace, sizesOf } from './stretchSizes.ts';

/** In place. */
export function sizeObstacles(stretch: Stretch): Finding[] {
  const { first, last, images } = stretch;
  const answer = sizesInPlace(stretch);
  if (answer === null) return [];
  const [newest, target] = [nameOf(stretch, first), nameOf(stretch, last)];
  const [newestText, targetText] = [first, last].map((layer) => diskText(layerOf(stretch, layer)));
  if (typeof answer === 'number') {
    const message = `${target} describes ${targetText}, ${newest} ${newestText}.`;
    return [obstacle('merge-grows-parent', target, message)];
  }
  if (answer.refusal === 'parent-larger') {
    const message = `${target} describes ${targetText}, ${newest} only ${newestText}.`;
    return [obstacle('merge-parent-larger', target, message)];
  }
  if (answer.refusal === 'middle') {
    const least = Math.min(...sizesOf(stretch, first, last));
    const layer = images.findIndex((each, i) => i > first && each.virtualSizeBytes === least);
    const message = `${nameOf(stretch, layer)} describes ${diskText(layerOf(stretch, layer))}, ${target} below it ${targetText}.`;
    return [obstacle('merge-layer-sizes', nameOf(stretch, layer), message)];
  }
  const below = images[last + 1];
  const belowText = below
    ? `${nameOf(stretch, last + 1)} below it ${diskText(below)}`
    : 'and the file below it is not here';
  const message = `${target} would have to grow from ${targetText} to ${newestText}; ${below ? 'but ' : ''}${belowText}.`;
  return [obstacle('merge-layer-sizes', target, message)];
}

/** Of a new differencing disk. */
export function newSizes(stretch: Stretch): Finding[] {
  const { images, first, last } = stretch;
  const below = images[last + 1];
  const newest = layerOf(stretch, first);
  if (!below || below.virtualSizeBytes === newest.virtualSizeBytes) return [];
  const name = nameOf(stretch, last + 1);
  const message = `The new file describes ${diskText(newest)}, its parent ${name} ${diskText(below)}.`;
  return [obstacle('merge-new-sizes', name, message)];
}

function diskText({ virtualSizeBytes }: DiskImage): string {
  return `a disk of ${sizeText(virtualSizeBytes)} (${grouped(virtualSizeBytes)} bytes)`;
}
