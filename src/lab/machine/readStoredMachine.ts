/** Reads a configuration that anybody may have written, and checks that its tree holds together. */
import { type JsonMembers, type JsonValue, LARGEST_SEED, LONGEST_TIME_US } from '../jsonReader.ts';
import type { StoredMachine } from './configuration.ts';
import type {
  DiskFiles,
  DiskSetting,
  MachineNode,
  MachineSettings,
  MachineState,
  PowerState,
  SavedStateFile,
} from './machine.ts';
import { LONGEST_NAME, NOW } from './machine.ts';
import { BY_DISK, DISK_ID, GUID, isFoundationName } from './machineNames.ts';
import {
  LONGEST_WORDS,
  MOST_DISKS,
  readBoolean,
  readDrive,
  readMachineFile,
  readOwnSettings,
  readPolicy,
  readWork,
} from './readSettings.ts';
import { nodesOf } from './tree.ts';

export const MACHINE_FORMAT = 'disklab-machine';
export const MACHINE_VERSION = 1;
/** Deleted ones that wait for their merge are among them, so there may be more than a machine can have. */
const MOST_NODES = 10_000;
const MOST_LAYERS = 253;
const MOST_DEVICES = 64;
/** The largest that the formats know. */
const MOST_DISK_BYTES = 64 * 2 ** 40;
const MOST_BLOCK_BYTES = 2 ** 31;

const POWER: readonly PowerState[] = ['off', 'running', 'paused', 'saved'];
const CONSISTENCY: readonly MachineNode['consistency'][] = ['memory', 'application', 'crash', 'off'];

const readTime = (value: JsonValue): number => value.whole(0, LONGEST_TIME_US);
const readCount = (value: JsonValue): number => value.whole(0, Number.MAX_SAFE_INTEGER);

export function readStoredMachine(value: JsonValue): StoredMachine {
  return value.object((members) => {
    members.get('format').oneOf([MACHINE_FORMAT]);
    members.get('version').whole(MACHINE_VERSION, MACHINE_VERSION);
    // What it says follows from the checkpoints.
    members.find('disk_merge_pending');
    const machine: StoredMachine = {
      state: members.get('state').object(readState),
      nowUs: readTime(members.get('nowUs')),
      seed: members.get('seed').whole(0, LARGEST_SEED),
      random: readCount(members.get('random')),
      eventCount: readCount(members.get('eventCount')),
      scenarioName: members.get('scenarioName').text(0, LONGEST_WORDS),
      guest: members
        .get('guest')
        .object((guest) => ({ ...readWork(guest), volume: readBoolean(guest.get('volume')) })),
      drive: readDrive(members.get('drive')),
      virtualSizeBytes: members
        .get('virtualSizeBytes')
        .table(MOST_DISKS, BY_DISK, (size) => size.size(512, MOST_DISK_BYTES, 512)),
      blockSizeBytes: members
        .get('blockSizeBytes')
        .table(MOST_DISKS, BY_DISK, (size) => size.size(0, MOST_BLOCK_BYTES)),
      hasFoundation: readBoolean(members.get('hasFoundation')),
    };
    checkTree(machine.state, members.get('state'));
    checkFiles(machine.state, members.get('state'));
    checkDisks(machine, members.get('state'));
    return machine;
  });
}

function readState(members: JsonMembers): MachineState {
  return {
    id: readGuid(members.get('id')),
    name: members.get('name').text(0, LONGEST_WORDS),
    power: members.get('power').oneOf(POWER),
    policy: readPolicy(members.get('policy')),
    checkpoints: members
      .get('checkpoints')
      .list(0, MOST_NODES, (node) => node.object((node) => readNode(node, readGuid))),
    now: members.get('now').orNull((node) => node.object((node) => readNode(node, readNow))),
    foundation: members
      .get('foundation')
      .table(MOST_DISKS, BY_DISK, (files) => files.list(0, MOST_LAYERS, readFoundationName)),
    left: members.get('left').list(0, MOST_DISKS, readMachineFile),
  };
}

