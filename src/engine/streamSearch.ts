/**
 * Finds one or two needles in bytes that come in pieces: hits across the border of two pieces are found, none is found
 * twice, and they come in ascending order. A gap between pieces ends the run: nothing matches across bytes that are not
 * known.
 */
import { assert } from '../base/assert.ts';

/** Every occurrence that begins before `endOffset`, ascending, `limit` of them at most. */
export type FindAll = (
  haystack: Uint8Array,
  needle: Uint8Array,
  endOffset: number,
  limit: number,
) => number[];

export class StreamSearch {
  readonly hits: number[] = [];
  /** Everything that starts before it was compared. */
  searchedTo: number;
  private readonly needles: readonly Uint8Array[];
  /** One byte less than the longest needle: what must be kept of a piece until the next one is here. */
  private readonly keepBytes: number;
  private readonly zerosCanMatch: boolean;
  private carry: Uint8Array = new Uint8Array(0);
  private endOffset: number;

  constructor(
    needles: readonly Uint8Array[],
    fromOffset: number,
    private readonly limit: number,
    private readonly findAll: FindAll,
  ) {
    assert(needles.length > 0 && needles.every((needle) => needle.length > 0), 'a needle has bytes');
    this.needles = needles;
    this.keepBytes = Math.max(...needles.map((needle) => needle.length)) - 1;
    this.zerosCanMatch = needles.some((needle) => needle.every((byte) => byte === 0));
    this.endOffset = fromOffset;
    this.searchedTo = fromOffset;
  }

  get full(): boolean {
    return this.hits.length >= this.limit;
  }

  /** The next piece; `zero` promises that all its bytes are zero. Bytes are copied where they are kept. */
  feed(offset: number, bytes: Uint8Array, zero = false): void {
    if (offset !== this.endOffset) this.endRun();
    const carryOffset = offset - this.carry.length;
    this.endOffset = offset + bytes.length;
    if (bytes.length < this.keepBytes) {
      const joined = concat(this.carry, bytes);
      const startsBelow = Math.max(0, joined.length - this.keepBytes);
      this.scan(joined, carryOffset, startsBelow);
      this.carry = joined.slice(startsBelow);
      return;
    }
    this.scan(concat(this.carry, bytes.subarray(0, this.keepBytes)), carryOffset, this.carry.length);
    const startsBelow = bytes.length - this.keepBytes;
    if (zero && !this.zerosCanMatch) this.pass(offset + startsBelow);
    else this.scan(bytes, offset, startsBelow);
    this.carry = bytes.slice(startsBelow);
  }

  /** No piece follows without a gap: what was kept is searched to its end. */
  endRun(): void {
    const { carry } = this;
    this.carry = new Uint8Array(0);
    this.scan(carry, this.endOffset - carry.length, carry.length);
  }

  private scan(window: Uint8Array, windowOffset: number, startsBelow: number): void {
    if (this.full || startsBelow === 0) return;
    const room = this.limit - this.hits.length;
    const found = this.needles.flatMap((needle) => this.findAll(window, needle, startsBelow, room));
    found.sort((a, b) => a - b);
    for (const hit of found) {
      if (this.full) break;
      if (windowOffset + hit !== this.hits.at(-1)) this.hits.push(windowOffset + hit);
    }
    this.pass(windowOffset + startsBelow);
  }

  /** Everything that starts before `offset` was compared, or, with the limit reached, what starts up to the last hit. */
  private pass(offset: number): void {
    const lastHit = this.hits.at(-1);
    this.searchedTo = this.full && lastHit !== undefined ? lastHit + 1 : Math.max(this.searchedTo, offset);
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
