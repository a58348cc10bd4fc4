/**
 * Every command in every state of the machine: which are refused, by which rule, and in which words. The table is the
 * specification: a command or a state that is not in it fails to compile or fails the test.
 */
import { describe, expect, it } from 'vitest';
import type { CommandName, LabCommand } from '../../../../src/lab/commands.ts';
import { configurationName } from '../../../../src/lab/machine/configuration.ts';
import type { MachineState } from '../../../../src/lab/machine/machine.ts';
import type { LabFacts } from '../../../../src/lab/rules/facts.ts';
import { REFUSAL_RULES } from '../../../../src/lab/rules/refusal.ts';
import { type RefusalRule, refusalOf } from '../../../../src/lab/rules/refusals.ts';
import { checkpoint, factsOf, MACHINE_ID, machineWith, savedStateOf } from '../../../support/labFacts.ts';

/** A: the base. B: with Now on it. C: deleted, Now's own, with one descendant: due. */
const CHECKPOINTS = [
  checkpoint('A', null),
  checkpoint('B', 'A', { savedState: savedStateOf('B') }),
  checkpoint('C', 'B', { deletedAtUs: 5 }),
];
const LOST = 'Snapshots/LOST.avhd';

type State = 'off' | 'running' | 'paused' | 'saved' | 'host off' | 'removed';
const STATES: readonly State[] = ['off', 'running', 'paused', 'saved', 'host off', 'removed'];

function factsIn(state: State): LabFacts {
  const base = { checkpoints: CHECKPOINTS, on: 'C' };
  const power = state === 'host off' || state === 'removed' ? 'off' : state;
  let machine: MachineState = machineWith(base.checkpoints, base.on, { power });
  if (state === 'saved') machine = withNow(machine, { savedState: savedStateOf('NOW') });
  if (state === 'removed') {
    machine = { ...machine, checkpoints: [], now: null, left: ['Virtual Hard Disks/A.vhd'] };
  }
  return factsOf(machine, { hostOn: state !== 'host off', merging: 'C', lostFiles: [LOST] });
}

function withNow(machine: MachineState, change: object): MachineState {
  return { ...machine, now: machine.now && { ...machine.now, ...change } };
}

const COMMANDS: { readonly [Name in CommandName]: Extract<LabCommand, { do: Name }> } = {
  start: { do: 'start' },
  'shut-down': { do: 'shut-down' },
  'turn-off': { do: 'turn-off' },
  pause: { do: 'pause' },
  resume: { do: 'resume' },
  save: { do: 'save' },
  'delete-saved-state': { do: 'delete-saved-state' },
  settings: { do: 'settings', change: { processors: 2 } },
  'attach-pass-through': { do: 'attach-pass-through', name: 'Disk 2' },
  'detach-pass-through': { do: 'detach-pass-through', name: 'Disk 2' },
  'remove-machine': { do: 'remove-machine' },
  guest: { do: 'guest', kind: 'build', load: 50 },
  write: { do: 'write', disk: 'disk0', firstSector: 0, sectorCount: 1, seed: 1 },
  take: { do: 'take' },
  apply: { do: 'apply', checkpoint: 'B', takeFirst: false },
  revert: { do: 'revert', takeFirst: true },
  rename: { do: 'rename', checkpoint: 'B', name: 'better' },
  delete: { do: 'delete', checkpoint: 'B' },
  'delete-subtree': { do: 'delete-subtree', checkpoint: 'A' },
  policy: { do: 'policy', policy: 'when-off' },
  'merge-now': { do: 'merge-now' },
  'cancel-merge': { do: 'cancel-merge' },
  'pull-plug': { do: 'pull-plug', seed: 1 },
  'power-on': { do: 'power-on' },
  'drive-size': { do: 'drive-size', bytes: 1e9 },
  'lose-file': { do: 'lose-file', file: 'Virtual Hard Disks/A.vhd' },
  'put-file-back': { do: 'put-file-back', file: LOST },
  'alter-file': { do: 'alter-file', file: 'Virtual Hard Disks/A.vhd', offset: 512, lengthBytes: 9 },
  'change-id': { do: 'change-id', file: 'Virtual Hard Disks/A.vhd' },
};

const ok = null;
const no = (what: string): string => what;
const REMOVED = 'The machine was removed.';

