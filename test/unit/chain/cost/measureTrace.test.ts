/** What a trace costs: the counts come from its steps, the times from the clock, and the columns add up. */
import { beforeAll, expect, it } from 'vitest';
import { measureTrace } from '../../../../src/chain/cost/measureTrace.ts';
import type { CoreModule } from '../../../../src/core/core.ts';
import { loadCore } from '../../../../src/core/loadCoreNode.ts';
import { openFiles, waiting } from '../../../support/openedChain.ts';
import { buildRandomChain } from '../../../support/randomChain.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

/** A clock on which everything between two looks takes 2 ms. */
function steadyClock() {
  let now = 0;
  return () => {
    now += 2;
    return now;
  };
}

it('counts are those of the steps, times those of the clock, totals the sums of their columns', async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const chain = buildRandomChain(seed, { layers: 4, blockSizes: [65536], virtualSizeBytes: 2 ** 20 });
    const files = chain.files.map((each) => each.file);
    const disk = await openFiles(module, seed % 2 ? files : files.map(waiting));
    const trace = await disk.trace((seed * 97) % disk.sectorCount, 1);
    const costs = await measureTrace(disk, trace, steadyClock());
    const lookups = trace.steps.filter((step) => step.action.endsWith('lookup')).length;
    const reads = trace.steps.filter((step) => step.action === 'read-data').length;
    expect(costs.walk, `seed ${seed}`).toMatchObject({
      lookups,
      fileReads: lookups + reads,
      bytes: (lookups + reads) * 512,
      coldMicroseconds: (lookups + reads) * 2000,
    });
    expect(costs.coldMicroseconds.length).toBe(trace.steps.length);
    for (const [i, step] of trace.steps.entries()) {
      const isRead = step.action.endsWith('lookup') || step.action === 'read-data';
      expect(costs.coldMicroseconds[i]).toBe(isRead ? 2000 : 0);
    }
    const sum = costs.cachedMicroseconds.reduce((total, each) => total + each, 0);
    expect(costs.walk.cachedMicroseconds).toBeCloseTo(sum, 6);
    expect(costs.index).toMatchObject({ lookups: 1, fileReads: reads, bytes: reads * 512 });
    expect(costs.index.coldMicroseconds).toBeLessThan(costs.walk.coldMicroseconds + 1);
  }
});
