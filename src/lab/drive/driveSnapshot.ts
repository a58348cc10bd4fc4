/** A drive in memory as it was: its files share their bytes with the drive until one of the two is written to. */
import type { MemoryBytes } from '../../storage/memoryFile.ts';
import type { RandomAccessFile } from '../../storage/randomAccessFile.ts';
import type { MeterCounts } from './driveMeter.ts';
import type { Unflushed } from './unflushed.ts';

export interface DriveSnapshot {
  /** Names of the folders; null = one flat folder. */
  readonly folders: readonly string[] | null;
  readonly files: readonly {
    readonly name: string;
    readonly content: MemoryBytes;
    readonly unflushed: readonly Unflushed[];
    readonly isLost: boolean;
  }[];
  readonly mounted: readonly {
    readonly name: string;
    readonly file: RandomAccessFile;
    readonly isLost: boolean;
  }[];
  readonly sizeLimitBytes: number | null;
  readonly isOn: boolean;
  readonly counts: MeterCounts;
  /** Where the drive's last request ended. */
  readonly position: { readonly name: string; readonly offset: number } | null;
}
