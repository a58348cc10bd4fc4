/** Takes a machine's folder in: where it lies, as it was, or as a new machine whose disks have ids of their own. */
import { must } from '../../base/assert.ts';
import { toHex } from '../../base/bytes.ts';
import { crc32c } from '../../base/checksum.ts';
import { DiskError } from '../../base/errors.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import { isDiskImage, openImage } from '../../formats/openImage.ts';
import { idFromText } from '../../formats/vhd/uniqueId.ts';
import { JOURNAL_SUFFIX } from '../../merge/mergeJournal.ts';
import type { CopyPatchedOptions } from '../../storage/copyPatched.ts';
import type { DiskFolder } from '../../storage/diskFolder.ts';
import { folderSink } from '../../storage/fileSink.ts';
import type { RandomAccessFile } from '../../storage/randomAccessFile.ts';
import { UNDO_SUFFIX } from '../../storage/undoFile.ts';
import {
  configurationName,
  readMachine,
  type StoredMachine,
  writeMachine,
} from '../machine/configuration.ts';
import type { MachineNode, MachineState } from '../machine/machine.ts';
import { checkpointName, machineStateName } from '../machine/paths.ts';
import { chainOf, nodesOf } from '../machine/tree.ts';
import { listText } from '../rules/words.ts';
import { checkMachine, diskFiles, neededFiles } from './checkMachine.ts';
import { copyFolder } from './copyFolder.ts';
import { identityPatch, type NewIds } from './identityPatch.ts';
import { noMachine, type PickedFile, PickedFolder } from './pickedFolder.ts';

/** 'register': the files lie in `into` already. 'restore': they are copied, ids and all. 'copy': a new machine. */
export type ImportWay = 'register' | 'restore' | 'copy';

export interface ImportOptions extends CopyPatchedOptions {
  /** Called when everything is checked, before the first file is written: it may make room in `into`. */
  readonly beforeWriting?: () => Promise<void>;
}

/**
 * The configuration is written last, so that a cut leaves no machine; a fault leaves no file. `newId` gives GUIDs. Throws
 * 'bad-request' where no machine is found, what `checkMachine` throws, and 'busy' where a file's name is taken in `into`,
 * or the copy of a machine is asked for in the middle of a merge.
 */
export async function importMachine(
  files: readonly PickedFile[],
  into: DiskFolder,
  how: ImportWay,
  newId: () => string,
  options: ImportOptions,
): Promise<StoredMachine> {
  const from = how === 'register' ? into : PickedFolder.of(files);
  const machine = await readMachine(from);
  if (!machine) throw noMachine();
  const names = await namesToCopy(from, machine.state);
  const underWay = names.filter(isUnderWay);
  // In the middle of a merge ids change hands: recovery, which comes first, makes them fit.
  const images = underWay.length > 0 ? new Map<string, DiskImage>() : await checkMachine(from, machine);
  if (how === 'register') return machine;
  if (how === 'copy' && underWay.length > 0) throw mergeUnderWay(underWay);
  const plan =
    how === 'copy' ? newIdentities(machine, images, newId) : { machine, ids: new Map<string, NewIds>() };
  await copyInto(from, names, into, plan.machine, plan.ids, renamed(machine, plan.machine), options);
  return plan.machine;
}

/** What the configuration names, what lies beside it for people, and what recovery needs. */
async function namesToCopy(from: DiskFolder, state: MachineState): Promise<string[]> {
  const there = (await from.list()).map(({ name }) => name);
  const besides = new Set(state.checkpoints.map(({ id }) => checkpointName(id)));
  const extra = there.filter((name) => besides.has(name) || isUnderWay(name));
  return [...new Set([...neededFiles(state), ...extra])];
}

function isUnderWay(name: string): boolean {
  return name.endsWith(JOURNAL_SUFFIX) || name.endsWith(UNDO_SUFFIX);
}

