/** A guest at a disk that is being merged, with the flat disk beside it; and what must hold of the files afterwards. */
import { expect } from 'vitest';
import { Prng } from '../../src/base/prng.ts';
import { checkFile } from '../../src/check/checkFile.ts';
import type { CoreModule } from '../../src/core/core.ts';
import type { LiveMerge, LiveProgress, LiveRequest, LiveTools } from '../../src/merge/liveMerge.ts';
import type { DiskFolder } from '../../src/storage/diskFolder.ts';
import { MemoryFolder } from '../../src/storage/memoryFolder.ts';
import { buildImage, type ImageOptions, mixedEndianId, SECTOR } from './imageBuilder.ts';
import { opened } from './opened.ts';
import { openFiles, sameBytes } from './openedChain.ts';
import { buildRandomChain, type RandomChainOptions } from './randomChain.ts';
import { writeRandomChain } from './writtenChain.ts';

/** Small: tests open thousands of chains. */
export const SMALL_CACHES = { ownerBytes: 2 ** 20, pageBytes: 2 ** 18 };

export interface LiveScene {
  readonly folder: MemoryFolder;
  readonly request: LiveRequest;
  /** The disk as the guest sees it. */
  readonly truth: Uint8Array;
}

/** A sound random chain whose layers `first` to `last` can be merged in place. */
export function liveScene(
  seed: number,
  first: number,
  last: number,
  options: RandomChainOptions = {},
): LiveScene {
  const prng = new Prng(seed);
  const layers = options.layers ?? last + 1 + prng.below(3);
  const targetIsBase = last === layers - 1;
  const chain = buildRandomChain(seed, {
    blockSizes: [2 ** 14, 2 ** 15, 2 ** 16],
    virtualSizeBytes: (600 + prng.below(1500)) * SECTOR,
    // A raw disk has no id that it could take over.
    ...(targetIsBase ? { base: prng.below(3) === 0 ? 'fixed' : 'dynamic' } : {}),
    ...options,
    layers,
  });
  const folder = new MemoryFolder();
  for (const { name, file } of chain.files) folder.put(name, file.content.copy());
  const names = chain.files.map(({ name }) => name);
  const truth = chain.truth[0];
  if (!truth) throw new Error('a chain has a leaf');
  return { folder, truth, request: { names, complete: true, first, last, children: [] } };
}

/** A chain made by the program's own writer; the target is one of its differencing disks or the base. */
export async function writtenScene(seed: number, first: number, last: number): Promise<LiveScene> {
  const { files, truth } = await writeRandomChain(seed, last + 1 + (seed % 2), 2 ** 15);
  const folder = new MemoryFolder();
  for (const { name, content } of files) folder.put(name, content.copy());
  const names = files.map(({ name }) => name);
  const disk = truth[0];
  if (!disk) throw new Error('a chain has a leaf');
  return { folder, truth: disk, request: { names, complete: true, first, last, children: [] } };
}

/**
 * A chain of small files that hold these sectors, leaf first; each is filled with a byte that tells sector and layer. What
 * nobody holds is zeros.
 */
export function builtScene(
  held: readonly (readonly number[])[],
  first: number,
  last: number,
  sectors: number,
  base: Partial<ImageOptions> = {},
): LiveScene {
  const perBlock = 8;
  const truth = new Uint8Array(sectors * SECTOR);
  const folder = new MemoryFolder();
  const names = held.map((_, layer) => `layer${layer}.vhd`);
  for (const [layer, own] of [...held.entries()].reverse()) {
    const isBase = layer === held.length - 1;
    for (const sector of own) truth.fill(layer * 64 + sector, sector * SECTOR, (sector + 1) * SECTOR);
    const blocks = [...new Set(own.map((sector) => Math.floor(sector / perBlock)))].map((block) => {
      const bits = new Uint8Array(perBlock);
      for (const sector of own) if (Math.floor(sector / perBlock) === block) bits[sector % perBlock] = 1;
      const data = truth.slice(block * perBlock * SECTOR, (block + 1) * perBlock * SECTOR);
      return [block, isBase ? { data } : { data, bits }] as const;
    });
    const image = buildImage({
      type: isBase ? 'dynamic' : 'differencing',
      virtualSizeBytes: truth.length,
      blockSizeBytes: perBlock * SECTOR,
      id: mixedEndianId(layer + 1),
      blocks,
      ...(isBase ? base : { parent: { id: mixedEndianId(layer + 2), name: names[layer + 1] ?? '' } }),
    });
    folder.put(names[layer] ?? '', image.bytes());
  }
  return { folder, truth, request: { names, complete: true, first, last, children: [] } };
}

/** The same scene, files and all, to be changed on its own. */
export function copyOf(scene: LiveScene): LiveScene {
  const folder = new MemoryFolder();
  for (const name of scene.request.names) folder.put(name, scene.folder.bytes(name));
  return { ...scene, folder };
}