/** off, running, paused, saved, removed. Without power of the host everything is refused but one. */
const TABLE: Readonly<Record<CommandName, readonly [Cell, Cell, Cell, Cell, Cell]>> = {
  start: [
    ok,
    state('off or saved can be started', 'running'),
    state('off or saved can be started', 'paused'),
    ok,
    REMOVED,
  ],
  'shut-down': [
    state('running can shut down', 'off'),
    ok,
    state('running can shut down', 'paused'),
    state('running can shut down', 'saved'),
    REMOVED,
  ],
  'turn-off': [
    state('running or paused can be turned off', 'off'),
    ok,
    ok,
    state('running or paused can be turned off', 'saved'),
    REMOVED,
  ],
  pause: [
    state('running can be paused', 'off'),
    ok,
    state('running can be paused', 'paused'),
    state('running can be paused', 'saved'),
    REMOVED,
  ],
  resume: [
    state('paused can be resumed', 'off'),
    state('paused can be resumed', 'running'),
    ok,
    state('paused can be resumed', 'saved'),
    REMOVED,
  ],
  save: [
    state('running or paused can be saved', 'off'),
    ok,
    ok,
    state('running or paused can be saved', 'saved'),
    REMOVED,
  ],
  'delete-saved-state': [
    state('saved has a saved state to delete', 'off'),
    state('saved has a saved state to delete', 'running'),
    state('saved has a saved state to delete', 'paused'),
    ok,
    REMOVED,
  ],
  settings: [
    ok,
    state('off can be given other memory or processors', 'running'),
    state('off can be given other memory or processors', 'paused'),
    state('off can be given other memory or processors', 'saved'),
    REMOVED,
  ],
  'attach-pass-through': [ok, ok, ok, state('off, running or paused can be given a disk', 'saved'), REMOVED],
  'detach-pass-through': [
    no('The machine has no pass-through disk “Disk 2”.'),
    no('The machine has no pass-through disk “Disk 2”.'),
    no('The machine has no pass-through disk “Disk 2”.'),
    state('off, running or paused can be parted from a disk', 'saved'),
    REMOVED,
  ],
  'remove-machine': [
    ok,
    state('off or saved can be removed', 'running'),
    state('off or saved can be removed', 'paused'),
    ok,
    REMOVED,
  ],
  guest: [ok, ok, ok, ok, REMOVED],
  write: [
    state('running has a guest that writes', 'off'),
    ok,
    state('running has a guest that writes', 'paused'),
    state('running has a guest that writes', 'saved'),
    REMOVED,
  ],
  take: [ok, ok, ok, ok, REMOVED],
  apply: [ok, ok, ok, ok, REMOVED],
  revert: [ok, ok, ok, ok, REMOVED],
  rename: [ok, ok, ok, ok, REMOVED],
  delete: [ok, ok, ok, ok, REMOVED],
  'delete-subtree': [ok, ok, ok, ok, REMOVED],
  policy: [ok, ok, ok, ok, REMOVED],
  'merge-now': [ok, ok, ok, ok, REMOVED],
  'cancel-merge': [ok, ok, ok, ok, REMOVED],
  'pull-plug': [ok, ok, ok, ok, ok],
  'power-on': [
    no('The host has power already.'),
    no('The host has power already.'),
    no('The host has power already.'),
    no('The host has power already.'),
    no('The host has power already.'),
  ],
  'drive-size': [ok, ok, ok, ok, ok],
  'lose-file': [ok, ok, ok, ok, ok],
  'put-file-back': [ok, ok, ok, ok, ok],
  'alter-file': [ok, ok, ok, ok, ok],
  'change-id': [ok, ok, ok, ok, ok],
};

type Cell = string | null;

function state(states: string, found: string): string {
  return `Only a machine that is ${states}; this one is ${found}.`;
}

const NAMES = Object.keys(TABLE).filter((name): name is CommandName => Object.hasOwn(COMMANDS, name));

describe('every command in every state', () => {
  it.each(NAMES)('%s', (name) => {
    const answers = STATES.map((each) => refusalOf(factsIn(each), COMMANDS[name])?.text ?? null);
    const [off, running, paused, saved, removed] = TABLE[name];
    const hostOff = name === 'power-on' ? null : 'The host has no power.';
    expect(answers).toEqual([off, running, paused, saved, hostOff, removed]);
  });

  it('asks every command', () => {
    expect(NAMES.toSorted()).toEqual(Object.keys(COMMANDS).toSorted());
  });
});

