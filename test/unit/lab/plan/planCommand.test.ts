/**
 * "What would happen?": the sentences as they stand on the page, and the tree afterwards. CHECKPOINTS, "Deleting one" [A],
 * "Applying one" [A, M], "When a merge runs". `test/support/labFacts.ts` says how large files are: 10 MiB, 4 of them to copy.
 */
import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../../src/base/errors.ts';
import { MIB } from '../../../../src/base/units.ts';
import { DRIVES } from '../../../../src/lab/drive/driveModel.ts';
import { type MachineNode, type MachineState, NOW } from '../../../../src/lab/machine/machine.ts';
import {
  deletion,
  descendantsOf,
  dueMerges,
  merged,
  nodesOf,
  subtreeOf,
} from '../../../../src/lab/machine/tree.ts';
import type { LabPlan, PlannedCommand } from '../../../../src/lab/plan/labPlan.ts';
import { mergeSeconds } from '../../../../src/lab/plan/mergeTime.ts';
import { planCommand } from '../../../../src/lab/plan/planCommand.ts';
import type { PlanFacts } from '../../../../src/lab/rules/facts.ts';
import { checkpoint, factsOf, machineWith, SETTINGS, savedStateOf } from '../../../support/labFacts.ts';

const AT_1421 = (21 * 60 + 40) * 1e6;

/** As in look/lab.html: load test is being merged, before hotfix waits for one of its two descendants to go. */
const LOOK = machineWith(
  [
    checkpoint('CLEAN', null, { name: 'clean install' }),
    checkpoint('BEFORE', 'CLEAN', { name: 'before hotfix', deletedAtUs: 9 }),
    checkpoint('SCHEMA', 'BEFORE', { name: 'schema v2' }),
    checkpoint('AFTER', 'BEFORE', {
      name: 'after hotfix',
      atUs: AT_1421,
      savedState: savedStateOf('AFTER'),
      consistency: 'memory',
    }),
    checkpoint('LOAD', 'AFTER', { name: 'load test' }),
  ],
  'LOAD',
  { power: 'running' },
);

function plan(machine: MachineState, command: PlannedCommand, change: Partial<PlanFacts> = {}) {
  return planCommand(factsOf(machine, change), command);
}

const deleted = (name: string) => ({ do: 'delete', checkpoint: name }) as const;
const applied = (name: string, takeFirst = false) => ({ do: 'apply', checkpoint: name, takeFirst }) as const;

function shape(machine: MachineState): string[] {
  return nodesOf(machine).map(
    ({ id, parent, deletedAtUs }) => `${id}${deletedAtUs === null ? '' : '†'}<${parent ?? ''}`,
  );
}

