/** None to four descendants, with Now among them and without. */
import type { ExperimentTools } from '../experiment.ts';
import type { FigureSeries, Figures, FigureTable } from '../figures.ts';
import { openable } from '../labRuns.ts';
import type { ExperimentSetup } from '../setup.ts';
import { exactPoint } from '../statistics.ts';
import { valueText } from '../valueText.ts';
import { type Case, type CaseResult, caseText, playCase } from './descendants.ts';

const NUMBERS = ['none', 'one', 'two', 'three', 'four'];

export async function run(
  setup: ExperimentSetup,
  tools: ExperimentTools,
  most = NUMBERS.length - 1,
): Promise<Figures> {
  const cases = casesUpTo(most);
  const results: CaseResult[] = [];
  for (const what of cases) {
    tools.advance(results.length, cases.length, `deleted with ${caseText(what)} on it`);
    results.push(await playCase(setup, what, tools));
  }
  tools.advance(cases.length, cases.length, 'done');
  return figuresOf(setup, most, results);
}

function casesUpTo(most: number): Case[] {
  return Array.from({ length: most + 1 }, (_, descendants) => [
    ...(descendants > 0 ? [{ descendants, withNow: true }] : []),
    { descendants, withNow: false },
  ]).flat();
}

function figuresOf(setup: ExperimentSetup, most: number, results: readonly CaseResult[]): Figures {
  const of = (withNow: boolean) => results.filter((one) => one.withNow === withNow);
  const waited = (withNow: boolean) => of(withNow).filter(({ deletedLater }) => deletedLater > 0);
  return {
    caption:
      'A point is one machine. No point: its disk was not merged while it was watched, 5 s of simulated time.',
    x: { label: 'descendants of the deleted checkpoint', unit: 'count', names: NUMBERS.slice(0, most + 1) },
    y: { label: 'time until its disk was merged or deleted', unit: 'seconds', names: null },
    series: [
      seriesOf('deleted with Now', 'deleted, Now is one', of(true), ({ goneUs }) => goneUs),
      seriesOf('deleted', 'deleted, Now is none', of(false), ({ goneUs }) => goneUs),
      seriesOf('down with Now', 'one is left: Now', waited(true), ({ cameDownUs }) => cameDownUs),
      seriesOf('down', 'one is left: a checkpoint', waited(false), ({ cameDownUs }) => cameDownUs),
    ],
    tables: [tableOf(results)],
    work: `${results.length} machines, ${results.reduce((sum, one) => sum + 1 + one.deletedLater, 0)} deletions`,
    scenarios: openable(setup, scenariosOf(results)),
    facts: { 'merged while two or more were left': results.filter(({ mergedEarly }) => mergedEarly).length },
  };
}

function seriesOf(
  id: string,
  label: string,
  results: readonly CaseResult[],
  value: (one: CaseResult) => number | null,
): FigureSeries {
  const points = results.map((one) => {
    const us = value(one);
    return exactPoint(one.descendants, us === null ? null : us / 1e6);
  });
  return { id, label, kind: 'simulated', points, line: null };
}

function tableOf(results: readonly CaseResult[]): FigureTable {
  return {
    title: 'What happened to the checkpoint’s disk',
    columns: ['on it', 'after the deletion', 'its file', 'the lab said', 'deleted later', 'one was left'],
    rows: results.map((one) => [
      caseText(one),
      one.goneUs === null ? 'waits' : `${fateOf(one)} after ${valueText(one.goneUs, 'us')}`,
      one.fileStays ? 'stays' : 'is gone',
      one.reason ?? 'nothing waits',
      String(one.deletedLater),
      one.deletedLater === 0
        ? 'nothing waited'
        : one.cameDownUs === null
          ? 'not merged'
          : `merged after ${valueText(one.cameDownUs, 'us')}`,
    ]),
  };
}

function fateOf({ fileStays }: CaseResult): string {
  return fileStays ? 'merged' : 'deleted';
}

function scenariosOf(results: readonly CaseResult[]) {
  return results
    .filter(({ descendants }) => descendants <= 2)
    .map((one) => ({ label: `deleted with ${caseText(one)} on it`, scenario: one.scenario }));
}
