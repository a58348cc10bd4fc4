/** Experiment 2: requests and files against raw traces, the verdict against the curves. */
import { beforeAll, describe, expect, it } from 'vitest';
import { KIB, MIB } from '../../../../src/base/units.ts';
import type { CoreModule } from '../../../../src/core/core.ts';
import { loadCore } from '../../../../src/core/loadCoreNode.ts';
import type { Figures } from '../../../../src/lab/experiments/figures.ts';
import { generateChain } from '../../../../src/lab/experiments/generateChain.ts';
import { MORE_IO } from '../../../../src/lab/experiments/moreIo/experiment.ts';
import { readPlaces } from '../../../../src/lab/experiments/readPlaces.ts';
import { numberText } from '../../../../src/lab/experiments/valueText.ts';
import {
  coldPlaces,
  experimentTools,
  figuresOf,
  filesWithData,
  mediansIn,
  middleOf,
  tracesAt,
} from '../../../support/readFigures.ts';

const SETUP = { ...MORE_IO.about.setup, depth: 8, diskBytes: 64 * MIB, reads: 50 };
const SECTORS = SETUP.diskBytes / 512;

let module: CoreModule;
let figures: Figures;
beforeAll(async () => {
  module = await loadCore();
  figures = await MORE_IO.run(SETUP, experimentTools(module));
});

describe('the requests of a read', () => {
  it('are those of raw traces, and so are the files that its bytes come from', async () => {
    const { images } = await generateChain(SETUP, experimentTools(module));
    const reads = readPlaces(SETUP, SECTORS);
    for (const depth of [0, 1, 4, 8]) {
      const traces = await tracesAt(module, images, depth, reads);
      const at = (id: string) => mediansIn(figures, id)[depth];
      expect(at('walk-cold')).toEqual([
        depth,
        middleOf(traces.map((trace) => coldPlaces(trace).meta.size + coldPlaces(trace).data)),
      ]);
      expect(at('walk-warm')).toEqual([depth, middleOf(traces.map((trace) => coldPlaces(trace).data))]);
      const files = traces.map(filesWithData);
      expect(at('files-with-data')).toEqual([depth, middleOf(files)]);
      expect(at('two-or-more')).toEqual([depth, files.filter((count) => count > 1).length / files.length]);
      const shares = [0, 1, 2].map(
        (wanted) => files.filter((count) => count === wanted).length / files.length,
      );
      const row = figures.tables[1]?.rows[depth];
      expect(row?.slice(0, 4)).toEqual([
        String(depth),
        ...shares.map((share) => `${numberText(share * 100)} %`),
      ]);
    }
    const bySize = figures.tables[2]?.rows.map(([size]) => size);
    expect(bySize).toEqual(['4 KiB', '16 KiB', '64 KiB', '256 KiB', '1 MiB']);
    const mib = readPlaces({ ...SETUP, readBytes: MIB }, SECTORS).slice(0, 3);
    expect(mib.every(({ sectorCount }) => sectorCount === 2048)).toBe(true);
  });

  it('have a verdict with the ends of those curves', () => {
    const verdict = MORE_IO.verdict(figures, SETUP);
    const cold = mediansIn(figures, 'walk-cold');
    const several = mediansIn(figures, 'two-or-more').at(-1)?.[1] ?? 0;
    expect(verdict.headline).toContain(`${numberText(cold[0]?.[1] ?? 0)} requests with 0`);
    expect(verdict.headline).toContain(`${numberText(cold.at(-1)?.[1] ?? 0)} with 8`);
    expect(several).toBeGreaterThan(0);
    expect(verdict.headline).toContain(`${numberText(several * 100)} % of the reads`);
    expect(verdict.claims[1]?.holds).toBe('yes');
    expect(Object.keys(verdict.answers).sort()).toEqual(MORE_IO.about.predictions.map(({ id }) => id).sort());
    expect(verdict.claims.length).toBe(MORE_IO.about.claims.length);
  });

  it('are the same for a seed', async () => {
    const small = { ...SETUP, depth: 3, reads: 20, diskBytes: 16 * MIB, blockSizeBytes: 512 * KIB };
    const [a, b] = [
      await MORE_IO.run(small, experimentTools(module)),
      await MORE_IO.run(small, experimentTools(module)),
    ];
    expect(b).toEqual(a);
  });
});

describe('the verdict on I/O', () => {
  const curve = (of: (x: number) => number): [number, number][] =>
    [1, 2, 4, 8, 16, 32, 64].map((x) => [x, of(x)]);
  const judged = (cold: (x: number) => number, warm: (x: number) => number, several: number) =>
    MORE_IO.verdict(
      figuresOf({
        'walk-cold': curve(cold),
        'walk-warm': curve(warm),
        'files-with-data': curve(() => 1),
        'two-or-more': curve(() => several),
      }),
      SETUP,
    );

  it('follows the curves, whatever they are', () => {
    expect(
      judged(
        (x) => 2 * x,
        (x) => x,
        0.5,
      ).claims.map(({ holds }) => holds),
    ).toEqual(['yes', 'yes']);
    expect(
      judged(
        (x) => 2 * x,
        () => 1,
        0,
      ).claims.map(({ holds }) => holds),
    ).toEqual(['partly', 'no']);
    expect(
      judged(
        () => 3,
        (x) => x,
        0,
      ).claims[0]?.holds,
    ).toBe('partly');
    const none = judged(
      () => 3,
      () => 1,
      0,
    );
    expect([none.claims[0]?.holds, none.fits]).toEqual(['no', 'flat']);
    expect(none.headline).toContain('No more I/O');
    expect(none.headline).toContain('no read takes data from two files');
    expect(
      judged(
        (x) => x ** 3,
        () => 1,
        0,
      ).fits,
    ).toBe('explodes');
    expect(
      judged(
        (x) => Math.min(x, 16),
        () => 1,
        0,
      ).fits,
    ).toBe('levels-off');
  });
});
