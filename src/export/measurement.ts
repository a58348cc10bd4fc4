/** What an export or a compact would need and give, before it starts. Plain data. */
export interface Measurement {
  /** Bytes that have to be read. */
  readonly readBytes: number;
  /** Bytes that have to be written; holes are left out. */
  readonly writeBytes: number;
  /** Size of the file that is made. */
  readonly fileBytes: number;
  /** False: `fileBytes` is an upper bound, because blocks that hold only zeros are known only once they are read. */
  readonly exact: boolean;
  /** Blocks that are copied. */
  readonly blocks: number;
  /** New files. */
  readonly newFiles: number;
  /** What there is to be gained: bytes of files that can go, or that the new file is smaller. Negative = it grows. */
  readonly freedBytes: number;
}
