/** A growable file in memory. Only pages that were written take room, so a 2 TiB file of a few blocks stays small. */
import { assert } from '../base/assert.ts';
import type { RandomAccessFile, ReadRequest } from './randomAccessFile.ts';
import { type Attempt, checkRange, checkWritable, closedFault } from './storageErrors.ts';

const PAGE_BYTES = 16 * 1024;
/** Pages lie in groups, so that a copy touches few objects however much is held. */
const GROUP_PAGES = 256;
/** Of pages that are smaller: they are for files of a few bytes here and there, and a group has room for all of its pages. */
const SMALL_GROUP_PAGES = 16;

/** Stands for one holder of pages and groups: what another made is shared, and is copied before it is written to. */
class Owner {
  /** Keeps it apart from any other object for the type checker. */
  readonly isOwner = true;
}

interface Page {
  readonly owner: Owner;
  readonly bytes: Uint8Array;
}

interface Group {
  readonly owner: Owner;
  /** Sparse: pages that were never written are not there. */
  readonly pages: (Page | undefined)[];
}

/** The bytes themselves; several open files may share them. */
export class MemoryBytes {
  sizeBytes = 0;
  modifiedMs: number | null = null;
  private owner = new Owner();
  private groups = new Map<number, Group>();
  /** The map is that of a copy too. */
  private isMapShared = false;
  private pageCount = 0;
  private readonly groupPages: number;

  /** Smaller pages, whole powers of two, for a file of small pieces with large holes between them. */
  constructor(private readonly pageBytes = PAGE_BYTES) {
    assert(pageBytes > 0 && Number.isInteger(Math.log2(pageBytes)), 'a page is a power of two');
    this.groupPages = pageBytes < PAGE_BYTES ? SMALL_GROUP_PAGES : GROUP_PAGES;
  }

  /** Room taken, holes not counted; what is shared with a copy counts in both. */
  get heldBytes(): number {
    return this.pageCount * this.pageBytes;
  }

  /** The pages that take room, ascending; what lies between them is zeros. They are not to be changed. */
  held(): { readonly offset: number; readonly bytes: Uint8Array }[] {
    const { pageBytes, groupPages } = this;
    const held: { readonly offset: number; readonly bytes: Uint8Array }[] = [];
    for (const [number, { pages }] of [...this.groups].sort(([a], [b]) => a - b))
      for (const [i, page] of pages.entries())
        if (page) held.push({ offset: (number * groupPages + i) * pageBytes, bytes: page.bytes });
    return held;
  }

  /** Shares every page until one of the two writes to it: takes no time and no room, however large the file is. */
  copy(): MemoryBytes {
    const copy = new MemoryBytes(this.pageBytes);
    copy.sizeBytes = this.sizeBytes;
    copy.groups = this.groups;
    copy.pageCount = this.pageCount;
    copy.isMapShared = true;
    this.isMapShared = true;
    this.owner = new Owner();
    return copy;
  }

  read(offset: number, target: Uint8Array): void {
    const { pageBytes } = this;
    for (let at = 0; at < target.length; ) {
      const page = Math.floor((offset + at) / pageBytes);
      const start = offset + at - page * pageBytes;
      const length = Math.min(pageBytes - start, target.length - at);
      const held = this.pageAt(page);
      if (held) target.set(held.bytes.subarray(start, start + length), at);
      else target.fill(0, at, at + length);
      at += length;
    }
  }

  write(offset: number, source: Uint8Array): void {
    const { pageBytes } = this;
    for (let at = 0; at < source.length; ) {
      const page = Math.floor((offset + at) / pageBytes);
      const start = offset + at - page * pageBytes;
      const length = Math.min(pageBytes - start, source.length - at);
      this.ownPage(page).set(
        at === 0 && length === source.length ? source : source.subarray(at, at + length),
        start,
      );
      at += length;
    }
    if (source.length > 0) this.sizeBytes = Math.max(this.sizeBytes, offset + source.length);
  }

  truncate(sizeBytes: number): void {
    if (sizeBytes < this.sizeBytes) this.forgetFrom(sizeBytes);
    this.sizeBytes = sizeBytes;
  }

  private forgetFrom(sizeBytes: number): void {
    const { pageBytes, groupPages } = this;
    const firstGone = Math.ceil(sizeBytes / pageBytes);
    const group = Math.floor(firstGone / groupPages);
    this.ownMap();
    for (const [number, { pages }] of this.groups) {
      if (number <= group) continue;
      for (const page of pages) if (page) this.pageCount--;
      this.groups.delete(number);
    }
    if (this.groups.has(group)) {
      const { pages } = this.ownGroup(group);
      for (let i = firstGone % groupPages; i < pages.length; i++) if (pages[i]) this.pageCount--;
      pages.length = Math.min(pages.length, firstGone % groupPages);
    }
    if (sizeBytes % pageBytes > 0 && this.pageAt(firstGone - 1))
      this.ownPage(firstGone - 1).fill(0, sizeBytes % pageBytes);
  }

  private pageAt(page: number): Page | undefined {
    return this.groups.get(Math.floor(page / this.groupPages))?.pages[page % this.groupPages];
  }

  private ownMap(): void {
    if (!this.isMapShared) return;
    this.groups = new Map(this.groups);
    this.isMapShared = false;
  }

  private ownGroup(number: number): Group {
    const found = this.groups.get(number);
    if (found?.owner === this.owner) return found;
    const group: Group = { owner: this.owner, pages: found ? found.pages.slice() : [] };
    this.ownMap();
    this.groups.set(number, group);
    return group;
  }

  private ownPage(page: number): Uint8Array {
    const { pages } = this.ownGroup(Math.floor(page / this.groupPages));
    const found = pages[page % this.groupPages];
    if (found?.owner === this.owner) return found.bytes;
    const bytes = found ? found.bytes.slice() : new Uint8Array(this.pageBytes);
    if (!found) this.pageCount++;
    pages[page % this.groupPages] = { owner: this.owner, bytes };
    return bytes;
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
