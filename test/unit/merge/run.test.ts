/** The disk before is the disk after, byte for byte: every stretch of random chains, in place. */
import { beforeAll, describe, expect, it } from 'vitest';
import { DiskError } from '../../../src/base/errors.ts';
import { assemble } from '../../../src/chain/assemble.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { isRefused } from '../../../src/merge/mergePlan.ts';
import { obstaclesOf } from '../../../src/merge/planMerge.ts';
import { runMerge } from '../../../src/merge/runMerge.ts';
import type { MemoryFolder } from '../../../src/storage/memoryFolder.ts';
import { checkIn, diskIn, folderOf, imageIn, mergeTools, stretchIn } from '../../support/mergeFolder.ts';
import { sameBytes } from '../../support/openedChain.ts';
import { buildRandomChain, type RandomChainOptions } from '../../support/randomChain.ts';
import { SevenZipFolder } from '../../support/sevenZip.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

interface Chain {
  /** Leaf first. */
  readonly names: readonly string[];
  readonly files: readonly { readonly name: string; bytes(): Uint8Array }[];
  readonly truth: readonly Uint8Array[];
}

function randomChain(seed: number, options: RandomChainOptions = {}): Chain {
  const { files, truth } = buildRandomChain(seed, options);
  return { names: files.map(({ name }) => name), files: files.map(({ file }) => file), truth };
}

/** Merges layers first … last, and compares everything that can be seen afterwards. null = refused. */
async function mergeInPlace(
  { names, files, truth }: Chain,
  first: number,
  last: number,
  batchBytes?: number,
) {
  const folder = folderOf(files);
  const stretch = await stretchIn(folder, names, first, last);
  const obstacles = obstaclesOf(stretch, { way: 'in-place', format: null, closed: [] });
  if (isRefused({ obstacles })) return null;
  const survivor = names[last] ?? '';
  const soundBefore = await checkIn(module, folder, survivor);
  const tools = mergeTools(module, { prove: first === 0, ...(batchBytes ? { batchBytes } : {}) });
  const report = await runMerge(folder, { way: 'in-place', stretch }, tools);
  const left = [...names.slice(0, first), ...names.slice(last)];
  expect((await folder.list()).map(({ name }) => name).sort()).toEqual([...left].sort());
  for (let from = 0; from <= first; from++) {
    const seen = await diskIn(module, folder, left.slice(from));
    expect(sameBytes(seen, truth[from] ?? new Uint8Array(0)), `the disk from layer ${from}`).toBe(true);
  }
  expect(await checkIn(module, folder, survivor)).toEqual(soundBefore);
  await expectLinked(folder, left);
  expect(report.proof?.before).toEqual(report.proof?.after);
  return { report, folder, left, grew: obstacles.some(({ rule }) => rule === 'merge-grows-parent') };
}

/** Every file that is left finds its parent by itself, without a finding. */
async function expectLinked(folder: MemoryFolder, left: readonly string[]): Promise<void> {
  const images = await Promise.all(left.map((name) => imageIn(folder, name)));
  const forest = assemble(images.map((image) => ({ image, path: image.file.name })));
  expect(forest.links[0]).toMatchObject({ layers: left.length, complete: true });
  for (const { findings } of forest.links)
    expect(
      findings.filter(({ severity, rule }) => severity === 'error' && rule !== 'parent-size-mismatch'),
    ).toEqual([]);
}

async function everyStretch(
  chain: Chain,
  merge: (first: number, last: number) => Promise<void>,
  what: string,
): Promise<void> {
  for (let first = 0; first < chain.names.length - 1; first++) {
    for (let last = first + 1; last < chain.names.length; last++) {
      await merge(first, last).catch((error: unknown) => {
        throw new Error(`${what}, layers ${first} to ${last}: ${String(error)}`, { cause: error });
      });
    }
  }
}

describe('a merge in place', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('keeps the disk for every stretch, seed %i', async (seed) => {
    const base = seed % 3 === 0 ? 'fixed' : 'dynamic';
    const chain = randomChain(seed, {
      base,
      layers: 2 + (seed % 4),
      virtualSizeBytes: (4000 + 311 * seed) * 512,
    });
    await everyStretch(
      chain,
      async (first, last) => {
        expect(await mergeInPlace(chain, first, last, seed % 2 === 0 ? 2 ** 20 : undefined)).not.toBeNull();
      },
      `seed ${seed}`,
    );
  });

  it('keeps the disk with tiny blocks, where nearly every block moves', async () => {
    let copied = 0;
    for (let seed = 100; seed < 130; seed++) {
      const chain = randomChain(seed, {
        base: 'dynamic',
        blockSizes: [4096, 8192, 16_384],
        layers: 4,
        virtualSizeBytes: (200 + seed) * 512,
      });
      await everyStretch(
        chain,
        async (first, last) => {
          const merged = await mergeInPlace(chain, first, last, 16_384);
          copied += merged?.report.copiedBytes ?? Number.NaN;
        },
        `seed ${seed}`,
      );
    }
    expect(copied).toBeGreaterThan(2 ** 20);
  });

  it('lets a smaller parent grow first, and refuses the sizes that would show other sectors', async () => {
    const seen = { grew: 0, merged: 0, refused: 0 };
    for (let seed = 200; seed < 240; seed++) {
      const chain = randomChain(seed, {
        sizesDiffer: true,
        base: seed % 2 === 0 ? 'fixed' : 'dynamic',
        blockSizes: [4096, 16_384],
        layers: 3,
        virtualSizeBytes: 150 * 512,
      });
      await everyStretch(
        chain,
        async (first, last) => {
          const merged = await mergeInPlace(chain, first, last, 16_384).catch((error: unknown) => {
            // A file that cannot grow as it is says so before anything is written.
            if (error instanceof DiskError && error.code === 'unsupported') return null;
            throw error;
          });
          if (!merged) seen.refused++;
          else if (merged.grew) seen.grew++;
          else seen.merged++;
        },
        `seed ${seed}`,
      );
    }
    expect(seen.grew).toBeGreaterThan(5);
    expect(seen.refused).toBeGreaterThan(5);
  });

  it('leaves a chain that 7-Zip reads alike', async () => {
    let read = 0;
    for (let seed = 21; seed < 33; seed++) {
      const chain = randomChain(seed, { forSevenZip: true, base: 'dynamic', layers: 4 });
      const before = folderOf(chain.files);
      // Some last blocks that are cut short it takes for an error, merged or not.
      if (!(await readBySevenZip(before, chain.names))) continue;
      const merged = await mergeInPlace(chain, 1, 2);
      if (!merged) throw new Error(`seed ${seed} is refused`);
      const disk = await readBySevenZip(merged.folder, merged.left);
      expect(disk && sameBytes(disk, chain.truth[0] ?? new Uint8Array(0)), `seed ${seed}`).toBe(true);
      read++;
    }
    expect(read).toBeGreaterThan(4);
  });
});

/** The disk as seen from the first of `names`; null where 7-Zip refuses a file. */
async function readBySevenZip(folder: MemoryFolder, names: readonly string[]): Promise<Uint8Array | null> {
  const sevenZip = await SevenZipFolder.with(names.map((name) => ({ name, bytes: folder.bytes(name) })));
  let disk = new Uint8Array(0);
  try {
    const size = sevenZip.read(names[0] ?? '', (offset, piece) => {
      if (offset + piece.length > disk.length) {
        const larger = new Uint8Array(2 * (offset + piece.length));
        larger.set(disk);
        disk = larger;
      }
      disk.set(piece, offset);
    });
    return disk.slice(0, size);
  } catch {
    return null;
  }
}
