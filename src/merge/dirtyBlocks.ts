/** Blocks of the target that a guest wrote to since they were copied: one bit a block. */
const BITS = 32;

export class DirtyBlocks {
  private readonly words: Uint32Array;
  private count = 0;

  constructor(readonly blockCount: number) {
    this.words = new Uint32Array(Math.ceil(blockCount / BITS));
  }

  /** How many are dirty. */
  get size(): number {
    return this.count;
  }

  has(block: number): boolean {
    return ((this.word(block) >>> (block % BITS)) & 1) === 1;
  }

  /** Blocks that the disk does not have are passed over. */
  mark(block: number): void {
    if (!(block >= 0 && block < this.blockCount) || this.has(block)) return;
    this.words[Math.floor(block / BITS)] = this.word(block) | (1 << (block % BITS));
    this.count++;
  }

  clean(block: number): void {
    if (!this.has(block)) return;
    this.words[Math.floor(block / BITS)] = this.word(block) & ~(1 << (block % BITS));
    this.count--;
  }

  /** Of [from, end). */
  cleanRange(from: number, end: number): void {
    for (let [block] = this.next(from, end, 1); block !== undefined; [block] = this.next(block + 1, end, 1))
      this.clean(block);
  }

  /** The first dirty blocks of [from, end), ascending, at most `limit`. */
  next(from: number, end: number, limit: number): number[] {
    const found: number[] = [];
    for (let block = from; found.length < limit; ) {
      if (block >= end) break;
      const rest = this.word(block) >>> (block % BITS);
      if (rest === 0) {
        block += BITS - (block % BITS);
        continue;
      }
      block += Math.clz32(rest & -rest) ^ (BITS - 1);
      if (block >= end) break;
      found.push(block);
      block++;
    }
    return found;
  }

  private word(block: number): number {
    return this.words[Math.floor(block / BITS)] ?? 0;
  }
}
