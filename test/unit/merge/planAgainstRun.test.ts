/** What a plan promises is what the merge then does. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { isRefused } from '../../../src/merge/mergePlan.ts';
import { planMerge } from '../../../src/merge/planMerge.ts';
import { runMerge } from '../../../src/merge/runMerge.ts';
import type { NewFormat } from '../../../src/merge/stretch.ts';
import type { MemoryFolder } from '../../../src/storage/memoryFolder.ts';
import { mixedEndianId } from '../../support/imageBuilder.ts';
import { folderOf, mergeTools, stretchIn } from '../../support/mergeFolder.ts';
import { buildRandomChain, type RandomChain } from '../../support/randomChain.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

const SEEDS = Array.from({ length: 8 }, (_, seed) => seed);

function chainOf(seed: number): RandomChain {
  return buildRandomChain(seed, {
    layers: 2 + (seed % 3),
    blockSizes: [2 ** 15, 2 ** 16, 2 ** 19],
    virtualSizeBytes: (2500 + seed * 41) * 512,
    sizesDiffer: seed % 2 === 1,
    base: seed % 4 === 2 ? 'fixed' : 'dynamic',
  });
}

function* stretchesOf(layers: number, least: number): Generator<readonly [first: number, last: number]> {
  for (let first = 0; first < layers; first++) {
    for (let last = first + least - 1; last < layers; last++) yield [first, last];
  }
}

async function sizeIn(folder: MemoryFolder, name: string): Promise<number> {
  const found = (await folder.list()).find((each) => each.name === name);
  return found?.sizeBytes ?? -1;
}

async function sizeOfAll(folder: MemoryFolder): Promise<number> {
  return (await folder.list()).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

describe('in place', { timeout: 60_000 }, () => {
  test.each(SEEDS)('copies so much, and the file that is left has that size (seed %i)', async (seed) => {
    const { files } = chainOf(seed);
    const names = files.map(({ name }) => name);
    let merged = 0;
    for (const [first, last] of stretchesOf(names.length, 2)) {
      const folder = folderOf(files.map(({ file }) => file));
      const stretch = await stretchIn(folder, names, first, last);
      const plan = await planMerge(stretch, { way: 'in-place', format: null, closed: [] }, { module });
      if (isRefused(plan)) continue;
      merged++;
      const before = await sizeOfAll(folder);
      let peak = 0;
      const gate = async () => {
        peak = Math.max(peak, (await sizeOfAll(folder)) - before);
      };
      const options = { prove: false, batchBytes: 2 ** 17, gate };
      const report = await runMerge(folder, { way: 'in-place', stretch }, mergeTools(module, options));
      expect(report).toMatchObject({
        copiedBytes: plan.copyBytes,
        survivor: plan.survivor,
        removed: plan.remove,
        relinked: plan.relink,
      });
      expect(await sizeIn(folder, plan.survivor ?? ''), `layers ${first} to ${last}`).toBe(plan.fileBytes);
      expect(before - (await sizeOfAll(folder))).toBe(plan.freedBytes);
      expect(peak).toBeLessThanOrEqual(plan.spaceNeededBytes);
    }
    if (seed % 2 === 0) expect(merged).toBeGreaterThan(0);
  });
});

test('a parent that grows first ends as large as the plan said', async () => {
  let grew = 0;
  for (let seed = 20; seed < 32; seed++) {
    const { files } = buildRandomChain(seed, {
      layers: 2,
      blockSizes: [2 ** 12, 2 ** 16],
      virtualSizeBytes: 2000 * 512,
      sizesDiffer: true,
    });
    const folder = folderOf(files.map(({ file }) => file));
    const stretch = await stretchIn(
      folder,
      files.map(({ name }) => name),
      0,
      1,
    );
    const plan = await planMerge(stretch, { way: 'in-place', format: null, closed: [] }, { module });
    if (isRefused(plan) || plan.growTo === null) continue;
    grew++;
    await runMerge(folder, { way: 'in-place', stretch }, mergeTools(module, { prove: true }));
    expect(await sizeIn(folder, plan.survivor ?? ''), `seed ${seed}`).toBe(plan.fileBytes);
  }
  expect(grew).toBeGreaterThan(2);
}, 60_000);

describe('to a new file', { timeout: 60_000 }, () => {
  test.each(SEEDS)('copies so much, and the file has that size or less (seed %i)', async (seed) => {
    const { files } = chainOf(seed);
    const names = files.map(({ name }) => name);
    for (const [first, last] of stretchesOf(names.length, 1)) {
      const isWhole = last === names.length - 1;
      const formats: NewFormat[] = isWhole ? ['raw', 'fixed', 'dynamic'] : ['differencing'];
      for (const format of formats) {
        const folder = folderOf(files.map(({ file }) => file));
        const stretch = await stretchIn(folder, names, first, last);
        const below = names[last + 1] ?? '';
        const parent = isWhole ? null : { name: below, relativePath: `.\\${below}`, modified: null };
        const plan = await planMerge(stretch, { way: 'new-file', format, parent, closed: [] }, { module });
        expect(isRefused(plan)).toBe(false);
        expect(plan.exact).toBe(format !== 'dynamic' || plan.blocks === 0);
        const identity = { id: mixedEndianId(500), made: new Date(0) };
        const request = { way: 'new-file', stretch, format, newName: 'new.vhd', identity, parent } as const;
        const report = await runMerge(folder, request, mergeTools(module, { prove: false }));
        expect(report.copiedBytes).toBe(plan.copyBytes);
        const made = await sizeIn(folder, 'new.vhd');
        if (plan.exact) expect(made, `${format}, layers ${first} to ${last}`).toBe(plan.fileBytes);
        else expect(made).toBeLessThanOrEqual(plan.fileBytes);
      }
    }
  });
});
