/**
 * 100,000 damaged images through opening, assembly and reading. Invariants:
 * - nothing is thrown but `DiskError`; what is opened has a size and a table within bounds, what is refused has a reason;
 * - findings are few and short, and each lies in its file;
 * - opening reads little, no pile takes long, and memory does not grow with their number;
 * - a trace answers every sector that was asked for.
 */
import { expect, test } from 'vitest';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { fuzzPiles } from '../../support/fuzz.ts';

const SEED = 20_211_105;

test(`100,000 damaged images (seed ${SEED})`, { timeout: 600_000 }, async () => {
  const totals = await fuzzPiles(await loadCore(), SEED, 0, 10_000);
  console.info(`seed ${SEED}: ${JSON.stringify(totals)}`);
  expect(totals.images).toBe(100_000);
  // Damage that nothing survives, or that harms nothing, tests nothing.
  expect(totals.opened).toBeGreaterThan(40_000);
  expect(totals.refused).toBeGreaterThan(5_000);
  expect(totals.readFaults).toBeGreaterThan(2_000);
  expect(totals.sectorsRead).toBeGreaterThan(200_000);
  expect(totals.largestHeapBytes).toBeLessThan(600 * 2 ** 20);
});