const BUSY = 'The machine is busy: a checkpoint’s memory is being saved.';

it('while the memory of a checkpoint is being saved, nothing else is done to the tree, and no second memory saved', () => {
  const refused = NAMES.filter((name) => {
    const facts = { ...factsIn('running'), savingMemoryOf: 'B' };
    return refusalOf(facts, COMMANDS[name])?.text === BUSY;
  });
  const expected = [
    'save',
    'remove-machine',
    'take',
    'apply',
    'revert',
    'rename',
    'delete',
    'delete-subtree',
  ];
  expect(refused).toEqual(expected);
});

function refused(machine: MachineState, command: LabCommand, change: Partial<LabFacts> = {}) {
  const refusal = refusalOf(factsOf(machine, change), command);
  return refusal && [refusal.rule, refusal.text, refusal.code];
}

const take = { do: 'take' } as const;

describe('taking one', () => {
  it('A pass-through disk has no VHD, so a VM that has one cannot be checkpointed [T]: refuse, and say which disk', () => {
    const machine = machineWith([], null);
    const settings = machine.now?.settings;
    const disk = (name: string) => ({ kind: 'pass-through', id: `disk-${name}`, name }) as const;
    const withDisks = (...names: string[]) =>
      withNow(machine, {
        settings: { ...settings, disks: [...(settings?.disks ?? []), ...names.map(disk)] },
      });
    const text = '“Disk 2” is a pass-through disk, so no checkpoint of this machine can be taken.';
    expect(refused(withDisks('Disk 2'), take)).toEqual(['pass-through', text, null]);
    expect(refused(withDisks('X', 'Y'), take)?.[1]).toBe(
      '“X” and “Y” are pass-through disks, so no checkpoint of this machine can be taken.',
    );
    expect(refused(withDisks('X'), { do: 'detach-pass-through', name: 'X' })).toBeNull();
    expect(refused(withDisks('X'), { do: 'attach-pass-through', name: 'X' })?.[0]).toBe('attached-already');
  });

  it('At most 50 checkpoints a VM [M]; deleted ones that wait for a merge do not count', () => {
    const many = (count: number, deleted: number) =>
      machineWith(
        [...Array(count).keys()].map((i) =>
          checkpoint(`C${i}`, i === 0 ? null : 'C0', { deletedAtUs: i < count - deleted ? null : 1 }),
        ),
        'C0',
      );
    expect(refused(many(49, 0), take)).toBeNull();
    expect(refused(many(50, 0), take)).toEqual([
      'checkpoint-limit',
      'The machine has 50 checkpoints, and 50 is the limit.',
      null,
    ]);
    expect(refused(many(60, 11), take)).toBeNull();
    expect(refused(many(60, 10), take)?.[0]).toBe('checkpoint-limit');
  });

  it('a chain of 253 files is not made longer, though its checkpoints are deleted', () => {
    const deep = (count: number) =>
      machineWith(
        [...Array(count).keys()].map((i) =>
          checkpoint(`C${i}`, i === 0 ? null : `C${i - 1}`, { deletedAtUs: 1 }),
        ),
        `C${count - 1}`,
      );
    expect(refused(deep(251), take)).toBeNull();
    expect(refused(deep(252), take)?.[1]).toBe(
      'The chain has 253 files, and 253 is the most that can be read.',
    );
  });

  it('Types [M]: disabled takes none, whatever is asked for', () => {
    const machine = machineWith([], null);
    const disabled = withNow(machine, {
      settings: { ...machine.now?.settings, checkpointType: 'disabled' },
    });
    expect(refused(disabled, take)).toEqual([
      'checkpoints-disabled',
      'Checkpoints are disabled for this machine.',
      null,
    ]);
    expect(refused(disabled, { ...take, type: 'standard' })?.[0]).toBe('checkpoints-disabled');
    expect(refused(machine, { ...take, type: 'disabled' })?.[0]).toBe('checkpoints-disabled');
  });

  it('Types [M]: production falls back, production only fails where the guest cannot be asked', () => {
    const answer = (
      power: MachineState['power'],
      integrationServices: boolean,
      type: 'production' | 'production-only',
    ) => {
      const machine = machineWith([], null, { power });
      const settings = { ...machine.now?.settings, integrationServices };
      return refused(withNow(machine, { settings }), { ...take, type })?.[1] ?? null;
    };
    for (const power of ['off', 'running', 'paused', 'saved'] as const) {
      for (const services of [true, false]) expect(answer(power, services, 'production')).toBeNull();
    }
    const cannot = 'No production checkpoint can be taken: ';
    expect([true, false].map((services) => answer('running', services, 'production-only'))).toEqual([
      null,
      `${cannot}the guest has no integration services to ask.`,
    ]);
    expect(answer('saved', true, 'production-only')).toBe(
      `${cannot}the machine is saved, and its guest cannot be asked.`,
    );
    expect(answer('paused', true, 'production-only')).toBe(
      `${cannot}the machine is paused, and its guest cannot be asked.`,
    );
    expect(answer('off', false, 'production-only')).toBeNull();
  });

  it('Name: 1–100 characters, can be renamed [M]', () => {
    const machine = machineWith([checkpoint('A', null)], 'A');
    for (const [name, rule] of [
      ['', 'name-length'],
      ['x', undefined],
      ['x'.repeat(100), undefined],
      ['x'.repeat(101), 'name-length'],
    ] as const) {
      expect(refused(machine, { ...take, name })?.[0]).toBe(rule);
      expect(refused(machine, { do: 'rename', checkpoint: 'A', name })?.[0]).toBe(rule);
    }
  });
});

