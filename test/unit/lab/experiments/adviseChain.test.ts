/** What merges of a chain would buy: against the traces of the chain, and against merges that are really made. */
import { beforeAll, describe, expect, it } from 'vitest';
import { KIB, MIB } from '../../../../src/base/units.ts';
import type { CoreModule } from '../../../../src/core/core.ts';
import { loadCore } from '../../../../src/core/loadCoreNode.ts';
import type { DiskImage } from '../../../../src/formats/diskImage.ts';
import { adviseChain } from '../../../../src/lab/experiments/adviseChain.ts';
import type { AdviceFigures } from '../../../../src/lab/experiments/chainAdvice.ts';
import { candidatesOf, chosenFrom } from '../../../../src/lab/experiments/chooseOffers.ts';
import { USUAL_SETUP } from '../../../../src/lab/experiments/controls.ts';
import { generateChain } from '../../../../src/lab/experiments/generateChain.ts';
import { readPlaces } from '../../../../src/lab/experiments/readPlaces.ts';
import { planMerge } from '../../../../src/merge/planMerge.ts';
import { runMerge } from '../../../../src/merge/runMerge.ts';
import { folderOf, imageIn, mergeTools, stretchIn } from '../../../support/mergeFolder.ts';
import { coldPlaces, experimentTools, tracesAt } from '../../../support/readFigures.ts';

const SETUP = {
  ...USUAL_SETUP,
  depth: 5,
  diskBytes: 4 * MIB,
  blockSizeBytes: 512 * KIB,
  changedPercent: 8,
  reads: 50,
};
const SECTORS = SETUP.diskBytes / 512;

let module: CoreModule;
let images: readonly DiskImage[];
let advice: AdviceFigures;
beforeAll(async () => {
  module = await loadCore();
  images = (await generateChain(SETUP, experimentTools(module))).images;
  advice = await adviseChain({ images, complete: true, name: 'generated' }, SETUP, experimentTools(module));
});

async function foldered() {
  const files = await Promise.all(
    images.map(async ({ file }) => {
      const bytes = new Uint8Array(file.sizeBytes);
      await file.read(0, bytes);
      return { name: file.name, bytes: () => bytes };
    }),
  );
  return { folder: folderOf(files), names: files.map(({ name }) => name) };
}

/** Means over the same reads, from raw traces. */
async function meansAt(of: readonly DiskImage[]) {
  const traces = await tracesAt(module, of, of.length - 1, readPlaces(SETUP, SECTORS));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    lookups: mean(traces.map(({ steps }) => steps.filter(({ action }) => action.endsWith('lookup')).length)),
    fileReads: mean(traces.map((trace) => coldPlaces(trace).meta.size + coldPlaces(trace).data)),
  };
}

