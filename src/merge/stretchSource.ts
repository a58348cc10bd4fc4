/** Where a merge copies from: layers of a chain, newest first, and the sectors that read as zeros whatever lies below. */
import { must } from '../base/assert.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import type { DiskChain } from '../chain/diskChain.ts';
import type { HeldRun } from '../chain/heldRuns.ts';

export type { HeldRun };

/** Sectors [firstSector, endSector) that read as zeros where no source holds them. */
export interface ZeroRange {
  readonly firstSector: number;
  readonly endSector: number;
}

export class StretchSource {
  readonly sectorCount: number;

  /** The sources are layers 0 … layerCount − 1 of `chain`. */
  constructor(
    private readonly chain: DiskChain,
    private readonly layerCount: number,
    private readonly zeros: ZeroRange | null,
  ) {
    this.sectorCount = chain.sectorCount;
  }

  /** Memory to read into. */
  get staging(): Uint8Array {
    return this.chain.staging;
  }

  isZero(bytes: Uint8Array): boolean {
    return this.chain.isZero(bytes);
  }

  /** Bytes of all runs, from bitmaps alone. */
  async totalBytes(signal?: AbortSignal): Promise<number> {
    const { layers } = await this.chain.survey(undefined, signal);
    const held = layers.slice(0, this.layerCount).reduce((sum, sectors) => sum + sectors, 0);
    if (!this.zeros) return held * SECTOR_BYTES;
    const { firstSector, endSector } = this.zeros;
    const inZeros = await this.chain.heldRuns(firstSector, endSector - firstSector, this.layerCount);
    return (held + endSector - firstSector - sectorsIn(inZeros)) * SECTOR_BYTES;
  }

  /** Runs to copy, in sectors from `firstSector`, ascending and joined. */
  async runs(firstSector: number, sectorCount: number): Promise<readonly HeldRun[]> {
    const held = await this.chain.heldRuns(firstSector, sectorCount, this.layerCount);
    const zeros = clip(this.zeros, firstSector, sectorCount);
    return zeros ? joined(held, zeros) : held;
  }

  /** Fills those runs of `target`, which lies in the staging memory as `scratch` does, and leaves the rest of it. */
  async read(firstSector: number, target: Uint8Array, scratch: Uint8Array): Promise<void> {
    const zeros = clip(this.zeros, firstSector, target.length / SECTOR_BYTES);
    if (zeros) target.fill(0, zeros.from * SECTOR_BYTES, (zeros.from + zeros.sectorCount) * SECTOR_BYTES);
    await this.chain.readHeld(firstSector, target, scratch, this.layerCount);
  }

  /** By block of the target: 1 where there may be something to copy. From tables, where blocks are no smaller than ours. */
  async mayHold(firstBlock: number, blockCount: number, blockSectors: number): Promise<Uint8Array> {
    const marks = new Uint8Array(blockCount);
    const firstSector = firstBlock * blockSectors;
    const whole = Math.min(blockCount, Math.floor(this.sectorCount / blockSectors) - firstBlock);
    if (whole > 0) {
      const { cells } = await this.chain.map({
        firstSector,
        sectorCount: whole * blockSectors,
        cells: whole,
        mode: 'layer',
      });
      for (const [block, layer] of cells.entries()) if (layer < this.layerCount) marks[block] = 1;
    }
    // The partial last block.
    if (whole < blockCount) marks.fill(1, Math.max(0, whole));
    const zeros = clip(this.zeros, firstSector, blockCount * blockSectors);
    if (zeros) {
      const end = Math.ceil((zeros.from + zeros.sectorCount) / blockSectors);
      marks.fill(1, Math.floor(zeros.from / blockSectors), end);
    }
    return marks;
  }
}

/** The part of `zeros` in a range, counted from its start. */
function clip(zeros: ZeroRange | null, firstSector: number, sectorCount: number): HeldRun | null {
  if (!zeros) return null;
  const from = Math.max(zeros.firstSector, firstSector);
  const end = Math.min(zeros.endSector, firstSector + sectorCount);
  return end > from ? { from: from - firstSector, sectorCount: end - from } : null;
}

function joined(held: readonly HeldRun[], zeros: HeldRun): HeldRun[] {
  const all = [...held, zeros].sort((a, b) => a.from - b.from);
  const runs: { from: number; sectorCount: number }[] = [];
  for (const { from, sectorCount } of all) {
    const before = runs.at(-1);
    if (before && from <= before.from + before.sectorCount) {
      before.sectorCount = Math.max(before.sectorCount, from + sectorCount - before.from);
    } else runs.push({ from, sectorCount });
  }
  return runs;
}

export function sectorsIn(runs: readonly HeldRun[]): number {
  return runs.reduce((sum, { sectorCount }) => sum + sectorCount, 0);
}

/** True when one run is the whole of it. */
export function isWhole(runs: readonly HeldRun[], sectorCount: number): boolean {
  return runs.length === 1 && must(runs[0], 'one run').sectorCount === sectorCount;
}
