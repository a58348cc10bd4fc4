/** The ways to merge a stretch as rows: which is chosen, which are possible, and why the others are not. */
import { sizeText } from '../../base/units.ts';
import type { MergeChoice, MergePlanView, MergeWay } from '../../engine/api.ts';
import { listOf } from '../make/growPlan.ts';
import { branchesAt, type ChainFiles, type Layers } from './stretch.ts';

export type WayState = 'chosen' | 'possible' | 'refused' | 'unknown';

/** Another plan that the row leads to. */
export interface WayOut {
  readonly text: string;
  readonly stretch: Layers;
  readonly way: MergeWay;
}

export interface WayRow {
  readonly key: 'new-file' | 'in-place' | 'pair' | 'live';
  readonly state: WayState;
  readonly name: string;
  readonly words: string;
  readonly out: WayOut | null;
}

export interface WaysOf {
  readonly chain: ChainFiles;
  readonly stretch: Layers;
  readonly way: MergeWay;
  /** null while it is being made. */
  readonly plan: MergePlanView | null;
  /** Short names of files outside the chain. */
  readonly labelOf: (file: number) => string;
}

export function waysOf(what: WaysOf): readonly WayRow[] {
  const { first, last } = what.stretch;
  const pairs = last - first > 1 ? [pairRow(what)] : [];
  const live: WayRow = {
    key: 'live',
    state: 'unknown',
    name: 'live, while a guest writes',
    words: 'nothing writes to this chain here',
    out: null,
  };
  return [newFileRow(what), inPlaceRow(what), ...pairs, live];
}

function stateOf(what: WaysOf, way: MergeWay, choice: MergeChoice | undefined): WayState {
  if (choice?.refusal) return 'refused';
  if (way === what.way) return 'chosen';
  return choice ? 'possible' : 'unknown';
}

const choiceOf = ({ plan }: WaysOf, way: MergeWay) => plan?.choices.find((choice) => choice.way === way);

function newFileRow(what: WaysOf): WayRow {
  const choice = choiceOf(what, 'new-file');
  const state = stateOf(what, 'new-file', choice);
  const { plan } = what;
  const room =
    plan?.way === 'new-file' ? `, ${plan.exact ? '' : 'at most '}${sizeText(plan.fileBytes)} needed` : '';
  return {
    key: 'new-file',
    state,
    name: 'to a new file',
    words: choice?.refusal?.message ?? `originals untouched${room}`,
    out: wayOut(what, 'new-file', state),
  };
}

function inPlaceRow(what: WaysOf): WayRow {
  const { first, last } = what.stretch;
  const pair = last === first + 1 ? ', one child into its parent' : `, into layer ${last}`;
  if (first === last) {
    const words = 'takes two layers at least: choose an older one for the end';
    return { key: 'in-place', state: 'refused', name: 'in place', words, out: null };
  }
  const choice = choiceOf(what, 'in-place');
  const state = stateOf(what, 'in-place', choice);
  return {
    key: 'in-place',
    state,
    name: `in place${pair}`,
    words: choice?.refusal?.message ?? inPlaceRoom(what),
    out: wayOut(what, 'in-place', state),
  };
}

function inPlaceRoom({ plan, chain, stretch }: WaysOf): string {
  const target = chain.labels[stretch.last] ?? '';
  const count = stretch.last - stretch.first;
  const files = count === 1 ? 'the file above it goes' : `${count} files above it go`;
  if (plan?.way !== 'in-place') return `${target} stays, ${files}`;
  return plan.spaceNeededBytes > 0
    ? `${target} needs ${sizeText(plan.spaceNeededBytes)} more, ${files}`
    : `no room needed, ${files}`;
}

function wayOut({ stretch }: WaysOf, way: MergeWay, state: WayState): WayOut | null {
  if (state !== 'possible') return null;
  return { text: way === 'in-place' ? 'Plan it in place' : 'Plan it to a new file', stretch, way };
}

/** Pairs of a longer stretch, each a merge of its own. Only what the pile says: a plan says the rest. */
function pairRow({ chain, stretch, labelOf }: WaysOf): WayRow {
  const pairs: { child: number; branches: readonly string[] }[] = [];
  for (let child = stretch.first; child < stretch.last; child++) {
    pairs.push({ child, branches: branchesAt(chain, child + 1, labelOf) });
  }
  const open = pairs.filter(({ branches }) => branches.length === 0);
  const shut = pairs.filter(({ branches }) => branches.length > 0);
  const [next] = open;
  return {
    key: 'pair',
    state: next ? 'possible' : 'refused',
    name: 'one child into its parent',
    words: pairWords(
      open.map(({ child }) => child),
      shut.map(({ child }) => child),
      shut.flatMap(({ branches }) => branches),
    ),
    out: next
      ? {
          text: `Plan ${next.child} into ${next.child + 1}`,
          stretch: { first: next.child, last: next.child + 1 },
          way: 'in-place',
        }
      : null,
  };
}

function pairWords(open: readonly number[], shut: readonly number[], branches: readonly string[]): string {
  const named = (children: readonly number[]) =>
    listOf(children.map((child) => `${child} into ${child + 1}`));
  const be = (children: readonly number[]) => (children.length === 1 ? 'is' : 'are');
  const because = shut.length > 0 ? `${named(shut)} ${be(shut)} refused, for ${listOf(branches)}` : '';
  if (open.length === 0) return because;
  if (shut.length === 0) return `${named(open)}, each a merge of its own`;
  return `${named(open)} ${be(open)} possible; ${because}`;
}
