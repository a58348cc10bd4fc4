/** A change to some bytes of one file, as something to look at before it is made. */

/** The same number of bytes before and after; what lies behind the end of the file counts as zeros. */
export interface ByteChange {
  readonly offset: number;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

export interface Patch {
  readonly sizeBefore: number;
  readonly sizeAfter: number;
  /** Ascending by offset, none touching the bytes of another. */
  readonly changes: readonly ByteChange[];
}
