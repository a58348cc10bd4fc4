/** What is foretold of the index is what comes to the files while the disk is read; and depth does not count there. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { countsOf } from '../../../../src/chain/cost/costOf.ts';
import type { CacheState, ReadRequests, ReadWay } from '../../../../src/chain/cost/fileRequests.ts';
import { indexCaches, requestsOfReads } from '../../../../src/chain/cost/readWays.ts';
import type { CoreModule } from '../../../../src/core/core.ts';
import { loadCore } from '../../../../src/core/loadCoreNode.ts';
import type { MemoryFile } from '../../../../src/storage/memoryFile.ts';
import { costScene } from '../../../support/costScenes.ts';
import { type CountedRequest, countedFiles } from '../../../support/countedFile.ts';
import { buildImage, mixedEndianId, SECTOR } from '../../../support/imageBuilder.ts';
import { openFiles, sameBytes } from '../../../support/openedChain.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

/** As a file that tells tables from data sees them, or as one that does not. */
function asSeen({ requests }: ReadRequests, waits: boolean): CountedRequest[] {
  return requests.map(({ kind, layer, offset, lengthBytes }) => ({
    kind: kind === 'data' || waits ? 'data' : 'table',
    layer,
    offset,
    lengthBytes,
  }));
}

/** Thousands of lists: a matcher that tells what differs is only for those that do. */
function expectSame(name: string, found: unknown, wanted: unknown) {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) expect(found, name).toEqual(wanted);
}

describe.each([
  ['answer at once', false, 320],
  ['have to be waited for', true, 120],
])('of files that %s', (_, waits, chains) => {
  it(`${chains} chains, cold and warm: requests foretold are requests seen, and only bitmaps are read to foretell them`, async () => {
    const seen = { bitmaps: 0, joined: 0, warm: 0 };
    for (let seed = 1; seed <= chains; seed++) {
      const prng = new Prng(seed);
      const scene = costScene(seed);
      const readThroughBytes = [0, 4096, 65_536][prng.below(3)] ?? 0;
      const caches =
        prng.below(2) === 0 ? { ownerBytes: 1, pageBytes: 1 } : indexCaches(2 ** (9 + prng.below(12)));
      const log: CountedRequest[] = [];
      const foretellLog: CountedRequest[] = [];
      const open = (into: CountedRequest[]) =>
        openFiles(
          module,
          countedFiles(scene.files, into, { waits, readThroughBytes }),
          scene.complete,
          caches,
        );
      const chain = await open(log);
      const foreteller = await open(foretellLog);
      const target = new Uint8Array(scene.truth.length);
      for (const [i, { firstSector, sectorCount }] of scene.reads.entries()) {
        const name = `seed ${seed}, read ${i}`;
        const isCold = prng.below(2) === 0;
        if (isCold) for (const each of [chain, foreteller]) each.forgetCaches();
        log.length = 0;
        foretellLog.length = 0;
        const foretold = await foreteller.traceIndex(firstSector, sectorCount);
        const bytes = target.subarray(0, sectorCount * SECTOR);
        const owners = new Uint8Array(sectorCount);
        if (scene.complete) await chain.read(firstSector, bytes);
        else await chain.readOwned(firstSector, bytes, owners);
        expectSame(name, asSeen(foretold, waits), log);
        const bitmaps = asSeen(
          { ...foretold, requests: foretold.requests.filter(({ kind }) => kind === 'bitmap') },
          waits,
        );
        expectSame(name, foretellLog, bitmaps);
        const wanted = scene.truth.subarray(firstSector * SECTOR, (firstSector + sectorCount) * SECTOR);
        if (scene.complete) expect(sameBytes(bytes, wanted), name).toBe(true);
        const counts = countsOf(foretold);
        expect(counts.bitmapLookups, name).toBe(counts.bitmapReads);
        expect(counts.tableReads, name).toBe(0);
        seen.bitmaps += counts.bitmapReads;
        seen.joined += counts.tableLookups > counts.dataReads ? 1 : 0;
        seen.warm += !isCold && counts.bitmapReads === 0 ? 1 : 0;
      }
      chain.close();
      foreteller.close();
    }
    // Each of them happens, and often.
    expect(seen.bitmaps).toBeGreaterThan(4 * chains);
    expect(seen.joined).toBeGreaterThan(chains / 2);
    expect(seen.warm).toBeGreaterThan(chains / 2);
  }, 120_000);
});

