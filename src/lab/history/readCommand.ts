/** Reads one command of a scenario: a reader for each, and their bounds. */
import { MIB, SECTOR_BYTES, TIB } from '../../base/units.ts';
import type { CommandName, LabCommand, SettingsChange } from '../commands.ts';
import { type JsonMembers, type JsonValue, LARGEST_SEED } from '../jsonReader.ts';
import { DISK_ID } from '../machine/machineNames.ts';
import {
  LONGEST_WORDS,
  readBoolean,
  readCheckpointType,
  readMachineFile,
  readMemoryBytes,
  readNotes,
  readPolicy,
  readProcessors,
  readWork,
} from '../machine/readSettings.ts';

/** One write of the guest, and one stretch that is altered, is held in memory whole. */
const MOST_WRITE_BYTES = 4 * MIB;
const MOST_ALTER_BYTES = MIB;
/** Larger than any disk, so that the lab can say itself what is out of range. */
const MOST_SECTOR = 2 ** 40;
const MOST_OFFSET = 2 ** 50;
const MOST_REQUESTS = 1_000_000_000;
const MOST_DRIVE_BYTES = 1024 * TIB;

type Readers = {
  readonly [Name in CommandName]: (members: JsonMembers) => Extract<LabCommand, { do: Name }>;
};

const READERS: Readers = {
  start: () => ({ do: 'start' }),
  'shut-down': () => ({ do: 'shut-down' }),
  'turn-off': () => ({ do: 'turn-off' }),
  pause: () => ({ do: 'pause' }),
  resume: () => ({ do: 'resume' }),
  save: () => ({ do: 'save' }),
  'delete-saved-state': () => ({ do: 'delete-saved-state' }),
  settings: (members) => ({ do: 'settings', change: members.get('change').object(readChange) }),
  'attach-pass-through': (members) => ({ do: 'attach-pass-through', name: readWords(members.get('name')) }),
  'detach-pass-through': (members) => ({ do: 'detach-pass-through', name: readWords(members.get('name')) }),
  'remove-machine': () => ({ do: 'remove-machine' }),
  guest: (members) => ({ do: 'guest', ...readWork(members) }),
  write: (members) => ({
    do: 'write',
    disk: members.get('disk').textThat((text) => DISK_ID.test(text), 'the id of a disk, as “disk0”'),
    firstSector: members.get('firstSector').whole(0, MOST_SECTOR),
    sectorCount: members.get('sectorCount').whole(1, MOST_WRITE_BYTES / SECTOR_BYTES),
    seed: readSeed(members.get('seed')),
  }),
  take: (members) => ({
    do: 'take',
    ...optional('name', members.find('name'), readName),
    ...optional('type', members.find('type'), readCheckpointType),
  }),
  apply: (members) => ({
    do: 'apply',
    checkpoint: readCheckpoint(members),
    takeFirst: readTakeFirst(members),
  }),
  revert: (members) => ({ do: 'revert', takeFirst: readTakeFirst(members) }),
  rename: (members) => ({
    do: 'rename',
    checkpoint: readCheckpoint(members),
    name: readName(members.get('name')),
  }),
  delete: (members) => ({ do: 'delete', checkpoint: readCheckpoint(members) }),
  'delete-subtree': (members) => ({ do: 'delete-subtree', checkpoint: readCheckpoint(members) }),
  policy: (members) => ({ do: 'policy', policy: readPolicy(members.get('policy')) }),
  'merge-now': () => ({ do: 'merge-now' }),
  'cancel-merge': () => ({ do: 'cancel-merge' }),
  'pull-plug': (members) => ({
    do: 'pull-plug',
    seed: readSeed(members.get('seed')),
    ...optional('afterRequests', members.find('afterRequests'), (value) => value.whole(0, MOST_REQUESTS)),
  }),
  'power-on': () => ({ do: 'power-on' }),
  'drive-size': (members) => ({
    do: 'drive-size',
    bytes: members.get('bytes').orNull((bytes) => bytes.size(0, MOST_DRIVE_BYTES)),
  }),
  'lose-file': (members) => ({ do: 'lose-file', file: readMachineFile(members.get('file')) }),
  'put-file-back': (members) => ({ do: 'put-file-back', file: readMachineFile(members.get('file')) }),
  'alter-file': (members) => ({
    do: 'alter-file',
    file: readMachineFile(members.get('file')),
    offset: members.get('offset').size(0, MOST_OFFSET),
    lengthBytes: members.get('lengthBytes').size(1, MOST_ALTER_BYTES),
  }),
  'change-id': (members) => ({ do: 'change-id', file: readMachineFile(members.get('file')) }),
};

const NAMES = Object.keys(READERS).filter((name): name is CommandName => Object.hasOwn(READERS, name));

/** `at` is the caller's. */
export function readCommand(members: JsonMembers): LabCommand {
  return READERS[members.get('do').oneOf(NAMES)](members);
}

function readChange(members: JsonMembers): SettingsChange {
  return {
    ...optional('memoryBytes', members.find('memoryBytes'), readMemoryBytes),
    ...optional('processors', members.find('processors'), readProcessors),
    ...optional('notes', members.find('notes'), readNotes),
    ...optional('checkpointType', members.find('checkpointType'), readCheckpointType),
    ...optional('integrationServices', members.find('integrationServices'), readBoolean),
  };
}

/** The member where it is there, and else no member of that name. */
function optional<Name extends string, T>(
  name: Name,
  value: JsonValue | null,
  read: (value: JsonValue) => T,
): { readonly [Key in Name]?: T } {
  if (!value) return {};
  const member: { [Key in Name]?: T } = {};
  member[name] = read(value);
  return member;
}

function readSeed(value: JsonValue): number {
  return value.whole(0, LARGEST_SEED);
}

function readWords(value: JsonValue): string {
  return value.text(1, LONGEST_WORDS);
}

/** Also one that is too long or empty: the lab refuses it as Hyper-V does. */
function readName(value: JsonValue): string {
  return value.text(0, LONGEST_WORDS);
}

function readCheckpoint(members: JsonMembers): string {
  return readWords(members.get('checkpoint'));
}

function readTakeFirst(members: JsonMembers): boolean {
  return members.read('takeFirst', false, readBoolean);
}
