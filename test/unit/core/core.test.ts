/**
 * Invariants: the index and the walk give each sector the answer that plain loops give, whatever the caches hold; maps,
 * shares and the survey count those same answers; every sector of a range is answered once.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import type { CoreModule, DiskCore } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { LAYER_MISSING, LAYER_UNALLOCATED } from '../../../src/core/records.ts';
import { ask, cellOf, expectAnswers, optionsOf } from '../../support/coreAnswers.ts';
import { CoreModel } from '../../support/coreModel.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

/** A core for its scans alone. */
function smallCore(): Promise<DiskCore> {
  const options = { layers: 1, sectors: 8, blockSectors: [8], incomplete: false, flatBase: true };
  return new CoreModel(1, options).open(module);
}

describe('the index and the walk', () => {
  for (const caches of [{}, { ownerBytes: 1, pageBytes: 1 }]) {
    const name = 'ownerBytes' in caches ? 'the smallest caches' : 'ample caches';
    it(`answer every sector as plain loops do, with ${name}`, async () => {
      for (let seed = 1; seed <= 250; seed++) {
        const prng = new Prng(seed);
        const model = new CoreModel(seed, optionsOf(prng));
        const core = await model.open(module, caches);
        const { sectors } = model.options;
        for (let round = 0; round < 4; round++) {
          const first = round === 0 ? 0 : prng.below(sectors);
          const count = round === 0 ? sectors : 1 + prng.below(sectors - first);
          expectAnswers(
            model,
            ask(model, core, (f, c) => core.resolve(f, c), first, count),
            first,
            count,
            seed,
          );
          expectAnswers(
            model,
            ask(model, core, (f, c) => core.walk(f, c, false), first, count),
            first,
            count,
            seed,
          );
        }
      }
    });
  }

  it('answer as in new memory in what a chain before gave back, and nothing any more once it is given back', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const model = new CoreModel(seed, optionsOf(new Prng(seed)));
      const core = await model.open(module, { ownerBytes: 2 ** (seed % 18), pageBytes: 2 ** (seed % 14) });
      const { sectors } = model.options;
      expectAnswers(
        model,
        ask(model, core, (f, c) => core.resolve(f, c), 0, sectors),
        0,
        sectors,
        seed,
      );
      // Everything that the next one may not take for its own.
      new Uint8Array(core.staging.buffer).fill(0xa5);
      core.release();
      expect(() => core.resolve(0, 1)).toThrow('the chain is open');
    }
  });

  it('answer as before once the caches are forgotten, also those with holes', async () => {
    for (let seed = 1; seed <= 120; seed++) {
      const prng = new Prng(seed);
      const model = new CoreModel(seed, optionsOf(prng));
      const core = await model.open(module, { ownerBytes: 2 ** (seed % 18), pageBytes: 2 ** (seed % 14) });
      const { sectors } = model.options;
      for (let round = 0; round < 4; round++) {
        const first = prng.below(sectors);
        const count = 1 + prng.below(sectors - first);
        const way = prng.below(2) === 0 ? 'resolve' : 'walk';
        const call = (f: number, c: number) => (way === 'walk' ? core.walk(f, c, false) : core.resolve(f, c));
        expectAnswers(model, ask(model, core, call, first, count), first, count, seed);
        if (round % 2 === 0) {
          const dropped = prng.below(sectors);
          core.forgetWrite(dropped, 1 + prng.below(sectors - dropped));
        }
        core.forgetCaches();
        expect(core.cacheBytes.used, `seed ${seed}`).toBe(0);
      }
      expectAnswers(
        model,
        ask(model, core, (f, c) => core.resolve(f, c), 0, sectors),
        0,
        sectors,
        seed,
      );
      core.release();
    }
  });

  it('answer single sectors as their extents do', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const model = new CoreModel(seed, optionsOf(new Prng(seed)));
      const core = await model.open(module);
      const { sectors } = model.options;
      ask(model, core, (f, c) => core.resolve(f, c), 0, sectors);
      ask(model, core, (f, c) => core.walk(f, c, false), 0, sectors);
      const all = Math.min(sectors, 20_000);
      for (const byWalk of [false, true]) {
        const queries = Float64Array.from({ length: all }, (_, i) => i);
        core.lookupMany(queries, byWalk);
        for (let i = 0; i < all; i++) {
          if (queries[i] !== model.answer(i).fileOffset)
            expect.fail(`seed ${seed}, sector ${i}, byWalk ${byWalk}`);
        }
      }
    }
  });

  it('ask for no bitmap where one block answers everything', async () => {
    const options = {
      layers: 1,
      sectors: 4096 * 20,
      blockSectors: [4096],
      incomplete: false,
      flatBase: false,
    };
    const core = await new CoreModel(7, options).open(module);
    expect(core.resolve(0, options.sectors)).toBeGreaterThan(0);
  });
});

