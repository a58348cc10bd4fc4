/**
 * Which reads answer a range, and in which order. Storage that answers at once pays per request, so runs of one file that
 * lie near each other are read as one, through the gap: oldest layer first, each newer one then writes over what was read
 * in its place (the painter's way), so everything goes straight into the target.
 */
import { LAYER_MISSING } from '../core/records.ts';

const SECTOR = 512;

export class ReadPlan {
  /** Parallel arrays, in the order of the disk; reused from call to call. */
  private layers = new Int16Array(1024);
  private offsets = new Float64Array(1024);
  private starts = new Float64Array(1024);
  private counts = new Float64Array(1024);
  private nextOfLayer = new Int32Array(1024);
  private readonly headOfLayer = new Int32Array(256);
  private count = 0;
  private deepest = -1;

  clear(): void {
    this.count = 0;
    this.deepest = -1;
  }

  /** A run with one answer, in the order of the disk; `layer` >= LAYER_MISSING: no file holds it. */
  add(layer: number, fileOffset: number, targetSector: number, sectorCount: number): void {
    if (this.count === this.layers.length) this.grow();
    const i = this.count++;
    this.layers[i] = layer;
    this.offsets[i] = fileOffset;
    this.starts[i] = targetSector;
    this.counts[i] = sectorCount;
    if (layer < LAYER_MISSING && layer > this.deepest) this.deepest = layer;
  }

  /**
   * Joined reads, oldest layer first, then the runs that no file holds: the caller fills those last, over what was read
   * through. `readThroughBytes(layer)` is the widest gap worth reading.
   */
  paint(
    readThroughBytes: (layer: number) => number,
    read: (layer: number, fileOffset: number, targetSector: number, sectorCount: number) => void,
    fill: (layer: number, targetSector: number, sectorCount: number) => void,
  ): void {
    this.chainByLayer();
    for (let layer = this.deepest; layer >= 0; layer--) {
      const gapSectors = readThroughBytes(layer) / SECTOR;
      let i = this.headOfLayer[layer] ?? -1;
      while (i >= 0) {
        const first = i;
        let last = i;
        for (let next = this.nextOfLayer[i] ?? -1; next >= 0; next = this.nextOfLayer[next] ?? -1) {
          if (!this.joins(last, next, layer, gapSectors)) break;
          last = next;
        }
        const start = this.starts[first] ?? 0;
        read(
          layer,
          this.offsets[first] ?? 0,
          start,
          (this.starts[last] ?? 0) + (this.counts[last] ?? 0) - start,
        );
        i = this.nextOfLayer[last] ?? -1;
      }
    }
    for (let i = this.headOfLayer[255] ?? -1; i >= 0; i = this.nextOfLayer[i] ?? -1) {
      fill(this.layers[i] ?? 0, this.starts[i] ?? 0, this.counts[i] ?? 0);
    }
  }

  /** Linked lists by layer, in the order of the disk; everything that no file holds goes to list 255. */
  private chainByLayer(): void {
    this.headOfLayer.fill(-1);
    for (let i = this.count - 1; i >= 0; i--) {
      const layer = this.layers[i] ?? 0;
      const list = layer < LAYER_MISSING ? layer : 255;
      this.nextOfLayer[i] = this.headOfLayer[list] ?? -1;
      this.headOfLayer[list] = i;
    }
  }

  /** The gap between two runs is narrow, the file goes on across it in step, and no older layer owns any of it. */
  private joins(before: number, after: number, layer: number, gapSectors: number): boolean {
    const start = this.starts[before] ?? 0;
    const step = (this.starts[after] ?? 0) - start;
    if (step - (this.counts[before] ?? 0) > gapSectors) return false;
    if ((this.offsets[after] ?? 0) - (this.offsets[before] ?? 0) !== step * SECTOR) return false;
    for (let i = before + 1; i < after; i++) {
      const owner = this.layers[i] ?? 0;
      if (owner > layer && owner < LAYER_MISSING) return false;
    }
    return true;
  }

  private grow(): void {
    const size = this.layers.length * 2;
    const grown = <T extends Int16Array | Int32Array | Float64Array>(target: T, source: T): T => {
      target.set(source);
      return target;
    };
    this.layers = grown(new Int16Array(size), this.layers);
    this.offsets = grown(new Float64Array(size), this.offsets);
    this.starts = grown(new Float64Array(size), this.starts);
    this.counts = grown(new Float64Array(size), this.counts);
    this.nextOfLayer = grown(new Int32Array(size), this.nextOfLayer);
  }
}
