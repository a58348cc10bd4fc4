/** The deepest run is played again here, and its time is taken from the lab's own log. */
import { describe, expect, test } from 'vitest';
import { DRIVE_COSTS } from '../../../../src/chain/cost/profiles.ts';
import { MERGE_TIME } from '../../../../src/lab/experiments/mergeTime/experiment.ts';
import { playScenario } from '../../../../src/lab/history/playScenario.ts';
import { experimentTools } from '../../../support/experimentTools.ts';
import { labHost } from '../../../support/labHost.ts';

const SETUP = { ...MERGE_TIME.about.setup, depth: 2, diskBytes: 16 * 2 ** 20, seed: 9 };

describe('the time of merges', () => {
  test('is what the log has, and the verdict follows from it', async () => {
    const figures = await MERGE_TIME.run(SETUP, await experimentTools());
    const [oldest] = figures.scenarios;
    if (!oldest) throw new Error('a scenario');
    const lab = await playScenario(oldest.scenario, { ...(await labHost()), drive: DRIVE_COSTS.disk });
    const merges = lab.log.events.filter(({ kind }) => kind === 'merge');
    const started = merges.find(({ text }) => text.startsWith('Merge started'));
    const ended = merges.findLast(({ text }) => text.startsWith('Merge finished'));
    const copied = lab.view().merges.reduce((sum, { copiedBytes }) => sum + copiedBytes, 0);
    await lab.close();
    if (!started || !ended) throw new Error('merges ran');
    const took = figures.series.find(({ id }) => id === 'took, oldest first')?.points.at(-1)?.median ?? 0;
    expect(took).toBeCloseTo((ended.atUs - started.atUs) / 1e6, 6);
    expect(figures.facts?.['copied, oldest first']).toBe(copied);

    expect(await MERGE_TIME.run(SETUP, await experimentTools())).toEqual(figures);
    const verdict = MERGE_TIME.verdict(figures, SETUP);
    const possible = Object.entries(figures.facts ?? {})
      .filter(([name]) => name.startsWith('each byte on '))
      .map(([name, perByte]) => {
        const each = figures.facts?.[`each merge on ${name.slice('each byte on '.length)}`] ?? 0;
        return (4 * 3600 - each) / (perByte ?? 1) <= 2040 * 2 ** 30;
      });
    const holds = possible.every(Boolean) ? 'yes' : possible.some(Boolean) ? 'partly' : 'no';
    expect(verdict.claims.map((claim) => claim.holds)).toEqual([holds]);
    for (const { id } of MERGE_TIME.about.predictions) expect(verdict.answers[id]).toBeTruthy();

    // Copying that costs next to nothing: no VHD holds 48 hours of it.
    const fast = Object.fromEntries(
      Object.entries(figures.facts ?? {}).map(([name, value]) => [
        name,
        name.startsWith('each byte') ? 1e-12 : value,
      ]),
    );
    expect(MERGE_TIME.verdict({ ...figures, facts: fast }, SETUP).claims[0]?.holds).toBe('no');
  });
});
