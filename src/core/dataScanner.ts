/** Scans of blocks and bitmaps that are read straight into the core's memory: zeros, set bits, runs of bits. */
import { assert } from '../base/assert.ts';
import type { CoreModule } from './core.ts';
import { type ScanMemory, takeScanMemory } from './scanMemory.ts';

export class DataScanner {
  /** To read into; what is scanned lies in here. */
  readonly staging: Uint8Array;

  private constructor(
    private readonly memory: ScanMemory,
    stagingBytes: number,
  ) {
    this.staging = memory.bytes.subarray(memory.at, memory.at + stagingBytes);
  }

  static async create(module: CoreModule, stagingBytes: number): Promise<DataScanner> {
    return new DataScanner(await takeScanMemory(module, stagingBytes), stagingBytes);
  }

  isZero(bytes: Uint8Array): boolean {
    return this.memory.exports.isZero(this.addressOf(bytes), bytes.length);
  }

  /** Set bits among `bitCount` from bit `from` on, most significant bit first; `from` is a multiple of 8. */
  countSet(bitmap: Uint8Array, from: number, bitCount: number): number {
    assert(from % 8 === 0 && from + bitCount <= bitmap.length * 8, 'whole bytes of the bitmap');
    return this.memory.exports.countSet(this.addressOf(bitmap) + from / 8, bitCount);
  }

  /** Runs of set bits among the first `bitCount`, ascending. */
  *setRuns(bitmap: Uint8Array, bitCount: number): Generator<{ from: number; count: number }> {
    assert(bitCount <= bitmap.length * 8, 'bits of the bitmap');
    const at = this.addressOf(bitmap);
    for (let from = 0; from < bitCount; ) {
      const count = this.memory.exports.runLength(at, from, bitCount);
      if ((bitmap[from >> 3] ?? 0) & (0x80 >> (from & 7))) yield { from, count };
      from += count;
    }
  }

  private addressOf(bytes: Uint8Array): number {
    assert(bytes.buffer === this.memory.bytes.buffer, 'the bytes lie in the staging memory');
    return bytes.byteOffset;
  }
}
