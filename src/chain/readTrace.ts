/** The record of one read: what was asked, in which order, and where the bytes came from. Plain data. */

/**
 * A run of the disk with one answer.
 * data: `layer` holds it at `fileOffset`. zero: written zeros that take no bytes in the file.
 * unallocated: no file of the chain holds it, it reads as zeros. missing: the answer lies in a parent that is not here.
 */
export interface TraceExtent {
  readonly kind: 'data' | 'zero' | 'unallocated' | 'missing';
  /** The answering layer; -1 for 'unallocated' and 'missing'. */
  readonly layer: number;
  readonly firstSector: number;
  readonly sectorCount: number;
  /** Bytes in the layer's file; -1 where nothing is read. */
  readonly fileOffset: number;
}

interface StepPlace {
  readonly layer: number;
  /** Index in the layer's BAT; 0 in flat images. */
  readonly block: number;
  readonly sectorInBlock: number;
  readonly sectorCount: number;
}

/** One step of the walk from the newest file down. Offsets are bytes in the layer's file. */
export type TraceStep = StepPlace &
  (
    | { readonly action: 'bat-lookup'; readonly entryOffset: number; readonly entry: number }
    | {
        readonly action: 'bitmap-lookup';
        readonly bitmapOffset: number;
        readonly present: boolean;
        /** The bitmap was in memory before this read. */
        readonly cached: boolean;
      }
    | { readonly action: 'fall-to-parent' }
    | { readonly action: 'read-data'; readonly fileOffset: number }
    | { readonly action: 'fill-zero' }
  );

export interface ReadTrace {
  readonly firstSector: number;
  readonly sectorCount: number;
  readonly extents: readonly TraceExtent[];
  readonly steps: readonly TraceStep[];
  /** The data reads that answer it, as the engine makes them: joined where they touch. */
  readonly fileReads: readonly {
    readonly layer: number;
    readonly offset: number;
    readonly lengthBytes: number;
  }[];
  /** False when the range or the walk was longer than a trace's limit: `sectorCount` then says how far it came. */
  readonly complete: boolean;
}
