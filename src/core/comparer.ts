/** Compares bytes of two disks in pairs of windows: read into both, then ask which sectors differ. */
import { assert } from '../base/assert.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import type { CoreModule } from './core.ts';
import { type ScanMemory, takeScanMemory } from './scanMemory.ts';

/** Two windows of the same size, in the core's memory. */
export interface WindowPair {
  readonly one: Uint8Array;
  readonly other: Uint8Array;
}

export interface Difference {
  readonly differingBytes: number;
  /** First sector (counted from the start of what was compared) and number of sectors, in turn; valid until the next call. */
  readonly runs: Uint32Array;
}

/** A run of differing sectors as the core writes it: two 32-bit numbers. */
const RUN_BYTES = 8;

export class Comparer {
  readonly pairs: readonly WindowPair[];

  private constructor(
    private readonly memory: ScanMemory,
    windowBytes: number,
    pairCount: number,
    private readonly tableAt: number,
  ) {
    const window = (index: number) => {
      const from = memory.at + index * windowBytes;
      return memory.bytes.subarray(from, from + windowBytes);
    };
    this.pairs = Array.from({ length: pairCount }, (_, i) => ({
      one: window(2 * i),
      other: window(2 * i + 1),
    }));
  }

  /** Windows are whole sectors. */
  static async create(module: CoreModule, windowBytes: number, pairCount: number): Promise<Comparer> {
    assert(windowBytes % SECTOR_BYTES === 0, 'windows are whole sectors');
    const windowsBytes = 2 * windowBytes * pairCount;
    const tableBytes = (windowBytes / SECTOR_BYTES + 1) * RUN_BYTES;
    const memory = await takeScanMemory(module, windowsBytes + tableBytes);
    return new Comparer(memory, windowBytes, pairCount, memory.at + windowsBytes);
  }

  /** Both lie in windows of this comparer and have the same length, whole sectors. */
  compare(one: Uint8Array, other: Uint8Array): Difference {
    const { exports, bytes } = this.memory;
    assert(one.buffer === bytes.buffer && other.buffer === bytes.buffer, 'both lie in the windows');
    assert(one.length === other.length && one.length % SECTOR_BYTES === 0, 'as many sectors on both sides');
    const sectors = one.length / SECTOR_BYTES;
    const count = exports.compareSectors(one.byteOffset, other.byteOffset, sectors, this.tableAt);
    return {
      differingBytes: exports.differingBytes(),
      runs: new Uint32Array(bytes.buffer, this.tableAt, 2 * count),
    };
  }
}
