import { describe, expect, it } from 'vitest';
import type { Goal, LessonFacts } from '../../../../src/lab/lessons/goal.ts';
import { isMet } from '../../../../src/lab/lessons/isMet.ts';
import { eventOf, GUIDS, labViewOf, mergeOf, nodeOf } from '../../../support/labViews.ts';

const SECOND = 1_000_000;
type View = ReturnType<typeof labViewOf>;
type Machine = View['machine'];
type Facts = Omit<Partial<LessonFacts>, 'lab'> & { readonly lab?: View | null };

/** A machine with three checkpoints of which one is deleted; nothing merges; the step began at event 100, 60 s ago. */
function factsOf({ lab = view(), ...more }: Facts = {}): LessonFacts {
  const began = { nowUs: 40 * SECOND, nextEvent: 100, operations: 500 };
  return {
    screen: 'lab',
    lab,
    explore: { layerCount: 3, answer: { kind: 'data', layer: 1 }, stepAction: 'bat-lookup' },
    chosen: null,
    stepBegan: began,
    lessonBegan: { nowUs: 10 * SECOND, nextEvent: 50, operations: 100 },
    ...more,
  };
}

const CLEAN = 'Virtual Hard Disks/LAB-WEB01.vhd';
const NODES = [
  nodeOf('CLEAN', 'clean', null, { files: { disk0: CLEAN } }),
  nodeOf(GUIDS.before, 'before', 'CLEAN', { deletedAtUs: 5 }),
  nodeOf(GUIDS.after, 'after', GUIDS.before, { atUs: 20 * SECOND, consistency: 'application' }),
];

function view(machine: Partial<Machine> = {}, more: Partial<View> = {}): View {
  const usual = labViewOf();
  const base = { ...usual.machine, checkpoints: NODES, now: nodeOf('NOW', 'Now', GUIDS.after), ...machine };
  const nodes = base.now ? [...base.checkpoints, base.now] : base.checkpoints;
  return {
    ...usual,
    nowUs: 100 * SECOND,
    machine: base,
    merges: [],
    events: [],
    guest: { ...usual.guest, figures: { operations: 600, confirmedOrders: 0, writtenOrders: 0 } },
    files: nodes.map((node) => ({ name: node.files.disk0 ?? '', sizeBytes: 1, kind: 'disk' as const })),
    ...more,
  };
}

/** Another child of the deleted checkpoint: it waits. */
const BRANCHED = [...NODES, nodeOf(GUIDS.schema, 'schema', GUIDS.before)];
const merging = mergeOf({ node: GUIDS.before, state: 'merging' });
const told = (number: number, text: string, more = {}) => eventOf(number, '14:00:50', { text, ...more });
const taken = (id: string, text: string) => told(3, text, { kind: 'checkpoint', node: id });
const withoutFiles = (names: readonly string[]) => {
  const whole = view();
  return { ...whole, files: whole.files.filter(({ name }) => !names.includes(name)) };
};
const withSaved = (atUs: number) => {
  const savedState = { file: 'Snapshots/a.vsv', fileBytes: 1, memoryBytes: 1 };
  const node = nodeOf('SAVED', 'saved', null, { atUs, savedState });
  return view({ checkpoints: [node] });
};
const operations = (count: number) => {
  const { guest } = view();
  return view({}, { guest: { ...guest, figures: { ...guest.figures, operations: count } } });
};
const explored = (
  layer: number,
  kind: 'data' | 'zero' | 'unallocated' | 'missing' = 'data',
  layerCount = 3,
) => ({
  explore: { layerCount, answer: { kind, layer }, stepAction: null },
});

interface Case {
  readonly why: string;
  readonly goal: Goal;
  readonly facts?: Facts;
}
type Cases = Readonly<Record<Goal['is'], { readonly met: readonly Case[]; readonly not: readonly Case[] }>>;

const gone = { is: 'gone', checkpoint: 'before' } as const;
const deleted = { is: 'deleted', checkpoint: 'before' } as const;
const waits = { is: 'waits', checkpoint: 'before' } as const;
const time = { is: 'time-passed', seconds: 60 } as const;
const work = { is: 'guest-worked', operations: 100 } as const;
const merged = { is: 'merged', atLeast: 1 } as const;
const NEVER = { is: 'chose', option: 'never' } as const;
const TRUE = { is: 'nothing-merges' } as const;

