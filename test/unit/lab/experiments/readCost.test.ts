/** Experiment 1: its curves against raw traces, its verdict against the curves. */
import { beforeAll, describe, expect, it } from 'vitest';
import { KIB, MIB } from '../../../../src/base/units.ts';
import type { CoreModule } from '../../../../src/core/core.ts';
import { loadCore } from '../../../../src/core/loadCoreNode.ts';
import type { Figures } from '../../../../src/lab/experiments/figures.ts';
import { generateChain } from '../../../../src/lab/experiments/generateChain.ts';
import { READ_COST } from '../../../../src/lab/experiments/readCost/experiment.ts';
import { readPlaces } from '../../../../src/lab/experiments/readPlaces.ts';
import { timeUsText } from '../../../../src/lab/experiments/valueText.ts';
import {
  coldPlaces,
  experimentTools,
  figuresOf,
  mediansIn,
  middleOf,
  tracesAt,
} from '../../../support/readFigures.ts';

const SETUP = { ...READ_COST.about.setup, depth: 8, changedPercent: 1, diskBytes: 64 * MIB, reads: 50 };
const SECTORS = SETUP.diskBytes / 512;

let module: CoreModule;
let figures: Figures;
beforeAll(async () => {
  module = await loadCore();
  figures = await READ_COST.run(SETUP, experimentTools(module));
});

const spread = (of: (x: number) => number): [number, number][] =>
  [1, 2, 4, 8, 12, 16, 24, 32, 48, 64].map((x) => [x, of(x)]);

describe('the cost of a read', () => {
  it('is what raw traces of the same reads cost', async () => {
    const { images } = await generateChain(SETUP, experimentTools(module));
    const { requestUs, seekUs, bytesPerSecond } = SETUP.profile;
    const reads = readPlaces(SETUP, SECTORS);
    const cold = mediansIn(figures, 'walk-cold');
    expect(cold.map(([depth]) => depth)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    for (const [depth, median] of cold) {
      const traces = await tracesAt(module, images, depth, reads);
      const times = traces.map((trace) => {
        const { meta, data, dataBytes } = coldPlaces(trace);
        // Tables, bitmaps and data never follow one another in the file of these chains: every request seeks.
        return (
          (meta.size + data) * (requestUs + seekUs) + ((meta.size * 512 + dataBytes) * 1e6) / bytesPerSecond
        );
      });
      expect(median).toBeCloseTo(middleOf(times), 2);
      const warm = traces.map((trace) => {
        const { data, dataBytes } = coldPlaces(trace);
        return data * (requestUs + seekUs) + (dataBytes * 1e6) / bytesPerSecond;
      });
      expect(mediansIn(figures, 'walk-warm')[depth]?.[1]).toBeCloseTo(middleOf(warm), 2);
      expect(mediansIn(figures, 'index-warm')[depth]?.[1]).toBeCloseTo(middleOf(warm), 2);
    }
  });

  it('has a verdict with the slope of those points', () => {
    const points = mediansIn(figures, 'walk-cold');
    const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
    const meanY = points.reduce((sum, [, y]) => sum + (y ?? 0), 0) / points.length;
    const slope =
      points.reduce((sum, [x, y]) => sum + (x - meanX) * ((y ?? 0) - meanY), 0) /
      points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
    const verdict = READ_COST.verdict(figures, SETUP);
    expect(verdict.headline).toContain(`${timeUsText(slope)} a layer`);
    expect(verdict.headline).toContain('depth costs nothing');
    expect(verdict.fits).toBe('proportional');
    expect(verdict.claims.map(({ holds }) => holds)).toEqual(['partly', 'partly']);
    expect(Object.keys(verdict.answers).sort()).toEqual(
      READ_COST.about.predictions.map(({ id }) => id).sort(),
    );
    expect(verdict.claims.length).toBe(READ_COST.about.claims.length);
  });

  it('is the same for a seed, and another for another', async () => {
    const small = { ...SETUP, depth: 3, reads: 20, diskBytes: 16 * MIB, blockSizeBytes: 512 * KIB };
    const run = (seed: number) => READ_COST.run({ ...small, seed }, experimentTools(module));
    const [a, b, other] = [await run(1), await run(1), await run(2)];
    expect(b).toEqual(a);
    expect(other).not.toEqual(a);
  });

  it('is measured where there is a clock, and told as it goes', async () => {
    let nowMs = 0;
    const seen: [number, number][] = [];
    const tools = experimentTools(module, {
      now: () => (nowMs += 5),
      advance: (done, of) => void seen.push([done, of]),
    });
    const small = { ...SETUP, depth: 2, reads: 10, diskBytes: 16 * MIB };
    const measured = await READ_COST.run(small, tools);
    // Two looks at the clock for ten reads: 500 µs each.
    expect(measured.tables.at(-1)?.rows).toEqual([
      ['walk', '500 µs', '500 µs', '500 µs'],
      ['index', '500 µs', '500 µs', '500 µs'],
    ]);
    expect(seen.every(([done, of]) => of === seen[0]?.[1] && done >= 0 && done <= of)).toBe(true);
    expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).sort((a, b) => a - b));
    expect(seen.at(-1)?.[0]).toBe(seen[0]?.[1]);
    expect(figures.tables.some(({ title }) => title.includes('machine'))).toBe(false);
  });

  it('is given up when it is cancelled', async () => {
    const tools = experimentTools(module, { signal: AbortSignal.abort(new Error('enough')) });
    await expect(READ_COST.run(SETUP, tools)).rejects.toThrow('enough');
  });

  it('runs on the sample and on a chain that somebody has open', async () => {
    const sample = await READ_COST.run({ ...SETUP, disk: 'sample', reads: 10 }, experimentTools(module));
    expect(mediansIn(sample, 'walk-cold').length).toBeGreaterThan(3);
    const { images } = await generateChain({ ...SETUP, depth: 2 }, experimentTools(module));
    const chain = { images: images.slice(0, 2), complete: false, name: 'without its base' };
    const open = await READ_COST.run(
      { ...SETUP, disk: 'open', reads: 10 },
      experimentTools(module, { chain }),
    );
    expect(mediansIn(open, 'walk-cold').map(([depth]) => depth)).toEqual([1, 2]);
    expect(READ_COST.verdict(open, SETUP).fits).toBeNull();
  });
});

