/** What one read of the disk asks of the files, in order: what a cost is counted from. Plain data. */

/**
 * One request to one file. `table`: an entry of a block table with its sector; `bitmap`: a piece of a bitmap, of the walk
 * a sector. A file that has to be waited for may still join requests that lie near each other.
 */
export interface FileRequest {
  readonly kind: 'table' | 'bitmap' | 'data';
  readonly layer: number;
  /** In the layer's file. */
  readonly offset: number;
  readonly lengthBytes: number;
}

/** `walk`: newest file to oldest, as Hyper-V reads. `index`: as this program reads. */
export type ReadWay = 'walk' | 'index';

/**
 * `cold`: nothing but the files' headers is in memory when a read begins (for the index: and its block tables, which it read
 * when the chain was opened). `warm`: what earlier reads left in a cache of the profile's size.
 */
export type CacheState = 'cold' | 'warm';

/**
 * Questions, answered from memory or not. The walk puts one to the block table of every file that it comes to, and one to
 * the bitmap where the block is there. The index is asked once for each run of the answer, whatever its depth
 * (`tableLookups`); it comes to a bitmap only to paint the owners of a stretch that it does not know yet, and what counts
 * of that is the pieces that had to be read (`bitmapLookups`).
 */
export interface Lookups {
  readonly tableLookups: number;
  readonly bitmapLookups: number;
}

export interface ReadCounts extends Lookups {
  /** Requests that reach the files. */
  readonly tableReads: number;
  readonly bitmapReads: number;
  readonly dataReads: number;
  readonly readBytes: number;
  /** Different files that were asked for anything, and for data. */
  readonly filesAsked: number;
  readonly filesWithData: number;
}

/** Questions and requests of one read. */
export interface ReadRequests extends Lookups {
  /** In the order in which they are made. */
  readonly requests: readonly FileRequest[];
}