describe('what merges of a chain would buy', () => {
  it('begins with what reads cost now', async () => {
    expect(advice).toMatchObject({
      differencingDisks: 5,
      reads: 50,
      readBytes: 4096,
      measuredMicroseconds: null,
    });
    const { lookups, fileReads } = await meansAt(images);
    expect(advice.walkCold.lookups).toBeCloseTo(lookups, 9);
    expect(advice.walkCold.fileReads).toBeCloseTo(fileReads, 9);
    expect(advice.walkWarm.microseconds).toBeLessThan(advice.walkCold.microseconds);
  });

  it('is what reads cost after each of them, and copies what its plan says', async () => {
    expect(advice.offers.length).toBeGreaterThan(3);
    expect(advice.offers.length).toBeLessThanOrEqual(12);
    for (const { first, last, cold, savedShare, copyBytes, copySeconds, obstacle } of advice.offers) {
      const { folder, names } = await foldered();
      const stretch = await stretchIn(folder, names, first, last);
      const plan = await planMerge(stretch, { way: 'in-place', format: null, closed: [] }, { module });
      expect(copyBytes, `layers ${first} to ${last}`).toBe(plan.copyBytes);
      await runMerge(folder, { way: 'in-place', stretch }, mergeTools(module, { prove: false }));
      const left = [...names.slice(0, first), ...names.slice(last)];
      const after = await meansAt(await Promise.all(left.map((name) => imageIn(folder, name))));
      expect(cold.lookups, `layers ${first} to ${last}`).toBeCloseTo(after.lookups, 9);
      expect(cold.fileReads).toBeCloseTo(after.fileReads, 9);
      expect(savedShare).toBeCloseTo(1 - cold.microseconds / advice.walkCold.microseconds, 9);
      expect(copySeconds).toBeGreaterThan((2 * copyBytes) / SETUP.profile.bytesPerSecond);
      expect(obstacle).toBeNull();
    }
  });

  it('has the merge of everything, and the dearest reads first', () => {
    expect(advice.offers.some(({ first, last }) => first === 0 && last === 5)).toBe(true);
    const saved = advice.offers.map(({ savedShare }) => savedShare);
    expect(saved).toEqual(saved.toSorted((a, b) => b - a));
  });

  it('names the file that a merge in place would ruin', async () => {
    const [newest, , third] = images;
    if (!newest || !third) throw new Error('a chain of six');
    const siblings = [
      {
        name: 'other.avhd',
        image: { ...newest, parent: { ...newest.parent, id: third.id } } as DiskImage,
        of: 2,
      },
    ];
    const chain = { images, complete: true, name: '', siblings };
    const { offers } = await adviseChain(chain, SETUP, experimentTools(module));
    for (const { first, last, obstacle } of offers) {
      if (first < 2 && last >= 2) expect(obstacle).toContain('other.avhd');
      else expect(obstacle).toBeNull();
    }
    expect(offers.some(({ obstacle }) => obstacle !== null)).toBe(true);
  });

  it('is the same each time, is told as it goes, and can be cancelled', async () => {
    const chain = { images, complete: true, name: '' };
    expect(await adviseChain(chain, SETUP, experimentTools(module))).toEqual(advice);
    const seen: number[] = [];
    let nowMs = 0;
    const tools = experimentTools(module, {
      now: () => (nowMs += 5),
      advance: (done) => void seen.push(done),
    });
    expect((await adviseChain(chain, SETUP, tools)).measuredMicroseconds).toBe(100);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(adviseChain(chain, SETUP, experimentTools(module, { signal }))).rejects.toThrow('enough');
  });

  it('is nothing for a base alone', async () => {
    const base = { images: images.slice(-1), complete: true, name: '' };
    expect(await adviseChain(base, SETUP, experimentTools(module))).toMatchObject({
      differencingDisks: 0,
      offers: [],
    });
  });
});

describe('the merges that are shown', () => {
  it('are chosen among every stretch of two files or more, of deep chains among enough of them', () => {
    expect(candidatesOf(1)).toEqual([]);
    expect(candidatesOf(3)).toEqual([
      { first: 0, last: 1 },
      { first: 0, last: 2 },
      { first: 1, last: 2 },
    ]);
    expect(candidatesOf(64).length).toBe(2016);
    const deep = candidatesOf(253);
    expect(deep.length).toBe(2016);
    expect(deep).toContainEqual({ first: 0, last: 252 });
    const fewer = candidatesOf(253, 500);
    expect(fewer.length).toBeLessThanOrEqual(500);
    expect(fewer).toContainEqual({ first: 0, last: 252 });
    expect(candidatesOf(253, 0).length).toBe(66);
    expect(deep.every(({ first, last }) => first < last && last < 253)).toBe(true);
  });

  it('leave out what saves less for more copying, and never the merge of everything', () => {
    const each = (first: number, last: number, saved: number, copyBytes: number) => ({
      first,
      last,
      saved,
      copyBytes,
    });
    const chosen = chosenFrom([
      each(0, 3, 0.3, 900),
      each(0, 2, 0.5, 500),
      each(1, 3, 0.4, 600),
      each(0, 1, 0.2, 100),
      each(2, 3, 0.001, 1),
    ]);
    expect(chosen.map(({ first, last }) => [first, last])).toEqual([
      [0, 3],
      [0, 2],
      [0, 1],
    ]);
    const many = candidatesOf(40).map(({ first, last }) =>
      each(first, last, (last - first) / 40, (last - first) * 100 + first),
    );
    expect(chosenFrom(many).length).toBe(12);
    expect(chosenFrom([])).toEqual([]);
  });
});