describe('forgotten caches', () => {
  it('120 chains: nothing is kept, every answer stays, and what is asked is what a chain asks that was just opened', async () => {
    for (let seed = 1; seed <= 120; seed++) {
      const prng = new Prng(seed);
      const scene = costScene(seed);
      const caches = [{}, { ownerBytes: 1, pageBytes: 1 }, indexCaches(8192)][prng.below(3)];
      const chain = await openFiles(module, scene.files, scene.complete, caches);
      const all = { firstSector: 0, sectorCount: chain.sectorCount };
      const before = await chain.extents(0, chain.sectorCount);
      for (const { firstSector, sectorCount } of [all, ...scene.reads]) {
        await chain.traceIndex(firstSector, sectorCount);
        if (prng.below(2) === 0) await chain.trace(firstSector, sectorCount);
        chain.forgetCaches();
        expect(chain.bitmapCacheBytes, `seed ${seed}`).toBe(0);
        const opened = await openFiles(module, scene.files, scene.complete, caches);
        const asked = await chain.traceIndex(firstSector, sectorCount);
        expectSame(`seed ${seed}`, asked, await opened.traceIndex(firstSector, sectorCount));
        // The caches are filled as the first time, too.
        expect(chain.bitmapCacheBytes, `seed ${seed}`).toBe(opened.bitmapCacheBytes);
        opened.close();
      }
      expectSame(`seed ${seed}`, await chain.extents(0, chain.sectorCount), before);
      chain.close();
    }
  }, 120_000);
});

/** A base that holds all, and disks above it that have every block and in each of them one sector: none of `sectors`. */
function deepChain(files: number): { readonly files: MemoryFile[]; readonly sectors: number[] } {
  const blockSizeBytes = 65_536;
  const perBlock = blockSizeBytes / SECTOR;
  const data = new Uint8Array(blockSizeBytes).fill(7);
  const blocks = (bits?: Uint8Array) =>
    Array.from({ length: 16 }, (_, block) => [block, bits ? { data, bits } : { data }] as const);
  const shape = { virtualSizeBytes: 16 * blockSizeBytes, blockSizeBytes };
  return {
    files: Array.from({ length: files }, (_, layer) => {
      const id = mixedEndianId(layer);
      if (layer === files - 1)
        return buildImage({ ...shape, type: 'dynamic', id, blocks: blocks() }).file('base.vhd');
      const bits = new Uint8Array(perBlock);
      bits[layer] = 1;
      const parent = { id: mixedEndianId(layer + 1) };
      return buildImage({ ...shape, type: 'differencing', id, parent, blocks: blocks(bits) }).file(
        `${layer}.avhd`,
      );
    }),
    sectors: Array.from({ length: 40 }, (_, i) => ((i * 7) % 16) * perBlock + files + i),
  };
}

it('up to 64 files deep: one look-up and one request of the warm index, as many of the walk as there are files', async () => {
  const { files, sectors } = deepChain(64);
  const reads = sectors.map((firstSector) => ({ firstSector, sectorCount: 1 }));
  for (const depth of [1, 2, 3, 8, 21, 64]) {
    const chain = await openFiles(module, files.slice(64 - depth));
    const countsOfAll = async (way: ReadWay, state: CacheState) => {
      const requests = await requestsOfReads(chain, reads, { way, state, cacheBytes: 2 ** 26 });
      const [first, ...others] = requests.map(countsOf);
      for (const other of others) expect(other).toEqual(first);
      return first;
    };
    const data = { dataReads: 1, filesWithData: 1 };
    const walked = { tableLookups: depth, bitmapLookups: depth - 1 };
    expect(await countsOfAll('index', 'warm'), `depth ${depth}`).toEqual({
      ...{ ...data, tableLookups: 1, bitmapLookups: 0, tableReads: 0, bitmapReads: 0 },
      ...{ readBytes: SECTOR, filesAsked: 1 },
    });
    // A stretch that it does not know yet takes one piece of bitmap of each file that may hold some of it.
    expect(await countsOfAll('index', 'cold'), `depth ${depth}`).toEqual({
      ...{ ...data, tableLookups: 1, bitmapLookups: depth - 1, tableReads: 0, bitmapReads: depth - 1 },
      ...{ readBytes: SECTOR + (depth - 1) * 16, filesAsked: depth },
    });
    expect(await countsOfAll('walk', 'warm'), `depth ${depth}`).toEqual({
      ...{ ...data, ...walked, tableReads: 0, bitmapReads: 0 },
      ...{ readBytes: SECTOR, filesAsked: 1 },
    });
    expect(await countsOfAll('walk', 'cold'), `depth ${depth}`).toEqual({
      ...{ ...data, ...walked, tableReads: depth, bitmapReads: depth - 1 },
      ...{ readBytes: 2 * depth * SECTOR, filesAsked: depth },
    });
    chain.close();
  }
});
