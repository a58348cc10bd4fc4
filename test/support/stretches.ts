/** Stretches of chains for tests of the merge. */
import type { DiskImage } from '../../src/formats/diskImage.ts';
import type { Stretch } from '../../src/merge/stretch.ts';
import { type ImageOptions, mixedEndianId, SECTOR } from './imageBuilder.ts';
import { opened } from './opened.ts';

/** The whole chain where nothing else is said. */
export function stretchOf(images: readonly DiskImage[], more: Partial<Stretch> = {}): Stretch {
  const names = images.map(({ file }, layer) => `${layer}-${file.name}`);
  return { images, names, complete: true, first: 0, last: images.length - 1, children: [], ...more };
}

export interface LayerSketch {
  readonly sectors: number;
  /** Left out for a base. */
  readonly options?: Partial<ImageOptions>;
}

/** Files that name one another by ids, newest first; the last is a dynamic base. Layer i has id 10 + i. */
export async function chainOf(layers: readonly LayerSketch[], hasBase = true): Promise<DiskImage[]> {
  return Promise.all(
    layers.map(({ sectors, options = {} }, layer) => {
      const isBase = hasBase && layer === layers.length - 1;
      const parent = { id: mixedEndianId(11 + layer), name: `layer${layer + 1}.vhd` };
      return opened({
        type: isBase ? 'dynamic' : 'differencing',
        virtualSizeBytes: sectors * SECTOR,
        blockSizeBytes: 4096,
        id: mixedEndianId(10 + layer),
        ...(isBase ? {} : { parent }),
        ...options,
      });
    }),
  );
}
