/** A seeded generator (mulberry32): the same seed gives the same run, here and in tests. */
import { viewOf } from './bytes.ts';

export class Prng {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** An unsigned 32-bit integer. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** In [0, 1). */
  fraction(): number {
    return this.next() / 2 ** 32;
  }

  /** An integer in [0, bound), bound up to 2^53. */
  below(bound: number): number {
    return Math.floor(((this.next() / 2 ** 32 + this.next()) / 2 ** 32) * bound);
  }

  /** The lowest byte of a number for each byte. */
  fill(target: Uint8Array): void {
    for (let i = 0; i < target.length; i++) target[i] = this.next();
  }

  /** Other bytes than `fill`: all four of each number, the lowest first. For MiB of them. */
  fillWords(target: Uint8Array): void {
    const view = viewOf(target);
    const wholeBytes = target.length - (target.length % 4);
    for (let at = 0; at < wholeBytes; at += 4) view.setUint32(at, this.next(), true);
    if (wholeBytes === target.length) return;
    const last = this.next();
    for (let at = wholeBytes; at < target.length; at++) target[at] = last >>> (8 * (at - wholeBytes));
  }
}
