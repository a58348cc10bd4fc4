/** Claim 3: figures of small runs, recomputed from the logs of the same runs played again. */
import { beforeAll, describe, expect, it } from 'vitest';
import { MIB } from '../../../../src/base/units.ts';
import { PROFILES } from '../../../../src/chain/cost/profiles.ts';
import type { ExperimentTools } from '../../../../src/lab/experiments/experiment.ts';
import type { FigurePoint, Figures } from '../../../../src/lab/experiments/figures.ts';
import { MERGE_UNDER_LOAD } from '../../../../src/lab/experiments/mergeUnderLoad/experiment.ts';
import { run } from '../../../../src/lab/experiments/mergeUnderLoad/run.ts';
import { playScenario } from '../../../../src/lab/history/playScenario.ts';
import type { Scenario } from '../../../../src/lab/history/scenario.ts';
import { Lab } from '../../../../src/lab/lab.ts';
import { experimentTools } from '../../../support/experimentTools.ts';

const { about, verdict } = MERGE_UNDER_LOAD;
const SETUP = { ...about.setup, diskBytes: 16 * MIB, changedPercent: 20 };
const SMALL = { loads: [0, 60], seconds: 10, operations: 3000 };

let tools: ExperimentTools;
let figures: Figures;

beforeAll(async () => {
  tools = await experimentTools();
  figures = await run(SETUP, tools, SMALL);
});

function values(of: Figures, id: string): (number | null)[] {
  return of.series.find((series) => series.id === id)?.points.map(({ median }) => median) ?? [];
}

function scenarioOf(label: string): Scenario {
  const found = figures.scenarios.find((one) => one.label === label);
  if (!found) throw new Error(`no scenario “${label}”`);
  return found.scenario;
}

/** From the lab's log alone: when the command was given, and what event 19080 says. */
async function fromTheLog(scenario: Scenario, from: 'delete' | 'shut-down'): Promise<number | null> {
  const lab = await playScenario(scenario, tools.labHost());
  const given = scenario.commands.find(({ command }) => command.do === from);
  const finished = lab.log.events.find(({ code }) => code === '19080');
  await lab.close();
  return given && finished ? (finished.atUs - given.atUs) / 1e6 : null;
}

describe('the figures', () => {
  it('are those of the scenarios that stand beside them, played again', async () => {
    expect(values(figures, 'when-idle')).toEqual([
      await fromTheLog(scenarioOf('when idle, 0 % load'), 'delete'),
      await fromTheLog(scenarioOf('when idle, 60 % load'), 'delete'),
    ]);
    expect(values(figures, 'live')[1]).toBe(await fromTheLog(scenarioOf('live, 60 % load'), 'delete'));
    expect(values(figures, 'off')[1]).toBe(await fromTheLog(scenarioOf('when off, 60 % load'), 'shut-down'));
    expect(values(figures, 'when-off')).toEqual([null, null]);
    expect([values(figures, 'when-idle')[0], values(figures, 'live')[1]]).not.toContain(null);
  });

  it('a machine that works leaves its disks alone for less than the rule asks, and for as long as is told', async () => {
    const scenario = scenarioOf('when idle, 60 % load');
    const lab = await Lab.create(tools.labHost(), scenario);
    let [lastEndUs, longestUs] = [0, 0];
    // What the drive was asked for says when an operation ended; when the next is due, how long the pause after it is.
    const stepTo = async (untilUs: number) => {
      for (;;) {
        const dueUs = lab.nextUs();
        if (dueUs === null || dueUs > untilUs) return lab.advance(untilUs);
        const before = lab.folder.use.busyUs;
        await lab.step();
        const busyUs = lab.folder.use.busyUs - before;
        if (busyUs === 0) continue;
        longestUs = Math.max(longestUs, dueUs - lastEndUs);
        lastEndUs = dueUs + busyUs;
      }
    };
    for (const { atUs, command } of scenario.commands) {
      await stepTo(atUs);
      await lab.do(command);
    }
    // The command of the deletion held the guest: what looks like a pause there is none of its own.
    [lastEndUs, longestUs] = [Number.POSITIVE_INFINITY, 0];
    await stepTo(scenario.endUs);
    expect(lab.state.power).toBe('running');
    await lab.close();
    expect(longestUs).toBeGreaterThan(0);
    expect(longestUs).toBeLessThan(1e6);
    expect((values(figures, 'pause')[1] ?? 0) * 1e6).toBe(longestUs);
  });

  it('say how long was watched, and come out the same again', async () => {
    expect(figures.facts?.['shortest watch without a merge']).toBeGreaterThan(2);
    expect(figures.caption).toContain('10 s of simulated time');
    const again = await run(SETUP, tools, { ...SMALL, loads: [0] });
    const first = figures.series.map(({ points }) => points.slice(0, 1));
    expect(again.series.map(({ points }) => points)).toEqual(first);
    const other = await run({ ...SETUP, seed: 1 }, tools, { ...SMALL, loads: [60], seconds: 5 });
    expect(values(other, 'now')).not.toEqual(values(figures, 'now').slice(1));
  });

  it('no scenario on storage that the lab cannot name; a cancel is heard', async () => {
    const slow = { ...SETUP, changedPercent: 1, profile: { ...PROFILES.disk, seekUs: 8301 } };
    const own = await run(slow, tools, { ...SMALL, loads: [0], seconds: 2 });
    expect(own.scenarios).toEqual([]);
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(run(SETUP, { ...tools, signal: controller.signal }, SMALL)).rejects.toThrow('enough');
  });

  it('refuses to write more than it holds', async () => {
    const huge = { ...SETUP, diskBytes: 4096 * MIB, changedPercent: 40 };
    await expect(run(huge, tools, SMALL)).rejects.toMatchObject({ code: 'bad-request' });
  });
});

describe('the verdict', () => {
  it('says what the figures say', () => {
    const { claims, fits, headline, answers } = verdict(figures, SETUP);
    expect([claims[0]?.holds, fits]).toEqual(['partly', 'idle-rule']);
    expect(headline).toContain('not from 60 % on');
    expect(Object.keys(answers).sort()).toEqual(about.predictions.map(({ id }) => id).sort());
    expect(answers['idle-rule']).toMatch(/^Yes/);
    expect(answers.never).toMatch(/^No/);
  });

  it.each([
    ['no policy merges', { 'when-idle': [9, null], live: [9, null], now: [9, null] }, 'yes', 'never'],
    ['all merge', { 'when-idle': [9, 8], live: [9, 8], now: [9, 8] }, 'no', 'always'],
    ['live does not', { 'when-idle': [9, null], live: [9, null], now: [9, 8] }, 'partly', null],
  ] as const)('is the opposite where %s', (_what, made, holds, fits) => {
    const opposite = { ...figures, series: figures.series.map((series) => withValues(series, made)) };
    const { claims, fits: fitting, answers } = verdict(opposite, SETUP);
    expect([claims[0]?.holds, fitting]).toEqual([holds, fits]);
    for (const { id } of about.predictions) expect(answers[id]).toMatch(id === fits ? /^Yes/ : /^No/);
  });
});

function withValues(
  series: Figures['series'][number],
  made: Readonly<Record<string, readonly (number | null)[]>>,
): Figures['series'][number] {
  const points = series.points.map((point, i): FigurePoint => {
    const value = made[series.id]?.[i];
    return value === undefined ? point : { ...point, median: value, low: value, high: value };
  });
  return { ...series, points };
}
