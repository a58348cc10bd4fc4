/** Memory of the virtual machine: what of it is saved, page by page. */

export const PAGE_BYTES = 4096;
/** 1 GiB: what a machine of the lab may have. */
export const MOST_PAGES = 2 ** 18;

/** One byte a page while memory is being saved. */
export const PAGE_WAITS = 0;
export const PAGE_SAVED = 1;
/** Saved before its turn, because the guest wrote to it. */
export const PAGE_INTERCEPTED = 2;

export interface MemorySaveProgress {
  /** The checkpoint whose memory it is. */
  readonly checkpoint: string;
  readonly pageCount: number;
  readonly savedPages: number;
  readonly interceptedPages: number;
  /** Compressed, so far. */
  readonly writtenBytes: number;
}
