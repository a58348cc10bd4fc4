/** Claim 5: figures of small machines, recomputed while the same commands are given again. */
import { beforeAll, describe, expect, it } from 'vitest';
import { MIB } from '../../../../src/base/units.ts';
import type { ExperimentTools } from '../../../../src/lab/experiments/experiment.ts';
import type { FigurePoint, Figures } from '../../../../src/lab/experiments/figures.ts';
import { TWO_DESCENDANTS } from '../../../../src/lab/experiments/twoDescendants/experiment.ts';
import { run } from '../../../../src/lab/experiments/twoDescendants/run.ts';
import { advance } from '../../../../src/lab/history/playScenario.ts';
import type { Scenario } from '../../../../src/lab/history/scenario.ts';
import { Lab } from '../../../../src/lab/lab.ts';
import { experimentTools } from '../../../support/experimentTools.ts';

const { about, verdict } = TWO_DESCENDANTS;
const SETUP = { ...about.setup, diskBytes: 16 * MIB, changedPercent: 2 };

let tools: ExperimentTools;
let figures: Figures;

beforeAll(async () => {
  tools = await experimentTools();
  figures = await run(SETUP, tools, 2);
});

function value(id: string, x: number): number | null {
  const series = figures.series.find((one) => one.id === id);
  const point = series?.points.find((one) => one.x === x);
  if (!point) throw new Error(`no point of ${id} at ${x}`);
  return point.median;
}

interface Seen {
  /** Nodes that stood on “middle” when it was deleted. */
  readonly descendants: readonly string[];
  /** Seconds from the deletion until its disk was gone or merged, while nothing else was commanded. */
  readonly goneSeconds: number | null;
  /** Seconds from the last deletion. */
  readonly downSeconds: number | null;
}

async function playAgain(scenario: Scenario): Promise<Seen> {
  const lab = await Lab.create(tools.labHost(), scenario);
  let descendants: string[] = [];
  let goneSeconds: number | null = null;
  let downSeconds: number | null = null;
  const merged = () => lab.log.events.find(({ code }) => code === '19080');
  const deletions = scenario.commands.filter(({ command }) => command.do === 'delete');
  const watchUntil = deletions[1]?.atUs ?? scenario.endUs;
  for (const timed of scenario.commands) {
    await advance(lab, timed.atUs, undefined);
    if (timed === deletions[0]) {
      const { checkpoints, now } = lab.state;
      const middle = checkpoints.find(({ name }) => name === 'middle');
      descendants = [...checkpoints, ...(now ? [now] : [])].flatMap(({ name, parent }) =>
        parent === middle?.id ? [name] : [],
      );
    }
    await lab.do(timed.command);
    const isThere = lab.state.checkpoints.some(({ name }) => name === 'middle');
    if (timed === deletions[0] && !isThere) goneSeconds = (lab.nowUs - timed.atUs) / 1e6;
  }
  await advance(lab, scenario.endUs, undefined);
  const endedUs = merged()?.atUs;
  if (endedUs !== undefined && endedUs <= watchUntil)
    goneSeconds = (endedUs - (deletions[0]?.atUs ?? 0)) / 1e6;
  else if (endedUs !== undefined) downSeconds = (endedUs - (deletions.at(-1)?.atUs ?? 0)) / 1e6;
  await lab.close();
  return { descendants, goneSeconds, downSeconds };
}

