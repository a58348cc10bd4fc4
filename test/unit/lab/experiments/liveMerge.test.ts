/** Claim 10: figures of small machines, recomputed from the operations and the log of the same machines played again. */
import { beforeAll, describe, expect, it } from 'vitest';
import { MIB } from '../../../../src/base/units.ts';
import type { ExperimentTools } from '../../../../src/lab/experiments/experiment.ts';
import type { FigurePoint, Figures } from '../../../../src/lab/experiments/figures.ts';
import { LIVE_MERGE } from '../../../../src/lab/experiments/liveMerge/experiment.ts';
import { run } from '../../../../src/lab/experiments/liveMerge/run.ts';
import { valueText } from '../../../../src/lab/experiments/valueText.ts';
import type { Scenario } from '../../../../src/lab/history/scenario.ts';
import { Lab, type LabOperation } from '../../../../src/lab/lab.ts';
import { experimentTools } from '../../../support/experimentTools.ts';

const { about, verdict } = LIVE_MERGE;
const SETUP = { ...about.setup, diskBytes: 16 * MIB, changedPercent: 10 };
const SMALL = { loads: [20, 60], seeds: 1 };

let tools: ExperimentTools;
let figures: Figures;

beforeAll(async () => {
  tools = await experimentTools();
  figures = await run(SETUP, tools, SMALL);
});

function value(id: string, x: number): number | null {
  const point = figures.series.find((one) => one.id === id)?.points.find((one) => one.x === x);
  if (!point) throw new Error(`no point of ${id} at ${x}`);
  return point.median;
}

function scenarioOf(label: string): Scenario {
  const found = figures.scenarios.find((one) => one.label === label);
  if (!found) throw new Error(`no scenario “${label}”`);
  return found.scenario;
}

interface Played {
  readonly operations: readonly LabOperation[];
  /** When event 19080 said that a merge had finished. */
  readonly finishedUs: number | undefined;
  readonly startedUs: readonly number[];
  /** Every state of the machine from the first start on. */
  readonly powers: ReadonlySet<string>;
}

/** Step by step, to the scenario's end and a little further. */
async function play({ commands, endUs, ...scenario }: Scenario, leaveOut?: string): Promise<Played> {
  const lab = await Lab.create(tools.labHost(), { ...scenario, commands, endUs });
  const operations: LabOperation[] = [];
  lab.onOperation = (operation) => operations.push(operation);
  const powers = new Set<string>();
  const stepTo = async (untilUs: number) => {
    while ((lab.nextUs() ?? untilUs + 1) <= untilUs) {
      await lab.step();
      powers.add(lab.state.power);
    }
    await lab.advance(untilUs);
  };
  for (const { atUs, command } of commands) {
    await stepTo(atUs);
    if (command.do !== leaveOut) await lab.do(command);
  }
  await stepTo(endUs + 200_000);
  const finishedUs = lab.log.events.find(({ code }) => code === '19080')?.atUs;
  const startedUs = lab.log.events.flatMap(({ text, atUs }) => (text.startsWith('Started') ? [atUs] : []));
  expect(lab.view().guest.wrongReads).toBe(0);
  await lab.close();
  return { operations, finishedUs, startedUs, powers };
}

function givenUs({ commands }: Scenario, name: string): number {
  return commands.find(({ command }) => command.do === name)?.atUs ?? Number.NaN;
}

function wanted({ operations }: Played, fromUs: number, untilUs: number): LabOperation[] {
  return operations.filter(({ dueUs }) => dueUs >= fromUs && dueUs < untilUs);
}

function longestUs(operations: readonly LabOperation[]): number {
  return Math.max(...operations.map(({ dueUs, endUs }) => endUs - dueUs));
}

