/** The file that a merge writes to, block by block: with a block table, or flat. */
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import type { RedoRecord } from './mergeJournal.ts';
import type { StretchSource } from './stretchSource.ts';

/** What of a target's state goes into the journal. */
export interface TargetState {
  readonly spares: readonly number[];
  readonly contentEnd: number;
  readonly tableCrc: number;
}

export interface MergeTarget {
  readonly file: RandomAccessFile;
  readonly blockSizeBytes: number;
  /** Blocks that the disk has. */
  readonly blockCount: number;
  /**
   * Copies what `source` holds of a block. Returns the bytes copied, or null where this batch has no room for it: nothing
   * was written then, and a commit makes room. What it writes is not read by anybody before the commit.
   */
  copy(block: number, source: StretchSource): Promise<number | null>;
  /** Something was written since the last commit. */
  readonly isDirty: boolean;
  /** Makes what was written durable. Returns the sectors that the commit writes over in place, as they shall be. */
  prepare(): Promise<readonly RedoRecord[]>;
  /** The state once these sectors are written. */
  state(): TargetState;
  /** They are. */
  committed(): void;
  /** Moves blocks from the end of the file to places that no block uses; false: nothing is left to move. */
  giveBack(): Promise<boolean>;
  /** The file ends behind its last block, durably. */
  trim(): Promise<void>;
}

/** Bytes that one batch writes at most, about. */
export const BATCH_BYTES = 64 * 1024 * 1024;
