/**
 * Invariants: whatever is written, wherever, the disk reads as a flat array to which the same was done, at once and after
 * the files are opened again; the walk, the index, the map and the counts tell the same; the files stay sound; no other
 * file than the leaf changes.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import type { MemoryFile } from '../../../src/storage/memoryFile.ts';
import { openFiles, sameBytes, waiting } from '../../support/openedChain.ts';
import { buildRandomChain, type RandomChain, type RandomChainOptions } from '../../support/randomChain.ts';
import {
  concerns,
  openToWrite,
  SMALLEST_CACHES,
  WrittenDisk,
  writableFile,
} from '../../support/writtenDisk.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

async function expectWrites(
  chain: RandomChain,
  { waits = false, smallCaches = false, rounds = 24 },
): Promise<void> {
  const label = `seed ${chain.seed}${waits ? ', waiting' : ''}${smallCaches ? ', small caches' : ''}`;
  const [leaf, ...parents] = chain.files.map((each) => each.file);
  if (!leaf) throw new Error('a chain has a leaf');
  const before = parents.map((file) => file.bytes());
  const files: MemoryFile[] = [writableFile(leaf), ...parents];
  const caches = smallCaches ? SMALLEST_CACHES : {};
  const disk = await openToWrite(module, waits ? files.map(waiting) : files, caches);
  const written = new WrittenDisk(disk, chain.truth[0] ?? new Uint8Array(0), chain.seed, label);
  const prng = new Prng(chain.seed);
  for (let round = 0; round < rounds; round++) {
    const step = prng.below(8);
    if (step < 4) await written.write();
    if (step === 4) await written.expectTrace();
    if (step === 5) await disk.flush();
    if (step === 6) await written.expectCounts();
    await written.expectRead();
  }
  await written.expectTrace([0, disk.sectorCount]);
  await written.expectWhole(disk, 'the disk');
  const again = await openFiles(module, files);
  expect(concerns(again), label).toEqual([]);
  await written.expectWhole(again, 'the file, opened again,');
  expect(disk.blockSummary(0), label).toEqual(again.blockSummary(0));
  for (const [i, file] of parents.entries())
    expect(sameBytes(file.bytes(), before[i] ?? new Uint8Array(1)), `${label}: parent ${i}`).toBe(true);
}

function smallChain(seed: number, options: RandomChainOptions = {}): RandomChain {
  const sectors = 1 + ((seed * 37) % 700);
  return buildRandomChain(seed, {
    blockSizes: [4096, 8192, 65536],
    virtualSizeBytes: sectors * 512,
    layers: 1 + (seed % 6),
    sizesDiffer: seed % 3 === 0,
    ...options,
  });
}

describe('a disk that is written to reads as the flat array', () => {
  for (const waits of [false, true]) {
    for (const smallCaches of [false, true]) {
      const name = `${waits ? 'storage that waits' : 'storage at once'}, ${smallCaches ? 'the smallest' : 'ample'} caches`;
      it(`in small blocks: ${name}`, async () => {
        for (let seed = 1; seed <= 60; seed++) await expectWrites(smallChain(seed), { waits, smallCaches });
      });

      it(`in blocks of 512 KiB to 4 MiB: ${name}`, async () => {
        for (let seed = 1; seed <= 6; seed++) {
          const sizes = { virtualSizeBytes: 512 * (6000 + seed * 1111), layers: 1 + (seed % 3) };
          const chain = buildRandomChain(seed * 10, { ...sizes, base: 'dynamic' });
          await expectWrites(chain, { waits, smallCaches, rounds: 12 });
        }
      });
    }
  }

  it('of a fixed VHD and of a raw disk, in place', async () => {
    for (const base of ['fixed', 'raw'] as const) {
      for (let seed = 1; seed <= 10; seed++) await expectWrites(smallChain(seed, { layers: 1, base }), {});
    }
  });

  it('of a dynamic disk whose bits say nothing', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      await expectWrites(smallChain(seed, { layers: 1, base: 'dynamic', strayBaseBits: true }), {});
    }
  });
});
