/** The same deletion at every load, by every policy. */
import { sizeText } from '../../../base/units.ts';
import { US_PER_SECOND } from '../../labTime.ts';
import type { MergePolicy } from '../../machine/machine.ts';
import { IDLE_US } from '../../merges/mergeQueue.ts';
import { changedBytes } from '../deletedCheckpoint.ts';
import type { ExperimentTools } from '../experiment.ts';
import type { FigureSeries, Figures, FigureTable } from '../figures.ts';
import { openable } from '../labRuns.ts';
import type { ExperimentSetup } from '../setup.ts';
import { exactPoint } from '../statistics.ts';
import { numberText, valueText } from '../valueText.ts';
import { MORE_ONCE_BEGUN, POLICY_WORDS, type Watch, type Watched, watchMerge } from './watch.ts';

const POLICIES: readonly MergePolicy[] = ['when-idle', 'live', 'now', 'when-off'];

export interface UnderLoad extends Watch {
  /** Ascending, in percent. */
  readonly loads: readonly number[];
}

const USUAL: UnderLoad = { loads: [0, 1, 5, 20, 60, 100], seconds: 60, operations: 10_000 };

export async function run(
  setup: ExperimentSetup,
  tools: ExperimentTools,
  what: UnderLoad = USUAL,
): Promise<Figures> {
  const runs: Watched[] = [];
  const of = what.loads.length * POLICIES.length;
  for (const load of what.loads) {
    for (const policy of POLICIES) {
      tools.advance(runs.length, of, `${POLICY_WORDS[policy]}, ${load} % load`);
      runs.push(await watchMerge({ ...setup, policy, load }, what, tools));
    }
  }
  tools.advance(of, of, 'done');
  return figuresOf(setup, what, runs);
}

function figuresOf(setup: ExperimentSetup, what: UnderLoad, runs: readonly Watched[]): Figures {
  const of = (policy: MergePolicy) => runs.filter((one) => one.policy === policy);
  const unmerged = runs.filter(({ mergedUs, policy }) => mergedUs === null && policy === 'when-idle');
  return {
    caption: `A point is one deletion, with ${sizeText(changedBytes(setup))} to merge. No point: not begun within ${valueText(what.seconds, 'seconds')} of simulated time or ${numberText(what.operations)} operations of the guest, or not ended in ${MORE_ONCE_BEGUN} times as long.`,
    x: { label: 'load of the guest', unit: 'percent', names: null },
    y: { label: 'time from the deletion to the end of the merge', unit: 'seconds', names: null },
    series: [
      ...POLICIES.map((policy) => seriesOf(policy, POLICY_WORDS[policy], of(policy), (one) => one.mergedUs)),
      seriesOf('off', 'when off, from shutting down', of('when-off'), ({ offUs }) => offUs),
      seriesOf('pause', 'longest pause of the guest', of('when-idle'), (one) => one.longestPauseUs),
    ],
    tables: tablesOf(what, runs),
    work: `${what.loads.length} loads × ${POLICIES.length} policies, ${numberText(runs.reduce((sum, one) => sum + one.operations, 0))} operations of the guest`,
    scenarios: openable(setup, scenariosOf(what, runs)),
    facts: {
      'idle rule': IDLE_US / US_PER_SECOND,
      'shortest watch without a merge':
        unmerged.length === 0 ? null : Math.min(...unmerged.map((one) => one.watchedUs)) / US_PER_SECOND,
    },
  };
}

function seriesOf(
  id: string,
  label: string,
  runs: readonly Watched[],
  value: (one: Watched) => number | null,
): FigureSeries {
  const points = runs.map((one) => {
    const us = value(one);
    return exactPoint(one.load, us === null ? null : us / US_PER_SECOND);
  });
  return { id, label, kind: 'simulated', points, line: null };
}

function tablesOf({ loads }: UnderLoad, runs: readonly Watched[]): FigureTable[] {
  const rowOf = (load: number, text: (one: Watched) => string) => [
    `${load} %`,
    ...runs.filter((one) => one.load === load).map(text),
  ];
  const columns = ['load', ...POLICIES.map((policy) => POLICY_WORDS[policy])];
  const seconds = (us: number | null) => (us === null ? 'not merged' : valueText(us, 'us'));
  return [
    {
      title: 'From the deletion to the end of the merge',
      columns,
      rows: loads.map((load) => rowOf(load, ({ mergedUs }) => seconds(mergedUs))),
    },
    {
      title: 'Watched for, with how many operations of the guest',
      columns,
      rows: loads.map((load) =>
        rowOf(
          load,
          ({ watchedUs, operations }) => `${valueText(watchedUs, 'us')}, ${numberText(operations)}`,
        ),
      ),
    },
    {
      title: 'Longest pause of the guest',
      columns,
      rows: loads.map((load) => rowOf(load, ({ longestPauseUs }) => valueText(longestPauseUs, 'us'))),
    },
  ];
}

/** Idle and busy by the rule of 2007, and the same busy machine live and switched off. */
function scenariosOf({ loads }: UnderLoad, runs: readonly Watched[]) {
  const [lowest = 0] = loads;
  const busy = loads.filter((load) => load <= 60).at(-1) ?? lowest;
  const wanted: readonly (readonly [MergePolicy, number])[] = [
    ['when-idle', lowest],
    ['when-idle', busy],
    ['live', busy],
    ['when-off', busy],
  ];
  return runs
    .filter(({ policy, load }) => wanted.some(([one, at]) => one === policy && at === load))
    .map(({ policy, load, scenario }) => ({ label: `${POLICY_WORDS[policy]}, ${load} % load`, scenario }));
}
