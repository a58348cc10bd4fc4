/** Files that somebody picked, as the folder of a machine: read-only, and closed by whoever opened them. */
import { DiskError } from '../../base/errors.ts';
import type { DiskFolder, FolderEntry } from '../../storage/diskFolder.ts';
import { PatchedFile } from '../../storage/patchedFile.ts';
import type { RandomAccessFile } from '../../storage/randomAccessFile.ts';
import { storageFault } from '../../storage/storageErrors.ts';
import { isMachineFile } from '../machine/machineNames.ts';
import { isConfiguration, isUnfinished } from './machineFiles.ts';

export interface PickedFile {
  /** Folders and name as picked, `/` between. */
  readonly path: string;
  readonly file: RandomAccessFile;
}

export class PickedFolder implements DiskFolder {
  private constructor(private readonly files: ReadonlyMap<string, RandomAccessFile>) {}

  /**
   * The folder in which `Virtual Machines` with a configuration lies, however deep: other files that were picked are left
   * out. Throws 'bad-request' where no configuration is among the files, or there are those of several machines.
   */
  static of(picked: readonly PickedFile[]): PickedFolder {
    const paths = picked.map(({ path }) => path).filter((path) => isConfiguration(lastTwo(path)));
    const [first, second] = paths;
    if (first === undefined) throw noMachine();
    if (second !== undefined) throw severalMachines(first, second);
    const root = first.slice(0, first.length - lastTwo(first).length);
    const inside = picked.filter(({ path }) => path.startsWith(root));
    const files = inside.map(({ path, file }) => [path.slice(root.length), file] as const);
    return new PickedFolder(new Map(files.filter(([name]) => isMachineFile(name) && !isUnfinished(name))));
  }

  async list(): Promise<FolderEntry[]> {
    const entries = [...this.files].map(([name, { sizeBytes }]) => ({ name, sizeBytes, modifiedMs: null }));
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async open(name: string, access: 'read-only' | 'read-write'): Promise<RandomAccessFile> {
    const file = this.files.get(name);
    if (!file) throw storageFault('vanished', { action: 'open', file: name });
    if (access === 'read-write') throw storageFault('permission', { action: 'open', file: name });
    const { sizeBytes } = file;
    return new PatchedFile(file, { sizeBefore: sizeBytes, sizeAfter: sizeBytes, changes: [] });
  }

  async create(name: string): Promise<RandomAccessFile> {
    throw storageFault('permission', { action: 'create', file: name });
  }

  async rename(source: string): Promise<void> {
    throw storageFault('permission', { action: 'rename', file: source });
  }

  async remove(name: string): Promise<void> {
    throw storageFault('permission', { action: 'remove', file: name });
  }
}

/** `Virtual Machines/<GUID>.json` of a longer path. */
function lastTwo(path: string): string {
  return path.split('/').slice(-2).join('/');
}

export function noMachine(): DiskError {
  return new DiskError({
    code: 'bad-request',
    message: 'There is no configuration of a machine: a file “Virtual Machines/<id>.json”.',
    meaning: 'Nothing was imported.',
    remedy: 'Choose the folder in which “Virtual Machines”, “Virtual Hard Disks” and “Snapshots” lie.',
  });
}

function severalMachines(first: string, second: string): DiskError {
  return new DiskError({
    code: 'bad-request',
    message: `There are configurations of several machines, ${first} and ${second} among them.`,
    meaning: 'Nothing was imported: a lab holds one machine.',
    remedy: 'Choose the folder of one of them.',
  });
}
