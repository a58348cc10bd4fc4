/** The host's memory for block tables and bitmaps that were read before, as sectors of the files. */
import { assert } from '../../base/assert.ts';
import { SECTOR_BYTES } from '../../base/units.ts';

/** What was not asked for the longest time goes first. */
export class TableCache {
  private readonly limitSectors: number;
  /** In the order in which they were asked for, the latest last. */
  private readonly kept = new Set<number>();

  constructor(limitBytes: number) {
    this.limitSectors = Math.floor(limitBytes / SECTOR_BYTES);
  }

  /** Whether the sector at `offset` of the layer's file was there; from now on it is, as far as there is room. */
  ask(layer: number, offset: number): boolean {
    assert(offset % SECTOR_BYTES === 0 && layer < 256, 'whole sectors of a layer');
    const key = (offset / SECTOR_BYTES) * 256 + layer;
    const isKept = this.kept.delete(key);
    if (this.limitSectors === 0) return false;
    this.kept.add(key);
    if (this.kept.size > this.limitSectors) {
      for (const oldest of this.kept) {
        this.kept.delete(oldest);
        break;
      }
    }
    return isKept;
  }

  get usedBytes(): number {
    return this.kept.size * SECTOR_BYTES;
  }

  clear(): void {
    this.kept.clear();
  }
}
