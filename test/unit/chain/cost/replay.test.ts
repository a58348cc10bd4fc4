/** Requests made again are those that were noted, and a measurement is the time of all reads by their number. */
import { beforeAll, describe, expect, it } from 'vitest';
import { requestsOfReads } from '../../../../src/chain/cost/readWays.ts';
import { measureReads, replayRequests } from '../../../../src/chain/cost/replay.ts';
import type { CoreModule } from '../../../../src/core/core.ts';
import { loadCore } from '../../../../src/core/loadCoreNode.ts';
import { costScene } from '../../../support/costScenes.ts';
import { type CountedOptions, type CountedRequest, countedFiles } from '../../../support/countedFile.ts';
import { openFiles } from '../../../support/openedChain.ts';
import { failure } from '../../../support/storageConformance.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

/** Each look at the clock is 3 ms after the one before; what was asked until the first look is not timed. */
function clock(log: CountedRequest[]) {
  let looks = 0;
  return () => {
    if (looks === 0) log.length = 0;
    looks++;
    return looks * 3;
  };
}

async function counted(seed: number, options: CountedOptions = {}) {
  const scene = costScene(seed);
  const log: CountedRequest[] = [];
  const chain = await openFiles(module, countedFiles(scene.files, log, options), scene.complete);
  return { scene, log, chain };
}

const SEEDS = Array.from({ length: 30 }, (_, i) => i + 1);

describe('a replay', () => {
  it.each([
    ['answer at once', {}],
    ['have to be waited for', { waits: true }],
    ['keep what was read', { fresh: true }],
  ])('of files that %s makes every request, in order', async (_, options: CountedOptions) => {
    for (const seed of SEEDS) {
      const { scene, log, chain } = await counted(seed, options);
      const foretold = await requestsOfReads(chain, scene.reads, {
        way: 'walk',
        state: 'cold',
        cacheBytes: 4096,
      });
      const requests = foretold.flatMap((each) => each.requests);
      const tellsTables = !options.waits && !options.fresh;
      log.length = 0;
      await replayRequests(chain, requests);
      const wanted = requests.map(({ kind, layer, offset, lengthBytes }) => ({
        ...{ kind: tellsTables && kind !== 'data' ? 'table' : 'data', layer, offset, lengthBytes },
      }));
      expect(JSON.stringify(log), `seed ${seed}`).toBe(JSON.stringify(wanted));
      chain.close();
    }
  });

  it('reads what is longer than its target in pieces, and what a target holds is the file', async () => {
    const { scene, log, chain } = await counted(2);
    const target = new Uint8Array(1000);
    log.length = 0;
    await replayRequests(chain, [{ kind: 'data', layer: 0, offset: 3, lengthBytes: 2500 }], target);
    expect(log.map(({ offset, lengthBytes }) => [offset, lengthBytes])).toEqual([
      [3, 1000],
      [1003, 1000],
      [2003, 500],
    ]);
    const last = new Uint8Array(500);
    await scene.files[0]?.read(2003, last);
    expect(target.subarray(0, 500)).toEqual(last);
  });

  it('has no bitmap behind the end of a file, and tells of data that is not there', async () => {
    const { scene, log, chain } = await counted(1);
    const end = scene.files[0]?.sizeBytes ?? 0;
    log.length = 0;
    await replayRequests(chain, [
      { kind: 'bitmap', layer: 0, offset: end + 512, lengthBytes: 512 },
      { kind: 'bitmap', layer: 0, offset: end - 100, lengthBytes: 512 },
    ]);
    expect(log).toEqual([{ kind: 'table', layer: 0, offset: end - 100, lengthBytes: 100 }]);
    await failure('truncated', () =>
      replayRequests(chain, [{ kind: 'data', layer: 0, offset: end - 100, lengthBytes: 512 }]),
    );
  });
});

describe('a measurement', () => {
  it.each(['walk', 'index'] as const)(
    'of the %s makes the requests that are foretold and no others',
    async (way) => {
      for (const seed of SEEDS) {
        for (const state of ['cold', 'warm'] as const) {
          const conditions = { way, state, cacheBytes: 8192 };
          const { scene, log, chain } = await counted(seed);
          const measured = await measureReads(chain, scene.reads, conditions, clock(log));
          expect(measured.microsecondsPerRead, `seed ${seed}`).toBeCloseTo(3000 / scene.reads.length, 9);
          const other = await counted(seed);
          const foretold = await requestsOfReads(other.chain, scene.reads, conditions);
          const wanted = foretold.flatMap(({ requests }) =>
            requests.map(({ kind, ...place }) => ({ kind: kind === 'data' ? 'data' : 'table', ...place })),
          );
          expect(JSON.stringify(log), `seed ${seed}, ${state}`).toBe(JSON.stringify(wanted));
          chain.close();
          other.chain.close();
        }
      }
    },
  );

  it('of files that keep what was read goes past what they keep, the index too', async () => {
    for (const way of ['walk', 'index'] as const) {
      const { scene, log, chain } = await counted(7, { fresh: true });
      const conditions = { way, state: 'cold', cacheBytes: 0 } as const;
      await measureReads(chain, scene.reads, conditions, clock(log));
      const foretold = await requestsOfReads(chain, scene.reads, conditions);
      expect(log.length).toBeGreaterThan(0);
      expect(log.map(({ offset }) => offset)).toEqual(
        foretold.flatMap(({ requests }) => requests.map(({ offset }) => offset)),
      );
      chain.close();
    }
  });

  it('of no reads is nothing, and a pause is asked between reads', async () => {
    const { scene, log, chain } = await counted(5);
    const conditions = { way: 'index', state: 'cold', cacheBytes: 0 } as const;
    expect(await measureReads(chain, [], conditions, clock(log))).toEqual({ microsecondsPerRead: 3000 });
    let pauses = 0;
    const pause = async () => {
      pauses++;
      if (pauses === 3) throw new Error('stopped');
    };
    await expect(requestsOfReads(chain, scene.reads, { ...conditions, pause })).rejects.toThrow('stopped');
    expect(pauses).toBe(3);
  });
});
