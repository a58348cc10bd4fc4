/** Judges many bitmaps a call: they are read straight into the core's memory, and so is the data that some of them ask for. */
import { assert } from '../base/assert.ts';
import { KIB, MIB } from '../base/units.ts';
import type { CoreModule } from './core.ts';
import { type ScanMemory, takeScanMemory } from './scanMemory.ts';

/** What is said of a bitmap, joined by or; see assembly/check.ts. The bits are those of the sectors that the disk has. */
export const SOME_CLEAR = 1;
export const SOME_SET = 2;
/** A bit behind those is set. */
export const SET_BEYOND = 4;
/** Nothing to look at. */
export const FULL_BITMAP = SOME_SET;

/** Bitmaps of one call; at least one of any size fits. */
const BATCH_BYTES = 4 * MIB;
const WINDOW_BYTES = 256 * KIB;

export class BitmapScanner {
  /** One place a bitmap. */
  readonly slots: readonly Uint8Array[];
  /** Where data is read to, for `isZero`. */
  readonly window: Uint8Array;
  private readonly windowAt: number;
  /** One byte a slot, see assembly/check.ts. */
  private readonly verdicts: Uint8Array;

  private constructor(
    private readonly memory: ScanMemory,
    private readonly bitmapBytes: number,
    slotCount: number,
  ) {
    const { at, bytes } = memory;
    this.windowAt = at + slotCount * bitmapBytes;
    const verdictsAt = this.windowAt + WINDOW_BYTES;
    this.window = bytes.subarray(this.windowAt, verdictsAt);
    this.verdicts = bytes.subarray(verdictsAt, verdictsAt + slotCount);
    this.slots = Array.from({ length: slotCount }, (_, i) =>
      bytes.subarray(at + i * bitmapBytes, at + (i + 1) * bitmapBytes),
    );
  }

  /** `bitmapBytes` is whole sectors; `mostBitmaps` says how many there will be, so that few take little memory. */
  static async create(module: CoreModule, bitmapBytes: number, mostBitmaps: number): Promise<BitmapScanner> {
    assert(bitmapBytes > 0 && bitmapBytes % 512 === 0, 'a bitmap is whole sectors');
    const slotCount = Math.max(1, Math.min(Math.floor(BATCH_BYTES / bitmapBytes), mostBitmaps));
    const memory = await takeScanMemory(module, slotCount * (bitmapBytes + 1) + WINDOW_BYTES);
    return new BitmapScanner(memory, bitmapBytes, slotCount);
  }

  /**
   * Judges the bitmaps in `count` slots from `first` on, each by its first `sectors` bits. Returns how many are anything but
   * full with nothing beyond; `verdict` tells of each.
   */
  judge(first: number, count: number, sectors: number): number {
    const { memory, bitmapBytes, verdicts } = this;
    assert(first + count <= verdicts.length, 'as many bitmaps as there are slots');
    const at = memory.at + first * bitmapBytes;
    return memory.exports.judgeBitmaps(at, count, bitmapBytes, sectors, verdicts.byteOffset + first);
  }

  verdict(slot: number): number {
    return this.verdicts[slot] ?? 0;
  }

  isSet(slot: number, sector: number): boolean {
    return (((this.slots[slot]?.[sector >>> 3] ?? 0) << (sector & 7)) & 0x80) !== 0;
  }

  /** Bits from `from` up to `limit` of a slot's bitmap that equal the first of them. */
  runLength(slot: number, from: number, limit: number): number {
    return this.memory.exports.runLength(this.memory.at + slot * this.bitmapBytes, from, limit);
  }

  /** True when `lengthBytes` of the window from `from` on are zero. */
  isZero(from: number, lengthBytes: number): boolean {
    return this.memory.exports.isZero(this.windowAt + from, lengthBytes);
  }
}