describe('deleting one [A]', () => {
  it('0 descendants: its files go, and what waited for it merges', async () => {
    const answer = await plan(LOOK, deleted('schema v2'));
    expect(answer.sentences).toEqual([
      'its file goes (10 MiB).',
      'Then before hotfix has one descendant left, so it merges with after hotfix: 4 MiB, less than 1 s.',
      'The older file keeps its name.',
      'Now reads the same.',
    ]);
    expect(answer).toMatchObject({
      refusal: null,
      removed: ['SCHEMA'],
      freedBytes: 10 * MIB,
      lostBytes: null,
    });
    expect(answer.merges).toMatchObject([
      {
        node: 'BEFORE',
        child: 'AFTER',
        disk: 'disk0',
        source: 'Snapshots/AFTER.avhd',
        target: 'Snapshots/BEFORE.avhd',
        copyBytes: 4 * MIB,
        waitsFor: null,
      },
    ]);
    expect(shape(answer.after)).toEqual(['CLEAN<', 'AFTER<CLEAN', 'LOAD<AFTER', 'NOW<LOAD']);
  });

  it('1 descendant: configuration and saved state go; its disks merge with its descendant’s', async () => {
    const answer = await plan(LOOK, deleted('AFTER'));
    expect(answer.sentences).toEqual([
      'its disk merges with that of load test: 4 MiB, less than 1 s.',
      'Its memory goes at once (12 MiB).',
      'The older file keeps its name.',
      'Now reads the same.',
    ]);
    expect(answer).toMatchObject({ removed: [], freedBytes: 12 * MIB });
  });

  it('2 or more, Now counted: its disks stay until the descendants come down to one', async () => {
    const machine = machineWith([checkpoint('A', null), checkpoint('B', 'A')], 'A');
    const answer = await plan(machine, deleted('A'));
    expect(answer.sentences).toEqual([
      'its disk stays (10 MiB), because b and Now read through it; the merge starts by itself when one of them is left.',
      'Now reads the same.',
    ]);
    expect(answer).toMatchObject({ removed: [], freedBytes: 0, merges: [] });
    expect(shape(answer.after)).toEqual(['A†<', 'B<A', 'NOW<A']);
  });

  it('takes deleted ones along that lose their last descendant, and gives up the merge into them', async () => {
    const machine = machineWith(
      [
        checkpoint('A', null),
        checkpoint('B', 'A', { deletedAtUs: 1 }),
        checkpoint('C', 'B', { savedState: savedStateOf('C') }),
      ],
      'A',
    );
    const answer = await plan(machine, deleted('C'), { merging: 'B' });
    expect(answer.sentences).toEqual([
      'its file and its memory go (10 MiB and 12 MiB).',
      'The disk of b, deleted before, goes too (10 MiB).',
      'The merge of b that is under way is given up: nothing reads its disk any more.',
      'Now reads the same.',
    ]);
    expect(answer).toMatchObject({ removed: ['C', 'B'], freedBytes: 32 * MIB });
  });
});

describe('why a merge waits', () => {
  const machine = machineWith([checkpoint('A', null), checkpoint('B', 'A')], 'B');
  const waits = async (change: Partial<MachineState>, facts: Partial<PlanFacts> = {}) => {
    const { merges, sentences } = await plan({ ...machine, ...change }, deleted('B'), facts);
    const [merge] = merges;
    expect(sentences.filter((sentence) => sentence.startsWith('The merge waits'))).toEqual(
      merge?.waitsFor ? [`The merge waits until ${merge.waitsFor}.`] : [],
    );
    return merge?.waitsFor;
  };

  it.each([
    ['live', 'running', null],
    ['now', 'running', null],
    ['when-off', 'running', 'the machine is off'],
    ['when-off', 'paused', 'the machine is off'],
    ['when-off', 'saved', 'the machine is off'],
    ['when-off', 'off', null],
    ['when-idle', 'running', 'the machine’s disks are idle'],
    ['when-idle', 'off', null],
  ] as const)('%s, %s: %s', async (policy, power, reason) => {
    expect(await waits({ policy, power })).toBe(reason);
  });

  it('one merge at a time', async () => {
    const busy = machineWith(
      [checkpoint('X', null, { deletedAtUs: 1, name: 'first' }), checkpoint('A', 'X'), checkpoint('B', 'A')],
      'B',
    );
    const { merges } = await plan(busy, deleted('B'), { merging: 'X' });
    expect(merges.map(({ node, waitsFor }) => [node, waitsFor])).toEqual([
      ['B', 'the merge of first is done'],
    ]);
  });

  it('a file of the chain is lost, or cannot be read', async () => {
    const lostFiles = ['Virtual Hard Disks/A.vhd'];
    expect(await waits({}, { lostFiles })).toBe('A.vhd is put back');
    const toCopy = () => Promise.reject(new DiskError({ code: 'corrupt', message: 'x' }));
    expect(await waits({}, { toCopy })).toBe('NOW.avhd can be read again');
    const bug = () => Promise.reject(new Error('a bug'));
    await expect(waits({}, { toCopy: bug })).rejects.toThrow('a bug');
  });
});

