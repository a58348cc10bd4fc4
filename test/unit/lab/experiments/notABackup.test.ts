/** The scenarios of the run are played again here, and every disk is hashed against the machine before the fault. */
import { describe, expect, test } from 'vitest';
import type { Figures } from '../../../../src/lab/experiments/figures.ts';
import { NOT_A_BACKUP } from '../../../../src/lab/experiments/notABackup/experiment.ts';
import { playScenario } from '../../../../src/lab/history/playScenario.ts';
import type { Scenario } from '../../../../src/lab/history/scenario.ts';
import { NOW } from '../../../../src/lab/machine/machine.ts';
import { experimentTools } from '../../../support/experimentTools.ts';
import { labHost } from '../../../support/labHost.ts';

const SETUP = { ...NOT_A_BACKUP.about.setup, depth: 3, diskBytes: 2 * 2 ** 20, seed: 5 };

async function hashesAfter(scenario: Scenario): Promise<(string | null)[]> {
  const lab = await playScenario(scenario, await labHost());
  const hashes = await lab.hashes();
  await lab.close();
  return hashes.filter(({ node }) => node !== NOW).map(({ sha256 }) => sha256);
}

const medians = (figures: Figures, id: string) =>
  figures.series.find((one) => one.id === id)?.points.map(({ median }) => median);

describe('a checkpoint is no backup', () => {
  test('its figures are those of the disks, read again', async () => {
    const figures = await NOT_A_BACKUP.run(SETUP, await experimentTools());
    const [lost, altered] = figures.scenarios;
    if (!lost || !altered) throw new Error('two scenarios');
    const before = await hashesAfter({ ...lost.scenario, commands: lost.scenario.commands.slice(0, -1) });
    const same = (after: (string | null)[]) => after.filter((hash, i) => hash === before[i]).length;
    expect(before).toHaveLength(3);
    expect(new Set(before).size).toBe(3);
    const [afterLoss, afterChange] = [await hashesAfter(lost.scenario), await hashesAfter(altered.scenario)];
    expect(afterLoss).toEqual([null, null, null]);
    expect(medians(figures, 'lost')?.[0]).toBe(same(afterLoss));
    expect(medians(figures, 'altered')?.[0]).toBe(same(afterChange));
    // Silent: read to the end, with other bytes.
    expect(afterChange.filter((hash) => hash === null)).toEqual([]);
    expect(medians(figures, 'lost')).toEqual([0, 1, 2, 3]);
    expect(medians(figures, 'put back')).toEqual([3, 3, 3, 3]);

    const verdict = NOT_A_BACKUP.verdict(figures, SETUP);
    expect(verdict.fits).toBe('none');
    expect(verdict.claims).toHaveLength(1);
    expect(verdict.claims[0]?.holds).toBe(same(afterChange) === 0 ? 'yes' : 'partly');
    for (const { id } of NOT_A_BACKUP.about.predictions) expect(verdict.answers[id]).toBeTruthy();
  });

  test('were every checkpoint whole, the verdict would be the opposite', async () => {
    const figures = await NOT_A_BACKUP.run(SETUP, await experimentTools());
    const whole = figures.series.map((one) => ({
      ...one,
      points: one.points.map((point) => ({ ...point, median: 3 })),
    }));
    const verdict = NOT_A_BACKUP.verdict({ ...figures, series: whole }, SETUP);
    expect(verdict.fits).toBe('all');
    expect(verdict.claims[0]?.holds).toBe('no');
    expect(await NOT_A_BACKUP.run(SETUP, await experimentTools())).toEqual(figures);
  });
});
