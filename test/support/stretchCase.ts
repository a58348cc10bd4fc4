/** Random chains as stretches to be merged into a new file, and what such a file has to be. */
import { expect } from 'vitest';
import { MIB } from '../../src/base/units.ts';
import { checkFile } from '../../src/check/checkFile.ts';
import type { CoreModule } from '../../src/core/core.ts';
import type { DiskImage } from '../../src/formats/diskImage.ts';
import type { MergeToSinkOptions } from '../../src/merge/mergeToSink.ts';
import type { NewFormat, Stretch } from '../../src/merge/stretch.ts';
import type { RandomAccessFile } from '../../src/storage/randomAccessFile.ts';
import { sectorPlaces } from './heldSectors.ts';
import { mixedEndianId } from './imageBuilder.ts';
import type { MemorySink } from './memorySink.ts';
import { openFiles } from './openedChain.ts';
import { buildRandomChain, type RandomChain, type RandomChainOptions } from './randomChain.ts';

export const FORMATS: readonly NewFormat[] = ['raw', 'fixed', 'dynamic', 'differencing'];
export const NEW_IDENTITY = { id: mixedEndianId(7), made: new Date('2024-05-06T07:08:09Z') };
export const NO_HASH = { hasher: null, identity: NEW_IDENTITY };

export interface StretchCase {
  readonly chain: RandomChain;
  readonly images: readonly DiskImage[];
}

export async function caseOf(
  module: CoreModule,
  seed: number,
  options: RandomChainOptions,
  wrap: (file: RandomAccessFile) => RandomAccessFile = (file) => file,
): Promise<StretchCase> {
  const chain = buildRandomChain(seed, options);
  const disk = await openFiles(
    module,
    chain.files.map(({ file }) => wrap(file)),
  );
  return { chain, images: disk.layers };
}

/** All of the chain is here. */
export function stretchFrom({ images }: StretchCase, first: number, last: number): Stretch {
  return { images, names: images.map(({ file }) => file.name), complete: true, first, last, children: [] };
}

/** How a differencing disk on layer `last` + 1 names it; null = there is none. */
export function parentFor({ images }: StretchCase, last: number): MergeToSinkOptions['parent'] {
  const name = images[last + 1]?.file.name;
  return name ? { name, relativePath: `.\\${name}`, modified: null } : null;
}

/** Every stretch of the chain. */
export function* stretches({ images }: StretchCase): Generator<[first: number, last: number]> {
  for (let first = 0; first < images.length; first++) {
    for (let last = first; last < images.length; last++) yield [first, last];
  }
}

/** The new file as an image, without findings. */
export async function soundFile(
  module: CoreModule,
  sink: MemorySink,
  format: NewFormat,
  name: string,
): Promise<DiskImage> {
  expect(sink.state).toBe('closed');
  const file = sink.asFile(name);
  const [image] = (await openFiles(module, [file], format !== 'differencing')).layers;
  const found = await checkFile(image ?? expect.fail(name), { module, now: new Date('2030-01-01') });
  // Noise is no disk by its content; here it is one because we say so.
  const expected = ['raw-by-hand', ...(image?.blockSizeBytes === 8 * MIB ? ['block-size-unusual'] : [])];
  const rules = found.findings.map(({ rule }) => rule).filter((rule) => !expected.includes(rule));
  expect(rules, name).toEqual([]);
  return image ?? expect.fail(name);
}

/** A byte a sector: the file holds it. */
export async function heldBy(image: DiskImage): Promise<Uint8Array> {
  return Uint8Array.from(await sectorPlaces(image), (place) => (place >= 0 ? 1 : 0));
}
