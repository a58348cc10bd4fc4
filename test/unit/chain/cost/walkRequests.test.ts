/** The walk's questions and requests are those of a reader that was written without the engine, and its bytes are the disk's. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { countsOf } from '../../../../src/chain/cost/costOf.ts';
import type { CacheState, ReadRequests } from '../../../../src/chain/cost/fileRequests.ts';
import { requestsOfReads, walkOf } from '../../../../src/chain/cost/readWays.ts';
import { TableCache } from '../../../../src/chain/cost/tableCache.ts';
import { walkRequests } from '../../../../src/chain/cost/walkRequests.ts';
import type { ReadTrace } from '../../../../src/chain/readTrace.ts';
import type { CoreModule } from '../../../../src/core/core.ts';
import { loadCore } from '../../../../src/core/loadCoreNode.ts';
import { type CostScene, costScene } from '../../../support/costScenes.ts';
import { type CountedRequest, countedFiles } from '../../../support/countedFile.ts';
import { SECTOR } from '../../../support/imageBuilder.ts';
import { openFiles, sameBytes } from '../../../support/openedChain.ts';
import { PlainWalker } from '../../../support/plainWalker.ts';
import { buildRandomChain } from '../../../support/randomChain.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

/** Mostly too little for what the reads need. */
function anyCacheBytes(prng: Prng): number {
  return [0, 511, 512, 1024, 2048, 8192, 2 ** 20][prng.below(7)] ?? 0;
}

it('320 chains, cold and warm: what is foretold is what the plain reader asks of the files, and it reads the disk', async () => {
  let fromMemory = 0;
  let fromFiles = 0;
  for (let seed = 1; seed <= 320; seed++) {
    const scene = costScene(seed);
    const chain = await openFiles(module, scene.files, scene.complete, { ownerBytes: 1, pageBytes: 1 });
    for (const state of ['cold', 'warm'] as const) {
      const cacheBytes = anyCacheBytes(new Prng(seed * 2 + (state === 'warm' ? 1 : 0)));
      const foretold = await requestsOfReads(chain, scene.reads, { way: 'walk', state, cacheBytes });
      const counts = await comparePlain(`seed ${seed}, ${state}`, scene, state, cacheBytes, foretold);
      fromFiles += counts.fromFiles;
      fromMemory += counts.fromMemory;
    }
    chain.close();
  }
  // Both happen, and often.
  expect(fromFiles).toBeGreaterThan(10_000);
  expect(fromMemory).toBeGreaterThan(10_000);
}, 120_000);

async function comparePlain(
  name: string,
  scene: CostScene,
  state: CacheState,
  cacheBytes: number,
  foretold: readonly ReadRequests[],
) {
  const log: CountedRequest[] = [];
  const plain = await PlainWalker.open(countedFiles(scene.files, log), cacheBytes);
  const target = new Uint8Array(scene.truth.length);
  if (state === 'warm')
    for (const { firstSector, sectorCount } of scene.reads)
      await plain.read(firstSector, target.subarray(0, sectorCount * SECTOR));
  const answers = { fromFiles: 0, fromMemory: 0 };
  for (const [i, { firstSector, sectorCount }] of scene.reads.entries()) {
    if (state === 'cold') plain.forget();
    log.length = 0;
    const bytes = target.subarray(0, sectorCount * SECTOR);
    await plain.read(firstSector, bytes);
    const { tableLookups, bitmapLookups, requests } = plain;
    const wanted: ReadRequests = { tableLookups, bitmapLookups, requests };
    expectSame(`${name}, read ${i}`, foretold[i], wanted);
    // What it says that it asked is what came to the files.
    expectSame(`${name}, read ${i}`, log.map(placeOf), requests.map(placeOf));
    expectTruth(`${name}, read ${i}`, scene, firstSector, bytes, plain.owners);
    expectCounts(`${name}, read ${i}`, wanted);
    const { tableReads, bitmapReads } = countsOf(wanted);
    answers.fromFiles += tableReads + bitmapReads;
    answers.fromMemory += tableLookups + bitmapLookups - tableReads - bitmapReads;
  }
  return answers;
}

function expectCounts(name: string, wanted: ReadRequests) {
  const of = (kind: string) => wanted.requests.filter((request) => request.kind === kind);
  const layers = (requests: readonly { layer: number }[]) => new Set(requests.map(({ layer }) => layer)).size;
  expectSame(name, countsOf(wanted), {
    tableLookups: wanted.tableLookups,
    bitmapLookups: wanted.bitmapLookups,
    tableReads: of('table').length,
    bitmapReads: of('bitmap').length,
    dataReads: of('data').length,
    readBytes: wanted.requests.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0),
    filesAsked: layers(wanted.requests),
    filesWithData: layers(of('data')),
  });
}

/** Thousands of lists: matchers that tell what differs are only for those that do. */
function expectSame(name: string, found: unknown, wanted: unknown) {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) expect(found, name).toEqual(wanted);
}

function placeOf({ layer, offset, lengthBytes }: Omit<CountedRequest, 'kind'>) {
  return { layer, offset, lengthBytes };
}

