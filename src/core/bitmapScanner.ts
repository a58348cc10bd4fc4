/** Judges many bitmaps a call: they are read straight into the core's memory, and so is the data that some of them ask for. */
import { assert } from '../base/assert.ts';
import { KIB, MIB } from '../base/units.ts';
import { type CoreModule, DiskCore, SCRATCH_BYTES } from './core.ts';

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
  private readonly bitmaps: DiskCore['bitmaps'];
  private readonly windowAt: number;

  private constructor(
    private readonly core: DiskCore,
    private readonly bitmapBytes: number,
    slotCount: number,
  ) {
    const { staging } = core;
    this.windowAt = slotCount * bitmapBytes;
    this.window = staging.subarray(this.windowAt, this.windowAt + WINDOW_BYTES);
    this.bitmaps = core.bitmaps;
    this.slots = Array.from({ length: slotCount }, (_, i) =>
      staging.subarray(i * bitmapBytes, (i + 1) * bitmapBytes),
    );
  }

  /** `bitmapBytes` is whole sectors; `mostBitmaps` says how many there will be, so that few take little memory. */
  static async create(module: CoreModule, bitmapBytes: number, mostBitmaps: number): Promise<BitmapScanner> {
    assert(bitmapBytes > 0 && bitmapBytes % 512 === 0, 'a bitmap is whole sectors');
    const room = Math.min(Math.floor(BATCH_BYTES / bitmapBytes), SCRATCH_BYTES);
    const slotCount = Math.max(1, Math.min(room, mostBitmaps));
    const flat = {
      kind: 'flat',
      sectorCount: 8,
      blockSectors: 0,
      bitmapSectors: 0,
      batEntries: 0,
      dataOffset: 0,
    } as const;
    const core = await DiskCore.create(module, [flat], {
      sectorCount: 8,
      incomplete: false,
      ownerBytes: 0,
      pageBytes: 0,
      stagingBytes: slotCount * bitmapBytes + WINDOW_BYTES,
    });
    return new BitmapScanner(core, bitmapBytes, slotCount);
  }

  /**
   * Judges the bitmaps in `count` slots from `first` on, each by its first `sectors` bits. Returns how many are anything but
   * full with nothing beyond; `verdict` tells of each.
   */
  judge(first: number, count: number, sectors: number): number {
    return this.core.judgeBitmaps(first, count, this.bitmapBytes, sectors);
  }

  verdict(slot: number): number {
    return this.core.verdicts[slot] ?? 0;
  }

  isSet(slot: number, sector: number): boolean {
    return (((this.slots[slot]?.[sector >>> 3] ?? 0) << (sector & 7)) & 0x80) !== 0;
  }

  /** Bits from `from` up to `limit` of a slot's bitmap that equal the first of them. */
  runLength(slot: number, from: number, limit: number): number {
    const before = slot * this.bitmapBytes * 8;
    return this.bitmaps.runLength(before + from, before + limit);
  }

  /** True when `lengthBytes` of the window from `from` on are zero. */
  isZero(from: number, lengthBytes: number): boolean {
    return this.core.isZero(this.windowAt + from, lengthBytes);
  }
}
