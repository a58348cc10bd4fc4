/** The lab is played again here: pauses are read from its log, and every operation is timed. */
import { describe, expect, test } from 'vitest';
import { PAUSE } from '../../../../src/lab/experiments/pause/experiment.ts';
import { Lab, type LabOperation } from '../../../../src/lab/lab.ts';
import { experimentTools } from '../../../support/experimentTools.ts';
import { labHost } from '../../../support/labHost.ts';

const SETUP = { ...PAUSE.about.setup, memoryBytes: 4 * 2 ** 20, load: 20, seed: 3 };

describe('the pause of a checkpoint', () => {
  test('is what the log has, and operations are those of the guest', async () => {
    const figures = await PAUSE.run(SETUP, await experimentTools());
    const scenario = figures.scenarios[0]?.scenario;
    if (!scenario) throw new Error('a scenario');
    const lab = await Lab.create(await labHost(), scenario);
    const operations: LabOperation[] = [];
    lab.onOperation = (operation) => operations.push(operation);
    const ends = new Map<string, number>();
    for (const { atUs, command } of scenario.commands) {
      await lab.advance(atUs);
      await lab.do(command);
      if (command.do === 'take' && command.name) ends.set(command.name, lab.nowUs);
    }
    await lab.advance(scenario.endUs);
    const { events } = lab.log;
    const saving: number[] = [];
    const pauses: number[] = [];
    for (const { id, name } of lab.state.checkpoints.filter((one) => one.name.startsWith('standard'))) {
      const of = events.filter(({ node }) => node === id);
      const at = (text: string) => of.find((event) => event.text.includes(text))?.atUs ?? Number.NaN;
      pauses.push(at('The machine goes on') - at('The machine is paused'));
      const from = ends.get(name) ?? 0;
      for (const { startUs, endUs } of operations)
        if (startUs >= from && startUs < at('Memory saved') && endUs > startUs) saving.push(endUs - startUs);
    }
    await lab.close();
    const point = (id: string) => figures.series.find((one) => one.id === id)?.points.at(-1);
    expect(pauses).toHaveLength(2);
    expect(point('pause')).toMatchObject({ low: Math.min(...pauses), high: Math.max(...pauses) });
    const sorted = saving.toSorted((a, b) => a - b);
    expect(point('saving')).toMatchObject({
      median: sorted[Math.ceil(sorted.length / 2) - 1] ?? null,
      count: sorted.length,
    });

    const verdict = PAUSE.verdict(figures, SETUP);
    expect(verdict.headline).toContain('below the 100 ms');
    for (const { id } of PAUSE.about.predictions) expect(verdict.answers[id]).toBeTruthy();

    const slow = { ...figures, facts: { ...figures.facts, 'most pause': 400_000, 'longest save': 5e6 } };
    const opposite = PAUSE.verdict(slow, SETUP);
    expect(opposite.headline).toContain('above the 100 ms');
    expect(opposite.claims[0]?.holds).toBe('no');
  });
});