describe('maps and counts', () => {
  async function surveyed(seed: number) {
    const model = new CoreModel(seed, optionsOf(new Prng(seed)));
    const core = await model.open(module);
    const sums = new Float64Array(256);
    for (let unit = 0; unit < core.unitCount; ) {
      core.clearTotals();
      unit = core.survey(unit, core.unitCount);
      for (const [layer, count] of core.totals().entries()) sums[layer] = (sums[layer] ?? 0) + count;
      if (core.hasPendingPages) {
        core.prepare(unit, core.unitCount);
        model.provide(core);
      }
    }
    return { model, core, sums };
  }

  it('the survey counts what plain loops count, and answers stay the same after it', async () => {
    for (let seed = 1; seed <= 120; seed++) {
      const { model, core, sums } = await surveyed(seed);
      const { sectors } = model.options;
      const wanted = new Float64Array(256);
      for (let i = 0; i < sectors; i++) {
        const { layer } = model.answer(i);
        wanted[layer] = (wanted[layer] ?? 0) + 1;
      }
      expect(Array.from(sums), `seed ${seed}`).toEqual(Array.from(wanted));
      expectAnswers(
        model,
        ask(model, core, (f, c) => core.resolve(f, c), 0, sectors),
        0,
        sectors,
        seed,
      );
    }
  });

  it('unit shares are the survey of one unit', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { model, core } = await surveyed(seed);
      const columns = model.layers.length + 2;
      for (let unit = 0; unit < core.unitCount; unit++) {
        const row = new Uint16Array(columns);
        while (!core.unitShares(unit, row)) model.provide(core);
        const wanted = new Uint16Array(columns);
        const end = Math.min((unit + 1) * core.unitSectors, model.options.sectors);
        for (let i = unit * core.unitSectors; i < end; i++) {
          const { layer } = model.answer(i);
          const column =
            layer === LAYER_MISSING ? columns - 2 : layer === LAYER_UNALLOCATED ? columns - 1 : layer;
          wanted[column] = (wanted[column] ?? 0) + 1;
        }
        expect(Array.from(row), `seed ${seed}, unit ${unit}`).toEqual(Array.from(wanted));
      }
    }
  });

  it('coarse and fine cells show the newest layer, the share and the depth of what they cover', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { model, core } = await surveyed(seed);
      const { sectors } = model.options;
      for (const sectorsPerCell of [1, 3, 8, core.unitSectors, core.unitSectors * 3]) {
        const cells = Math.min(Math.ceil(sectors / sectorsPerCell), 3000);
        for (const mode of [0, 1, 2]) {
          const target = new Uint8Array(cells);
          if (sectorsPerCell >= core.unitSectors) core.mapUnits(0, sectorsPerCell, mode, target);
          else
            for (let cell = 0; cell < cells; ) {
              cell = core.mapOwners(0, sectorsPerCell, cell, mode, target);
              if (cell < cells) model.provide(core);
            }
          for (let cell = 0; cell < cells; cell++) {
            const wanted = cellOf(
              model,
              cell * sectorsPerCell,
              Math.min((cell + 1) * sectorsPerCell, sectors),
            )[mode];
            if (target[cell] !== wanted) {
              expect.fail(
                `seed ${seed}, mode ${mode}, cell ${cell} of ${sectorsPerCell}: ${target[cell]}, not ${wanted}`,
              );
            }
          }
        }
      }
    }
  });
});

describe('bitmaps', () => {
  it('run lengths of every bitmap of up to 12 bits, from every bit to every limit', async () => {
    const core = await smallCore();
    for (let bits = 0; bits < 4096; bits++) {
      core.staging.fill(0, 0, 64);
      // Twelve bits that straddle the border of two 64-bit words.
      const shift = 58;
      for (let i = 0; i < 12; i++) if ((bits >> i) & 1) setBit(core.staging, shift + i);
      for (let from = 0; from < 12; from++) {
        for (let limit = from + 1; limit <= 12; limit++) {
          let wanted = 1;
          while (from + wanted < limit && ((bits >> (from + wanted)) & 1) === ((bits >> from) & 1)) wanted++;
          const found = core.bitmaps.runLength(shift + from, shift + limit);
          if (found !== wanted)
            expect.fail(`bits ${bits}, from ${from}, limit ${limit}: ${found}, not ${wanted}`);
        }
      }
    }
  });

  it('painting and counting follow every bit, for every length up to 200', async () => {
    const core = await smallCore();
    const prng = new Prng(20);
    for (let count = 0; count <= 200; count++) {
      const bits = Array.from({ length: 256 }, () => (prng.below(3) === 0 ? 1 : 0));
      if (count % 4 === 0) bits.fill(count % 8 === 0 ? 1 : 0, 0, 128);
      core.staging.fill(0, 0, 64);
      for (const [i, bit] of bits.entries()) if (bit) setBit(core.staging, i);
      core.staging.fill(77, 4096, 4096 + 256);
      core.bitmaps.paint(4096, count, 5);
      const wanted = bits.map((bit, i) => (bit && i < count ? 5 : 77));
      expect(Array.from(core.staging.subarray(4096, 4096 + 256)), `count ${count}`).toEqual(wanted);
      const set = bits.slice(0, count).filter((bit) => bit === 1).length;
      expect(core.bitmaps.countSet(count), `count ${count}`).toBe(set);
    }
  });

  function setBit(bytes: Uint8Array, bit: number) {
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  }
});

describe('scans of bytes', () => {
  it('find the first occurrence as indexOf does, and zeros wherever a byte is not', async () => {
    const core = await smallCore();
    const prng = new Prng(21);
    for (let round = 0; round < 3000; round++) {
      const length = prng.below(120);
      const haystack = Uint8Array.from({ length }, () => prng.below(3));
      const needle = Uint8Array.from({ length: 1 + prng.below(5) }, () => prng.below(3));
      core.staging.fill(2, 0, 256);
      core.staging.set(haystack);
      const from = prng.below(length + 1);
      const wanted = Buffer.from(haystack).indexOf(needle, from);
      expect(core.find(needle, from, length), `round ${round}`).toBe(
        from > length - needle.length ? -1 : wanted,
      );
    }
    for (let length = 0; length < 200; length++) {
      core.staging.fill(1, 0, 512);
      core.staging.fill(0, 100, 100 + length);
      expect(core.isZero(100, length)).toBe(true);
      if (length === 0) continue;
      core.staging[100 + prng.below(length)] = 1;
      expect(core.isZero(100, length)).toBe(false);
    }
  });
});
