/** Counts what a stretch of a chain holds, from block tables and bitmaps alone. */
import { viewOf } from '../base/bytes.ts';
import { Pacer } from '../base/pacer.ts';
import type { ProgressMeter } from '../base/progress.ts';
import { SECTOR_BYTES, type SectorRange } from '../base/units.ts';
import type { DiskChain } from '../chain/diskChain.ts';
import { openChain } from '../chain/openChain.ts';
import type { CoreModule } from '../core/core.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import { ENTRY_BYTES, UNUSED_ENTRY } from '../formats/vhd/blockAllocationTable.ts';
import { type HeldRun, StretchSource, type ZeroRange } from './stretchSource.ts';

export interface CountTools {
  readonly module: CoreModule;
  /** Counts bytes of the disk, once for the stretch, and once for each of several files. */
  readonly meter?: ProgressMeter;
  readonly signal?: AbortSignal;
}

/** Blocks of a target, ascending: how many of them get something, and how many it does not have yet. */
export class BlockTally {
  blocks = 0;
  blocksToAdd = 0;
  private nextBlock = 0;

  /** `table` is the target's as the file holds it; null = none of its blocks is there, or it has no table to add to. */
  constructor(
    private readonly blockSizeBytes: number,
    private readonly table: Uint8Array | null,
  ) {}

  /** Ranges come in ascending order. */
  touch({ firstSector, sectorCount }: SectorRange): void {
    const end = Math.ceil(((firstSector + sectorCount) * SECTOR_BYTES) / this.blockSizeBytes);
    const from = Math.max(this.nextBlock, Math.floor((firstSector * SECTOR_BYTES) / this.blockSizeBytes));
    if (from >= end) return;
    this.nextBlock = end;
    this.blocks += end - from;
    this.blocksToAdd += end - from - this.allocatedIn(from, end);
  }

  private allocatedIn(from: number, end: number): number {
    if (!this.table) return 0;
    const view = viewOf(this.table);
    const held = Math.min(end, this.table.length / ENTRY_BYTES);
    let allocated = 0;
    for (let block = from; block < held; block++) {
      if (view.getUint32(block * ENTRY_BYTES) !== UNUSED_ENTRY) allocated++;
    }
    return allocated;
  }
}

/** Sectors of one call: what is in memory of their runs at once. */
const STEP_SECTORS = 2 ** 19;

export interface HeldCount {
  /** Distinct sectors that the files hold. */
  readonly held: number;
  /** The same and those of `zeros`: what is copied. */
  readonly copied: number;
}

/** `tally` is touched with all that is copied; `zeros` are written whether a file holds them or not. */
export async function countHeld(
  disk: DiskChain,
  tally: BlockTally,
  zeros: ZeroRange | null,
  { meter, signal }: CountTools,
): Promise<HeldCount> {
  const pacer = new Pacer();
  const layerCount = disk.layers.length;
  const source = new StretchSource(disk, layerCount, zeros);
  let [held, copied] = [0, 0];
  for (let at = 0; at < disk.sectorCount; at += STEP_SECTORS) {
    const sectorCount = Math.min(STEP_SECTORS, disk.sectorCount - at);
    const runs = await source.runs(at, sectorCount);
    for (const run of runs) tally.touch({ firstSector: at + run.from, sectorCount: run.sectorCount });
    copied += sectorsIn(runs);
    held += sectorsIn(zeros ? await disk.heldRuns(at, sectorCount, layerCount) : runs);
    meter?.advance(sectorCount * SECTOR_BYTES);
    await pacer.step(signal);
  }
  return { held, copied };
}

function sectorsIn(runs: readonly HeldRun[]): number {
  return runs.reduce((sum, { sectorCount }) => sum + sectorCount, 0);
}

/** Sectors that the files hold each by itself, as far as the disk shows them: what lies in several counts as often. */
export async function countVersions(images: readonly DiskImage[], tools: CountTools): Promise<number> {
  let reach = Number.POSITIVE_INFINITY;
  let sectors = 0;
  for (const image of images) {
    reach = Math.min(reach, image.virtualSizeBytes);
    if (reach === 0) break;
    const disk = await openAlone({ ...image, virtualSizeBytes: reach }, tools);
    sectors += (await disk.survey(undefined, tools.signal)).layers[0] ?? 0;
    tools.meter?.advance(reach);
  }
  return sectors;
}

/** A file's bitmaps are looked through once, in order: next to nothing has to be kept. */
function openAlone(image: DiskImage, { module, signal }: CountTools): Promise<DiskChain> {
  const small = { stagingBytes: 0, ownerBytes: 2 ** 20, pageBytes: 2 ** 20 };
  return openChain(module, [image], { complete: true, ...small, ...(signal ? { signal } : {}) });
}
