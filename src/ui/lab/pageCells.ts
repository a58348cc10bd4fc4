/** Pages of memory as cells of a picture, and the intercepted ones as runs. */
import { PAGE_INTERCEPTED, PAGE_SAVED, PAGE_WAITS } from '../../engine/api.ts';

export interface PageGrid {
  readonly cells: Uint8Array;
  readonly rows: number;
  readonly pagesPerCell: number;
}

/** Where several pages share a cell, one that was intercepted shows before one that waits, and that before saved ones. */
export function pageCells(pages: Uint8Array, columns: number, mostRows: number): PageGrid {
  const pagesPerCell = Math.max(1, Math.ceil(pages.length / (columns * mostRows)));
  const count = Math.ceil(pages.length / pagesPerCell);
  const cells = new Uint8Array(count).fill(PAGE_SAVED);
  pages.forEach((page, i) => {
    const cell = Math.floor(i / pagesPerCell);
    if (page === PAGE_INTERCEPTED) cells[cell] = PAGE_INTERCEPTED;
    else if (page === PAGE_WAITS && cells[cell] !== PAGE_INTERCEPTED) cells[cell] = PAGE_WAITS;
  });
  return { cells, rows: Math.max(1, Math.ceil(count / columns)), pagesPerCell };
}

export interface PageRun {
  readonly first: number;
  /** Included. */
  readonly last: number;
}

/** The first `most` runs of intercepted pages. */
export function interceptedRuns(pages: Uint8Array, most: number): PageRun[] {
  const runs: PageRun[] = [];
  for (let i = 0; i < pages.length && runs.length < most; i++) {
    if (pages[i] !== PAGE_INTERCEPTED) continue;
    const first = i;
    while (pages[i + 1] === PAGE_INTERCEPTED) i++;
    runs.push({ first, last: i });
  }
  return runs;
}
