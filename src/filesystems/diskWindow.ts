/** A stretch of a disk that answers at once: what readers of file systems see. Offsets in bytes from its start. */
export interface DiskWindow {
  readonly sizeBytes: number;
  /**
   * Fills `target` from any offset, or throws `DiskError`: 'bad-request' past the end, 'parent-missing', what the storage
   * throws.
   */
  readNow(offset: number, target: Uint8Array): void;
}

/** Stretches [start, end) in bytes, ascending, none touching the next: start, end, start, end … */
export type ByteRanges = Float64Array;