function readNode(members: JsonMembers, readId: (value: JsonValue) => string): MachineNode {
  return {
    id: readId(members.get('id')),
    name: members.get('name').text(0, LONGEST_NAME),
    parent: members.get('parent').orNull(readGuid),
    atUs: readTime(members.get('atUs')),
    files: readFiles(members.get('files')),
    settings: members.get('settings').object(readSettings),
    savedState: members.get('savedState').orNull((saved) => saved.object(readSavedState)),
    consistency: members.get('consistency').oneOf(CONSISTENCY),
    deletedAtUs: members.get('deletedAtUs').orNull(readTime),
  };
}

function readGuid(value: JsonValue): string {
  return value.textThat((text) => GUID.test(text), 'a GUID in upper case');
}

function readNow(value: JsonValue): typeof NOW {
  return value.oneOf([NOW]);
}

function readFoundationName(value: JsonValue): string {
  return value.textThat(isFoundationName, 'the name of a file');
}

function readFiles(value: JsonValue): DiskFiles {
  return value.table(MOST_DISKS, BY_DISK, readMachineFile);
}

function readSettings(members: JsonMembers): MachineSettings {
  return {
    ...readOwnSettings(members),
    disks: members.get('disks').list(0, MOST_DEVICES, (disk) => disk.object(readDisk)),
  };
}

function readDisk(members: JsonMembers): DiskSetting {
  const kind = members.get('kind').oneOf(['vhd', 'pass-through'] as const);
  const id = members.get('id').textThat((text) => DISK_ID.test(text), 'the id of a disk, as “disk0”');
  if (kind === 'vhd') return { kind, id };
  return { kind, id, name: members.get('name').text(0, LONGEST_WORDS) };
}

function readSavedState(members: JsonMembers): SavedStateFile {
  return {
    file: readMachineFile(members.get('file')),
    fileBytes: readCount(members.get('fileBytes')),
    memoryBytes: readCount(members.get('memoryBytes')),
  };
}

/** Ids are unique, parents are there, and every way up ends. */
function checkTree(state: MachineState, place: JsonValue): void {
  const parents = new Map<string, string | null>();
  for (const { id, parent } of state.checkpoints) {
    if (parents.has(id)) throw place.wrong(`two checkpoints have the id ${id}`);
    parents.set(id, parent);
  }
  const sound = new Set<string>();
  for (const { id, parent } of nodesOf(state)) {
    const way = new Set<string>();
    for (let at = parent; at !== null && !sound.has(at); at = parents.get(at) ?? null) {
      if (!parents.has(at)) throw place.wrong(`${id} stands on ${at}, which is not there`);
      if (way.has(at)) throw place.wrong(`${id} stands on itself: its parents lead in a circle`);
      way.add(at);
    }
    for (const at of way) sound.add(at);
  }
}

/** No file belongs to two nodes, or is written to and stood on by strangers at once. */
function checkFiles(state: MachineState, place: JsonValue): void {
  const owners = new Map<string, string>();
  const own = (file: string, owner: string) => {
    // As Windows compares names.
    const key = file.toLowerCase();
    const other = owners.get(key);
    if (other !== undefined) throw place.wrong(`${file} belongs to ${other} and to ${owner}`);
    owners.set(key, owner);
  };
  for (const { id, files } of nodesOf(state)) for (const file of Object.values(files)) own(file, id);
  for (const files of Object.values(state.foundation)) for (const file of files) own(file, 'the foundation');
}

/** What reads from a node reads every disk; a deleted one may have handed some of its files on already. */
function checkDisks({ state, virtualSizeBytes }: StoredMachine, place: JsonValue): void {
  const disks = Object.keys(virtualSizeBytes);
  for (const { id, files, deletedAtUs } of nodesOf(state)) {
    const strange = Object.keys(files).find((disk) => !disks.includes(disk));
    if (strange !== undefined) throw place.wrong(`${id} has a file of ${strange}, whose size is not told`);
    const missing = disks.find((disk) => !(disk in files));
    if (missing !== undefined && deletedAtUs === null) throw place.wrong(`${id} has no file of ${missing}`);
  }
}
