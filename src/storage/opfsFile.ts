/** A file of the browser's private storage (OPFS), through a sync access handle: as fast as the disk, in workers only. */
import type { RandomAccessFile, ReadRequest } from './randomAccessFile.ts';
import {
  type Attempt,
  checkRange,
  checkWritable,
  closedFault,
  guarded,
  storageError,
  storageFault,
} from './storageErrors.ts';

export class OpfsFile implements RandomAccessFile {
  readonly durable = true;
  readonly readThroughBytes = 0;
  private size: number;
  private open = true;

  /** `release` is called once, at `close`: the handle may be shared. */
  constructor(
    readonly name: string,
    readonly access: 'read-only' | 'read-write',
    private readonly handle: FileSystemSyncAccessHandle,
    private readonly release: () => void,
  ) {
    this.size = guarded({ action: 'open', file: name }, () => handle.getSize());
  }

  get sizeBytes(): number {
    return this.size;
  }

  readNow(offset: number, target: Uint8Array): void {
    this.checkOpen('read');
    checkRange(this.name, this.size, offset, target.length);
    let count: number;
    try {
      count = this.handle.read(target, { at: offset });
    } catch (error) {
      throw storageError(error, this.attempt('read', offset, target));
    }
    if (count === target.length) return;
    throw storageFault('changed', this.attempt('read', offset, target), `only ${count} bytes came`);
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    this.readNow(offset, target);
  }

  async readMany(requests: readonly ReadRequest[]): Promise<void> {
    for (const { offset, target } of requests) this.readNow(offset, target);
  }

  async write(offset: number, source: Uint8Array): Promise<void> {
    this.checkOpen('write');
    checkWritable(this, 'write', offset);
    if (source.length === 0) return;
    const attempt = this.attempt('write', offset, source);
    const count = guarded(attempt, () => this.handle.write(source, { at: offset }));
    this.size = Math.max(this.size, offset + count);
    if (count < source.length) throw storageFault('no-space', attempt);
  }

  async truncate(sizeBytes: number): Promise<void> {
    this.checkOpen('truncate');
    checkWritable(this, 'truncate');
    guarded({ action: 'truncate', file: this.name }, () => this.handle.truncate(sizeBytes));
    this.size = sizeBytes;
  }

  async flush(): Promise<void> {
    this.checkOpen('flush');
    if (this.access === 'read-write')
      guarded({ action: 'flush', file: this.name }, () => this.handle.flush());
  }

  async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    this.release();
  }

  private attempt(action: Attempt['action'], offset: number, bytes: Uint8Array): Attempt {
    return { action, file: this.name, offset, lengthBytes: bytes.length };
  }

  private checkOpen(action: Attempt['action']): void {
    if (!this.open) throw closedFault(action, this.name);
  }
}
