/** The folders of a machine, in memory or in the browser's private storage. */
import type { DiskFolder } from '../../storage/diskFolder.ts';
import { FolderTree } from '../../storage/folderTree.ts';
import { MemoryFolder } from '../../storage/memoryFolder.ts';
import { OpfsFolder } from '../../storage/opfsFolder.ts';
import { MACHINE_FOLDER, SNAPSHOT_FOLDER, VHD_FOLDER } from '../machine/machine.ts';

/** Empty. */
export function memoryTree(): FolderTree {
  return new FolderTree({
    [VHD_FOLDER]: new MemoryFolder(),
    [SNAPSHOT_FOLDER]: new MemoryFolder(),
    [MACHINE_FOLDER]: new MemoryFolder(),
  });
}

/** With what the last lab left there; made where it is missing. Throws 'unsupported' or 'permission' as `OpfsFolder.open`. */
export async function opfsTree(): Promise<FolderTree> {
  return new FolderTree({
    [VHD_FOLDER]: await OpfsFolder.open('lab-disks'),
    [SNAPSHOT_FOLDER]: await OpfsFolder.open('lab-snapshots'),
    [MACHINE_FOLDER]: await OpfsFolder.open('lab-machines'),
  });
}

/** The folders in memory that a folder stands on, by what stands before their names (`Snapshots/`); null = it has others. */
export function memoryFoldersOf(folder: DiskFolder): ReadonlyMap<string, MemoryFolder> | null {
  if (folder instanceof MemoryFolder) return new Map([['', folder]]);
  if (!(folder instanceof FolderTree)) return null;
  const found = new Map<string, MemoryFolder>();
  for (const [key, inner] of folder.folders) {
    if (!(inner instanceof MemoryFolder)) return null;
    found.set(key === '' ? '' : `${key}/`, inner);
  }
  return found;
}
