/** A folder of files in memory: for tests, the sample and the lab. */
import type { DiskFolder, FolderEntry } from './diskFolder.ts';
import { MemoryBytes, MemoryFile } from './memoryFile.ts';
import { type Attempt, checkName, storageFault } from './storageErrors.ts';

export class MemoryFolder implements DiskFolder {
  private readonly files = new Map<string, MemoryBytes>();

  /** Puts a file there at once, over one of the same name. */
  put(name: string, content: MemoryBytes | Uint8Array): void {
    if (content instanceof MemoryBytes) this.files.set(name, content);
    else this.files.set(name, MemoryFile.of(name, content).content);
  }

  /** A copy of a whole file. */
  bytes(name: string): Uint8Array {
    return new MemoryFile(name, this.contentOf('read', name), 'read-only').bytes();
  }

  /** The bytes of every file, by name; not copied. */
  get contents(): ReadonlyMap<string, MemoryBytes> {
    return this.files;
  }

  async list(): Promise<FolderEntry[]> {
    return [...this.files]
      .map(([name, { sizeBytes, modifiedMs }]) => ({ name, sizeBytes, modifiedMs }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async open(name: string, access: 'read-only' | 'read-write'): Promise<MemoryFile> {
    return new MemoryFile(name, this.contentOf('open', name), access);
  }

  async create(name: string): Promise<MemoryFile> {
    checkName('create', name);
    if (this.files.has(name))
      throw storageFault('busy', { action: 'create', file: name }, 'the name is taken');
    const content = new MemoryBytes();
    this.files.set(name, content);
    return new MemoryFile(name, content);
  }

  async rename(source: string, target: string): Promise<void> {
    checkName('rename', target);
    const content = this.contentOf('rename', source);
    this.files.delete(source);
    this.files.set(target, content);
  }

  async remove(name: string): Promise<void> {
    this.contentOf('remove', name);
    this.files.delete(name);
  }

  private contentOf(action: Attempt['action'], name: string): MemoryBytes {
    checkName(action, name);
    const content = this.files.get(name);
    if (!content) throw storageFault('vanished', { action, file: name });
    return content;
  }
}