async function copyInto(
  from: DiskFolder,
  names: readonly string[],
  into: DiskFolder,
  machine: StoredMachine,
  ids: ReadonlyMap<string, NewIds>,
  nameOf: (name: string) => string,
  { beforeWriting, ...options }: ImportOptions,
): Promise<void> {
  await beforeWriting?.();
  await refuseTaken(into, [...names.map(nameOf), configurationName(machine.state.id)]);
  const made: string[] = [];
  try {
    await copyFolder(
      from,
      names,
      (name) => {
        made.push(nameOf(name));
        return folderSink(into, nameOf(name));
      },
      { ...options, patchOf: (name, file) => patchOf(file, ids.get(name)) },
    );
    await writeMachine(into, machine);
  } catch (error) {
    // What cannot be removed now is in nobody's way: without a configuration it is no machine.
    for (const name of made) await into.remove(name).catch(() => undefined);
    throw error;
  }
}

async function patchOf(file: RandomAccessFile, ids: NewIds | undefined) {
  const { sizeBytes } = file;
  if (!ids) return { sizeBefore: sizeBytes, sizeAfter: sizeBytes, changes: [] };
  const image = await openImage(file);
  return identityPatch(must(isDiskImage(image) ? image : null, 'the disk was opened before'), ids);
}

/** A machine id, a seed that makes other ids from now on, and an id for every disk, named by those that stand on it. */
function newIdentities(
  machine: StoredMachine,
  images: ReadonlyMap<string, DiskImage>,
  newId: () => string,
): { machine: StoredMachine; ids: ReadonlyMap<string, NewIds> } {
  const { state } = machine;
  const machineId = newId();
  const raw = new Map(diskFiles(state).map((name) => [name, toHex(rawId(newId()))]));
  const parents = parentsOf(state);
  const ids = new Map(
    [...raw].map(([name, id]) => {
      const isChild = images.get(name)?.type === 'differencing';
      return [name, { id, parentId: isChild ? (raw.get(parents.get(name) ?? '') ?? null) : null }] as const;
    }),
  );
  const seed = crc32c(rawId(machineId), 0) >>> 0;
  return { machine: { ...machine, seed, state: withId(state, machineId) }, ids };
}

function rawId(guid: string): Uint8Array {
  return must(idFromText(guid, 'mixed-endian'), 'a GUID');
}

/** The file that each disk's file stands on. */
function parentsOf(state: MachineState): Map<string, string> {
  const parents = new Map<string, string>();
  for (const { id, files } of nodesOf(state))
    for (const disk of Object.keys(files)) {
      const [child, parent] = chainOf(state, id, disk);
      if (child !== undefined && parent !== undefined) parents.set(child, parent);
    }
  return parents;
}

/** What Now starts from is named after the machine. */
function withId(state: MachineState, id: string): MachineState {
  const change = (node: MachineNode): MachineNode =>
    node.savedState?.file === machineStateName(state.id)
      ? { ...node, savedState: { ...node.savedState, file: machineStateName(id) } }
      : node;
  return {
    ...state,
    id,
    checkpoints: state.checkpoints.map(change),
    now: state.now && change(state.now),
  };
}

function renamed(before: StoredMachine, after: StoredMachine): (name: string) => string {
  const own = machineStateName(before.state.id);
  return (name) => (name === own ? machineStateName(after.state.id) : name);
}

async function refuseTaken(into: DiskFolder, names: readonly string[]): Promise<void> {
  const there = new Set((await into.list()).map(({ name }) => name));
  const taken = names.filter((name) => there.has(name));
  if (taken.length === 0) return;
  throw new DiskError({
    code: 'busy',
    message: `${listText(taken)} ${taken.length === 1 ? 'is' : 'are'} there already.`,
    meaning: 'Nothing was imported: the files of another machine are not written over.',
    remedy: 'Remove the machine that lies there first.',
  });
}

function mergeUnderWay(names: readonly string[]): DiskError {
  return new DiskError({
    code: 'busy',
    message: `A merge or a change is under way in the folder: ${listText(names)}.`,
    meaning: 'Nothing was imported: ids change hands while files are merged.',
    remedy: 'Restore the machine with its ids and let the merge end, then save its folder and copy that.',
  });
}