describe('naming a checkpoint', () => {
  const machine = machineWith(
    [
      checkpoint('A', null),
      checkpoint('B', 'A', { name: 'twice' }),
      checkpoint('C', 'A', { name: 'twice' }),
      checkpoint('D', 'A', { deletedAtUs: 1, name: 'before hotfix' }),
      checkpoint('E', 'D', { deletedAtUs: 1, name: 'a' }),
      checkpoint('F', 'E'),
    ],
    'D',
  );
  const commands = (name: string): LabCommand[] => [
    { do: 'apply', checkpoint: name, takeFirst: false },
    { do: 'rename', checkpoint: name, name: 'x' },
    { do: 'delete', checkpoint: name },
    { do: 'delete-subtree', checkpoint: name },
  ];

  it.each([
    ['none', 'no-checkpoint', 'There is no checkpoint “none”.'],
    ['NOW', 'no-checkpoint', 'There is no checkpoint “NOW”.'],
    ['twice', 'ambiguous-name', '2 checkpoints are called “twice”.'],
    ['before hotfix', 'checkpoint-deleted', 'The checkpoint “before hotfix” was deleted.'],
    ['d', 'checkpoint-deleted', 'The checkpoint “before hotfix” was deleted.'],
  ])('refuses “%s” in every command', (name, rule, text) => {
    for (const command of commands(name)) expect(refused(machine, command)).toEqual([rule, text, null]);
  });

  it('takes a name that only deleted ones share with it', () => {
    for (const command of commands('a')) expect(refused(machine, command)).toBeNull();
  });
});

describe('Revert = apply the parent of Now [M]', () => {
  const revert = { do: 'revert', takeFirst: false } as const;

  it('has nothing to go back to without checkpoints, or above deleted ones only', () => {
    const text = 'There is no checkpoint above Now to go back to.';
    expect(refused(machineWith([], null), revert)).toEqual(['nothing-above', text, null]);
    const dead = machineWith([checkpoint('A', null, { deletedAtUs: 1 })], 'A');
    expect(refused(dead, revert)?.[0]).toBe('nothing-above');
  });

  it('says why the checkpoint that is to be taken first is refused', () => {
    const machine = machineWith([checkpoint('A', null)], 'A');
    const disabled = withNow(machine, { settings: { ...machine.now?.settings, checkpointType: 'disabled' } });
    expect(refused(disabled, revert)).toBeNull();
    expect(refused(disabled, { ...revert, takeFirst: true })?.[1]).toBe(
      'The checkpoint of Now that is to be taken first is refused: Checkpoints are disabled for this machine.',
    );
  });
});

