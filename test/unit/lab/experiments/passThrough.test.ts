/** The scenarios of the run are played again here; what was taken is read from the machine's own tree. */
import { describe, expect, test } from 'vitest';
import { PASS_THROUGH } from '../../../../src/lab/experiments/passThrough/experiment.ts';
import { playScenario } from '../../../../src/lab/history/playScenario.ts';
import { experimentTools } from '../../../support/experimentTools.ts';
import { labHost } from '../../../support/labHost.ts';

const SETUP = { ...PASS_THROUGH.about.setup, guest: 'idle' as const, load: 0 };

describe('pass-through disks', () => {
  test('what is taken is what the machine has afterwards', async () => {
    const figures = await PASS_THROUGH.run(SETUP, await experimentTools());
    const [refused, wayOut] = figures.scenarios;
    if (!refused || !wayOut) throw new Error('two scenarios');
    const counts: number[] = [];
    for (const { scenario } of [refused, wayOut]) {
      const lab = await playScenario(scenario, await labHost());
      counts.push(lab.state.checkpoints.length);
      const said = lab.log.events.some(({ text }) => text.includes('is a pass-through disk'));
      expect(said).toBe(scenario === refused.scenario);
      await lab.close();
    }
    expect(counts).toEqual([0, 1]);
    for (const { points } of figures.series)
      expect(points.map(({ median }) => median)).toEqual([2, 2, 2, 0, 0, 2]);
    expect(await PASS_THROUGH.run(SETUP, await experimentTools())).toEqual(figures);
    const verdict = PASS_THROUGH.verdict(figures, SETUP);
    expect(verdict.fits).toBe('refused');
    expect(verdict.claims.map(({ holds }) => holds)).toEqual(['yes']);
    for (const { id } of PASS_THROUGH.about.predictions) expect(verdict.answers[id]).toBeTruthy();

    const taken = figures.series.map((one) => ({
      ...one,
      points: one.points.map((point) => ({ ...point, median: 2 })),
    }));
    const opposite = PASS_THROUGH.verdict({ ...figures, series: taken }, SETUP);
    expect(opposite.fits).toBe('vhd-only');
    expect(opposite.claims[0]?.holds).toBe('no');
  });
});
