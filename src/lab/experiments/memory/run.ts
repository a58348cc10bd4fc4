/** A database at several loads, taken and gone back to in three ways. */
import type { ExperimentTools } from '../experiment.ts';
import type { FigureSeries, Figures } from '../figures.ts';
import { openable } from '../labRuns.ts';
import type { ExperimentSetup } from '../setup.ts';
import { pointOf } from '../statistics.ts';
import { numberText } from '../valueText.ts';
import { type DatabaseRun, goBack, type WayBack, type WentBack } from './goBack.ts';

const LOADS = [20, 40, 80];
const MOMENTS = { standard: 5, production: 3 } as const;
export const WAYS: readonly WayBack[] = ['without memory', 'with memory', 'production'];

export async function run(setup: ExperimentSetup, tools: ExperimentTools): Promise<Figures> {
  const loads = [...new Set([...LOADS.filter((load) => load < setup.load), setup.load])];
  const runs: DatabaseRun[] = [];
  const stepsEach = 3 * MOMENTS.standard + 2 * MOMENTS.production;
  for (const [i, load] of loads.entries()) {
    let steps = i * stepsEach;
    const step = () => tools.advance(steps++, loads.length * stepsEach, `a database at ${load} %`);
    runs.push(await goBack({ ...setup, load }, { moments: MOMENTS, step }, tools));
  }
  tools.advance(loads.length * stepsEach, loads.length * stepsEach, 'done');
  const all = runs.flatMap(({ wentBack }) => wentBack);
  const last = runs.at(-1);
  return {
    caption: `A point: ${MOMENTS.standard} standard or ${MOMENTS.production} production checkpoints; the median, and whiskers to the 10th and 90th percentile.`,
    x: { label: 'load of the guest', unit: 'percent', names: null },
    y: { label: 'confirmed orders that are lost', unit: 'count', names: null },
    series: WAYS.map((way) => seriesOf(way, loads, runs)),
    tables: [loadTable(loads, runs), typeTable(all)],
    work: `${loads.length} loads × ${MOMENTS.standard + MOMENTS.production} checkpoints, ${all.length} times gone back`,
    scenarios: openable(setup, last ? [{ label: last.scenario.name, scenario: last.scenario }] : []),
    facts: Object.fromEntries(
      WAYS.flatMap((way) => {
        const of = all.filter((one) => one.way === way);
        return [
          [`${way}: gone back`, of.length],
          [`${way}: with orders lost`, of.filter((one) => lostOf(one) > 0).length],
          [`${way}: checkpoints with memory`, of.filter(({ hasMemory }) => hasMemory).length],
          [`${way}: most lost`, Math.max(...of.map(lostOf))],
        ];
      }),
    ),
  };
}

function lostOf({ confirmedOrders, foundOrders }: WentBack): number {
  return confirmedOrders - foundOrders;
}

function lostBy(way: WayBack, { wentBack }: DatabaseRun): number[] {
  return wentBack.filter((one) => one.way === way).map(lostOf);
}

function seriesOf(way: WayBack, loads: readonly number[], runs: readonly DatabaseRun[]): FigureSeries {
  const points = runs.map((one, i) => pointOf(loads[i] ?? 0, lostBy(way, one)));
  return { id: way, label: way, kind: 'counted', points, line: null };
}

function loadTable(loads: readonly number[], runs: readonly DatabaseRun[]): Figures['tables'][number] {
  return {
    title: 'Orders lost, of those confirmed when the checkpoint was taken',
    columns: ['Load', 'Confirmed each second', ...WAYS.map((way) => `Lost ${way}`)],
    rows: runs.map((one, i) => [
      `${loads[i]} %`,
      numberText(one.ordersPerSecond),
      ...WAYS.map((way) => lostBy(way, one).map(numberText).join(', ')),
    ]),
  };
}

function typeTable(all: readonly WentBack[]): Figures['tables'][number] {
  return {
    title: 'All of them together',
    columns: ['Gone back', 'Times', 'Checkpoint has memory', 'Orders lost', 'Of orders confirmed'],
    rows: WAYS.map((way) => {
      const of = all.filter((one) => one.way === way);
      const sum = (value: (one: WentBack) => number) => of.reduce((total, one) => total + value(one), 0);
      return [
        way,
        numberText(of.length),
        `${numberText(of.filter(({ hasMemory }) => hasMemory).length)} of ${numberText(of.length)}`,
        numberText(sum(lostOf)),
        numberText(sum(({ confirmedOrders }) => confirmedOrders)),
      ];
    }),
  };
}
