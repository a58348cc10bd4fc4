/** The merge queue as the page shows it. Plain data. */

export interface LabMerge {
  /** Node and disk: `<id> disk0`. */
  readonly key: string;
  readonly node: string;
  readonly nodeName: string;
  readonly child: string | null;
  readonly disk: string;
  readonly source: string | null;
  readonly target: string;
  /** 'waits': `reason` says for what. 'failed': will be retried. */
  readonly state: 'waits' | 'merging' | 'catching up' | 'done' | 'failed' | 'cancelled';
  readonly reason: string | null;
  readonly startedUs: number | null;
  readonly endedUs: number | null;
  readonly nextBlock: number;
  readonly blockCount: number;
  readonly copiedBytes: number;
  /** To copy at least, as it was known at the start. */
  readonly totalBytes: number;
  /** Blocks that the guest wrote to meanwhile: copied again. */
  readonly dirtyBlocks: number;
  readonly writer: 'free' | 'slowed';
}
