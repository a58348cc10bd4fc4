/** The same work with a live merge and without one, at every load; and with the machine off. */
import { sizeText } from '../../../base/units.ts';
import { US_PER_SECOND } from '../../labTime.ts';
import { changedBytes } from '../deletedCheckpoint.ts';
import type { ExperimentTools } from '../experiment.ts';
import type { FigureSeries, Figures, FigureTable } from '../figures.ts';
import { openable } from '../labRuns.ts';
import type { ExperimentSetup } from '../setup.ts';
import { meanOf, pointOf } from '../statistics.ts';
import { numberText, valueText } from '../valueText.ts';
import { type LiveRun, type OffRun, playLive, playOff, playUndisturbed, type Work } from './online.ts';

export interface Online {
  /** Ascending, in percent, from 1 on: an idle guest does too little to be compared. */
  readonly loads: readonly number[];
  /** Machines at each load: the set-up's seed and those behind it. */
  readonly seeds: number;
}

const USUAL: Online = { loads: [10, 20, 40, 60, 100], seeds: 3 };

interface AtLoad {
  readonly load: number;
  readonly live: readonly LiveRun[];
  /** In the order of `live`, each for as long. */
  readonly undisturbed: readonly Work[];
  readonly off: OffRun;
}

export async function run(
  setup: ExperimentSetup,
  tools: ExperimentTools,
  { loads, seeds }: Online = USUAL,
): Promise<Figures> {
  const of = loads.length * (2 * seeds + 1);
  let done = 0;
  const step = <T>(phase: string, work: Promise<T>): Promise<T> => {
    tools.advance(done++, of, phase);
    return work;
  };
  const all: AtLoad[] = [];
  for (const load of loads) {
    const live: LiveRun[] = [];
    const undisturbed: Work[] = [];
    for (let i = 0; i < seeds; i++) {
      const own = { ...setup, load, seed: (setup.seed + i) >>> 0 };
      const one = await step(`live merge, ${load} % load`, playLive(own, tools));
      live.push(one);
      undisturbed.push(await step(`no merge, ${load} % load`, playUndisturbed(own, one.mergeUs, tools)));
    }
    const off = await step(`machine off, ${load} % load`, playOff({ ...setup, load }, tools));
    all.push({ load, live, undisturbed, off });
  }
  tools.advance(of, of, 'done');
  return figuresOf(setup, seeds, all);
}

function figuresOf(setup: ExperimentSetup, seeds: number, all: readonly AtLoad[]): Figures {
  const operations = all.reduce((sum, { live, undisturbed }) => {
    return sum + [...live, ...undisturbed].reduce((count, one) => count + one.operations, 0);
  }, 0);
  return {
    caption: `A point is the median of ${seeds} ${seeds === 1 ? 'machine' : 'machines'}, its whiskers the 10th and 90th percentile; each is looked at while ${sizeText(changedBytes(setup))} are merged, and for as long without a merge.`,
    x: { label: 'load of the guest', unit: 'percent', names: null },
    y: { label: 'operations of the guest', unit: 'per-second', names: null },
    series: [
      seriesOf('without', 'without a merge', all, ({ live, undisturbed }) => ratesOf(live, undisturbed)),
      seriesOf('with', 'with live merge', all, ({ live }) => ratesOf(live, live)),
    ],
    tables: tablesOf(all),
    work: `${all.length} loads × ${seeds} seeds × 2 machines, ${numberText(operations)} operations; ${all.length} machines that were off`,
    scenarios: openable(setup, scenariosOf(all)),
    facts: factsOf(all),
  };
}

/** Operations a second, over the stretch of each live merge. */
function ratesOf(live: readonly LiveRun[], work: readonly Work[]): number[] {
  return live.map(({ mergeUs }, i) => ((work[i]?.operations ?? 0) / mergeUs) * US_PER_SECOND);
}

function seriesOf(
  id: string,
  label: string,
  all: readonly AtLoad[],
  rates: (at: AtLoad) => readonly number[],
): FigureSeries {
  const points = all.map((at) => pointOf(at.load, rates(at)));
  return { id, label, kind: 'simulated', points, line: null };
}

/** Of all seeds together, ascending. */
function responses(work: readonly Work[]): number[] {
  return work.flatMap(({ responsesUs }) => responsesUs).sort((a, b) => a - b);
}

/** Nearest rank; null where nothing was done. */
function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

/** Microseconds. */
function factsOf(all: readonly AtLoad[]): Readonly<Record<string, number | null>> {
  const live = responses(all.flatMap((at) => at.live));
  const undisturbed = responses(all.flatMap((at) => at.undisturbed));
  const offs = all.map(({ off }) => off.offlineUs);
  const merges = all.flatMap((at) => at.live.map(({ mergeUs }) => mergeUs));
  return {
    'offline, live': all.reduce(
      (sum, at) => sum + at.live.reduce((us, { offlineUs }) => us + offlineUs, 0),
      0,
    ),
    'shortest offline, when off': Math.min(...offs),
    'longest offline, when off': Math.max(...offs),
    'shortest live merge': Math.min(...merges),
    'longest live merge': Math.max(...merges),
    'longest operation, live': live.at(-1) ?? null,
    'longest operation, without a merge': undisturbed.at(-1) ?? null,
    '99 % of operations, live': percentile(live, 0.99),
    '99 % of operations, without a merge': percentile(undisturbed, 0.99),
  };
}

function tablesOf(all: readonly AtLoad[]): FigureTable[] {
  const us = (value: number | null) => (value === null ? '–' : valueText(value, 'us'));
  return [
    {
      title: 'How long an operation takes',
      columns: [
        'load',
        'median without',
        'median with',
        '99 % without',
        '99 % with',
        'longest without',
        'longest with',
      ],
      rows: all.map(({ load, live, undisturbed }) => {
        const [without, during] = [responses(undisturbed), responses(live)];
        const pairs = [0.5, 0.99, 1].flatMap((share) => [
          us(percentile(without, share)),
          us(percentile(during, share)),
        ]);
        return [`${load} %`, ...pairs];
      }),
    },
    {
      title: 'How long the machine is offline',
      columns: ['load', 'live merge takes', 'copied, also again', 'offline, live', 'offline, when off'],
      rows: all.map(({ load, live, off }) => [
        `${load} %`,
        us(meanOf(live.map(({ mergeUs }) => mergeUs))),
        sizeText(Math.round(meanOf(live.map(({ copiedBytes }) => copiedBytes)))),
        us(live.reduce((sum, { offlineUs }) => sum + offlineUs, 0)),
        us(off.offlineUs),
      ]),
    },
  ];
}

function scenariosOf(all: readonly AtLoad[]) {
  const busiest = all.at(-1);
  const middle = all.filter(({ load }) => load <= 60).at(-1) ?? busiest;
  const lives = middle === busiest ? [busiest] : [middle, busiest];
  return [
    ...lives.flatMap((at) => {
      const [first] = at?.live ?? [];
      return at && first ? [{ label: `live, ${at.load} % load`, scenario: first.scenario }] : [];
    }),
    ...(middle ? [{ label: `when off, ${middle.load} % load`, scenario: middle.off.scenario }] : []),
  ];
}
