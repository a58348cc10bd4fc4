/** What a merge will do, known before anything moves. Plain data; sizes in bytes. */
import type { Finding } from '../formats/finding.ts';
import type { MergeWay, NewFormat } from './stretch.ts';

export interface MergePlan {
  readonly way: MergeWay;
  /** Of a new file; null in place. */
  readonly format: NewFormat | null;
  /** Layers of the chain, newest and oldest of the stretch. */
  readonly first: number;
  readonly last: number;
  /** Files whose data is copied, newest first; in place without the one that is merged into. */
  readonly sources: readonly string[];
  /** In place: the file that stays. To a new file: null. */
  readonly survivor: string | null;
  /** In place: files that go when all is copied. */
  readonly remove: readonly string[];
  /** In place: files whose link to their parent is rewritten. */
  readonly relink: readonly string[];
  /** Bytes of the files that are read. */
  readonly sourceBytes: number;
  /**
   * Distinct sectors to copy: each once, from the newest layer that has it; with the zeros that a new differencing disk has
   * to hold.
   */
  readonly copyBytes: number;
  /** Versions of those sectors in older layers of the stretch: not copied. In place the parent's own are not counted. */
  readonly olderBytes: number;
  /** Blocks of the target with something to copy, and those that it has to add. */
  readonly blocks: number;
  readonly blocksToAdd: number;
  readonly blockSizeBytes: number | null;
  /** Size of the file that is left: of the parent, or of the new file. */
  readonly fileBytes: number;
  /** False: `fileBytes` is an upper bound (blocks that turn out to hold only zeros are left out of a new file). */
  readonly exact: boolean;
  /** Room that the target needs beyond what it takes now, at most, while the merge runs. */
  readonly spaceNeededBytes: number;
  /** Bytes of files that can go, less what the target grows; to a new file: what all sources take less the new file. */
  readonly freedBytes: number;
  /** The disk's size changes in the parent's file first: it is smaller than the child's. */
  readonly growTo: number | null;
  /** Errors refuse the merge; warnings and notes are to be known. By name. */
  readonly obstacles: readonly Finding[];
}

export function isRefused({ obstacles }: Pick<MergePlan, 'obstacles'>): boolean {
  return obstacles.some(({ severity }) => severity === 'error');
}
