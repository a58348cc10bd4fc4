/** What a check of one file needs and gives. */
import type { CoreModule } from '../core/core.ts';
import type { Finding } from '../formats/finding.ts';
import type { BlockSummary } from '../formats/vhd/blockChecks.ts';

export interface CheckContext {
  readonly module: CoreModule;
  /** For time stamps in the future. */
  readonly now: Date;
  /** Told after each batch of reads: bytes read since the last call. */
  readonly advance?: (bytes: number) => void;
  readonly signal?: AbortSignal;
}

/** Where the bytes of a file go; the parts add up to the file's size. */
export interface SpaceUse {
  readonly fileBytes: number;
  /** Footers, header, table, locators and the space set aside for them. */
  readonly structureBytes: number;
  readonly bitmapBytes: number;
  /** Data of blocks. */
  readonly blockBytes: number;
  /** Whole sectors that nothing points at, alignment gaps left out: a compact gives them back. */
  readonly leakedBytes: number;
  /** Gaps for alignment, and slack before the footer. */
  readonly gapBytes: number;
}

export interface FileCheck {
  /** Everything known of the file itself: what opening found, then what the check found. Links are not among them. */
  readonly findings: readonly Finding[];
  /** null for files without blocks. */
  readonly space: SpaceUse | null;
  readonly blocks: BlockSummary | null;
  /** Blocks whose bytes cannot be trusted, ascending. */
  readonly badBlocks: Uint32Array;
  readonly readBytes: number;
}
