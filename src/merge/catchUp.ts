/**
 * Which blocks a guest made dirty, which are next to be copied again, and when the guest must be slowed so that this ends.
 *
 * A pass goes over the blocks from the first to the last. One that leaves more than MOST_LEFT of what it found slows the
 * writer: then each write is cut into portions of at most one batch, and a portion that would leave more dirty blocks than
 * a switch takes waits for a batch to be copied. So no write makes the set larger, each step makes it smaller, and once it
 * is short it stays so.
 */
import { SECTOR_BYTES } from '../base/units.ts';
import { DirtyBlocks } from './dirtyBlocks.ts';

const MOST_LEFT = 0.75;

export class CatchUp {
  /** The first copies everything. */
  pass = 1;
  isSlowed = false;
  private readonly dirty: DirtyBlocks;
  private readonly blockSectors: number;
  /** Of this pass: where it is, and how many blocks it found. */
  private cursor: number;
  private found: number;

  /** One batch copies `batchBlocks`, and so many at most are left to the switch. */
  constructor(
    private readonly blockCount: number,
    blockSizeBytes: number,
    readonly batchBlocks: number,
  ) {
    this.dirty = new DirtyBlocks(blockCount);
    this.blockSectors = blockSizeBytes / SECTOR_BYTES;
    this.found = blockCount;
    this.cursor = blockCount;
  }

  get dirtyBlocks(): number {
    return this.dirty.size;
  }

  /** So few are left that one switch copies them. */
  get isShort(): boolean {
    return this.dirty.size <= this.batchBlocks;
  }

  /** These sectors may have changed. */
  mark(firstSector: number, sectorCount: number): void {
    for (let block = this.blockOf(firstSector); block <= this.lastOf(firstSector, sectorCount); block++)
      this.dirty.mark(block);
  }

  /** The first pass copied [from, end) as they are. */
  copied(from: number, end: number): void {
    this.dirty.cleanRange(from, end);
  }

  copiedAgain(blocks: readonly number[]): void {
    for (const block of blocks) this.dirty.clean(block);
  }

  /** Everything that is left, for the switch. */
  rest(): number[] {
    return this.dirty.next(0, this.blockCount, this.dirty.size);
  }

  /**
   * What to copy next, ascending, at most a batch. A pass that is at its end is judged now, not when its last batch ended:
   * the guest may have written since.
   */
  batch(): number[] {
    const { dirty, blockCount, batchBlocks } = this;
    const rest = dirty.next(this.cursor, blockCount, batchBlocks);
    // A write that waits may make a whole batch dirty, so it waits for a whole one, over the end of the pass.
    const isShared = this.isSlowed && rest.length < batchBlocks;
    if ((rest.length > 0 && !isShared) || dirty.size === 0) return this.upTo(rest.at(-1), rest);
    if (!this.isSlowed && dirty.size > this.found * MOST_LEFT) this.isSlowed = true;
    this.found = dirty.size;
    this.pass++;
    const anew = dirty.next(0, Math.min(this.cursor, blockCount), batchBlocks - rest.length);
    return this.upTo(anew.at(-1), [...anew, ...rest]);
  }

  private upTo(block: number | undefined, blocks: number[]): number[] {
    this.cursor = block === undefined ? this.blockCount : block + 1;
    return blocks;
  }

  /** A write of these sectors has to wait for a batch. */
  mustWait(firstSector: number, sectorCount: number): boolean {
    if (!this.isSlowed || this.dirty.size === 0) return false;
    let after = this.dirty.size;
    for (let block = this.blockOf(firstSector); block <= this.lastOf(firstSector, sectorCount); block++)
      if (!this.dirty.has(block)) after++;
    return after > this.batchBlocks;
  }

  /** A slowed write as it is made. */
  *portions(firstSector: number, source: Uint8Array): Generator<{ firstSector: number; bytes: Uint8Array }> {
    for (let done = 0; done < source.length; ) {
      const first = firstSector + done / SECTOR_BYTES;
      const count = (this.blockOf(first) + this.batchBlocks) * this.blockSectors - first;
      // What is not a place on the disk goes on whole, to be refused.
      const bytes = source.subarray(done, count >= 1 ? done + count * SECTOR_BYTES : source.length);
      yield { firstSector: first, bytes };
      done += bytes.length;
    }
  }

  private blockOf(sector: number): number {
    return Math.floor(sector / this.blockSectors);
  }

  private lastOf(firstSector: number, sectorCount: number): number {
    return Math.min(this.blockOf(firstSector + sectorCount - 1), this.blockCount - 1);
  }
}
