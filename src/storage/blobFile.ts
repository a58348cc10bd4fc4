/**
 * A file that the user gave to the browser. Every request costs 0.5 to 1 ms whatever its length up to 256 KiB, so small
 * reads are served from cached pages, neighbours are joined, and long reads go past the cache in few large slices.
 */
import type { ErrorCode } from '../base/errors.ts';
import { KIB, MIB } from '../base/units.ts';
import { type Chunk, PAGE_BYTES, PageCache } from './pageCache.ts';
import type { RandomAccessFile, ReadRequest } from './randomAccessFile.ts';
import { cutSpan, deliver, joinRequests, runTogether, type Span } from './readSpans.ts';
import {
  type Attempt,
  checkRange,
  checkWritable,
  closedFault,
  storageError,
  storageFault,
} from './storageErrors.ts';

/** Reads from here on go past the cache. */
const DIRECT_BYTES = MIB;
/** One slice takes in a window of a pass with the bitmaps between its blocks: what a slice costs, it costs once. */
const PIECE_BYTES = 20 * MIB;
const SLICES_AT_ONCE = 3;
const MOST_PAGES_AHEAD = (8 * MIB) / PAGE_BYTES;

/** What all files together keep, however many there are. */
const sharedCache = new PageCache(64 * MIB);

export interface BlobFileOptions {
  readonly cache?: PageCache;
  /** Asked after a failed read: what happened to the file, where that can be told. */
  readonly diagnose?: () => Promise<ErrorCode | null>;
}

export class BlobFile implements RandomAccessFile {
  readonly access = 'read-only';
  readonly durable = false;
  readonly readThroughBytes = 512 * KIB;
  readonly sizeBytes: number;
  private readonly cache: PageCache;
  private readonly pages = new Map<number, Chunk>();
  private readonly diagnose: (() => Promise<ErrorCode | null>) | undefined;
  private open = true;
  /** Where the last small read ended; one that goes on there reads ahead. */
  private nextOffset = -1;
  private pagesAhead = 1;
  private lastAhead: Chunk | undefined;

  constructor(
    readonly name: string,
    private readonly blob: Blob,
    private readonly options: BlobFileOptions = {},
  ) {
    this.sizeBytes = blob.size;
    this.cache = options.cache ?? sharedCache;
    this.diagnose = options.diagnose;
  }

  /** The same file opened once more; each is closed by itself. */
  openedAgain(): BlobFile {
    return new BlobFile(this.name, this.blob, this.options);
  }

  read(offset: number, target: Uint8Array): Promise<void> {
    return this.readMany([{ offset, target }]);
  }

  async readMany(requests: readonly ReadRequest[]): Promise<void> {
    this.checkOpen('read');
    for (const { offset, target } of requests) checkRange(this.name, this.sizeBytes, offset, target.length);
    const tasks: (() => Promise<void>)[] = [];
    for (const span of joinRequests(requests, this.readThroughBytes)) {
      if (span.end - span.start < DIRECT_BYTES) tasks.push(() => this.readThroughCache(span));
      else for (const piece of cutSpan(span, PIECE_BYTES)) tasks.push(() => this.readDirect(piece));
    }
    await runTogether(tasks, SLICES_AT_ONCE);
  }

  /** Past the pages that are kept. */
  async readFresh(offset: number, target: Uint8Array): Promise<void> {
    this.checkOpen('read');
    checkRange(this.name, this.sizeBytes, offset, target.length);
    target.set(await this.slice(offset, offset + target.length));
  }

  async write(offset: number): Promise<void> {
    this.checkOpen('write');
    checkWritable(this, 'write', offset);
  }

  async truncate(): Promise<void> {
    this.checkOpen('truncate');
    checkWritable(this, 'truncate');
  }

  async flush(): Promise<void> {
    this.checkOpen('flush');
  }

  async close(): Promise<void> {
    this.open = false;
    this.cache.dropAll(this.pages);
  }

  private async readDirect({ start, end, requests }: Span): Promise<void> {
    deliver(start, await this.slice(start, end), requests);
  }

  private async readThroughCache({ start, end, requests }: Span): Promise<void> {
    const lastPage = Math.floor((end - 1) / PAGE_BYTES);
    const chunks: Chunk[] = [];
    this.noteSequence(start, end);
    for (let page = Math.floor(start / PAGE_BYTES); page <= lastPage; ) {
      const chunk = this.cache.find(this.pages, page) ?? this.load(page, lastPage);
      chunks.push(chunk);
      page = chunk.firstPage + chunk.pageCount;
    }
    for (const chunk of chunks) deliver(chunk.firstPage * PAGE_BYTES, await chunk.bytes, requests);
  }

  private noteSequence(start: number, end: number): void {
    const goesOn = start >= this.nextOffset - PAGE_BYTES && start <= this.nextOffset + PAGE_BYTES;
    if (!goesOn) this.pagesAhead = 1;
    this.nextOffset = end;
  }

  /** Reads pages from `page` on: those up to `lastPage`, and more the longer a sequence has lasted. */
  private load(page: number, lastPage: number): Chunk {
    const ahead = this.pagesAhead;
    this.pagesAhead = Math.min(ahead * 2, MOST_PAGES_AHEAD);
    const filePages = Math.ceil(this.sizeBytes / PAGE_BYTES);
    const wanted = Math.min(Math.max(lastPage - page + 1, ahead), filePages - page);
    let pageCount = 1;
    while (pageCount < wanted && !this.pages.has(page + pageCount)) pageCount++;
    const bytes = this.slice(page * PAGE_BYTES, Math.min((page + pageCount) * PAGE_BYTES, this.sizeBytes));
    const chunk: Chunk = { firstPage: page, pageCount, bytes, pages: this.pages };
    bytes.catch(() => this.cache.drop(chunk));
    // What a sequence has passed is not read again: it must not push out pages that are.
    if (ahead > 1) {
      if (this.lastAhead) this.cache.drop(this.lastAhead);
      this.lastAhead = chunk;
    }
    this.cache.add(chunk);
    return chunk;
  }

  private async slice(start: number, end: number): Promise<Uint8Array> {
    const attempt: Attempt = { action: 'read', file: this.name, offset: start, lengthBytes: end - start };
    let bytes: Uint8Array;
    try {
      bytes = new Uint8Array(await this.blob.slice(start, end).arrayBuffer());
    } catch (error) {
      const code = await this.diagnose?.();
      throw code ? storageFault(code, attempt, undefined, error) : storageError(error, attempt);
    }
    if (bytes.length === end - start) return bytes;
    throw storageFault('changed', attempt, `the file became shorter: only ${bytes.length} bytes came`);
  }

  private checkOpen(action: Attempt['action']): void {
    if (!this.open) throw closedFault(action, this.name);
  }
}