it('Deleting a subtree: the checkpoint and all below; if Now is inside, Now survives and its chain is merged up', async () => {
  const inside = await plan(LOOK, { do: 'delete-subtree', checkpoint: 'clean install' });
  expect(inside.sentences).toEqual([
    'clean install, schema v2, after hotfix and load test go.',
    '1 file goes at once (10 MiB).',
    // before hotfix was deleted first, so it merges first: what after hotfix holds is copied twice.
    'Now stands below and survives; its chain is merged up in 4 merges: 20 MiB, less than 1 s.',
    'Now reads the same.',
  ]);
  expect(shape(inside.after)).toEqual(['NOW<']);
  expect(inside.after.now?.files).toEqual({ disk0: 'Virtual Hard Disks/CLEAN.vhd' });
  expect(inside).toMatchObject({ removed: ['SCHEMA'], freedBytes: 22 * MIB });

  const machine = machineWith([checkpoint('A', null), checkpoint('B', 'A'), checkpoint('C', 'B')], 'A');
  const outside = await plan(machine, { do: 'delete-subtree', checkpoint: 'B' });
  expect(outside.sentences).toEqual(['b and c go.', '2 files go at once (20 MiB).', 'Now reads the same.']);
});

describe('applying one [A, M]', () => {
  it('Standard checkpoint taken while running → VM in saved state; the old Now is lost', async () => {
    const answer = await plan(LOOK, applied('AFTER'));
    expect(answer.sentences).toEqual([
      'the machine goes back to 14:21:40 and is saved: it starts with the memory of that moment.',
      'What Now has written since is lost: 4 MiB, and so is what its guest has in memory.',
      'The other checkpoints stay; the next one begins a branch.',
    ]);
    expect(answer).toMatchObject({ removed: [NOW], freedBytes: 10 * MIB, lostBytes: 4 * MIB });
    expect(answer.after).toMatchObject({ power: 'saved', now: { parent: 'AFTER', id: NOW } });
    expect(answer.after.now?.files).toEqual({ disk0: 'Snapshots/new.avhd' });
  });

  it.each([
    ['application', 'its guest had its files in order, and no memory was saved'],
    ['crash', 'no memory was saved, so it starts as after a power cut'],
    ['off', 'it was off then'],
  ] as const)('without memory (%s) → off', async (consistency, why) => {
    const machine = machineWith([checkpoint('A', null, { consistency })], 'A');
    const answer = await plan(machine, applied('A'), { heldBytes: async () => 0 });
    expect(answer.sentences).toEqual([
      `the machine goes back to 14:00:00 and is off: ${why}.`,
      'Nothing was written since, so nothing is lost.',
      'The other checkpoints stay.',
    ]);
    expect(answer).toMatchObject({ lostBytes: null, after: { power: 'off', now: { savedState: null } } });
  });

  it('“take a checkpoint and apply” loses nothing', async () => {
    const answer = await plan(LOOK, applied('clean install', true));
    expect(answer.sentences[1]).toBe('Now is kept first, as a checkpoint of its own.');
    expect(answer).toMatchObject({ lostBytes: null, freedBytes: 0, removed: [] });
    expect(shape(answer.after)).toContain('NEW<LOAD');
    expect(shape(answer.after)).toContain('NOW<CLEAN');
  });

  it('takes Now away from a deleted checkpoint, which then merges or goes', async () => {
    const two = machineWith(
      [checkpoint('A', null), checkpoint('B', 'A', { deletedAtUs: 1 }), checkpoint('C', 'B')],
      'B',
    );
    const merging = await plan(two, applied('A'));
    expect(merging.sentences).toContain(
      'Then b has one descendant left, so it merges with c: 4 MiB, less than 1 s.',
    );
    expect(shape(merging.after)).toEqual(['A<', 'C<A', 'NOW<A']);
    const one = machineWith([checkpoint('A', null), checkpoint('B', 'A', { deletedAtUs: 1 })], 'B');
    const going = await plan(one, applied('A'));
    expect(going.sentences).toContain('The disk of b, deleted before, goes too (10 MiB).');
    expect(going.removed).toEqual([NOW, 'B']);
  });

  it('brings the settings of that moment back, and says when Now cannot be read', async () => {
    const machine = machineWith([checkpoint('A', null, { settings: { ...SETTINGS, processors: 4 } })], 'A');
    const heldBytes = () => Promise.reject(new DiskError({ code: 'vanished', message: 'x' }));
    const answer = await plan(machine, applied('A'), { heldBytes });
    expect(answer.sentences).toContain('The settings of that moment come back with it.');
    expect(answer.sentences).toContain('The newest disk cannot be read, and is lost.');
    expect(answer.after.now?.settings.processors).toBe(4);
    expect(answer.lostBytes).toBeNull();
  });

  it('Revert = apply the parent of Now; where that was deleted, the next above', async () => {
    const machine = machineWith(
      [
        checkpoint('A', null, { name: 'clean' }),
        checkpoint('B', 'A', { deletedAtUs: 1 }),
        checkpoint('C', 'B'),
      ],
      'B',
    );
    const answer = await plan(machine, { do: 'revert', takeFirst: false });
    expect(answer.sentences[0]).toBe('it goes back to clean, 14:00:00, and is off: it was off then.');
    expect(answer.after.now?.parent).toBe('A');
  });
});