describe('the verdict on the cost of a read', () => {
  const judged = (cold: (x: number) => number, warm: (x: number) => number) =>
    READ_COST.verdict(figuresOf({ 'walk-cold': spread(cold), 'walk-warm': spread(warm) }), SETUP);

  it('follows the curves, whatever they are', () => {
    const proportional = judged(
      (x) => 100 * x,
      (x) => 20 * x,
    );
    expect(proportional.claims.map(({ holds }) => holds)).toEqual(['yes', 'no']);
    expect(proportional.headline).toContain('Proportional while caches are cold: 100 µs a layer.');
    const flat = judged(
      () => 100,
      () => 90,
    );
    expect(flat.claims.map(({ holds }) => holds)).toEqual(['no', 'yes']);
    expect(flat.fits).toBe('flat');
    expect(flat.headline).toContain('Not even while caches are cold');
    const levels = judged(
      (x) => 100 * Math.min(x, 20),
      (x) => 90 + x / 64,
    );
    expect(levels.fits).toBe('levels-off');
    expect(levels.claims.map(({ holds }) => holds)).toEqual(['partly', 'partly']);
    expect(levels.headline).toContain('almost nothing');
    const explodes = judged(
      (x) => x ** 3,
      (x) => x,
    );
    expect(explodes.fits).toBe('explodes');
    expect(explodes.claims.map(({ holds }) => holds)).toEqual(['no', 'no']);
    const rising = judged(
      (x) => 5000 + 100 * x,
      () => 90,
    );
    expect(rising.claims[0]?.holds).toBe('partly');
    expect(rising.fits).toBe('proportional');
    expect(
      judged(
        (x) => 1000 - x * 10,
        () => 90,
      ).fits,
    ).toBeNull();
  });

  it('has nothing to say of nothing', () => {
    const empty = READ_COST.verdict(figuresOf({}), SETUP);
    expect([empty.fits, empty.findings]).toEqual([null, []]);
    expect(empty.headline).toContain('Nothing was read');
  });
});
