/** Merges of more and more checkpoints, foretold and timed in both orders of deletion; and what merges cost on every storage. */
import { must } from '../../../base/assert.ts';
import { GIB, KIB, MIB, sizeText } from '../../../base/units.ts';
import { PROFILES } from '../../../chain/cost/profiles.ts';
import type { DriveCosts } from '../../../chain/cost/storageProfile.ts';
import { mergeSeconds } from '../../plan/mergeTime.ts';
import type { ExperimentTools } from '../experiment.ts';
import type { FigureSeries, Figures, FigureTable } from '../figures.ts';
import { openable } from '../labRuns.ts';
import type { ExperimentSetup } from '../setup.ts';
import { exactPoint } from '../statistics.ts';
import { numberText, valueText } from '../valueText.ts';
import { checkSize, type DeletionOrder, type TimedMerges, timeMerges } from './deletedChain.ts';
import { eachOfADozen, type MergeRate, rateOf } from './fortyEightHours.ts';

const COUNTS = [1, 2, 4, 8, 12, 24, 48];
const ORDERS: readonly DeletionOrder[] = ['oldest first', 'newest first'];
const RUN_LENGTHS = [4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB];
/** The larger one of two single merges copies so many times as much, and no more than that of the disk. */
const LARGER = 8;
const MOST_PERCENT = 40;

interface OnStorage {
  readonly name: string;
  readonly small: TimedMerges;
  readonly large: TimedMerges;
  readonly rate: MergeRate;
}

/** Runs one lab and counts it; a lab is worth as many steps as its guest changes shares of the disk. */
type Timed = (
  changed: ExperimentSetup,
  costs: DriveCosts,
  what: { readonly count: number; readonly order: DeletionOrder },
) => Promise<TimedMerges>;

export async function run(setup: ExperimentSetup, tools: ExperimentTools): Promise<Figures> {
  checkSize(setup);
  const counts = [...new Set([...COUNTS.filter((count) => count < setup.depth), setup.depth])];
  const profiles = [
    setup.profile,
    ...Object.values(PROFILES).filter(({ name }) => name !== setup.profile.name),
  ];
  const of = counts.reduce((sum, count) => sum + count, 0) * ORDERS.length + profiles.length * (LARGER + 1);
  let done = 0;
  const timed = async (steps: number, ...[changed, costs, what]: Parameters<Timed>) => {
    const phase = `${what.count} ${what.count === 1 ? 'checkpoint' : `checkpoints, ${what.order}`}, ${costs.name}`;
    tools.advance(done, of, phase);
    const merges = await timeMerges(changed, costs, what, tools);
    done += steps;
    tools.advance(done, of, phase);
    return merges;
  };

  const runs = new Map<DeletionOrder, TimedMerges[]>();
  for (const order of ORDERS) {
    const each: TimedMerges[] = [];
    for (const count of counts) each.push(await timed(count, setup, setup.profile, { count, order }));
    runs.set(order, each);
  }
  const storage: OnStorage[] = [];
  for (const profile of profiles)
    storage.push(await onStorage(setup, profile, (share, ...given) => timed(share, ...given)));
  return figuresOf(setup, counts, runs, storage);
}

/** Two single merges: what they cost apart from what they copy is what both have in common. */
async function onStorage(
  setup: ExperimentSetup,
  costs: DriveCosts,
  timed: (steps: number, ...given: Parameters<Timed>) => Promise<TimedMerges>,
): Promise<OnStorage> {
  const most = Math.min(MOST_PERCENT, setup.changedPercent * LARGER);
  const single = (steps: number, changedPercent: number) =>
    timed(steps, { ...setup, changedPercent }, costs, { count: 1, order: 'oldest first' });
  const small = await single(1, most / LARGER);
  const large = await single(LARGER, most);
  return { name: costs.name, small, large, rate: rateOf(small, large) };
}

function figuresOf(
  setup: ExperimentSetup,
  counts: readonly number[],
  runs: ReadonlyMap<DeletionOrder, readonly TimedMerges[]>,
  storage: readonly OnStorage[],
): Figures {
  const deepest = ORDERS.map((order) => ({
    order,
    ...must(runs.get(order)?.at(-1), 'at least one checkpoint'),
  }));
  return {
    caption: 'A point: all merges that follow when every checkpoint is deleted, in a lab of its own.',
    x: { label: 'checkpoints', unit: 'count', names: null },
    y: { label: 'time of all merges', unit: 'seconds', names: null },
    series: ORDERS.flatMap((order) => seriesOf(order, counts, runs.get(order) ?? [])),
    tables: [storageTable(storage), lengthTable(setup)],
    work: `${counts.length} numbers of checkpoints × 2 orders of deletion, and 2 single merges on ${storage.length} kinds of storage`,
    scenarios: openable(
      setup,
      deepest.map(({ scenario }) => ({ label: scenario.name, scenario })),
    ),
    facts: {
      ...Object.fromEntries(deepest.map(({ order, copiedBytes }) => [`copied, ${order}`, copiedBytes])),
      ...Object.fromEntries(storage.map(({ name, rate }) => [`each merge on ${name}`, rate.secondsEach])),
      ...Object.fromEntries(storage.map(({ name, rate }) => [`each byte on ${name}`, rate.secondsPerByte])),
    },
  };
}

function seriesOf(
  order: DeletionOrder,
  counts: readonly number[],
  runs: readonly TimedMerges[],
): FigureSeries[] {
  const points = (value: (merges: TimedMerges) => number) =>
    counts.flatMap((count, i) => {
      const merges = runs[i];
      return merges ? [exactPoint(count, value(merges))] : [];
    });
  const took = points(({ tookSeconds }) => tookSeconds);
  const foretold = points(({ foretoldSeconds }) => foretoldSeconds);
  const kinds = [
    { kind: 'simulated', name: 'took', points: took },
    { kind: 'foretold', name: 'foretold', points: foretold },
  ] as const;
  return kinds.map(({ kind, name, points }) => ({
    id: `${name}, ${order}`,
    label: `${name}, ${order}`,
    kind,
    points,
    line: null,
  }));
}

function storageTable(storage: readonly OnStorage[]): FigureTable {
  return {
    title: 'Two single merges on each storage, and what follows: the last column is extrapolated',
    columns: ['Storage', 'Small', 'Large', 'Each merge', 'And each GiB', 'In each of a dozen for 48 h'],
    rows: storage.map(({ name, small, large, rate }) => [
      name,
      mergeText(small),
      mergeText(large),
      valueText(rate.secondsEach, 'seconds'),
      valueText(rate.secondsPerByte * GIB, 'seconds'),
      sizeText(eachOfADozen(rate)),
    ]),
  };
}

function mergeText({ copiedBytes, tookSeconds }: TimedMerges): string {
  return `${sizeText(copiedBytes)} in ${valueText(tookSeconds, 'seconds')}`;
}

/** By the rule that foretells, for the set-up's storage. */
function lengthTable({ profile }: ExperimentSetup): FigureTable {
  return {
    title: `What scattering costs on ${profile.name}, by the rule that foretells`,
    columns: ['Mean run', 'Runs in a GiB', 'Each GiB', 'In each of a dozen for 48 h'],
    rows: RUN_LENGTHS.map((runBytes) => {
      const seconds = mergeSeconds(profile, { copyBytes: GIB, runs: GIB / runBytes });
      return [
        sizeText(runBytes),
        numberText(GIB / runBytes),
        valueText(seconds, 'seconds'),
        sizeText(eachOfADozen({ secondsEach: 0, secondsPerByte: seconds / GIB })),
      ];
    }),
  };
}