describe('taking one [A, B]', () => {
  const take = { do: 'take', name: 'before update' } as const;

  it('running, standard: stands still for a moment, and memory is saved while it runs', async () => {
    const answer = await plan(LOOK, take, { driveBytes: 100 * MIB, usedBytes: 90 * MIB });
    expect(answer.sentences).toEqual([
      'the machine stands still for a moment; a new differencing disk takes its writes from then on, and the one below is frozen.',
      'Its 64 MiB of memory are saved, compressed, while it runs.',
      'The drive has 10 MiB left, and up to 64 MiB are needed.',
      'It is number 5 of at most 50.',
    ]);
    expect(answer.after.checkpoints.at(-1)).toMatchObject({
      name: 'before update',
      parent: 'LOAD',
      files: { disk0: 'Snapshots/NOW.avhd' },
      consistency: 'memory',
    });
  });

  it.each([
    [
      'running',
      'production',
      true,
      'The guest brings its files in order first; no memory is saved.',
      'application',
    ],
    [
      'running',
      'production',
      false,
      'The guest cannot be asked to bring its files in order, so its 64 MiB of memory are saved instead.',
      'memory',
    ],
    ['off', 'production', true, 'The machine is off, so there is no memory to save.', 'off'],
    ['saved', 'standard', true, 'It keeps a copy of the saved state.', 'memory'],
  ] as const)('%s, %s, integration services %s', async (power, type, services, sentence, consistency) => {
    const now = checkpoint(NOW, null, {
      settings: { ...SETTINGS, integrationServices: services },
      savedState: power === 'saved' ? savedStateOf(NOW) : null,
    });
    const answer = await plan(machineWith([], null, { power, now }), { do: 'take', type });
    expect(answer.sentences).toContain(sentence);
    expect(answer.after.checkpoints[0]?.consistency).toBe(consistency);
    expect(answer.after.checkpoints[0]?.name).toBe('LAB-WEB01 (03/02/2026 - 02:01:00 PM)');
  });
});

it('breaks off a merge in the chain of Now where Now gets other files, and no other merge', async () => {
  const text = 'The merge of before hotfix that is under way is broken off and begins anew.';
  for (const command of [{ do: 'take' }, applied('clean install')] as const) {
    expect((await plan(LOOK, command, { merging: 'BEFORE' })).sentences).toContain(text);
    expect((await plan(LOOK, command, { merging: null })).sentences).not.toContain(text);
    expect((await plan(LOOK, command, { merging: 'SCHEMA' })).sentences.join(' ')).not.toContain(
      'begins anew',
    );
  }
});

