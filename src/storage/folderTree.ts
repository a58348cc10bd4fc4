/** Several folders seen as one: names are `FOLDER/NAME`, and lead nowhere but into the folders that were given. */
import type { DiskFolder, FolderEntry } from './diskFolder.ts';
import type { RandomAccessFile } from './randomAccessFile.ts';
import { type Attempt, checkName, storageFault } from './storageErrors.ts';

interface Place {
  readonly folder: DiskFolder;
  readonly name: string;
}

export class FolderTree implements DiskFolder {
  readonly folders: ReadonlyMap<string, DiskFolder>;

  /** By the folder's name; the one of name `''` takes names without `/`. */
  constructor(folders: Readonly<Record<string, DiskFolder>>) {
    this.folders = new Map(Object.entries(folders));
  }

  /** Of all folders. */
  async list(): Promise<FolderEntry[]> {
    const all: FolderEntry[] = [];
    for (const [key, folder] of this.folders)
      for (const entry of await folder.list())
        all.push({ ...entry, name: key === '' ? entry.name : `${key}/${entry.name}` });
    return all.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async open(name: string, access: 'read-only' | 'read-write'): Promise<RandomAccessFile> {
    const place = this.place('open', name);
    return place.folder.open(place.name, access);
  }

  async create(name: string): Promise<RandomAccessFile> {
    const place = this.place('create', name);
    return place.folder.create(place.name);
  }

  /** Both in one folder; else 'bad-request'. */
  async rename(source: string, target: string): Promise<void> {
    const from = this.place('rename', source);
    const to = this.place('rename', target);
    if (from.folder !== to.folder) {
      const attempt: Attempt = { action: 'rename', file: source };
      throw storageFault('bad-request', attempt, 'the new name is in another folder');
    }
    await from.folder.rename(from.name, to.name);
  }

  async remove(name: string): Promise<void> {
    const place = this.place('remove', name);
    await place.folder.remove(place.name);
  }

  home(name: string): { folder: DiskFolder; name: string } {
    return this.place('open', name);
  }

  /** Throws 'bad-request' for what is no name, and for one that leads elsewhere. */
  private place(action: Attempt['action'], name: string): Place {
    const slash = name.lastIndexOf('/');
    const own = name.slice(slash + 1);
    checkName(action, own);
    const folder = this.folders.get(name.slice(0, Math.max(0, slash)));
    if (folder && slash !== 0) return { folder, name: own };
    throw storageFault('bad-request', { action, file: name }, 'there is no such folder');
  }
}
