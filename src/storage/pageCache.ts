/** Recently read pieces of slow files, within one budget for all of them; the piece unused for longest goes first. */

export const PAGE_BYTES = 256 * 1024;

/** Neighbouring pages that were read together. `bytes` may still be on its way, unless reading does not wait. */
export interface Chunk<Bytes = Promise<Uint8Array>> {
  readonly firstPage: number;
  readonly pageCount: number;
  readonly bytes: Bytes;
  /** The pages of the file that it belongs to. */
  readonly pages: Map<number, Chunk<Bytes>>;
}

export class PageCache<Bytes = Promise<Uint8Array>> {
  /** In the order of use, oldest first. */
  private readonly chunks = new Set<Chunk<Bytes>>();
  private heldPages = 0;

  constructor(
    readonly limitBytes: number,
    readonly pageBytes = PAGE_BYTES,
  ) {}

  get heldBytes(): number {
    return this.heldPages * this.pageBytes;
  }

  /** The chunk that holds `page`, marked as used. */
  find(pages: Map<number, Chunk<Bytes>>, page: number): Chunk<Bytes> | undefined {
    const chunk = pages.get(page);
    if (chunk) {
      this.chunks.delete(chunk);
      this.chunks.add(chunk);
    }
    return chunk;
  }

  add(chunk: Chunk<Bytes>): void {
    for (let i = 0; i < chunk.pageCount; i++) chunk.pages.set(chunk.firstPage + i, chunk);
    this.chunks.add(chunk);
    this.heldPages += chunk.pageCount;
    for (const oldest of this.chunks) {
      if (this.heldBytes <= this.limitBytes || oldest === chunk) break;
      this.drop(oldest);
    }
  }

  drop(chunk: Chunk<Bytes>): void {
    if (!this.chunks.delete(chunk)) return;
    this.heldPages -= chunk.pageCount;
    for (let i = 0; i < chunk.pageCount; i++) {
      if (chunk.pages.get(chunk.firstPage + i) === chunk) chunk.pages.delete(chunk.firstPage + i);
    }
  }

  /** Forgets a file. */
  dropAll(pages: Map<number, Chunk<Bytes>>): void {
    for (const chunk of [...pages.values()]) this.drop(chunk);
  }
}