describe('starting', () => {
  const due = machineWith([checkpoint('A', null, { deletedAtUs: 1, name: 'load test' })], 'A', {
    policy: 'when-off',
  });

  it('when off (2008): starting the VM cancels the merge and throws its progress away [B, M]', async () => {
    expect((await plan(due, { do: 'start' }, { merging: 'A' })).sentences).toEqual([
      'its guest boots from its disk.',
      'The merge of load test is broken off and its progress thrown away: it begins anew when the machine is off.',
    ]);
  });

  it.each([
    ['when-off', 'The merge of load test waits until the machine is off.'],
    ['when-idle', 'The merge of load test waits until the machine’s disks are idle.'],
    ['live', 'The merge of load test goes on while it runs.'],
  ] as const)('%s', async (policy, sentence) => {
    const answer = await plan({ ...due, policy }, { do: 'start' });
    expect(answer.sentences[1]).toBe(sentence);
    expect(answer.after.power).toBe('running');
  });

  it('goes on with its saved memory, whose file goes', async () => {
    const now = checkpoint(NOW, null, { savedState: savedStateOf(NOW) });
    const answer = await plan(machineWith([], null, { power: 'saved', now }), { do: 'start' });
    expect(answer.sentences).toEqual(['it goes on with its saved memory (12 MiB), which is removed then.']);
    expect(answer).toMatchObject({
      freedBytes: 12 * MIB,
      after: { power: 'running', now: { savedState: null } },
    });
  });
});

it('merge now: everything that is due, whatever the policy; what waits still waits', async () => {
  const machine = machineWith(
    [
      checkpoint('A', null, { deletedAtUs: 1 }),
      checkpoint('B', 'A', { deletedAtUs: 2 }),
      checkpoint('C', 'B'),
      checkpoint('D', 'B'),
    ],
    'D',
    { policy: 'when-off', power: 'running' },
  );
  const answer = await plan(machine, { do: 'merge-now' });
  expect(answer.sentences).toEqual([
    'a merges with b at once: 4 MiB, less than 1 s.',
    'The guest stands still meanwhile.',
    'b still waits: c and d read through its disk.',
    'Now reads the same.',
  ]);
});

it('Removing the VM merges every checkpoint on the path of Now at once, and leaves one VHD that holds everything [T, M]', async () => {
  const answer = await plan({ ...LOOK, power: 'off', foundation: { disk0: [] } }, { do: 'remove-machine' });
  expect(answer.sentences).toEqual([
    'the 4 checkpoints above Now and Now itself are merged into CLEAN.vhd in one go: at most 16 MiB, less than 1 s.',
    'schema v2 goes (10 MiB), because Now does not stand on it.',
    'Settings and saved memory go (12 MiB).',
    'What is left reads as Now does; nothing of it can be taken back.',
  ]);
  expect(answer.merges).toMatchObject([
    { source: 'Snapshots/NOW.avhd', target: 'Virtual Hard Disks/CLEAN.vhd' },
  ]);
  expect(answer.after).toMatchObject({ now: null, checkpoints: [], left: ['Virtual Hard Disks/CLEAN.vhd'] });
  const alone = await plan(machineWith([], null, { foundation: { disk0: ['own.vhd'] } }), {
    do: 'remove-machine',
  });
  expect(alone.sentences.slice(0, 2)).toEqual([
    'NOW.vhd stays as it is.',
    'It still stands on your own chain, which is not touched.',
  ]);
});

it('a refusal is the whole answer', async () => {
  expect(await plan(LOOK, deleted('before hotfix'))).toEqual({
    command: deleted('before hotfix'),
    refusal: { text: 'The checkpoint “before hotfix” was deleted.', code: null },
    sentences: [],
    removed: [],
    freedBytes: 0,
    merges: [],
    lostBytes: null,
    after: LOOK,
  });
});

