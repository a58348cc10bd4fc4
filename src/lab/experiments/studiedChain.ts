/** The chain that an experiment reads: made from the seed, the sample, or the one that somebody has open. */
import { assert, must } from '../../base/assert.ts';
import { DiskError } from '../../base/errors.ts';
import { MIB, SECTOR_BYTES } from '../../base/units.ts';
import { assemble } from '../../chain/assemble.ts';
import { indexCaches } from '../../chain/cost/readWays.ts';
import type { DiskChain } from '../../chain/diskChain.ts';
import { openChain } from '../../chain/openChain.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import { isDiskImage, openImage } from '../../formats/openImage.ts';
import { buildSample } from '../sample.ts';
import { CONTROLS } from './controls.ts';
import type { ExperimentTools, StudiedChain } from './experiment.ts';
import { type GenerateSetup, generateChain } from './generateChain.ts';
import type { ExperimentSetup } from './setup.ts';

export interface OpenStudied extends StudiedChain {
  /** Closes the files that were opened for it; those of the user stay open. */
  close(): Promise<void>;
}

export type StudiedSetup = GenerateSetup & Pick<ExperimentSetup, 'disk'>;
export type StudiedTools = Pick<ExperimentTools, 'signal' | 'advance' | 'chain'>;

/** Throws 'bad-request' where the chain in view is asked for and none is. */
export async function studied(setup: StudiedSetup, tools: StudiedTools): Promise<OpenStudied> {
  switch (setup.disk) {
    case 'generated': {
      const { images, name } = await generateChain(setup, tools);
      return { images, name, complete: true, close: () => closeAll(images) };
    }
    case 'sample':
      return sample();
    case 'open':
      if (!tools.chain) throw nothingOpen();
      return { ...tools.chain, close: async () => {} };
  }
}

/** Its longest chain; of several, the likeliest. */
async function sample(): Promise<OpenStudied> {
  const files: { readonly image: DiskImage; readonly path: string }[] = [];
  for (const { name, file } of await buildSample()) {
    const image = await openImage(file);
    assert(isDiskImage(image), 'the sample’s files are disks');
    files.push({ image, path: name });
  }
  const { links, leaves } = assemble(files);
  const layersOf = (file: number) => (links[file]?.complete ? (links[file]?.layers ?? 0) : 0);
  const longest = leaves.reduce((best, leaf) => (layersOf(leaf) > layersOf(best) ? leaf : best));
  const images: DiskImage[] = [];
  for (let at: number | null = longest; at !== null; at = links[at]?.parent ?? null)
    images.push(must(files[at], 'a file of the forest').image);
  return {
    images,
    name: 'the sample chain',
    complete: true,
    close: () => closeAll(files.map(({ image }) => image)),
  };
}

async function closeAll(images: readonly DiskImage[]): Promise<void> {
  for (const { file } of images) await file.close();
}

/** Files of the chain that have a parent. */
export function differencingDisksOf({ images, complete }: Pick<StudiedChain, 'images' | 'complete'>): number {
  return complete ? images.length - 1 : images.length;
}

/** Chains up to this long are looked at from every one of their files, the base included. */
const SHORT_CHAIN = 8;

/** Numbers of differencing disks that are compared, ascending: at most `most`, and that many themselves. */
export function depthsOf(chain: Pick<StudiedChain, 'images' | 'complete'>, most: number): number[] {
  const deepest = Math.min(differencingDisksOf(chain), most);
  const { depth } = CONTROLS;
  assert(depth.kind === 'steps', 'depths are steps');
  const least = chain.complete ? 0 : 1;
  const depths =
    deepest <= SHORT_CHAIN
      ? Array.from({ length: Math.max(0, deepest - least) }, (_, i) => least + i)
      : depth.steps.filter((step) => step < deepest);
  return [...depths, deepest];
}

/** The sectors that the disk has at every one of these depths. */
export function sharedSectors({ images, complete }: StudiedChain, depths: readonly number[]): number {
  const differencing = differencingDisksOf({ images, complete });
  const sizes = depths.map(
    (depth) => must(images[differencing - depth], 'a layer of the chain').virtualSizeBytes,
  );
  return Math.floor(Math.min(...sizes) / SECTOR_BYTES);
}

/** More than any of these chains needs for as many reads as can be chosen, and no more than a page can give. */
const MOST_CACHE_BYTES = 256 * MIB;

/**
 * The disk as it was when the chain had `depth` differencing disks, with `cacheBytes` for bitmaps and owner maps. It is the
 * caller's to close.
 */
export function openAtDepth(
  { images, complete }: StudiedChain,
  depth: number,
  cacheBytes: number,
  { module, signal }: Pick<ExperimentTools, 'module' | 'signal'>,
): Promise<DiskChain> {
  const layers = images.slice(differencingDisksOf({ images, complete }) - depth);
  return openChain(module, layers, {
    complete,
    stagingBytes: 0,
    signal,
    ...indexCaches(Math.min(cacheBytes, MOST_CACHE_BYTES)),
  });
}

function nothingOpen(): DiskError {
  return new DiskError({
    code: 'bad-request',
    message: 'The experiment is to read the chain in view, and none is open.',
    meaning: 'Nothing was run.',
    remedy: 'Open a chain first, or choose a disk made from the seed.',
  });
}
