/** Compares two disks, or two points of one chain: only what the same place of a file does not answer for both is read. */
import { must } from '../base/assert.ts';
import { Pacer } from '../base/pacer.ts';
import type { ProgressMeter } from '../base/progress.ts';
import { MIB, SECTOR_BYTES, type SectorRange } from '../base/units.ts';
import type { DiskChain } from '../chain/diskChain.ts';
import { Comparer, type WindowPair } from '../core/comparer.ts';
import type { CoreModule } from '../core/core.ts';
import type { Comparison } from './comparison.ts';
import { DifferenceTally } from './differenceTally.ts';
import { unsharedStretches } from './unsharedStretches.ts';

export interface CompareOptions {
  readonly module: CoreModule;
  /** Counts bytes of the longer disk: the total is its size. */
  readonly meter?: ProgressMeter;
  readonly signal?: AbortSignal;
}

/**
 * Pairs of windows: one where nothing is waited for, small enough for the processor's cache; else one is compared while the
 * others are read.
 */
const NOW = { windowBytes: MIB / 4, pairs: 1 } as const;
const WAITING = { windowBytes: 8 * MIB, pairs: 4 } as const;
/** Stretches of one batch: each is a request to either disk. */
const MOST_STRETCHES = 256;

/**
 * The disks may differ in size. Sectors whose answer lies in a parent that is not here are counted as unknown, never as
 * equal. Throws the storage's fault where a file cannot be read.
 */
export async function compareDisks(
  one: DiskChain,
  other: DiskChain,
  { module, meter, signal }: CompareOptions,
): Promise<Comparison> {
  const files = [...one.layers, ...other.layers].map(({ file }) => file);
  const waits = files.some((file) => !file.readNow);
  const { windowBytes, pairs } = waits ? WAITING : NOW;
  const comparer = await Comparer.create(module, windowBytes, pairs);
  const tally = new DifferenceTally([one.sectorCount, other.sectorCount]);
  const gapSectors = Math.max(...files.map((file) => file.readThroughBytes)) / SECTOR_BYTES;
  const progress = new CompareProgress(meter);
  const stretches = progress.count(
    unsharedStretches(one, other, {
      tally,
      gapSectors,
      scanned: (sector) => progress.scanned(sector),
      signal,
    }),
  );
  const pacer = new Pacer();
  for await (const batch of readBatches(one, other, stretches, comparer.pairs)) {
    for (const { firstSector, sectorCount, ofOne, ofOther } of batch) {
      const { differingBytes, runs } = comparer.compare(ofOne, ofOther);
      tally.addDifferingBytes(differingBytes);
      for (let i = 0; i < runs.length; i += 2) {
        tally.addDiffering(firstSector + (runs[i] ?? 0), runs[i + 1] ?? 0);
      }
      progress.compared(firstSector + sectorCount);
    }
    signal?.throwIfAborted();
    await pacer.step();
  }
  meter?.advanceTo(Math.max(one.sectorCount, other.sectorCount) * SECTOR_BYTES);
  meter?.finish();
  return tally.result();
}

/** Where the comparison is: what needs no reading counts once everything before it was compared. */
class CompareProgress {
  private queuedTo = 0;
  private comparedTo = 0;
  private told = 0;

  constructor(private readonly meter: ProgressMeter | undefined) {}

  async *count(stretches: AsyncIterable<SectorRange>): AsyncGenerator<SectorRange, void, undefined> {
    for await (const stretch of stretches) {
      this.queuedTo = stretch.firstSector + stretch.sectorCount;
      yield stretch;
    }
  }

  scanned(sector: number): void {
    if (this.comparedTo >= this.queuedTo) this.tell(sector);
  }

  compared(sector: number): void {
    this.comparedTo = sector;
    this.tell(sector);
  }

  private tell(sector: number): void {
    this.told = Math.max(this.told, sector);
    this.meter?.advanceTo(this.told * SECTOR_BYTES);
  }
}

/** A stretch in a pair of windows. */
interface ReadStretch extends SectorRange {
  readonly ofOne: Uint8Array;
  readonly ofOther: Uint8Array;
}

interface Batch {
  readonly stretches: readonly ReadStretch[];
  readonly reads: Promise<unknown>;
}

/** Batches in the order of the disk, as many under way as there are pairs of windows. */
async function* readBatches(
  one: DiskChain,
  other: DiskChain,
  stretches: AsyncIterable<SectorRange>,
  pairs: readonly WindowPair[],
): AsyncGenerator<readonly ReadStretch[], void, undefined> {
  const windowSectors = must(pairs[0], 'a pair of windows').one.length / SECTOR_BYTES;
  const underWay: Batch[] = [];
  const handOut = async () => {
    const batch = must(underWay[0], 'a batch is under way');
    await batch.reads;
    return batch.stretches;
  };
  let started = 0;
  try {
    for await (const ranges of packed(stretches, windowSectors)) {
      if (underWay.length === pairs.length) {
        yield await handOut();
        underWay.shift();
      }
      const pair = must(pairs[started++ % pairs.length], 'a pair of windows');
      underWay.push(startBatch(one, other, ranges, pair));
    }
    while (underWay.length > 0) {
      yield await handOut();
      underWay.shift();
    }
  } finally {
    await Promise.allSettled(underWay.map(({ reads }) => reads));
  }
}

function startBatch(
  one: DiskChain,
  other: DiskChain,
  ranges: readonly SectorRange[],
  pair: WindowPair,
): Batch {
  let at = 0;
  const stretches = ranges.map(({ firstSector, sectorCount }) => {
    const end = at + sectorCount * SECTOR_BYTES;
    const stretch = {
      firstSector,
      sectorCount,
      ofOne: pair.one.subarray(at, end),
      ofOther: pair.other.subarray(at, end),
    };
    at = end;
    return stretch;
  });
  const reads = Promise.all(
    stretches.flatMap(({ firstSector, ofOne, ofOther }) => [
      readWithZeros(one, firstSector, ofOne),
      readWithZeros(other, firstSector, ofOther),
    ]),
  );
  // Its fault is told when its turn comes.
  reads.catch(() => {});
  return { stretches, reads };
}

/** Behind the end of the disk there are zeros. */
async function readWithZeros(disk: DiskChain, firstSector: number, target: Uint8Array): Promise<void> {
  const here = Math.max(0, Math.min(target.length, (disk.sectorCount - firstSector) * SECTOR_BYTES));
  target.fill(0, here);
  if (here > 0) await disk.read(firstSector, target.subarray(0, here));
}

/** Stretches cut and put together so that each list fits into a window. */
async function* packed(
  stretches: AsyncIterable<SectorRange>,
  windowSectors: number,
): AsyncGenerator<readonly SectorRange[], void, undefined> {
  let list: SectorRange[] = [];
  let room = windowSectors;
  for await (const { firstSector, sectorCount } of stretches) {
    for (let done = 0; done < sectorCount; ) {
      const count = Math.min(sectorCount - done, room);
      list.push({ firstSector: firstSector + done, sectorCount: count });
      done += count;
      room -= count;
      if (room > 0 && list.length < MOST_STRETCHES) continue;
      yield list;
      list = [];
      room = windowSectors;
    }
  }
  if (list.length > 0) yield list;
}
