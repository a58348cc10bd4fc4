/** Scenarios of every kind that can be written down, for properties: all commands, all bounds, text of any characters. */
import fc from 'fast-check';
import { GIB, MIB } from '../../src/base/units.ts';
import type { CommandName, LabCommand } from '../../src/lab/commands.ts';
import { GUEST_KINDS } from '../../src/lab/guest/guest.ts';
import { parseScenario } from '../../src/lab/history/parseScenario.ts';
import type { Scenario } from '../../src/lab/history/scenario.ts';
import { LONGEST_TIME_US } from '../../src/lab/jsonReader.ts';
import { isMachineName } from '../../src/lab/machine/machineNames.ts';
import { CHECKPOINT_TYPES, POLICIES } from '../../src/lab/machine/readSettings.ts';

const words = (least: number, most: number) =>
  fc.string({ minLength: least, maxLength: most, unit: 'binary' }).filter(({ length }) => length <= most);
/** Half of a pair, line ends and marks that turn text round are text as well. */
const oddText = fc.oneof(
  words(0, 200),
  fc.constantFrom('', '\ud800', 'a\nb', '\u202eabc', '"\\', '__proto__'),
);
const seed = fc.nat(2 ** 32 - 1);
const checkpoint = words(1, 100);
const takeFirst = fc.boolean();
const type = fc.constantFrom(...CHECKPOINT_TYPES);
const policy = fc.constantFrom(...POLICIES);
const work = { kind: fc.constantFrom(...GUEST_KINDS), load: fc.integer({ min: 0, max: 100 }) };
const file = fc.constantFrom(
  'Virtual Hard Disks/LAB-WEB01.vhd',
  'Snapshots/0B5C7A10-3C1B-4D2E-9F00-0123456789AB.avhd',
  'Virtual Machines/ä & b.json',
);
const memoryBytes = fc.integer({ min: 16, max: 262_144 }).map((pages) => pages * 4096);
const settings = {
  memoryBytes,
  processors: fc.integer({ min: 1, max: 64 }),
  notes: oddText,
  checkpointType: type,
  integrationServices: fc.boolean(),
};

const plain = <Name extends CommandName>(name: Name) => fc.constant({ do: name } as const);

const COMMANDS: Record<CommandName, fc.Arbitrary<LabCommand>> = {
  start: plain('start'),
  'shut-down': plain('shut-down'),
  'turn-off': plain('turn-off'),
  pause: plain('pause'),
  resume: plain('resume'),
  save: plain('save'),
  'delete-saved-state': plain('delete-saved-state'),
  settings: fc.record({
    do: fc.constant('settings' as const),
    change: fc.record(settings, { requiredKeys: [] }),
  }),
  'attach-pass-through': fc.record({ do: fc.constant('attach-pass-through' as const), name: checkpoint }),
  'detach-pass-through': fc.record({ do: fc.constant('detach-pass-through' as const), name: checkpoint }),
  'remove-machine': plain('remove-machine'),
  guest: fc.record({ do: fc.constant('guest' as const), ...work }),
  write: fc.record({
    do: fc.constant('write' as const),
    disk: fc.constantFrom('disk0', 'disk1'),
    firstSector: fc.nat(2 ** 31 - 1),
    sectorCount: fc.integer({ min: 1, max: 8192 }),
    seed,
  }),
  take: fc.record({ do: fc.constant('take' as const), name: oddText, type }, { requiredKeys: ['do'] }),
  apply: fc.record({ do: fc.constant('apply' as const), checkpoint, takeFirst }),
  revert: fc.record({ do: fc.constant('revert' as const), takeFirst }),
  rename: fc.record({ do: fc.constant('rename' as const), checkpoint, name: oddText }),
  delete: fc.record({ do: fc.constant('delete' as const), checkpoint }),
  'delete-subtree': fc.record({ do: fc.constant('delete-subtree' as const), checkpoint }),
  policy: fc.record({ do: fc.constant('policy' as const), policy }),
  'merge-now': plain('merge-now'),
  'cancel-merge': plain('cancel-merge'),
  'pull-plug': fc.record(
    { do: fc.constant('pull-plug' as const), seed, afterRequests: fc.nat(10_000) },
    { requiredKeys: ['do', 'seed'] },
  ),
  'power-on': plain('power-on'),
  'drive-size': fc.record({
    do: fc.constant('drive-size' as const),
    bytes: fc.option(
      fc.maxSafeNat().map((bytes) => bytes % 2 ** 50),
      { nil: null },
    ),
  }),
  'lose-file': fc.record({ do: fc.constant('lose-file' as const), file }),
  'put-file-back': fc.record({ do: fc.constant('put-file-back' as const), file }),
  'alter-file': fc.record({
    do: fc.constant('alter-file' as const),
    file,
    offset: fc.nat(2 ** 31 - 1).map((offset) => offset * 2 ** 10),
    lengthBytes: fc.integer({ min: 1, max: MIB }),
  }),
  'change-id': fc.record({ do: fc.constant('change-id' as const), file }),
};

const timeUs = fc.oneof(
  fc.maxSafeNat().map((us) => us % (LONGEST_TIME_US + 1)),
  fc.nat(100_000).map((seconds) => seconds * 1_000_000),
);

const withAnyVolume: fc.Arbitrary<Scenario> = fc.record({
  name: words(1, 100),
  text: oddText,
  seed,
  machineName: fc.oneof(words(1, 64).filter(isMachineName), fc.constant('LAB-WEB01')),
  settings: fc.record(settings),
  disks: fc.array(
    fc.record({
      type: fc.constantFrom('dynamic' as const, 'fixed' as const),
      virtualSizeBytes: fc
        .integer({ min: MIB / 512, max: (2040 * GIB) / 512 })
        .map((sectors) => sectors * 512),
      blockSizeBytes: fc.integer({ min: 19, max: 23 }).map((bits) => 2 ** bits),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  policy,
  guest: fc.record(work),
  volume: fc.boolean(),
  drive: fc.constantFrom('ssd' as const, 'disk' as const),
  commands: fc
    .array(fc.record({ atUs: timeUs, command: fc.oneof(...Object.values(COMMANDS)) }), { maxLength: 40 })
    .map((commands) => commands.sort((a, b) => a.atUs - b.atUs)),
  endUs: timeUs,
});

/** A volume stands only on a disk that has room for it. */
export const anyScenario: fc.Arbitrary<Scenario> = withAnyVolume.map((scenario) => ({
  ...scenario,
  volume: scenario.volume && (scenario.disks[0]?.virtualSizeBytes ?? 0) >= 32 * MIB,
}));

/** Each command once. */
export const EVERY_COMMAND: readonly CommandName[] = Object.keys(COMMANDS).map((name) =>
  parseCommandName(name),
);

function parseCommandName(name: string): CommandName {
  const isOne = (text: string): text is CommandName => Object.hasOwn(COMMANDS, text);
  if (!isOne(name)) throw new Error(name);
  return name;
}

/** The smallest text that is a scenario, with some members changed or taken away (undefined). */
export function smallText(change: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    format: 'disklab-scenario',
    version: 1,
    name: 'small',
    seed: 1,
    machine: { name: 'VM', disks: [{ virtualSizeBytes: '64 MiB' }] },
    guest: { kind: 'idle', load: 0 },
    ...change,
  });
}

/** The one command of a scenario that has no other. */
export function parsedCommand(command: Readonly<Record<string, unknown>>): LabCommand | undefined {
  return parseScenario(smallText({ commands: [{ at: 0, ...command }] }), 's.json').commands[0]?.command;
}