describe('A snapshot is not a backup [D]: a file of the chain is lost', () => {
  const machine = machineWith([checkpoint('A', null), checkpoint('B', 'A')], 'B');
  const broken =
    'A.vhd is lost: “The chain of virtual hard disks is broken. The system cannot locate the parent virtual hard disk for the differencing disk.”';

  it('starts no machine above it, and says so in Windows’ words and code', () => {
    const lost = { lostFiles: ['Virtual Hard Disks/A.vhd'] };
    for (const command of [{ do: 'start' }, take, { do: 'remove-machine' }] as const) {
      expect(refused(machine, command, lost)).toEqual(['parent-lost', broken, '0xC03A000D']);
    }
    expect(refused({ ...machine, power: 'paused' }, { do: 'resume' }, lost)?.[2]).toBe('0xC03A000D');
    const apply = { do: 'apply', checkpoint: 'B', takeFirst: false } as const;
    expect(refused(machine, apply, lost)?.[1]).toBe(broken);
    expect(refused(machine, { do: 'delete', checkpoint: 'B' }, lost)).toBeNull();
  });

  it('tells a lost newest file from a lost parent', () => {
    const lost = { lostFiles: ['Snapshots/NOW.avhd'] };
    const text = 'NOW.avhd is lost: “The system cannot find the file specified.”';
    expect(refused(machine, { do: 'start' }, lost)).toEqual(['file-lost', text, '0x80070002']);
    expect(refused(machine, { do: 'apply', checkpoint: 'B', takeFirst: false }, lost)).toBeNull();
    expect(refused(machine, { do: 'revert', takeFirst: true }, lost)?.[0]).toBe('file-lost');
  });

  it('counts a file that is in no list as lost, and files of a foundation too', () => {
    expect(refused(machine, { do: 'start' }, { fileBytes: new Map() })?.[0]).toBe('file-lost');
    const founded = { ...machine, foundation: { disk0: ['own.vhd'] } };
    expect(refused(founded, { do: 'start' })).toBeNull();
    expect(refused(founded, { do: 'start' }, { lostFiles: ['own.vhd'] })?.[0]).toBe('parent-lost');
  });

  it('does not start from a saved state that is lost; it can be deleted', () => {
    const saved = withNow({ ...machine, power: 'saved' }, { savedState: savedStateOf('NOW') });
    const lost = { lostFiles: ['Snapshots/NOW.vsv'] };
    expect(refused(saved, { do: 'start' }, lost)?.[0]).toBe('saved-state-lost');
    expect(refused(saved, { do: 'delete-saved-state' }, lost)).toBeNull();
    expect(refused(saved, { do: 'remove-machine' }, lost)).toBeNull();
  });
});

describe('values', () => {
  const off = machineWith([], null);
  const running = { ...off, power: 'running' } as const;
  const settings = (change: object) => refused(off, { do: 'settings', change })?.[1] ?? null;

  it('bounds memory, processors and notes', () => {
    expect(
      [{ memoryBytes: 2 ** 20 }, { memoryBytes: 2 ** 30 }, { processors: 64 }, { notes: 'x' }].map(settings),
    ).toEqual([null, null, null, null]);
    expect(settings({ memoryBytes: 2 ** 20 + 1 })).toBe(
      'Memory is 1048577; expected 64 KiB to 1 GiB in whole pages of 4 KiB.',
    );
    expect(settings({ memoryBytes: 4096 })).toContain('Memory is 4096;');
    expect(settings({ memoryBytes: 2 ** 40 })).toContain('Memory is');
    expect(settings({ processors: 0 })).toBe('The number of processors is 0; expected 1 to 64.');
    expect(settings({ processors: 1.5 })).toContain('1.5');
    expect(settings({ notes: 'x'.repeat(1001) })).toContain('1001');
  });

  it('takes settings that do not need it while the machine runs', () => {
    const change = { notes: 'x', checkpointType: 'production', integrationServices: false } as const;
    expect(refused(running, { do: 'settings', change })).toBeNull();
    expect(refused(running, { do: 'settings', change: { ...change, memoryBytes: 2 ** 26 } })?.[0]).toBe(
      'wrong-state',
    );
  });

  it('bounds the load, and what the guest is to write', () => {
    const load = (value: number) => refused(off, { do: 'guest', kind: 'idle', load: value })?.[0];
    expect([0, 100, -1, 101, Number.NaN].map(load)).toEqual([
      undefined,
      undefined,
      'bad-value',
      'bad-value',
      'bad-value',
    ]);
    const write = (change: object) =>
      refused(running, {
        do: 'write',
        disk: 'disk0',
        firstSector: 0,
        sectorCount: 1,
        seed: 1,
        ...change,
      })?.[0];
    expect(write({})).toBeUndefined();
    expect(write({ disk: 'disk1' })).toBe('no-such-disk');
    for (const change of [
      { firstSector: -1 },
      { firstSector: 0.5 },
      { sectorCount: 0 },
      { sectorCount: 2 ** 60 },
    ]) {
      expect(write(change)).toBe('bad-value');
    }
  });
});

