/** A file that is read in pages, which a cache keeps: one that goes on where the last read ended reads ahead. */
import type { Chunk, PageCache } from './pageCache.ts';

export interface PagedFileOptions<Bytes> {
  readonly sizeBytes: number;
  readonly mostPagesAhead: number;
  readonly slice: (start: number, end: number) => Bytes;
}

export class PagedFile<Bytes> {
  private readonly pages = new Map<number, Chunk<Bytes>>();
  /** Where the last read ended. */
  private nextOffset = -1;
  private pagesAhead = 1;
  private lastAhead: Chunk<Bytes> | undefined;

  constructor(
    private readonly cache: PageCache<Bytes>,
    private readonly options: PagedFileOptions<Bytes>,
  ) {}

  /** The chunks that hold [start, end), in their order; each is read when it is its turn. */
  *chunks(start: number, end: number): Generator<Chunk<Bytes>, void, undefined> {
    const { pageBytes } = this.cache;
    const goesOn = start >= this.nextOffset - pageBytes && start <= this.nextOffset + pageBytes;
    if (!goesOn) this.pagesAhead = 1;
    this.nextOffset = end;
    const lastPage = Math.floor((end - 1) / pageBytes);
    for (let page = Math.floor(start / pageBytes); page <= lastPage; ) {
      const chunk = this.cache.find(this.pages, page) ?? this.load(page, lastPage);
      yield chunk;
      page = chunk.firstPage + chunk.pageCount;
    }
  }

  /** Forgets what was read from `start` on, unless it was read again since. */
  drop(start: number, bytes: Bytes): void {
    const chunk = this.pages.get(start / this.cache.pageBytes);
    if (chunk?.bytes === bytes) this.cache.drop(chunk);
  }

  dropAll(): void {
    this.cache.dropAll(this.pages);
  }

  /** Reads pages from `page` on: those up to `lastPage`, and more the longer a sequence has lasted. */
  private load(page: number, lastPage: number): Chunk<Bytes> {
    const { sizeBytes, mostPagesAhead, slice } = this.options;
    const { pageBytes } = this.cache;
    const ahead = this.pagesAhead;
    this.pagesAhead = Math.min(ahead * 2, mostPagesAhead);
    const filePages = Math.ceil(sizeBytes / pageBytes);
    const wanted = Math.min(Math.max(lastPage - page + 1, ahead), filePages - page);
    let pageCount = 1;
    while (pageCount < wanted && !this.pages.has(page + pageCount)) pageCount++;
    const bytes = slice(page * pageBytes, Math.min((page + pageCount) * pageBytes, sizeBytes));
    const chunk: Chunk<Bytes> = { firstPage: page, pageCount, bytes, pages: this.pages };
    // What a sequence has passed is not read again: it must not push out pages that are.
    if (ahead > 1) {
      if (this.lastAhead) this.cache.drop(this.lastAhead);
      this.lastAhead = chunk;
    }
    this.cache.add(chunk);
    return chunk;
  }
}
