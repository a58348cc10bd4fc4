/** Scans of bytes that belong to no chain: search in a file, by the same loops as in a disk. */
import { assert } from '../base/assert.ts';
import type { CoreModule } from './core.ts';
import { type ScanMemory, takeScanMemory } from './scanMemory.ts';

/** Small, since every further hit copies its window again. */
const WINDOW_BYTES = 256 * 1024;
const LONGEST_NEEDLE_BYTES = 64 * 1024;

export class ByteScanner {
  private constructor(private readonly memory: ScanMemory) {}

  static async create(module: CoreModule): Promise<ByteScanner> {
    return new ByteScanner(await takeScanMemory(module, WINDOW_BYTES + LONGEST_NEEDLE_BYTES));
  }

  /** Index of the first occurrence of `needle` at or after `from`, or -1. Any haystack; it is copied in by windows. */
  findBytes(haystack: Uint8Array, needle: Uint8Array, from: number): number {
    this.take(needle);
    for (let at = from; at + needle.length <= haystack.length; at += WINDOW_BYTES - needle.length + 1) {
      const window = haystack.subarray(at, at + WINDOW_BYTES);
      this.memory.bytes.set(window, this.memory.at);
      const hit = this.find(window.length, needle.length, 0);
      if (hit >= 0) return at + hit;
    }
    return -1;
  }

  /** Every occurrence that begins before `endOffset`, ascending, `limit` of them at most; each window is copied in once. */
  findAll(haystack: Uint8Array, needle: Uint8Array, endOffset: number, limit: number): number[] {
    this.take(needle);
    const hits: number[] = [];
    const step = WINDOW_BYTES - needle.length + 1;
    for (let at = 0; at < endOffset && at + needle.length <= haystack.length; at += step) {
      const window = haystack.subarray(at, Math.min(at + WINDOW_BYTES, endOffset + needle.length - 1));
      this.memory.bytes.set(window, this.memory.at);
      for (let hit = -1; hits.length < limit; ) {
        hit = this.find(window.length, needle.length, hit + 1);
        if (hit < 0) break;
        hits.push(at + hit);
      }
    }
    return hits;
  }

  isZero(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length; at += WINDOW_BYTES) {
      const window = bytes.subarray(at, at + WINDOW_BYTES);
      this.memory.bytes.set(window, this.memory.at);
      if (!this.memory.exports.isZero(this.memory.at, window.length)) return false;
    }
    return true;
  }

  private take(needle: Uint8Array): void {
    assert(needle.length <= LONGEST_NEEDLE_BYTES, 'a needle fits into its place');
    this.memory.bytes.set(needle, this.memory.at + WINDOW_BYTES);
  }

  /** Index in the window, at or after `from`, or -1. */
  private find(windowBytes: number, needleBytes: number, from: number): number {
    const { exports, at } = this.memory;
    return exports.find(at, windowBytes, at + WINDOW_BYTES, needleBytes, from);
  }
}
