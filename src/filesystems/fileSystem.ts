/**
 * What every reader of a file system does, whoever wrote it. Readers run to the end in one go, in a thread where that
 * disturbs nobody: reading is cancelled by ending the thread.
 */
import type { Problem } from '../base/errors.ts';
import type { ByteRanges } from './diskWindow.ts';
import type { ListingData } from './listing.ts';

/** What the file system says of itself. */
export interface FileSystemFacts {
  /** `NTFS`, `FAT32`, `exFAT`, `ext4`, `ISO 9660`, `HFS+`. */
  readonly name: string;
  /** Text from the disk. */
  readonly label: string;
  readonly clusterBytes: number | null;
  readonly sizeBytes: number | null;
  readonly freeBytes: number | null;
}

export interface VolumeListing {
  readonly facts: FileSystemFacts;
  readonly listing: ListingData;
  /** Everything that was read for it: where these bytes are the same, the listing is the same. */
  readonly touched: ByteRanges;
  /** What the reader complained of, in sentences; the listing holds what could be read. */
  readonly warnings: readonly string[];
}

/** One file to be read, as its listing has it. */
export interface ReadItem {
  /** Its number in the listing. */
  readonly entry: number;
  /** From the volume's root, `/` between, without one at the start. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** How one file's contents ended. */
export interface ContentEnd {
  /** As read; less than listed where `problem` says why. */
  readonly sizeBytes: number;
  readonly problem: Problem | null;
  /** What reading this file's contents touched, in bytes of the volume: its extents, and tables that lead to them. */
  readonly touched: ByteRanges;
}

/** Takes contents in, one file after the other in the reader's order. Offsets ascend; what is left out is zeros. */
export interface ContentSink {
  begin(item: ReadItem): void;
  /** `bytes` are the reader's again after the call. False: nothing more of this file is wanted, and `end` follows. */
  write(item: ReadItem, offset: number, bytes: Uint8Array): boolean;
  end(item: ReadItem, end: ContentEnd): void;
}

/** A volume of more is refused: its listing alone would take more than a gigabyte. */
export const MOST_ENTRIES = 4_000_000;

export interface ListOptions {
  /** Told now and then how many entries were found. */
  readonly onEntries?: (count: number) => void;
  /** Throws 'limit' above it; `MOST_ENTRIES` where it is left out. */
  readonly mostEntries?: number;
}

export interface FileSystem {
  /** Throws `DiskError`: 'corrupt' where nothing of it can be read, 'parent-missing', 'limit', what the storage throws. */
  list(options?: ListOptions): Promise<VolumeListing>;
  /**
   * Reads files (not folders, not links). Every item gets `begin` and `end` once, also one that cannot be read. Throws as
   * `list` where the file system itself can no longer be read.
   */
  read(items: readonly ReadItem[], sink: ContentSink): Promise<void>;
}
