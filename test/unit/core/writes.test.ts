/**
 * Invariants: after every write to the newest layer, of new blocks and of single bits, index and walk answer each sector
 * as plain loops do, whatever was in memory before; what counts as surveyed is true; a forgotten range is read anew.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import type { CoreModule, DiskCore } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { LAYER_MISSING, LAYER_UNALLOCATED } from '../../../src/core/records.ts';
import { ask, cellOf, expectAnswers, optionsOf } from '../../support/coreAnswers.ts';
import { CoreModel, type ModelOptions } from '../../support/coreModel.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

/** Half of the chains have a dynamic disk alone: its blocks have no bits that count. */
function writableOptions(seed: number): ModelOptions {
  const options = optionsOf(new Prng(seed));
  return seed % 4 === 0 ? { ...options, layers: 1, incomplete: false, flatBase: false } : options;
}

/** Writes a random range as far as the table of the newest layer goes. False = it has no table, or an empty one. */
function writeSomewhere(model: CoreModel, core: DiskCore, prng: Prng): boolean {
  const leaf = model.layers[0];
  if (!leaf || leaf.kind === 'flat' || leaf.batEntries === 0) return false;
  const sectors = Math.min(model.options.sectors, leaf.batEntries * leaf.blockSectors);
  const first = prng.below(sectors);
  const longest = prng.below(3) === 0 ? sectors - first : Math.min(sectors - first, 20);
  const count = 1 + prng.below(longest);
  for (const { block, entry } of model.write(first, count)) core.noteBlock(block, entry);
  core.noteWrite(first, count);
  return true;
}

function surveyAll(model: CoreModel, core: DiskCore): Float64Array {
  const sums = new Float64Array(256);
  for (let unit = 0; unit < core.unitCount; ) {
    core.clearTotals();
    unit = core.survey(unit, core.unitCount);
    for (const [layer, count] of core.totals().entries()) sums[layer] = (sums[layer] ?? 0) + count;
    if (!core.hasPendingPages) continue;
    core.prepare(unit, core.unitCount);
    model.provide(core);
  }
  return sums;
}

/** Cells of whole units: exact wherever they say so. Returns how many did. */
function expectCells(model: CoreModel, core: DiskCore, label: string): number {
  const { sectors } = model.options;
  let exact = 0;
  for (const mode of [0, 1, 2]) {
    const cells = new Uint8Array(core.unitCount);
    core.mapUnits(0, core.unitSectors, mode, cells);
    for (const [unit, cell] of cells.entries()) {
      if (!core.isSurveyed(unit, unit + 1)) continue;
      exact++;
      const from = unit * core.unitSectors;
      const wanted = cellOf(model, from, Math.min(from + core.unitSectors, sectors))[mode];
      if (cell !== wanted) expect.fail(`${label}, mode ${mode}, unit ${unit}: ${cell}, not ${wanted}`);
    }
  }
  return exact;
}

function expectShares(model: CoreModel, core: DiskCore, unit: number, label: string): void {
  const columns = model.layers.length + 2;
  const row = new Uint16Array(columns);
  while (!core.unitShares(unit, row)) model.provide(core);
  const wanted = new Uint16Array(columns);
  const end = Math.min((unit + 1) * core.unitSectors, model.options.sectors);
  for (let sector = unit * core.unitSectors; sector < end; sector++) {
    const { layer } = model.answer(sector);
    const column = layer === LAYER_MISSING ? columns - 2 : layer === LAYER_UNALLOCATED ? columns - 1 : layer;
    wanted[column] = (wanted[column] ?? 0) + 1;
  }
  expect(Array.from(row), `${label}, unit ${unit}`).toEqual(Array.from(wanted));
}

describe('after a write', () => {
  for (const caches of [{}, { ownerBytes: 1, pageBytes: 1 }]) {
    const name = 'ownerBytes' in caches ? 'the smallest caches' : 'ample caches';
    it(`index, walk, shares, maps and survey follow, with ${name}`, async () => {
      let writes = 0;
      let exact = 0;
      for (let seed = 1; seed <= 50; seed++) {
        const prng = new Prng(seed + 7000);
        const model = new CoreModel(seed, writableOptions(seed));
        const core = await model.open(module, caches);
        const { sectors } = model.options;
        for (let round = 0; round < 10; round++) {
          const label = `seed ${seed}, round ${round}`;
          if (writeSomewhere(model, core, prng)) writes++;
          const first = prng.below(sectors);
          const count = Math.min(1 + prng.below(sectors - first), 5000);
          const step = prng.below(6);
          if (step === 0) {
            const wanted = new Float64Array(256);
            for (let i = 0; i < sectors; i++) {
              const { layer } = model.answer(i);
              wanted[layer] = (wanted[layer] ?? 0) + 1;
            }
            expect(Array.from(surveyAll(model, core)), label).toEqual(Array.from(wanted));
          }
          if (step === 1) core.forgetWrite(first, count);
          if (step === 2) expectShares(model, core, prng.below(core.unitCount), label);
          exact += expectCells(model, core, label);
          const resolve = ask(model, core, (f, c) => core.resolve(f, c), first, count);
          expectAnswers(model, resolve, first, count, seed);
          const walk = ask(model, core, (f, c) => core.walk(f, c, false), first, count);
          expectAnswers(model, walk, first, count, seed);
        }
      }
      expect(writes).toBeGreaterThan(300);
      expect(exact).toBeGreaterThan(500);
    });
  }

  it('a unit that was surveyed and is in memory stays exact', async () => {
    const options = { layers: 3, sectors: 4096 * 4, blockSectors: [4096], incomplete: false, flatBase: true };
    const model = new CoreModel(3, options);
    const core = await model.open(module);
    surveyAll(model, core);
    for (const { block, entry } of model.write(4096, 10)) core.noteBlock(block, entry);
    ask(model, core, (f, c) => core.resolve(f, c), 4096, 4096);
    core.noteWrite(4096, 10);
    surveyAll(model, core);
    for (const [first, count] of [
      [5000, 1],
      [4100, 900],
      [4096, 4096],
    ] as const) {
      model.write(first, count);
      core.noteWrite(first, count);
      expect(core.isSurveyed(0, 4)).toBe(true);
      expectCells(model, core, `sector ${first}`);
    }
    // One layer answers the whole unit now: nothing of it is kept.
    expect(core.resolve(4096, 4096)).toBe(1);
  });
});
