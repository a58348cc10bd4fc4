/**
 * A file that the user gave to the browser. Every request costs 0.5 to 1 ms whatever its length up to 256 KiB, so small
 * reads are served from cached pages, neighbours are joined, and long reads go past the cache in few large slices.
 */
import type { ErrorCode } from '../base/errors.ts';
import { KIB, MIB } from '../base/units.ts';
import { PAGE_BYTES, PageCache } from './pageCache.ts';
import { PagedFile } from './pagedFile.ts';
import type { RandomAccessFile, ReadRequest } from './randomAccessFile.ts';
import { ReadOnlyFile } from './readOnlyFile.ts';
import { cutSpan, deliver, joinRequests, runTogether, type Span } from './readSpans.ts';
import { type Attempt, checkRange, storageError, storageFault } from './storageErrors.ts';

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

export class BlobFile extends ReadOnlyFile implements RandomAccessFile {
  readonly readThroughBytes = 512 * KIB;
  readonly sizeBytes: number;
  private readonly paged: PagedFile<Promise<Uint8Array>>;

  constructor(
    name: string,
    /** For who reads it by itself, in another thread. */
    readonly blob: Blob,
    private readonly options: BlobFileOptions = {},
  ) {
    super(name);
    const { size: sizeBytes } = blob;
    this.sizeBytes = sizeBytes;
    const slice = (start: number, end: number) => this.keptSlice(start, end);
    this.paged = new PagedFile(options.cache ?? sharedCache, {
      sizeBytes,
      mostPagesAhead: MOST_PAGES_AHEAD,
      slice,
    });
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

  async close(): Promise<void> {
    this.open = false;
    this.paged.dropAll();
  }

  private async readDirect({ start, end, requests }: Span): Promise<void> {
    deliver(start, await this.slice(start, end), requests);
  }

  private async readThroughCache({ start, end, requests }: Span): Promise<void> {
    // All of them are asked for before the first has come.
    const chunks = [...this.paged.chunks(start, end)];
    for (const { firstPage, bytes } of chunks) deliver(firstPage * PAGE_BYTES, await bytes, requests);
  }

  private keptSlice(start: number, end: number): Promise<Uint8Array> {
    const bytes = this.slice(start, end);
    bytes.catch(() => this.paged.drop(start, bytes));
    return bytes;
  }

  private async slice(start: number, end: number): Promise<Uint8Array> {
    const attempt: Attempt = { action: 'read', file: this.name, offset: start, lengthBytes: end - start };
    let bytes: Uint8Array;
    try {
      bytes = new Uint8Array(await this.blob.slice(start, end).arrayBuffer());
    } catch (error) {
      const code = await this.options.diagnose?.();
      throw code ? storageFault(code, attempt, undefined, error) : storageError(error, attempt);
    }
    if (bytes.length === end - start) return bytes;
    throw storageFault('changed', attempt, `the file became shorter: only ${bytes.length} bytes came`);
  }
}