describe('faults', () => {
  const machine = machineWith([checkpoint('A', null)], 'A', { foundation: { disk0: ['own.vhd'] } });
  const file = 'Virtual Hard Disks/A.vhd';

  it('leave the configuration and somebody else’s files alone', () => {
    const configuration = configurationName(MACHINE_ID);
    for (const name of ['lose-file', 'change-id'] as const) {
      expect(refused(machine, { do: name, file: configuration })?.[0]).toBe('configuration-file');
      expect(refused(machine, { do: name, file: 'none' })?.[0]).toBe('no-such-file');
    }
    expect(refused(machine, { do: 'lose-file', file: 'own.vhd' })).toBeNull();
    expect(refused(machine, { do: 'change-id', file: 'own.vhd' })?.[0]).toBe('foundation');
    expect(refused(machine, { do: 'alter-file', file: 'own.vhd', offset: 0, lengthBytes: 1 })?.[0]).toBe(
      'foundation',
    );
  });

  it('lose a file once, and put back only what was lost', () => {
    const lost = { lostFiles: [file] };
    expect(refused(machine, { do: 'lose-file', file }, lost)?.[1]).toBe('A.vhd is lost already.');
    expect(refused(machine, { do: 'put-file-back', file }, lost)).toBeNull();
    expect(refused(machine, { do: 'put-file-back', file })?.[0]).toBe('not-lost');
  });

  it('alter bytes that are in the file, and ids of disks', () => {
    const size = 10 * 2 ** 20;
    const alter = (offset: number, lengthBytes: number) =>
      refused(machine, { do: 'alter-file', file, offset, lengthBytes })?.[0];
    expect([alter(0, 1), alter(0, size), alter(size - 1, 1)]).toEqual([undefined, undefined, undefined]);
    expect([
      alter(-1, 1),
      alter(size, 1),
      alter(0, size + 1),
      alter(size - 1, 2),
      alter(0, 0),
      alter(0.5, 1),
    ]).toEqual(Array(6).fill('bad-value'));
    const saved = machineWith([checkpoint('A', null, { savedState: savedStateOf('A') })], 'A');
    expect(refused(saved, { do: 'change-id', file: 'Snapshots/A.vsv' })?.[0]).toBe('not-a-disk-file');
    for (const bytes of [-1, 0.5, Number.NaN]) {
      expect(refused(machine, { do: 'drive-size', bytes })?.[0]).toBe('bad-value');
    }
    expect(refused(machine, { do: 'drive-size', bytes: null })).toBeNull();
  });
});

describe('merges', () => {
  it('merges nothing at once where nothing is due, and says what waits', () => {
    const none = machineWith([checkpoint('A', null)], 'A');
    expect(refused(none, { do: 'merge-now' })?.[1]).toBe(
      'No merge is due: no deleted checkpoint has a disk left.',
    );
    const waiting = machineWith(
      [checkpoint('A', null, { deletedAtUs: 1, name: 'before hotfix' }), checkpoint('B', 'A')],
      'A',
    );
    expect(refused(waiting, { do: 'merge-now' })?.[1]).toBe(
      'No merge is due: “before hotfix” has more than one descendant.',
    );
  });

  it('breaks off only a merge that is under way', () => {
    const machine = machineWith([], null);
    expect(refused(machine, { do: 'cancel-merge' })?.[1]).toBe('No merge is under way.');
  });
});

it('every rule says what it means and what can be done, in sentences', () => {
  const rules = Object.keys(REFUSAL_RULES).filter((rule): rule is RefusalRule =>
    Object.hasOwn(REFUSAL_RULES, rule),
  );
  expect(rules.length).toBeGreaterThan(20);
  for (const rule of rules) {
    const { meaning, remedy, code } = REFUSAL_RULES[rule];
    for (const text of [meaning, remedy])
      expect([rule, text]).toEqual([rule, expect.stringMatching(/^[A-Z].+\.$/)]);
    expect(code === null || /^(0x[0-9A-F]{8}|\d{5})$/.test(code)).toBe(true);
  }
});
