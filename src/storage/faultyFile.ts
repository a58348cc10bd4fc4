/** Any file with faults that come on command: what tests and the lab use to show how the engine takes them. */
import type { RandomAccessFile, ReadRequest } from './randomAccessFile.ts';
import { type Attempt, checkRange, storageFault } from './storageErrors.ts';

/** Which faults are on. All off at first; each can be changed at any time. */
export interface Faults {
  /** Reads that touch this byte or one behind it fail with 'io'; null = none. */
  unreadableFrom: number | null;
  /** The file on disk was cut to so many bytes by somebody else: reads behind fail with 'changed'; null = it was not. */
  shrunkTo: number | null;
  /** Every call fails with 'vanished'. */
  vanished: boolean;
  /** Every call fails with 'permission'. */
  permissionWithdrawn: boolean;
  /** Writes that would make the file larger than this fail with 'no-space', after writing what fits; null = no limit. */
  fullAtBytes: number | null;
  /** `flush` fails with 'io', and what was written may or may not last. */
  flushFails: boolean;
}

export class FaultyFile implements RandomAccessFile {
  readonly faults: Faults = {
    unreadableFrom: null,
    shrunkTo: null,
    vanished: false,
    permissionWithdrawn: false,
    fullAtBytes: null,
    flushFails: false,
  };
  /** Present where the wrapped file has it. */
  readonly readNow?: (offset: number, target: Uint8Array) => void;
  /** Calls so far, for tests that count what an engine costs its storage. */
  readonly counts = { reads: 0, readBytes: 0, writes: 0, writtenBytes: 0, flushes: 0 };

  constructor(private readonly file: RandomAccessFile) {
    const { readNow } = file;
    if (readNow) {
      this.readNow = (offset, target) => {
        this.beforeRead(offset, target);
        readNow.call(file, offset, target);
      };
    }
  }

  get name(): string {
    return this.file.name;
  }

  get sizeBytes(): number {
    return this.file.sizeBytes;
  }

  get access(): 'read-only' | 'read-write' {
    return this.file.access;
  }

  get durable(): boolean {
    return this.file.durable;
  }

  get readThroughBytes(): number {
    return this.file.readThroughBytes;
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    this.beforeRead(offset, target);
    await this.file.read(offset, target);
  }

  async readMany(requests: readonly ReadRequest[]): Promise<void> {
    for (const { offset, target } of requests) this.beforeRead(offset, target);
    await this.file.readMany(requests);
  }

  async write(offset: number, source: Uint8Array): Promise<void> {
    const attempt = this.attempt('write', offset, source);
    this.checkThere(attempt);
    this.counts.writes++;
    const { fullAtBytes } = this.faults;
    const room = fullAtBytes === null ? source.length : Math.max(0, fullAtBytes - offset);
    const fitting = source.subarray(0, Math.min(room, source.length));
    this.counts.writtenBytes += fitting.length;
    await this.file.write(offset, fitting);
    if (fitting.length < source.length) throw storageFault('no-space', attempt);
  }

  async truncate(sizeBytes: number): Promise<void> {
    this.checkThere({ action: 'truncate', file: this.name });
    await this.file.truncate(sizeBytes);
  }

  async flush(): Promise<void> {
    const attempt: Attempt = { action: 'flush', file: this.name };
    this.checkThere(attempt);
    this.counts.flushes++;
    if (this.faults.flushFails) throw storageFault('io', attempt);
    await this.file.flush();
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private beforeRead(offset: number, target: Uint8Array): void {
    const attempt = this.attempt('read', offset, target);
    const { unreadableFrom, shrunkTo } = this.faults;
    const end = offset + target.length;
    this.counts.reads++;
    this.counts.readBytes += target.length;
    this.checkThere(attempt);
    checkRange(this.name, this.sizeBytes, offset, target.length);
    if (shrunkTo !== null && end > shrunkTo) throw storageFault('changed', attempt);
    if (unreadableFrom !== null && end > unreadableFrom && target.length > 0)
      throw storageFault('io', attempt);
  }

  private checkThere(attempt: Attempt): void {
    if (this.faults.vanished) throw storageFault('vanished', attempt);
    if (this.faults.permissionWithdrawn) throw storageFault('permission', attempt);
  }

  private attempt(action: Attempt['action'], offset: number, bytes: Uint8Array): Attempt {
    return { action, file: this.name, offset, lengthBytes: bytes.length };
  }
}
