/**
 * A file of bytes that can be read and perhaps written at any offset. Everything above `storage` sees only this.
 * Offsets and sizes are bytes, safe integers. All faults are thrown as `DiskError`.
 */
export interface ReadRequest {
  readonly offset: number;
  readonly target: Uint8Array;
}

export interface RandomAccessFile {
  /** The file's own name, without folders. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly access: 'read-only' | 'read-write';
  /** True when `flush` reaches stable storage. */
  readonly durable: boolean;
  /**
   * Reading through a gap of this many bytes costs about as much as one more request: what the read planner joins.
   * 0 where a request costs nothing.
   */
  readonly readThroughBytes: number;
  /** Present where reading needs no waiting; same contract as `read`. Hot paths use it to avoid a promise per read. */
  readonly readNow?: (offset: number, target: Uint8Array) => void;
  /**
   * Present where reading what a disk's host keeps in memory (tables, bitmaps, the end of the file) counts otherwise than
   * reading data; same contract as `readNow`.
   */
  readonly readTableNow?: (offset: number, target: Uint8Array) => void;
  /** Present where `read` may answer from a cache: always asks the storage. For measuring. */
  readonly readFresh?: (offset: number, target: Uint8Array) => Promise<void>;
  /** Fills `target` or throws 'truncated'. */
  read(offset: number, target: Uint8Array): Promise<void>;
  /** Fills every target or throws; requests may be served in any order and together. */
  readMany(requests: readonly ReadRequest[]): Promise<void>;
  /** Writes all of `source`; extends the file where it reaches past the end. Durable only after `flush`. */
  write(offset: number, source: Uint8Array): Promise<void>;
  truncate(sizeBytes: number): Promise<void>;
  /** After it, everything written before it survives a power cut (where `durable`). */
  flush(): Promise<void>;
  close(): Promise<void>;
}
