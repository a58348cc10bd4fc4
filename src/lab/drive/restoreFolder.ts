/** Folders in memory and the bytes of their files, for snapshots of a drive. */
import { FolderTree } from '../../storage/folderTree.ts';
import type { MemoryBytes } from '../../storage/memoryFile.ts';
import { MemoryFolder } from '../../storage/memoryFolder.ts';
import type { DriveSnapshot } from './driveSnapshot.ts';

export function filesOf(
  folders: ReadonlyMap<string, MemoryFolder>,
): { readonly name: string; readonly content: MemoryBytes }[] {
  return [...folders].flatMap(([prefix, folder]) =>
    [...folder.contents].map(([name, content]) => ({ name: prefix + name, content })),
  );
}

export function emptyFolder({ folders }: Pick<DriveSnapshot, 'folders'>): FolderTree | MemoryFolder {
  if (folders === null) return new MemoryFolder();
  return new FolderTree(
    Object.fromEntries(folders.map((prefix) => [prefix.replace(/\/$/, ''), new MemoryFolder()])),
  );
}