describe('the figures', () => {
  it.each([
    ['deleted with nothing on it', 'deleted', 0],
    ['deleted with Now on it', 'deleted with Now', 1],
    ['deleted with 1 checkpoint on it', 'deleted', 1],
    ['deleted with Now and 1 checkpoint on it', 'deleted with Now', 2],
    ['deleted with 2 checkpoints on it', 'deleted', 2],
  ] as const)('%s: as the same commands come to', async (label, id, x) => {
    const scenario = figures.scenarios.find((one) => one.label === label)?.scenario;
    if (!scenario) throw new Error(`no scenario “${label}”`);
    const seen = await playAgain(scenario);
    expect(seen.descendants).toHaveLength(x);
    expect(seen.descendants.includes('Now')).toBe(id === 'deleted with Now');
    expect(value(id, x)).toBe(seen.goneSeconds);
    expect(seen.goneSeconds === null).toBe(x === 2);
    if (x === 2) {
      expect(value(id === 'deleted' ? 'down' : 'down with Now', x)).toBe(seen.downSeconds);
      expect(seen.downSeconds).toBeGreaterThan(0);
    }
  });

  it('come out the same again', async () => {
    expect(await run(SETUP, tools, 1)).toMatchObject({
      series: figures.series.map(({ points }) => ({ points: points.filter(({ x }) => x < 2) })),
    });
  });

  it('have every case in the table, with what became of the file', () => {
    const [table] = figures.tables;
    expect(table?.rows.map(([name, , file, , later]) => [name, file, later])).toEqual([
      ['nothing', 'is gone', '0'],
      ['Now', 'stays', '0'],
      ['1 checkpoint', 'stays', '0'],
      ['Now and 1 checkpoint', 'stays', '1'],
      ['2 checkpoints', 'stays', '1'],
    ]);
  });
});

it('says that the number does not decide under a policy that keeps one waiting as well', async () => {
  const setup = { ...SETUP, policy: 'when-off' } as const;
  const found = await run(setup, tools, 2);
  for (const { id, points } of found.series)
    for (const { x, median } of points) {
      const seen = `${id} at ${x}`;
      if (x === 0) expect(median, seen).not.toBeNull();
      else expect(median, seen).toBeNull();
    }
  const { claims, fits } = verdict(found, setup);
  expect([claims[0]?.holds, fits]).toEqual(['partly', null]);
  for (const { scenario } of found.scenarios) expect(scenario.policy).toBe('when-off');
});

describe('the verdict', () => {
  it('says what the figures say', () => {
    const { claims, fits, answers } = verdict(figures, SETUP);
    expect([claims[0]?.holds, fits]).toEqual(['yes', 'waits']);
    expect(Object.keys(answers).sort()).toEqual(about.predictions.map(({ id }) => id).sort());
    for (const { id } of about.predictions) expect(answers[id]).toMatch(id === 'waits' ? /^Yes/ : /^No/);
  });

  it.each([
    ['two merge as one does', { 'deleted with Now': [3, 3], deleted: [1, 3, 3] }, 'no', 'at-once'],
    ['nothing merges later', { down: [null], 'down with Now': [null] }, 'yes', 'for-ever'],
    ['one waits as well', { 'deleted with Now': [null, null] }, 'partly', 'waits'],
    ['Now does not count', { 'deleted with Now': [3, 3] }, 'partly', null],
    [
      'nothing ever merges',
      { 'deleted with Now': [null, null], deleted: [1, null, null], down: [null], 'down with Now': [null] },
      'partly',
      null,
    ],
  ] as const)('is another where %s', (_what, made, holds, fits) => {
    const opposite = { ...figures, series: figures.series.map((series) => withValues(series, made)) };
    const { claims, fits: fitting, answers } = verdict(opposite, SETUP);
    expect([claims[0]?.holds, fitting]).toEqual([holds, fits]);
    for (const { id } of about.predictions) expect(answers[id]).toMatch(id === fits ? /^Yes/ : /^No/);
  });

  it('says whether Now counted', () => {
    const now = verdict(figures, SETUP).findings.at(-1);
    expect(now?.lead).toBe('Now counts as one.');
    const made = { 'deleted with Now': [3, 3] };
    const other = { ...figures, series: figures.series.map((series) => withValues(series, made)) };
    expect(verdict(other, SETUP).findings.at(-1)?.lead).toBe('Now does not count as one.');
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
