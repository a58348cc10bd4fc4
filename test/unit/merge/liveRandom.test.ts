/** Random guests at random chains while layers of them are merged, against a flat array. */
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { LiveMerge } from '../../../src/merge/liveMerge.ts';
import {
  builtScene,
  expectFiles,
  Guest,
  type LiveScene,
  liveScene,
  namesAfter,
  SMALL_CACHES,
  stepToEnd,
  writtenScene,
} from '../../support/liveScene.ts';
import { opened } from '../../support/opened.ts';
import type { RandomChainOptions } from '../../support/randomChain.ts';

const module = await loadCore();
const SEEDS = Number(process.env.SEEDS ?? 60);

interface Case {
  readonly name: string;
  /** Share of the seeds. */
  readonly share: number;
  readonly sceneOf: (seed: number) => LiveScene | Promise<LiveScene>;
}

const FIXED: RandomChainOptions = {
  layers: 2,
  base: 'fixed',
  // More than one piece of a target without blocks.
  virtualSizeBytes: 5 * 2 ** 20 - 512,
  blockSizes: [2 ** 15, 2 ** 20],
};

const lastOf = (seed: number, first: number) => first + 1 + (seed % 3);
const CASES: readonly Case[] = [
  {
    name: 'the leaf and what stands below it',
    share: 1,
    sceneOf: (seed) => liveScene(seed, 0, lastOf(seed, 0)),
  },
  {
    name: 'a stretch right below the leaf',
    share: 0.5,
    sceneOf: (seed) => liveScene(seed, 1, lastOf(seed, 1)),
  },
  { name: 'a stretch further down', share: 0.5, sceneOf: (seed) => liveScene(seed, 2, lastOf(seed, 2)) },
  { name: 'the leaf into a fixed disk', share: 0.25, sceneOf: (seed) => liveScene(seed, 0, 1, FIXED) },
  {
    name: 'chains of our own writer',
    share: 0.5,
    sceneOf: (seed) => writtenScene(seed, seed % 2, lastOf(seed, seed % 2)),
  },
];

describe('a live merge', () => {
  for (const { name, share, sceneOf } of CASES) {
    it(`of ${name}: every read finds what was written last`, async () => {
      const totals = { steps: 0, acts: 0, slowed: 0 };
      const seeds = Math.ceil(SEEDS * share);
      for (let seed = 1; seed <= seeds; seed++) {
        const label = `seed ${seed}`;
        const prng = new Prng(seed);
        const { folder, request, truth } = await sceneOf(seed);
        const merge = await LiveMerge.start(folder, request, {
          module,
          caches: SMALL_CACHES,
          batchBytes: 2 ** 14 * (1 + prng.below(8)),
        });
        const guest = new Guest(merge, truth, seed, label);
        const act = async () => {
          totals.acts++;
          await guest.act();
          await guest.expectSample();
        };
        const steps = await stepToEnd(merge, async () => {
          while (prng.below(2) === 0) await act();
          // A block that moved in the step before is read from its new place.
          if (prng.below(2) === 0) await guest.expectAll();
        });
        expect(steps.at(-1)?.dirtyBlocks, label).toBe(0);
        totals.steps += steps.length;
        if (steps.at(-1)?.writer === 'slowed') totals.slowed++;
        await guest.expectAll();
        for (let i = 0; i < 5; i++) await act();
        await merge.close();
        await expectFiles(module, folder, namesAfter(request), guest.truth, label);
      }
      console.log(
        `${name}: ${totals.steps} steps, ${totals.acts} guest operations, writer slowed in ${totals.slowed} of ${seeds}`,
      );
      expect(totals.acts).toBeGreaterThan(seeds * 5);
    });
  }

  it('reads blocks of the target where they lie after each step', async () => {
    const all = Array.from({ length: 64 }, (_, sector) => sector);
    // So many runs a block that it is cheaper written as a whole, at another place of the file.
    const scattered = all.filter((sector) => sector % 2 === 1);
    for (const [held, first] of [
      [[scattered, all], 0],
      [[scattered, [], all, []], 0],
      [[[], scattered, all], 1],
    ] as const) {
      const { folder, request, truth } = builtScene(held, first, held.indexOf(all), 64);
      const target = request.names[request.last] ?? '';
      const tables = new Set<string>();
      const merge = await LiveMerge.start(folder, request, {
        module,
        caches: SMALL_CACHES,
        batchBytes: 4096,
      });
      const guest = new Guest(merge, truth, first, `first ${first}`);
      await guest.expectAll();
      await stepToEnd(merge, async () => {
        await guest.expectAll();
        const { tables: table } = await opened(folder.bytes(target));
        if (table.kind === 'vhd-blocks')
          tables.add(
            folder
              .bytes(target)
              .subarray(table.batOffset, table.batOffset + 32)
              .join(),
          );
      });
      await guest.expectAll();
      expect(tables.size, 'blocks did move').toBeGreaterThan(3);
      await merge.close();
      await expectFiles(module, folder, namesAfter(request), guest.truth, `first ${first}`);
    }
  });
});
