/** How a merge goes, and what is said of it when it is done. Plain data. */
import type { Progress } from '../base/progress.ts';
import type { MergeWay, NewFormat } from './stretch.ts';

export type MergeStage = 'hashing before' | 'copying' | 'hashing after' | 'finishing';

/** `done` and `total` are bytes of the stage. */
export interface MergeProgress extends Progress {
  readonly stage: MergeStage;
  /** First block of the target that is not merged yet, and how many there are. */
  readonly nextBlock: number;
  readonly blockCount: number;
  /** SHA-256 of the disk, once known. */
  readonly sha256Before: string | null;
}

/** The disk as the guest sees it. */
export interface DiskProof {
  /** Hex. */
  readonly sha256: string;
  /** Pieces of 2 MiB, each with a digest of its own, so that a difference can be named. */
  readonly blocks: number;
  readonly virtualSizeBytes: number;
}

export interface NamedSize {
  readonly name: string;
  readonly sizeBytes: number;
}

export interface MergeReport {
  readonly way: MergeWay;
  readonly format: NewFormat | null;
  /** The file that is left, or that was made. */
  readonly survivor: string;
  /** Files of the stretch, newest first. */
  readonly filesBefore: readonly NamedSize[];
  /** The same afterwards: what is left of them, and the new file. */
  readonly filesAfter: readonly NamedSize[];
  readonly removed: readonly string[];
  readonly relinked: readonly string[];
  /** Disk sectors copied, in bytes; after a resume all of them. */
  readonly copiedBytes: number;
  /** Of copying alone, and of everything. */
  readonly copySeconds: number;
  readonly seconds: number;
  /** null: not asked for. Both are equal: a merge whose proof fails is not finished. */
  readonly proof: { readonly before: DiskProof; readonly after: DiskProof } | null;
  readonly resumed: boolean;
}