it('time is read and write at the drive’s rate, and requests: about 1 s for 100 MiB on the SSD', () => {
  const whole = (copyBytes: number) => ({ copyBytes, runs: 1 });
  // A merge that copies nothing still opens, commits and removes.
  const nothing = mergeSeconds(DRIVES.ssd, { copyBytes: 0, runs: 0 });
  expect(nothing).toBeGreaterThan(0.001);
  expect(nothing).toBeLessThan(0.05);
  const rate = (200 * MIB) / DRIVES.ssd.bytesPerSecond;
  expect(mergeSeconds(DRIVES.ssd, whole(100 * MIB))).toBeGreaterThan(rate);
  expect(mergeSeconds(DRIVES.ssd, whole(100 * MIB))).toBeLessThan(2 * rate);
  expect(mergeSeconds(DRIVES.disk, whole(100 * MIB))).toBeGreaterThan(
    mergeSeconds(DRIVES.ssd, whole(100 * MIB)),
  );
});

/** Every tree of up to four checkpoints, some of them deleted, Now on any of them. */
function* machines(): Generator<MachineState> {
  for (let count = 1; count <= 4; count++) {
    let shapes: number[][] = [[]];
    for (let i = 1; i < count; i++)
      shapes = shapes.flatMap((parents) => [...Array(i).keys()].map((parent) => [...parents, parent]));
    for (const parents of shapes) {
      for (let dead = 0; dead < 2 ** count; dead++) {
        const nodes: MachineNode[] = [...Array(count).keys()].map((i) =>
          checkpoint(`C${i}`, i === 0 ? null : `C${parents[i - 1]}`, {
            deletedAtUs: (dead >> i) & 1 ? i + 1 : null,
          }),
        );
        for (let on = 0; on < count; on++) {
          const machine = machineWith(nodes, `C${on}`);
          const leaves = nodes.some(
            ({ id, deletedAtUs }) => deletedAtUs !== null && descendantsOf(machine, id).length === 0,
          );
          if (!leaves) yield machine;
        }
      }
    }
  }
}

function settled(state: MachineState): MachineState {
  const [due] = dueMerges(state);
  return due ? settled(merged(state, due.node.id, due.child.id, 'disk0')) : state;
}

function checkWords({ sentences, refusal }: LabPlan): void {
  expect(refusal).toBeNull();
  const [first = '', ...rest] = sentences;
  expect(first).toMatch(/^\S.*\.$/);
  for (const sentence of rest) expect(sentence).toMatch(/^\S.*[^.]\.$/);
  expect(sentences.join(' ')).not.toMatch(/undefined|null|NaN|\bNOW\b(?!\.)|snapshot/);
}

it('foresees the tree that the rules make, for every deletion in every tree of up to four', async () => {
  let asked = 0;
  for (const machine of machines()) {
    for (const { id } of machine.checkpoints.filter(({ deletedAtUs }) => deletedAtUs === null)) {
      const below = subtreeOf(machine, id)
        .map((node) => node.id)
        .filter((each) => each !== NOW);
      for (const [name, ids] of [
        ['delete', [id]],
        ['delete-subtree', below],
      ] as const) {
        const answer = await plan(machine, { do: name, checkpoint: id });
        checkWords(answer);
        const expected = deletion(machine, ids, 60_000_000);
        expect(shape(answer.after)).toEqual(shape(settled(expected.state)));
        expect(answer.removed).toEqual(expected.removed.map((node) => node.id));
        expect(answer.freedBytes).toBe(expected.removed.length * 10 * MIB);
        const before = dueMerges(machine).map(({ node }) => node.id);
        const foreseen = new Set([...before, ...answer.merges.map(({ node }) => node)]);
        expect([...foreseen]).toEqual(
          expect.arrayContaining(dueMerges(expected.state).map(({ node }) => node.id)),
        );
        expect(answer.merges.some(({ source, target }) => source === target)).toBe(false);
        asked++;
      }
    }
  }
  expect(asked).toBeGreaterThan(500);
});
