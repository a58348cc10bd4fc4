/** A folder in memory that locks its files as a browser's private storage does: many readers, or one writer. */
import type { MemoryFile } from '../../src/storage/memoryFile.ts';
import { MemoryFolder } from '../../src/storage/memoryFolder.ts';
import { storageFault } from '../../src/storage/storageErrors.ts';

export class LockingFolder extends MemoryFolder {
  /** Called when a file was flushed: what is there now would be left by a cut. */
  onFlush: (() => void) | null = null;
  /** Files that are open now, and how. */
  private readonly users = new Map<string, { writer: boolean; count: number }>();

  /** What is there now, as a cut leaves it where nothing is lost. */
  async copyInto(other: LockingFolder): Promise<void> {
    for (const { name } of await this.list()) other.put(name, this.bytes(name));
  }

  override async open(name: string, access: 'read-only' | 'read-write'): Promise<MemoryFile> {
    const writer = access === 'read-write';
    const held = this.users.get(name);
    if (held && (writer || held.writer)) throw storageFault('busy', { action: 'open', file: name });
    return this.locked(await super.open(name, access), writer);
  }

  override async create(name: string): Promise<MemoryFile> {
    return this.locked(await super.create(name), true);
  }

  override async rename(source: string, target: string): Promise<void> {
    for (const name of [source, target]) {
      if (this.users.has(name)) throw storageFault('busy', { action: 'rename', file: name });
    }
    await super.rename(source, target);
  }

  override async remove(name: string): Promise<void> {
    if (this.users.has(name)) throw storageFault('busy', { action: 'remove', file: name });
    await super.remove(name);
  }

  private locked(file: MemoryFile, writer: boolean): MemoryFile {
    const { name } = file;
    const held = this.users.get(name) ?? { writer, count: 0 };
    held.count++;
    this.users.set(name, held);
    const [close, flush] = [file.close.bind(file), file.flush.bind(file)];
    file.flush = async () => {
      await flush();
      if (writer) this.onFlush?.();
    };
    let open = true;
    file.close = async () => {
      await close();
      if (!open) return;
      open = false;
      held.count--;
      if (held.count === 0) this.users.delete(name);
    };
    return file;
  }
}
