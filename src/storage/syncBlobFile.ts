/**
 * A file that the user gave to the browser, in a thread that may block: it answers at once. Every request costs 0.5 to 1 ms,
 * so small reads are served from cached pages, and one that goes on where the last one ended reads ahead.
 */
import { MIB } from '../base/units.ts';
import { PageCache } from './pageCache.ts';
import { PagedFile } from './pagedFile.ts';
import type { RandomAccessFile, ReadRequest } from './randomAccessFile.ts';
import { ReadOnlyFile } from './readOnlyFile.ts';
import { deliver } from './readSpans.ts';
import { type Attempt, checkRange, storageError, storageFault } from './storageErrors.ts';

const PAGE_BYTES = MIB;
const MOST_PAGES_AHEAD = 8;
/** Reads from here on go past the cache, in slices of this size: what comes is in memory twice for a moment. */
const DIRECT_BYTES = 8 * MIB;

type SyncPageCache = PageCache<Uint8Array>;

export function syncPageCache(limitBytes: number): SyncPageCache {
  return new PageCache<Uint8Array>(limitBytes, PAGE_BYTES);
}

/** What all files together keep. */
const sharedCache = syncPageCache(64 * MIB);

/** As `FileReaderSync` reads. */
export type ReadBlob = (blob: Blob) => ArrayBuffer;

export class SyncBlobFile extends ReadOnlyFile implements RandomAccessFile {
  readonly readThroughBytes = PAGE_BYTES;
  readonly sizeBytes: number;
  private readonly paged: PagedFile<Uint8Array>;

  constructor(
    name: string,
    private readonly blob: Blob,
    private readonly readBlob: ReadBlob,
    cache: SyncPageCache = sharedCache,
  ) {
    super(name);
    const { size: sizeBytes } = blob;
    this.sizeBytes = sizeBytes;
    const slice = (start: number, end: number) => this.slice(start, end);
    this.paged = new PagedFile(cache, { sizeBytes, mostPagesAhead: MOST_PAGES_AHEAD, slice });
  }

  readNow(offset: number, target: Uint8Array): void {
    this.checkOpen('read');
    checkRange(this.name, this.sizeBytes, offset, target.length);
    if (target.length >= DIRECT_BYTES) this.readDirect(offset, target);
    else if (target.length > 0) this.readThroughCache(offset, target);
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    this.readNow(offset, target);
  }

  async readMany(requests: readonly ReadRequest[]): Promise<void> {
    for (const { offset, target } of requests) this.readNow(offset, target);
  }

  async close(): Promise<void> {
    this.open = false;
    this.paged.dropAll();
  }

  private readDirect(offset: number, target: Uint8Array): void {
    for (let done = 0; done < target.length; done += DIRECT_BYTES) {
      const end = Math.min(target.length, done + DIRECT_BYTES);
      target.set(this.slice(offset + done, offset + end), done);
    }
  }

  private readThroughCache(offset: number, target: Uint8Array): void {
    const end = offset + target.length;
    for (const { firstPage, bytes } of this.paged.chunks(offset, end)) {
      deliver(firstPage * PAGE_BYTES, bytes, [{ offset, target }]);
    }
  }

  private slice(start: number, end: number): Uint8Array {
    const attempt: Attempt = { action: 'read', file: this.name, offset: start, lengthBytes: end - start };
    let bytes: Uint8Array;
    try {
      bytes = new Uint8Array(this.readBlob(this.blob.slice(start, end)));
    } catch (error) {
      throw storageError(error, attempt);
    }
    if (bytes.length === end - start) return bytes;
    throw storageFault('changed', attempt, `the file became shorter: only ${bytes.length} bytes came`);
  }
}