/** Where a file answers, and everywhere in a chain that is complete. */
function expectTruth(
  name: string,
  { truth, complete }: CostScene,
  firstSector: number,
  bytes: Uint8Array,
  owners: Int16Array,
) {
  const wanted = truth.slice(firstSector * SECTOR, firstSector * SECTOR + bytes.length);
  if (!complete)
    for (const [i, owner] of owners.entries())
      if (owner < 0) wanted.set(bytes.subarray(i * SECTOR, (i + 1) * SECTOR), i * SECTOR);
  expect(sameBytes(bytes, wanted), name).toBe(true);
}

it('a read that is too long for one trace is walked in pieces, and asks as they do', async () => {
  const built = buildRandomChain(3, { layers: 12, blockSizes: [4096], virtualSizeBytes: 8 * 2 ** 20 });
  const files = built.files.map(({ file }) => file);
  const chain = await openFiles(module, files);
  expect((await chain.trace(0, chain.sectorCount)).complete).toBe(false);
  const whole = await walkOf(chain, 0, chain.sectorCount, new TableCache(2 ** 20));
  const plain = await PlainWalker.open(files, 2 ** 20);
  const target = new Uint8Array(chain.sectorCount * SECTOR);
  await plain.read(0, target);
  expect(sameBytes(target, built.truth[0] ?? target)).toBe(true);
  // The pieces end where blocks do, except perhaps the last: no run is cut.
  const sum = (requests: readonly { kind: string; lengthBytes: number }[], kind: string) =>
    requests.filter((each) => each.kind === kind).reduce((bytes, each) => bytes + each.lengthBytes, 0);
  expect(sum(whole.requests, 'data')).toBe(sum(plain.requests, 'data'));
  expect(sum(whole.requests, 'table')).toBe(sum(plain.requests, 'table'));
  expect(sum(whole.requests, 'bitmap')).toBe(sum(plain.requests, 'bitmap'));
});

it('a step whose bits or entry lie in more than one sector asks for all of them', () => {
  const place = { layer: 1, block: 0, sectorCount: 5000 };
  const trace: ReadTrace = {
    firstSector: 0,
    sectorCount: 5000,
    extents: [],
    fileReads: [],
    complete: true,
    steps: [
      { ...place, sectorInBlock: 0, action: 'bat-lookup', entryOffset: 1534, entry: 8 },
      {
        ...place,
        sectorInBlock: 4093,
        action: 'bitmap-lookup',
        bitmapOffset: 4096 + 511,
        present: true,
        cached: false,
      },
      { ...place, sectorInBlock: 4093, action: 'read-data', fileOffset: 10_240 },
    ],
  };
  const sector = (kind: string, offset: number) => ({ kind, layer: 1, offset, lengthBytes: 512 });
  const { requests, tableLookups, bitmapLookups } = walkRequests(trace, new TableCache(0));
  expect([tableLookups, bitmapLookups]).toEqual([1, 1]);
  expect(requests).toEqual([
    sector('table', 1024),
    sector('table', 1536),
    sector('bitmap', 4096),
    sector('bitmap', 4608),
    sector('bitmap', 5120),
    { kind: 'data', layer: 1, offset: 10_240, lengthBytes: 5000 * 512 },
  ]);
  // The bit of the last sector of a byte lies in that byte.
  const [, bits] = trace.steps;
  if (!bits) throw new Error('there are three steps');
  const one = { ...trace, steps: [{ ...bits, sectorInBlock: 4095, sectorCount: 1 }] };
  expect(walkRequests(one, new TableCache(0)).requests).toEqual([sector('bitmap', 4096)]);
});

describe('the cache', () => {
  it('keeps what was asked for last, as many sectors as fit', () => {
    const cache = new TableCache(1535);
    expect(cache.ask(0, 0)).toBe(false);
    expect(cache.ask(0, 512)).toBe(false);
    expect(cache.ask(0, 0)).toBe(true);
    // Another layer's sector at the same place pushes out the one that was asked for longest ago.
    expect(cache.ask(1, 0)).toBe(false);
    expect(cache.usedBytes).toBe(1024);
    expect(cache.ask(0, 0)).toBe(true);
    expect(cache.ask(0, 512)).toBe(false);
    expect(cache.ask(1, 0)).toBe(false);
    cache.clear();
    expect([cache.ask(1, 0), cache.usedBytes]).toEqual([false, 512]);
  });

  it('of less than a sector keeps nothing, and far sectors of far layers are told apart', () => {
    const none = new TableCache(511);
    expect([none.ask(0, 0), none.ask(0, 0), none.usedBytes]).toEqual([false, false, 0]);
    const cache = new TableCache(2 ** 20);
    const far = 2 ** 52;
    expect([cache.ask(252, far), cache.ask(251, far), cache.ask(252, far - 512)]).toEqual([
      false,
      false,
      false,
    ]);
    expect([cache.ask(252, far), cache.ask(251, far), cache.ask(252, far - 512)]).toEqual([true, true, true]);
  });
});