describe('the figures', () => {
  it('count what the guest wanted between the deletion and the end of the merge, and as long without it', async () => {
    const scenario = scenarioOf('live, 60 % load');
    const fromUs = givenUs(scenario, 'delete');
    const live = await play(scenario);
    const other = await play(scenario, 'delete');
    const untilUs = live.finishedUs ?? Number.NaN;
    expect([live.powers, other.finishedUs]).toEqual([new Set(['running']), undefined]);
    const [during, without] = [wanted(live, fromUs, untilUs), wanted(other, fromUs, untilUs)];
    expect(during.length).toBeGreaterThan(10);
    expect(value('with', 60)).toBeCloseTo((during.length * 1e6) / (untilUs - fromUs), 6);
    expect(value('without', 60)).toBeCloseTo((without.length * 1e6) / (untilUs - fromUs), 6);
    // The heaviest load has the longest merge.
    expect(figures.facts).toMatchObject({ 'offline, live': 0, 'longest live merge': untilUs - fromUs });
    const [row20, row60] = figures.tables[0]?.rows ?? [];
    expect([row20?.[0], row60?.slice(-2)]).toEqual([
      '20 %',
      [longestUs(without), longestUs(during)].map((us) => valueText(us, 'us')),
    ]);
    expect(figures.facts?.['longest operation, live']).toBeGreaterThanOrEqual(longestUs(during));
  });

  it('the machine that merges when off is off from shutting down to its second start', async () => {
    const scenario = scenarioOf('when off, 60 % load');
    const { powers, startedUs, finishedUs } = await play(scenario);
    const shutDownUs = givenUs(scenario, 'shut-down');
    const offUs = (startedUs[1] ?? Number.NaN) - shutDownUs;
    expect(startedUs).toHaveLength(2);
    expect(powers).toEqual(new Set(['running', 'off']));
    expect(finishedUs).toBeGreaterThan(shutDownUs);
    expect(figures.facts?.['longest offline, when off']).toBe(offUs);
    expect(figures.tables[1]?.rows[1]?.at(-1)).toBe(valueText(offUs, 'us'));
  });

  it('come out the same again', async () => {
    const again = await run(SETUP, tools, { ...SMALL, loads: [20] });
    const first = figures.series.map(({ points }) => points.slice(0, 1));
    expect(again.series.map(({ points }) => points)).toEqual(first);
    expect(again.tables.map(({ rows }) => rows)).toEqual(figures.tables.map(({ rows }) => rows.slice(0, 1)));
  });
});

describe('the verdict', () => {
  it('says what the figures say', () => {
    const { claims, fits, answers, headline } = verdict(figures, SETUP);
    const share = (value('with', 60) ?? 0) / (value('without', 60) ?? 1);
    expect(share).toBeLessThan(0.9);
    expect([claims[0]?.holds, fits]).toEqual(['yes', 'slower']);
    expect(headline).toContain('ran all the time');
    expect(Object.keys(answers).sort()).toEqual(about.predictions.map(({ id }) => id).sort());
    for (const { id } of about.predictions) expect(answers[id]).toMatch(id === fits ? /^Yes/ : /^No/);
  });

  it.each([
    ['it was offline', { 'offline, live': 5000 }, 'no', 'stops'],
    ['it stood still', { 'longest operation, live': 1_000_000 }, 'partly', 'stops'],
  ] as const)('is another where %s', (_what, facts, holds, fits) => {
    const opposite = { ...figures, facts: { ...figures.facts, ...facts } };
    const { claims, fits: fitting, answers } = verdict(opposite, SETUP);
    expect([claims[0]?.holds, fitting]).toEqual([holds, fits]);
    for (const { id } of about.predictions) expect(answers[id]).toMatch(id === fits ? /^Yes/ : /^No/);
  });

  it('tells nothing of speed where the guest wanted nothing', () => {
    const series = figures.series.map((one) => ({
      ...one,
      points: one.points.map((point): FigurePoint => ({ ...point, median: 0 })),
    }));
    const facts = { ...figures.facts, 'longest operation, live': null };
    const { fits, claims, findings } = verdict({ ...figures, series, facts }, SETUP);
    expect([fits, claims[0]?.holds, findings.length]).toEqual([null, 'yes', 1]);
  });

  it('is that nobody notices where the guest gets as much done', () => {
    const [without] = figures.series;
    if (!without) throw new Error('no series');
    const quick = without.points.map(
      (point): FigurePoint => ({ ...point, median: (point.median ?? 0) * 0.95 }),
    );
    const series = [without, { ...without, id: 'with', points: quick }];
    const { fits, headline, findings } = verdict({ ...figures, series }, SETUP);
    expect([fits, findings[1]?.lead]).toEqual(['unnoticed', 'Hardly slower.']);
    expect(headline).toContain('no less than 95 % of its operations');
  });
});
