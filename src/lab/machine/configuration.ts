/**
 * The configuration of a machine: one file, written anew and renamed over the one before it. It is the commit point of every
 * change: what it does not name is not there. The format is docs/formats/lab-machine.md; read back, it is somebody's file.
 */
import { assert } from '../../base/assert.ts';
import { DiskError } from '../../base/errors.ts';
import { MIB } from '../../base/units.ts';
import type { DiskFolder } from '../../storage/diskFolder.ts';
import type { RandomAccessFile } from '../../storage/randomAccessFile.ts';
import { storageCode } from '../../storage/storageErrors.ts';
import type { DriveName } from '../drive/driveModel.ts';
import type { GuestKind } from '../guest/guest.ts';
import { type JsonSource, readJsonBytes } from '../jsonReader.ts';
import { MACHINE_FOLDER, type MachineState } from './machine.ts';
import { MACHINE_FORMAT, MACHINE_VERSION, readStoredMachine } from './readStoredMachine.ts';

/** Everything that a lab needs to go on where it was, besides the disks and saved states that are named here. */
export interface StoredMachine {
  readonly state: MachineState;
  readonly nowUs: number;
  readonly seed: number;
  /** Calls of the lab's generator so far. */
  readonly random: number;
  readonly eventCount: number;
  readonly scenarioName: string;
  readonly guest: { readonly kind: GuestKind; readonly load: number; readonly volume: boolean };
  readonly drive: DriveName;
  /** By disk. */
  readonly virtualSizeBytes: Readonly<Record<string, number>>;
  readonly blockSizeBytes: Readonly<Record<string, number>>;
  /** Its disks stand on somebody else's files, which are not in the folder. */
  readonly hasFoundation: boolean;
}

/** A file of that many bytes holds more checkpoints than any machine can have. */
const MOST_BYTES = 16 * MIB;
const NEW_SUFFIX = '.new';

export function configurationName(machineId: string): string {
  return `${MACHINE_FOLDER}/${machineId}.json`;
}

export function machineBytes(machine: StoredMachine): Uint8Array {
  // As Hyper-V's own configuration tells it; for readers, since it follows from the checkpoints.
  const disk_merge_pending = machine.state.checkpoints.some(({ deletedAtUs }) => deletedAtUs !== null);
  const head = { format: MACHINE_FORMAT, version: MACHINE_VERSION, disk_merge_pending };
  const text = JSON.stringify({ ...head, ...machine }, null, 2);
  return new TextEncoder().encode(`${text}\n`);
}

/** Throws 'corrupt' with the place of what is wrong. */
export function machineOfBytes(bytes: Uint8Array, fileName: string): StoredMachine {
  return readStoredMachine(readJsonBytes(bytes, sourceOf(fileName)));
}

/** The same, of a file that is open. */
export async function machineOfFile(file: RandomAccessFile, fileName: string): Promise<StoredMachine> {
  if (file.sizeBytes > MOST_BYTES) throw tooLarge(fileName, file.sizeBytes);
  const bytes = new Uint8Array(file.sizeBytes);
  await file.read(0, bytes);
  return machineOfBytes(bytes, fileName);
}

/** Durable when it resolves; after a power cut on the way, the configuration before it counts, whole. */
export async function writeMachine(folder: DiskFolder, machine: StoredMachine): Promise<void> {
  const name = configurationName(machine.state.id);
  const bytes = machineBytes(machine);
  assert(bytes.length <= MOST_BYTES, 'a configuration that can be read back');
  await removeIfThere(folder, name + NEW_SUFFIX);
  const file = await folder.create(name + NEW_SUFFIX);
  try {
    await file.write(0, bytes);
    await file.flush();
  } finally {
    await file.close();
  }
  await folder.rename(name + NEW_SUFFIX, name);
}

/**
 * The machine of the folder; null where there is none. What a cut left of a configuration that was being written is removed.
 * Throws 'corrupt' where the configuration does not hold together, or there is more than one.
 */
export async function readMachine(folder: DiskFolder): Promise<StoredMachine | null> {
  const prefix = `${MACHINE_FOLDER}/`;
  const names = (await folder.list()).map(({ name }) => name).filter((name) => name.startsWith(prefix));
  for (const name of names) if (name.endsWith(`.json${NEW_SUFFIX}`)) await removeIfThere(folder, name);
  const [name, second] = names.filter((each) => each.endsWith('.json'));
  if (name === undefined) return null;
  if (second !== undefined) throw twoMachines(name, second);
  const file = await folder.open(name, 'read-only');
  try {
    const machine = await machineOfFile(file, name);
    if (configurationName(machine.state.id) !== name) throw otherId(name, machine.state.id);
    return machine;
  } finally {
    await file.close();
  }
}

async function removeIfThere(folder: DiskFolder, name: string): Promise<void> {
  try {
    await folder.remove(name);
  } catch (error) {
    if (storageCode(error) !== 'vanished') throw error;
  }
}

const MEANING = 'The machine cannot be started from it. Its disks are not touched.';
const REMEDY = 'Use another copy of the configuration, or open the disks as a chain.';

function sourceOf(name: string): JsonSource {
  return { name, code: 'corrupt', meaning: MEANING, remedy: REMEDY, mostBytes: MOST_BYTES };
}

function refusal(file: string, message: string): DiskError {
  const where = { file, offset: 0, lengthBytes: 0 };
  return new DiskError({ code: 'corrupt', message, where, meaning: MEANING, remedy: REMEDY });
}

function tooLarge(name: string, sizeBytes: number): DiskError {
  return refusal(name, `${name} has ${sizeBytes} bytes; a configuration has at most ${MOST_BYTES}.`);
}

function twoMachines(first: string, second: string): DiskError {
  return refusal(first, `There are two configurations, ${first} and ${second}; a lab holds one machine.`);
}

function otherId(name: string, id: string): DiskError {
  return refusal(name, `${name} is the configuration of machine ${id}: it stands under another name.`);
}
