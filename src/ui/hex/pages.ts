/**
 * Bytes for the hex view, in pages. Only what is on screen is asked for, a few pages at a time; pages that were scrolled
 * past before their turn are never read, and an answer that comes too late is kept only while there is room for it.
 */
import type { Outcome, Problem } from '../../base/errors.ts';
import { toProblem } from '../../base/errors.ts';

export interface PageBytes {
  readonly bytes: Uint8Array;
  /** One value a sector: who answers it. null for files, which have no owners. */
  readonly owners: Uint8Array | null;
}

export type Page =
  | { readonly state: 'read'; readonly content: PageBytes }
  | { readonly state: 'failed'; readonly problem: Problem };

export type ReadPage = (offset: number, lengthBytes: number) => Promise<Outcome<PageBytes>>;

export interface PageStoreOptions {
  readonly sizeBytes: number;
  readonly read: ReadPage;
  /** Called when a page came in or failed. */
  readonly changed: () => void;
  readonly pageBytes?: number;
  readonly keepPages?: number;
  readonly atOnce?: number;
}

export class PageStore {
  readonly pageBytes: number;
  private readonly sizeBytes: number;
  private readonly read: ReadPage;
  private readonly changed: () => void;
  private readonly keepPages: number;
  private readonly atOnce: number;
  /** Insertion order is the order of use: the first key is the one used longest ago. */
  private readonly pages = new Map<number, Page>();
  private readonly underWay = new Set<number>();
  private wanted: number[] = [];
  private closed = false;

  constructor(options: PageStoreOptions) {
    this.sizeBytes = options.sizeBytes;
    this.read = options.read;
    this.changed = options.changed;
    this.pageBytes = options.pageBytes ?? 16384;
    this.keepPages = options.keepPages ?? 64;
    this.atOnce = options.atOnce ?? 2;
  }

  /** The page that holds `offset`, if it is here; the caller sees it as used. */
  at(offset: number): Page | null {
    const index = Math.floor(offset / this.pageBytes);
    const page = this.pages.get(index);
    if (!page) return null;
    this.pages.delete(index);
    this.pages.set(index, page);
    return page;
  }

  /** One byte, or null where its page is not here. */
  byteAt(offset: number): number | null {
    const page = this.pages.get(Math.floor(offset / this.pageBytes));
    return page?.state === 'read' ? (page.content.bytes[offset % this.pageBytes] ?? null) : null;
  }

  /** Makes the range the only one that is waited for; pages wanted before and not begun are dropped. */
  want(offset: number, lengthBytes: number): void {
    const end = Math.min(this.sizeBytes, offset + lengthBytes);
    const next: number[] = [];
    for (let index = Math.floor(offset / this.pageBytes); index * this.pageBytes < end; index++) {
      if (!this.pages.has(index) && !this.underWay.has(index)) next.push(index);
    }
    this.wanted = next;
    this.pump();
  }

  /** Forgets pages that failed, so that they are tried again. */
  retry(): void {
    for (const [index, page] of this.pages) if (page.state === 'failed') this.pages.delete(index);
  }

  /** No answer changes anything from here on. */
  close(): void {
    this.closed = true;
    this.wanted = [];
    this.pages.clear();
  }

  private pump(): void {
    while (!this.closed && this.underWay.size < this.atOnce) {
      const index = this.wanted.shift();
      if (index === undefined) return;
      this.underWay.add(index);
      void this.fetch(index);
    }
  }

  private async fetch(index: number): Promise<void> {
    const offset = index * this.pageBytes;
    let page: Page;
    try {
      const outcome = await this.read(offset, Math.min(this.pageBytes, this.sizeBytes - offset));
      page = outcome.ok
        ? { state: 'read', content: outcome.value }
        : { state: 'failed', problem: outcome.error };
    } catch (error) {
      page = { state: 'failed', problem: toProblem(error) };
    }
    this.underWay.delete(index);
    if (this.closed) return;
    this.pages.set(index, page);
    for (const oldest of this.pages.keys()) {
      if (this.pages.size <= this.keepPages) break;
      this.pages.delete(oldest);
    }
    this.changed();
    this.pump();
  }
}
