/** Recently read pieces of slow files, within one budget for all of them; the piece unused for longest goes first. */

export const PAGE_BYTES = 256 * 1024;

/** Neighbouring pages that were read together. `bytes` may still be on its way. */
export interface Chunk {
  readonly firstPage: number;
  readonly pageCount: number;
  readonly bytes: Promise<Uint8Array>;
  /** The pages of the file that it belongs to. */
  readonly pages: Map<number, Chunk>;
}

export class PageCache {
  /** In the order of use, oldest first. */
  private readonly chunks = new Set<Chunk>();
  private heldPages = 0;

  constructor(readonly limitBytes: number) {}

  get heldBytes(): number {
    return this.heldPages * PAGE_BYTES;
  }

  /** The chunk that holds `page`, marked as used. */
  find(pages: Map<number, Chunk>, page: number): Chunk | undefined {
    const chunk = pages.get(page);
    if (chunk) {
      this.chunks.delete(chunk);
      this.chunks.add(chunk);
    }
    return chunk;
  }

  add(chunk: Chunk): void {
    for (let i = 0; i < chunk.pageCount; i++) chunk.pages.set(chunk.firstPage + i, chunk);
    this.chunks.add(chunk);
    this.heldPages += chunk.pageCount;
    for (const oldest of this.chunks) {
      if (this.heldBytes <= this.limitBytes || oldest === chunk) break;
      this.drop(oldest);
    }
  }

  drop(chunk: Chunk): void {
    if (!this.chunks.delete(chunk)) return;
    this.heldPages -= chunk.pageCount;
    for (let i = 0; i < chunk.pageCount; i++) {
      if (chunk.pages.get(chunk.firstPage + i) === chunk) chunk.pages.delete(chunk.firstPage + i);
    }
  }

  /** Forgets a file. */
  dropAll(pages: Map<number, Chunk>): void {
    for (const chunk of [...pages.values()]) this.drop(chunk);
  }
}