/** The guest's disk as both know it: random writes, and reads that must find them. */
export class Guest {
  readonly truth: Uint8Array;
  private readonly prng: Prng;
  private serial = 0;

  constructor(
    private readonly disk: Pick<LiveMerge, 'read' | 'write' | 'flush'>,
    truth: Uint8Array,
    seed: number,
    private readonly label: string,
  ) {
    this.truth = truth.slice();
    this.prng = new Prng(seed);
  }

  get sectorCount(): number {
    return this.truth.length / SECTOR;
  }

  /** Mostly short, now and then long, anywhere. */
  range(): [first: number, count: number] {
    const first = this.prng.below(this.sectorCount);
    const rest = this.sectorCount - first;
    const longest = this.prng.below(5) === 0 ? rest : Math.min(rest, 40);
    return [first, 1 + this.prng.below(longest)];
  }

  /** Different in every sector and every write; now and then zeros. Resolves when it is written; the truth knows at once. */
  write([first, count] = this.range()): Promise<void> {
    const bytes = new Uint8Array(count * SECTOR);
    this.serial++;
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < count && this.serial % 4 > 0; i++) {
      bytes.fill(this.prng.next(), i * SECTOR, (i + 1) * SECTOR);
      view.setUint32(i * SECTOR, this.serial);
      view.setUint32(i * SECTOR + 4, i);
    }
    this.truth.set(bytes, first * SECTOR);
    return this.disk.write(first, bytes);
  }

  /** Reads must find what was written before they were asked for, whatever is asked for meanwhile. */
  async expectRead([first, count] = this.range()): Promise<void> {
    const wanted = this.truth.slice(first * SECTOR, (first + count) * SECTOR);
    const target = new Uint8Array(count * SECTOR).fill(0xee);
    await this.disk.read(first, target);
    if (sameBytes(target, wanted)) return;
    let sector = 0;
    while (
      sameBytes(
        target.subarray(sector * SECTOR, (sector + 1) * SECTOR),
        wanted.subarray(sector * SECTOR, (sector + 1) * SECTOR),
      )
    )
      sector++;
    expect.fail(`${this.label}: sector ${first + sector} of ${first} + ${count} reads wrong`);
  }

  async expectSample(reads = 3): Promise<void> {
    for (let i = 0; i < reads; i++) await this.expectRead();
  }

  async expectAll(): Promise<void> {
    await this.expectRead([0, this.sectorCount]);
  }

  /** One of: a write, several at once, a flush, a read. */
  async act(): Promise<void> {
    const what = this.prng.below(8);
    if (what < 5) await this.write();
    else if (what === 5)
      await Promise.all([this.write(), this.expectRead(), this.write(), this.disk.flush()]);
    else if (what === 6) await this.disk.flush();
    else await this.expectRead();
  }
}

/** Steps until it is over, `between` before each. Returns every progress. */
export async function stepToEnd(
  merge: LiveMerge,
  between: (progress: LiveProgress) => Promise<unknown> = async () => {},
  most = 10_000,
): Promise<LiveProgress[]> {
  const all: LiveProgress[] = [];
  while (merge.progress.state !== 'switched') {
    if (all.length === most) throw new Error(`no end after ${most} steps: ${JSON.stringify(merge.progress)}`);
    await between(merge.progress);
    all.push(await merge.step());
  }
  return all;
}

/** The chain when the merge is done, leaf first. */
export function namesAfter({ names, first, last }: LiveRequest): string[] {
  return [...names.slice(0, first), ...names.slice(last)];
}

/** These files and no others are in the folder, none has an error, and the disk reads as the flat array. */
export async function expectFiles(
  module: CoreModule,
  folder: DiskFolder,
  names: readonly string[],
  truth: Uint8Array,
  label: string,
): Promise<void> {
  const here = (await folder.list()).map(({ name }) => name);
  expect(here, label).toEqual([...names].sort());
  for (const name of names) {
    const file = await folder.open(name, 'read-only');
    if (!file.name.endsWith('vhd')) continue;
    const { findings } = await checkFile(await opened(file), { module, now: new Date() });
    const wrong = findings.filter(({ severity }) => severity === 'error');
    expect(
      wrong.map(({ message }) => message),
      `${label}: ${file.name}`,
    ).toEqual([]);
    await file.close();
  }
  await expectDisk(module, folder, names, truth, label);
}

export async function expectDisk(
  module: CoreModule,
  folder: DiskFolder,
  names: readonly string[],
  truth: Uint8Array,
  label: string,
): Promise<void> {
  const files = await Promise.all(names.map((name) => folder.open(name, 'read-only')));
  const disk = await openFiles(module, files, true, SMALL_CACHES);
  expect(disk.sectorCount * SECTOR, label).toBe(truth.length);
  const bytes = new Uint8Array(truth.length);
  await disk.read(0, bytes);
  expect(sameBytes(bytes, truth), `${label}: the disk reads as the guest left it`).toBe(true);
  for (const file of files) await file.close();
}

export type { LiveRequest, LiveTools };
