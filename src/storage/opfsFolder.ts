/** The folder of disks in the browser's private storage (OPFS). Opening files works in dedicated workers only. */
import type { DiskFolder, FolderEntry } from './diskFolder.ts';
import { OpfsFile } from './opfsFile.ts';
import { type Attempt, checkName, guardedAsync, storageFault } from './storageErrors.ts';

declare global {
  interface FileSystemFileHandle {
    createSyncAccessHandle(options?: {
      mode: 'read-only' | 'readwrite';
    }): Promise<FileSystemSyncAccessHandle>;
    /** Files of private storage; not in every browser. */
    move?(name: string): Promise<void>;
  }
}

type Access = 'read-only' | 'read-write';

/** One sync access handle for all that read a file here: Firefox and Safari allow one handle a file, whatever its mode. */
interface SharedHandle {
  readonly access: Access;
  readonly handle: Promise<FileSystemSyncAccessHandle>;
  users: number;
}

export class OpfsFolder implements DiskFolder {
  private readonly shared = new Map<string, SharedHandle>();

  private constructor(private readonly folder: FileSystemDirectoryHandle) {}

  /** Opens the folder `name` of private storage, made where it is missing. Throws 'permission' in private windows. */
  static async open(name = 'disks'): Promise<OpfsFolder> {
    const attempt: Attempt = { action: 'open', file: name };
    if (typeof globalThis.navigator?.storage?.getDirectory !== 'function')
      throw storageFault('unsupported', attempt);
    return guardedAsync(attempt, async () => {
      const root = await navigator.storage.getDirectory();
      return new OpfsFolder(await root.getDirectoryHandle(name, { create: true }));
    });
  }

  async list(): Promise<FolderEntry[]> {
    return guardedAsync({ action: 'list', file: this.folder.name }, async () => {
      const entries: FolderEntry[] = [];
      for await (const handle of this.folder.values()) {
        if (handle.kind !== 'file') continue;
        const { size, lastModified } = await handle.getFile();
        entries.push({ name: handle.name, sizeBytes: size, modifiedMs: lastModified });
      }
      return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    });
  }

  open(name: string, access: Access): Promise<OpfsFile> {
    return this.openShared({ action: 'open', file: name }, access);
  }

  async create(name: string): Promise<OpfsFile> {
    checkName('create', name);
    if (await this.has(name))
      throw storageFault('busy', { action: 'create', file: name }, 'the name is taken');
    return this.openShared({ action: 'create', file: name }, 'read-write');
  }

  async rename(source: string, target: string): Promise<void> {
    const attempt: Attempt = { action: 'rename', file: source };
    checkName('rename', source);
    checkName('rename', target);
    if (this.shared.has(source) || this.shared.has(target)) throw storageFault('busy', attempt);
    await guardedAsync(attempt, async () => {
      const handle = await this.folder.getFileHandle(source);
      if (handle.move) await handle.move(target);
      else throw storageFault('unsupported', attempt);
    });
  }

  async remove(name: string): Promise<void> {
    checkName('remove', name);
    if (this.shared.has(name)) throw storageFault('busy', { action: 'remove', file: name });
    await guardedAsync({ action: 'remove', file: name }, () => this.folder.removeEntry(name));
  }

  /** The file as the browser gives it to pages, for a download. */
  async snapshot(name: string): Promise<File> {
    checkName('open', name);
    return guardedAsync({ action: 'open', file: name }, async () =>
      (await this.folder.getFileHandle(name)).getFile(),
    );
  }

  private async has(name: string): Promise<boolean> {
    for await (const key of this.folder.keys()) if (key === name) return true;
    return false;
  }

  private async openShared(attempt: Attempt, access: Access): Promise<OpfsFile> {
    const name = attempt.file;
    checkName(attempt.action, name);
    let shared = this.shared.get(name);
    if (shared && (access === 'read-write' || shared.access === 'read-write'))
      throw storageFault('busy', attempt);
    if (!shared) {
      shared = { access, handle: this.takeHandle(attempt, access), users: 0 };
      this.shared.set(name, shared);
    }
    shared.users++;
    const leave = (): boolean => this.leave(name, shared);
    try {
      const handle = await shared.handle;
      return new OpfsFile(name, access, handle, () => {
        if (leave()) handle.close();
      });
    } catch (error) {
      leave();
      throw error;
    }
  }

  private takeHandle(attempt: Attempt, access: Access): Promise<FileSystemSyncAccessHandle> {
    return guardedAsync(attempt, async () => {
      const file = await this.folder.getFileHandle(attempt.file, { create: attempt.action === 'create' });
      if (typeof file.createSyncAccessHandle !== 'function') throw storageFault('unsupported', attempt);
      return file.createSyncAccessHandle({ mode: access === 'read-only' ? 'read-only' : 'readwrite' });
    });
  }

  /** True when nobody else uses the handle. */
  private leave(name: string, shared: SharedHandle): boolean {
    shared.users--;
    if (shared.users > 0) return false;
    this.shared.delete(name);
    return true;
  }
}
