/** What is foretold of a walk after a merge is what the walk does after that merge. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { KIB, MIB } from '../../../../src/base/units.ts';
import { microsecondsOf } from '../../../../src/chain/cost/costOf.ts';
import { PROFILES } from '../../../../src/chain/cost/profiles.ts';
import { TableCache } from '../../../../src/chain/cost/tableCache.ts';
import { walkRequests } from '../../../../src/chain/cost/walkRequests.ts';
import type { DiskChain } from '../../../../src/chain/diskChain.ts';
import { openChain } from '../../../../src/chain/openChain.ts';
import type { CoreModule } from '../../../../src/core/core.ts';
import { loadCore } from '../../../../src/core/loadCoreNode.ts';
import type { DiskImage } from '../../../../src/formats/diskImage.ts';
import { USUAL_SETUP } from '../../../../src/lab/experiments/controls.ts';
import { generateChain } from '../../../../src/lab/experiments/generateChain.ts';
import { mergedSteps, walkedRuns } from '../../../../src/lab/experiments/mergedWalk.ts';
import { weighedWalk } from '../../../../src/lab/experiments/weighedWalk.ts';
import { runMerge } from '../../../../src/merge/runMerge.ts';
import { sectorPlaces } from '../../../support/heldSectors.ts';
import { folderOf, imageIn, mergeTools, stretchIn } from '../../../support/mergeFolder.ts';
import { batOf } from '../../../support/opened.ts';
import { buildRandomChain } from '../../../support/randomChain.ts';

const PROFILE = { ...PROFILES.disk, cacheBytes: MIB };

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

interface Contents {
  readonly name: string;
  bytes(): Uint8Array;
}

interface Range {
  readonly firstSector: number;
  readonly sectorCount: number;
}

function rangesOf(seed: number, sectorCount: number): Range[] {
  const prng = new Prng(seed);
  return Array.from({ length: 24 }, () => {
    const firstSector = prng.below(sectorCount);
    return { firstSector, sectorCount: Math.min(sectorCount - firstSector, 1 + prng.below(48)) };
  });
}

/** What a cold walk asks, from the trace of the chain as it stands. */
async function askedOf(chain: DiskChain, ranges: readonly Range[]) {
  return Promise.all(
    ranges.map(async ({ firstSector, sectorCount }) => {
      const trace = await chain.trace(firstSector, sectorCount);
      expect(trace.complete).toBe(true);
      return countsOf(walkRequests(trace, new TableCache(MIB)));
    }),
  );
}

const countsOf = ({ tableLookups, bitmapLookups, requests }: ReturnType<typeof walkRequests>) => ({
  tableLookups,
  bitmapLookups,
  table: requests.filter(({ kind }) => kind === 'table').length,
  bitmap: requests.filter(({ kind }) => kind === 'bitmap').length,
  data: requests.filter(({ kind }) => kind === 'data').map(({ layer, lengthBytes }) => [layer, lengthBytes]),
});

async function expectForetold(files: readonly Contents[], seed: number): Promise<number> {
  const names = files.map(({ name }) => name);
  const before = folderOf(files);
  const images: DiskImage[] = [];
  for (const name of names) images.push(await imageIn(before, name));
  const chain = await openChain(module, images, { complete: true, stagingBytes: 0 });
  const ranges = rangesOf(seed, chain.sectorCount);
  const walks = [];
  for (const { firstSector, sectorCount } of ranges)
    walks.push(walkedRuns(await chain.trace(firstSector, sectorCount), images.length));
  const weighed = walks.map((runs) => weighedWalk(runs, images, PROFILE));
  let merges = 0;
  for (let first = 0; first < names.length - 1; first++) {
    for (let last = first + 1; last < names.length; last++) {
      const requests = walks.map((runs) =>
        walkRequests({ steps: mergedSteps(runs, images, { first, last }) }, new TableCache(MIB)),
      );
      const after = (layer: number) => (layer > last ? layer - (last - first) : layer);
      const foretold = requests.map(countsOf).map((counts) => ({
        ...counts,
        data: counts.data.map(([layer = 0, lengthBytes]) => [after(layer), lengthBytes]),
      }));
      expect(weighed.map((walk) => walk({ first, last }))).toEqual(
        requests.map((each) => microsecondsOf(each.requests, PROFILE)),
      );
      const folder = folderOf(files);
      const stretch = await stretchIn(folder, names, first, last);
      await runMerge(folder, { way: 'in-place', stretch }, mergeTools(module, { prove: false }));
      const left: DiskImage[] = [];
      for (const name of [...names.slice(0, first), ...names.slice(last)])
        left.push(await imageIn(folder, name));
      const merged = await openChain(module, left, { complete: true, stagingBytes: 0 });
      expect(foretold, `seed ${seed}, layers ${first} to ${last}`).toEqual(await askedOf(merged, ranges));
      merged.close();
      merges++;
    }
  }
  chain.close();
  return merges;
}

/** Every block that a file of the chain has holds a sector of the disk. */
async function hasNoEmptyBlocks(images: readonly DiskImage[]): Promise<boolean> {
  for (const image of images) {
    if (image.type !== 'differencing' || image.blockSizeBytes === null) continue;
    const places = await sectorPlaces(image);
    const bat = new DataView((await batOf(image)).buffer);
    const perBlock = image.blockSizeBytes / 512;
    for (let block = 0; block * perBlock < places.length; block++) {
      if (bat.getUint32(block * 4) === 0xffffffff) continue;
      if (places.subarray(block * perBlock, (block + 1) * perBlock).every((place) => place < 0)) return false;
    }
  }
  return true;
}

describe('the walk after a merge', () => {
  it('is foretold for every stretch of generated chains', async () => {
    for (const spread of ['everywhere', 'one-place'] as const) {
      const small = {
        ...USUAL_SETUP,
        depth: 3,
        diskBytes: MIB,
        blockSizeBytes: 64 * KIB,
        runBytes: 4 * KIB,
        spread,
      };
      const { images } = await generateChain(
        { ...small, changedPercent: 20 },
        { signal: new AbortController().signal, advance: () => {} },
      );
      const files = await Promise.all(
        images.map(async ({ file }) => {
          const bytes = new Uint8Array(file.sizeBytes);
          await file.read(0, bytes);
          return { name: file.name, bytes: () => bytes };
        }),
      );
      expect(await expectForetold(files, 1)).toBe(6);
    }
  });

  it('is foretold for every stretch of random chains with blocks of one size', async () => {
    let merges = 0;
    for (let seed = 1; merges < 24 && seed < 60; seed++) {
      const base = seed % 3 === 0 ? 'fixed' : 'dynamic';
      const { files } = buildRandomChain(seed, {
        layers: 2 + (seed % 3),
        blockSizes: [64 * KIB],
        virtualSizeBytes: 512 * KIB,
        base,
      });
      const folder = folderOf(files.map(({ file }) => file));
      const images = await Promise.all(files.map(({ name }) => imageIn(folder, name)));
      if (!(await hasNoEmptyBlocks(images))) continue;
      merges += await expectForetold(
        files.map(({ file }) => file),
        seed,
      );
    }
    expect(merges).toBeGreaterThanOrEqual(24);
  });
});
