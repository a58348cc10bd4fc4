/** A growable file in memory. Only pages that were written take room, so a 2 TiB file of a few blocks stays small. */
import { assert } from '../base/assert.ts';
import type { RandomAccessFile, ReadRequest } from './randomAccessFile.ts';
import { type Attempt, checkRange, checkWritable, closedFault } from './storageErrors.ts';

const PAGE_BYTES = 16 * 1024;

/** The bytes themselves; several open files may share them. */
export class MemoryBytes {
  sizeBytes = 0;
  modifiedMs: number | null = null;
  private readonly pages = new Map<number, Uint8Array>();

  /** Room taken, holes not counted. */
  get heldBytes(): number {
    return this.pages.size * PAGE_BYTES;
  }

  /** The pages that take room, ascending; what lies between them is zeros. */
  held(): { readonly offset: number; readonly bytes: Uint8Array }[] {
    return [...this.pages]
      .sort(([a], [b]) => a - b)
      .map(([page, bytes]) => ({ offset: page * PAGE_BYTES, bytes }));
  }

  copy(): MemoryBytes {
    const copy = new MemoryBytes();
    copy.sizeBytes = this.sizeBytes;
    for (const [page, bytes] of this.pages) copy.pages.set(page, bytes.slice());
    return copy;
  }

  read(offset: number, target: Uint8Array): void {
    for (const { page, start, at, length } of pieces(offset, target.length)) {
      const bytes = this.pages.get(page);
      if (bytes) target.set(bytes.subarray(start, start + length), at);
      else target.fill(0, at, at + length);
    }
  }

  write(offset: number, source: Uint8Array): void {
    for (const { page, start, at, length } of pieces(offset, source.length)) {
      let bytes = this.pages.get(page);
      if (!bytes) {
        bytes = new Uint8Array(PAGE_BYTES);
        this.pages.set(page, bytes);
      }
      bytes.set(source.subarray(at, at + length), start);
    }
    if (source.length > 0) this.sizeBytes = Math.max(this.sizeBytes, offset + source.length);
  }

  truncate(sizeBytes: number): void {
    if (sizeBytes < this.sizeBytes) {
      const lastPage = Math.floor(sizeBytes / PAGE_BYTES);
      for (const page of this.pages.keys()) if (page > lastPage) this.pages.delete(page);
      this.pages.get(lastPage)?.fill(0, sizeBytes % PAGE_BYTES);
    }
    this.sizeBytes = sizeBytes;
  }
}

function* pieces(offset: number, lengthBytes: number) {
  for (let at = 0; at < lengthBytes; ) {
    const page = Math.floor((offset + at) / PAGE_BYTES);
    const start = offset + at - page * PAGE_BYTES;
    const length = Math.min(PAGE_BYTES - start, lengthBytes - at);
    yield { page, start, at, length };
    at += length;
  }
}

export class MemoryFile implements RandomAccessFile {
  readonly durable = false;
  readonly readThroughBytes = 0;
  private open = true;

  constructor(
    readonly name: string,
    readonly content: MemoryBytes = new MemoryBytes(),
    readonly access: 'read-only' | 'read-write' = 'read-write',
  ) {}

  /** A file that holds a copy of `bytes`. */
  static of(name: string, bytes: Uint8Array, access: 'read-only' | 'read-write' = 'read-write'): MemoryFile {
    const content = new MemoryBytes();
    content.write(0, bytes);
    return new MemoryFile(name, content, access);
  }

  get sizeBytes(): number {
    return this.content.sizeBytes;
  }

  /** All bytes, for tests and small files. */
  bytes(): Uint8Array {
    assert(this.sizeBytes <= 2 ** 30, `${this.name} is too large to be copied whole`);
    const all = new Uint8Array(this.sizeBytes);
    this.content.read(0, all);
    return all;
  }

  readNow(offset: number, target: Uint8Array): void {
    this.checkOpen('read');
    checkRange(this.name, this.sizeBytes, offset, target.length);
    this.content.read(offset, target);
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    this.readNow(offset, target);
  }

  async readMany(requests: readonly ReadRequest[]): Promise<void> {
    for (const { offset, target } of requests) this.readNow(offset, target);
  }

  async write(offset: number, source: Uint8Array): Promise<void> {
    this.checkWritable('write', offset);
    this.content.write(offset, source);
  }

  async truncate(sizeBytes: number): Promise<void> {
    this.checkWritable('truncate');
    this.content.truncate(sizeBytes);
  }

  async flush(): Promise<void> {
    this.checkOpen('flush');
  }

  async close(): Promise<void> {
    this.open = false;
  }

  /** Throws 'bad-request' on a file that is closed or open for reading only. */
  checkWritable(action: Attempt['action'], offset = 0): void {
    this.checkOpen(action);
    checkWritable(this, action, offset);
    assert(offset >= 0, `offset ${offset} in ${this.name}`);
  }

  private checkOpen(action: Attempt['action']): void {
    if (!this.open) throw closedFault(action, this.name);
  }
}