const CASES: Cases = {
  checkpoints: {
    met: [
      { why: 'two are left', goal: { is: 'checkpoints', atLeast: 2 } },
      { why: 'by name', goal: { is: 'checkpoints', atLeast: 1, named: 'after' } },
      { why: 'by type', goal: { is: 'checkpoints', atLeast: 1, type: 'production' } },
      { why: 'by both', goal: { is: 'checkpoints', atLeast: 1, named: 'clean', type: 'standard' } },
    ],
    not: [
      { why: 'the third one is deleted', goal: { is: 'checkpoints', atLeast: 3 } },
      { why: 'a deleted name', goal: { is: 'checkpoints', atLeast: 1, named: 'before' } },
      {
        why: 'name and type of two',
        goal: { is: 'checkpoints', atLeast: 1, named: 'clean', type: 'production' },
      },
      { why: 'none is disabled', goal: { is: 'checkpoints', atLeast: 1, type: 'disabled' } },
    ],
  },
  gone: {
    met: [
      {
        why: 'taken once, not there now',
        goal: { is: 'gone', checkpoint: 'old' },
        facts: { lab: view({}, { events: [taken('OLD', 'Checkpoint taken: old, paused 31 ms.')] }) },
      },
      {
        why: 'another one has its name now',
        goal: { is: 'gone', checkpoint: 'after' },
        facts: { lab: view({}, { events: [taken('OLD', 'Checkpoint taken: after.')] }) },
      },
    ],
    not: [
      { why: 'its disk is still there', goal: gone },
      { why: 'never there', goal: { is: 'gone', checkpoint: 'old' } },
      {
        why: 'renamed, and there',
        goal: { is: 'gone', checkpoint: 'old' },
        facts: { lab: view({}, { events: [taken('CLEAN', 'Checkpoint taken: old.')] }) },
      },
      {
        why: 'a longer name',
        goal: { is: 'gone', checkpoint: 'old' },
        facts: { lab: view({}, { events: [taken('OLD', 'Checkpoint taken: old one.')] }) },
      },
    ],
  },
  deleted: {
    met: [
      { why: 'its disk is there', goal: deleted },
      {
        why: 'its disk is gone',
        goal: deleted,
        facts: {
          lab: view(
            { checkpoints: [NODES[0] as (typeof NODES)[number]] },
            { events: [taken(GUIDS.before, 'Checkpoint taken: before.')] },
          ),
        },
      },
      {
        why: 'renamed before',
        goal: { is: 'deleted', checkpoint: 'first name' },
        facts: { lab: view({}, { events: [taken(GUIDS.before, 'Checkpoint taken: first name.')] }) },
      },
    ],
    not: [{ why: 'it is there', goal: { is: 'deleted', checkpoint: 'clean' } }],
  },
  waits: {
    met: [
      { why: 'two descendants', goal: waits, facts: { lab: view({ checkpoints: BRANCHED }) } },
      { why: 'not off', goal: waits, facts: { lab: view({ policy: 'when-off', power: 'running' }) } },
      { why: 'not idle', goal: waits, facts: { lab: view({ policy: 'when-idle', power: 'running' }) } },
    ],
    not: [
      { why: 'it is due', goal: waits, facts: { lab: view({ policy: 'live' }) } },
      { why: 'it is due: off', goal: waits, facts: { lab: view({ policy: 'when-off', power: 'off' }) } },
      { why: 'it merges', goal: waits, facts: { lab: view({ policy: 'when-idle' }, { merges: [merging] }) } },
      { why: 'not deleted', goal: { is: 'waits', checkpoint: 'clean' } },
    ],
  },
  merged: {
    met: [
      {
        why: 'since the lesson began',
        goal: merged,
        facts: { lab: view({}, { events: [told(50, 'Merge finished: x', { code: '19080' })] }) },
      },
    ],
    not: [
      {
        why: 'before the lesson',
        goal: merged,
        facts: { lab: view({}, { events: [told(49, 'Merge finished: x', { code: '19080' })] }) },
      },
      {
        why: 'it failed',
        goal: merged,
        facts: { lab: view({}, { events: [told(60, 'Merge failed', { code: '19100, 0x80070070' })] }) },
      },
      {
        why: 'one of two',
        goal: { is: 'merged', atLeast: 2 },
        facts: { lab: view({}, { events: [told(60, 'Merge finished: x', { code: '19080' })] }) },
      },
    ],
  },
  merging: {
    met: [
      { why: 'copying', goal: { is: 'merging' }, facts: { lab: view({}, { merges: [merging] }) } },
      {
        why: 'the last blocks',
        goal: { is: 'merging' },
        facts: { lab: view({}, { merges: [mergeOf({ state: 'catching up' })] }) },
      },
    ],
    not: [
      { why: 'nothing to merge', goal: { is: 'merging' } },
      ...(['waits', 'done', 'failed', 'cancelled'] as const).map((state) => ({
        why: state,
        goal: { is: 'merging' } as const,
        facts: { lab: view({}, { merges: [mergeOf({ state })] }) },
      })),
    ],
  },
  'nothing-merges': {
    met: [
      { why: 'no merges', goal: TRUE },
      { why: 'one waits', goal: TRUE, facts: { lab: view({}, { merges: [mergeOf({ state: 'waits' })] }) } },
    ],
    not: [{ why: 'one runs', goal: TRUE, facts: { lab: view({}, { merges: [merging] }) } }],
  },
  power: {
    met: [{ why: 'runs', goal: { is: 'power', state: 'running' } }],
    not: [
      { why: 'is not off', goal: { is: 'power', state: 'off' } },
      {
        why: 'the host has none',
        goal: { is: 'power', state: 'running' },
        facts: { lab: view({}, { hostOn: false }) },
      },
    ],
  },
  policy: {
    met: [{ why: 'live', goal: { is: 'policy', policy: 'live' } }],
    not: [{ why: 'another', goal: { is: 'policy', policy: 'now' } }],
  },
  'stands-on': {
    met: [
      { why: 'its parent', goal: { is: 'stands-on', checkpoint: 'after' } },
      {
        why: 'renamed',
        goal: { is: 'stands-on', checkpoint: 'first name' },
        facts: { lab: view({}, { events: [taken(GUIDS.after, 'Checkpoint taken: first name.')] }) },
      },
    ],
    not: [
      { why: 'farther down', goal: { is: 'stands-on', checkpoint: 'clean' } },
      { why: 'removed', goal: { is: 'stands-on', checkpoint: 'after' }, facts: { lab: view({ now: null }) } },
    ],
  },
  'lost-file': {
    met: [
      { why: 'any', goal: { is: 'lost-file' }, facts: { lab: withoutFiles([CLEAN]) } },
      { why: 'this one', goal: { is: 'lost-file', file: CLEAN }, facts: { lab: withoutFiles([CLEAN]) } },
      {
        why: 'of a foundation',
        goal: { is: 'lost-file' },
        facts: { lab: view({ foundation: { disk0: ['below.vhd'] } }) },
      },
    ],
    not: [
      { why: 'none', goal: { is: 'lost-file' } },
      {
        why: 'another one',
        goal: { is: 'lost-file', file: CLEAN },
        facts: { lab: withoutFiles([`Snapshots/${GUIDS.after}.avhd`]) },
      },
    ],
  },
  'files-whole': {
    met: [{ why: 'all are there', goal: { is: 'files-whole' } }],
    not: [{ why: 'one is lost', goal: { is: 'files-whole' }, facts: { lab: withoutFiles([CLEAN]) } }],
  },
  'memory-saved': {
    met: [{ why: 'in the lesson', goal: { is: 'memory-saved' }, facts: { lab: withSaved(10 * SECOND) } }],
    not: [
      { why: 'none has memory', goal: { is: 'memory-saved' } },
      { why: 'before the lesson', goal: { is: 'memory-saved' }, facts: { lab: withSaved(9 * SECOND) } },
    ],
  },
  told: {
    met: [
      {
        why: 'in the text',
        goal: { is: 'told', text: 'Applied:' },
        facts: { lab: view({}, { events: [told(100, 'Applied: clean')] }) },
      },
      {
        why: 'in the code',
        goal: { is: 'told', text: '19100' },
        facts: { lab: view({}, { events: [told(100, 'no', { code: '19100, 0x80070070' })] }) },
      },
    ],
    not: [
      { why: 'nothing', goal: { is: 'told', text: 'Applied:' } },
      {
        why: 'before the step',
        goal: { is: 'told', text: 'Applied:' },
        facts: { lab: view({}, { events: [told(99, 'Applied: clean')] }) },
      },
      {
        why: 'something else',
        goal: { is: 'told', text: 'Applied:' },
        facts: { lab: view({}, { events: [told(100, 'Started', { code: null })] }) },
      },
    ],
  },
  'time-passed': {
    met: [{ why: 'a minute', goal: time }],
    not: [
      { why: 'not yet', goal: { is: 'time-passed', seconds: 61 } },
      { why: 'back in time', goal: time, facts: { lab: view({}, { nowUs: 5 * SECOND }) } },
    ],
  },
  'guest-worked': {
    met: [
      { why: 'a hundred', goal: work },
      { why: 'put back, and on', goal: work, facts: { lab: operations(100) } },
    ],
    not: [
      { why: 'not yet', goal: { is: 'guest-worked', operations: 101 } },
      { why: 'put back', goal: work, facts: { lab: operations(99) } },
    ],
  },
  'on-screen': {
    met: [
      { why: 'a lab', goal: { is: 'on-screen', screen: 'lab' } },
      { why: 'a chain', goal: { is: 'on-screen', screen: 'explore' }, facts: { screen: 'explore' } },
      {
        why: 'a chain without a lab',
        goal: { is: 'on-screen', screen: 'explore' },
        facts: { screen: 'explore', lab: null },
      },
    ],
    not: [
      { why: 'another screen', goal: { is: 'on-screen', screen: 'explore' } },
      { why: 'no lab', goal: { is: 'on-screen', screen: 'lab' }, facts: { lab: null } },
      {
        why: 'nothing in view',
        goal: { is: 'on-screen', screen: 'explore' },
        facts: { screen: 'explore', explore: { layerCount: 0, answer: null, stepAction: null } },
      },
    ],
  },
  'answered-by': {
    met: [
      { why: 'newest', goal: { is: 'answered-by', layer: 'newest' }, facts: explored(0) },
      { why: 'middle', goal: { is: 'answered-by', layer: 'middle' }, facts: explored(1) },
      { why: 'oldest', goal: { is: 'answered-by', layer: 'oldest' }, facts: explored(2, 'zero') },
      { why: 'none', goal: { is: 'answered-by', layer: 'none' }, facts: explored(-1, 'unallocated') },
      { why: 'the only one', goal: { is: 'answered-by', layer: 'oldest' }, facts: explored(0, 'data', 1) },
    ],
    not: [
      { why: 'newest', goal: { is: 'answered-by', layer: 'newest' }, facts: explored(1) },
      { why: 'middle: newest', goal: { is: 'answered-by', layer: 'middle' }, facts: explored(0) },
      { why: 'middle: oldest', goal: { is: 'answered-by', layer: 'middle' }, facts: explored(2) },
      { why: 'oldest', goal: { is: 'answered-by', layer: 'oldest' }, facts: explored(1) },
      { why: 'none: missing', goal: { is: 'answered-by', layer: 'none' }, facts: explored(-1, 'missing') },
      {
        why: 'newest: missing',
        goal: { is: 'answered-by', layer: 'newest' },
        facts: explored(-1, 'missing'),
      },
      {
        why: 'not known yet',
        goal: { is: 'answered-by', layer: 'newest' },
        facts: { explore: { layerCount: 3, answer: null, stepAction: null } },
      },
    ],
  },
  'walk-step': {
    met: [{ why: 'the same', goal: { is: 'walk-step', action: 'bat-lookup' } }],
    not: [
      { why: 'another', goal: { is: 'walk-step', action: 'read-data' } },
      {
        why: 'none',
        goal: { is: 'walk-step', action: 'bat-lookup' },
        facts: { explore: { layerCount: 0, answer: null, stepAction: null } },
      },
    ],
  },
  chose: {
    met: [{ why: 'this one', goal: { is: 'chose', option: 'a' }, facts: { chosen: 'a' } }],
    not: [
      { why: 'another', goal: { is: 'chose', option: 'a' }, facts: { chosen: 'b' } },
      { why: 'none', goal: { is: 'chose', option: 'a' } },
    ],
  },
  all: {
    met: [
      { why: 'both', goal: { is: 'all', of: [TRUE, time] } },
      { why: 'of none', goal: { is: 'all', of: [] } },
    ],
    not: [{ why: 'one of two', goal: { is: 'all', of: [TRUE, NEVER] } }],
  },
  any: {
    met: [{ why: 'one of two', goal: { is: 'any', of: [NEVER, TRUE] } }],
    not: [
      { why: 'neither', goal: { is: 'any', of: [NEVER] } },
      { why: 'of none', goal: { is: 'any', of: [] } },
    ],
  },
};

describe.each(Object.entries(CASES))('the goal “%s”', (is, { met, not }) => {
  it.each(met)('is met: $why', ({ goal, facts }) => {
    expect(goal.is).toBe(is);
    expect(isMet(goal, factsOf(facts))).toBe(true);
  });

  it.each(not)('is not met: $why', ({ goal, facts }) => {
    expect(goal.is).toBe(is);
    expect(isMet(goal, factsOf(facts))).toBe(false);
  });
});

it('says no to everything of a lab where there is none', () => {
  const ofALab = Object.values(CASES)
    .flatMap(({ met }) => met)
    .filter(
      ({ goal }) => !['all', 'any', 'chose', 'answered-by', 'walk-step', 'on-screen'].includes(goal.is),
    );
  expect(ofALab.length).toBeGreaterThan(15);
  for (const { goal, facts } of ofALab) expect(isMet(goal, factsOf({ ...facts, lab: null }))).toBe(false);
});
