/** Reads a scenario that anybody may have written: docs/formats/lab-scenario.md. */
import { GIB, MIB, SECTOR_BYTES, sizeText } from '../../base/units.ts';
import { LEAST_DISK_SECTORS } from '../guest/newVolume.ts';
import {
  type JsonMembers,
  type JsonSource,
  type JsonValue,
  LARGEST_SEED,
  readJson,
  readJsonBytes,
} from '../jsonReader.ts';
import {
  LEAST_BLOCK_BYTES,
  LONGEST_WORDS,
  MOST_BLOCK_BYTES,
  MOST_DISKS,
  readDrive,
  readMachineName,
  readOwnSettings,
  readPolicy,
  readWork,
} from '../machine/readSettings.ts';
import { readCommand } from './readCommand.ts';
import type { Scenario, ScenarioDisk, TimedCommand } from './scenario.ts';

export const SCENARIO_FORMAT = 'disklab-scenario';
export const SCENARIO_VERSION = 1;
export const MOST_COMMANDS = 10_000;
export const MOST_SCENARIO_BYTES = 4 * MIB;

const LONGEST_TEXT = 10_000;
const LEAST_DISK_BYTES = MIB;
/** Windows attaches no VHD that is larger. */
const MOST_DISK_BYTES = 2040 * GIB;
const USUAL_BLOCK_BYTES = 2 * MIB;

/** Throws 'bad-request' with the place, what was found there and what is expected. `fileName` is for messages. */
export function parseScenario(text: string, fileName: string): Scenario {
  return readJson(text, sourceOf(fileName)).object(readScenario);
}

/** As `parseScenario`, of the bytes of a file. */
export function scenarioOfBytes(bytes: Uint8Array, fileName: string): Scenario {
  return readJsonBytes(bytes, sourceOf(fileName)).object(readScenario);
}

function sourceOf(name: string): JsonSource {
  return {
    name,
    code: 'bad-request',
    meaning: 'The scenario was not played, nothing was changed.',
    remedy: 'Correct that place; docs/formats/lab-scenario.md lists every member.',
    mostBytes: MOST_SCENARIO_BYTES,
  };
}

function readScenario(members: JsonMembers): Scenario {
  members.get('format').oneOf([SCENARIO_FORMAT]);
  members.get('version').whole(SCENARIO_VERSION, SCENARIO_VERSION);
  const machine = members.get('machine').object(readMachine);
  const hasRoom = (machine.disks[0]?.virtualSizeBytes ?? 0) >= LEAST_DISK_SECTORS * SECTOR_BYTES;
  const guest = members.get('guest').object((guest) => ({
    work: readWork(guest),
    volume: guest.read('volume', hasRoom, (value) => readVolume(value, hasRoom)),
  }));
  const commands = members.read('commands', [], readCommands);
  return {
    name: members.get('name').text(1, LONGEST_WORDS),
    text: members.read('text', '', (text) => text.text(0, LONGEST_TEXT)),
    seed: members.get('seed').whole(0, LARGEST_SEED),
    machineName: machine.name,
    settings: machine.settings,
    disks: machine.disks,
    policy: members.read('policy', 'live', readPolicy),
    guest: guest.work,
    volume: guest.volume,
    drive: members.read('drive', 'ssd', readDrive),
    commands,
    endUs: members.read('end', commands.at(-1)?.atUs ?? 0, (end) => end.timeUs()),
  };
}

function readMachine(members: JsonMembers) {
  return {
    name: readMachineName(members.get('name')),
    settings: readOwnSettings(members),
    disks: members.get('disks').list(1, MOST_DISKS, (disk) => disk.object(readDisk)),
  };
}

function readDisk(members: JsonMembers): ScenarioDisk {
  return {
    type: members.read('type', 'dynamic', (type) => type.oneOf(['dynamic', 'fixed'] as const)),
    virtualSizeBytes: members.get('virtualSizeBytes').size(LEAST_DISK_BYTES, MOST_DISK_BYTES, SECTOR_BYTES),
    blockSizeBytes: members.read('blockSizeBytes', USUAL_BLOCK_BYTES, readBlockSize),
  };
}

function readVolume(value: JsonValue, hasRoom: boolean): boolean {
  if (hasRoom || !value.boolean()) return value.boolean();
  throw value.unlike(`false: a volume needs a first disk of ${sizeText(LEAST_DISK_SECTORS * SECTOR_BYTES)}`);
}

function readBlockSize(value: JsonValue): number {
  const bytes = value.size(LEAST_BLOCK_BYTES, MOST_BLOCK_BYTES);
  if (Math.log2(bytes) % 1 !== 0) throw value.unlike('a power of two from 512 KiB to 8 MiB');
  return bytes;
}

function readCommands(value: JsonValue): TimedCommand[] {
  let lastUs = 0;
  return value.list(0, MOST_COMMANDS, (item, i) =>
    item.object((members) => {
      const at = members.get('at');
      const atUs = at.timeUs();
      if (atUs < lastUs) throw at.unlike(`a time that is not before that of commands[${i - 1}]`);
      lastUs = atUs;
      return { atUs, command: readCommand(members) };
    }),
  );
}
