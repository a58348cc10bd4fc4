/**
 * What a read costs on this machine: every look-up and read of a trace is made again, often enough for the clock. The
 * walk is what a reader without tables in memory pays; the index is what this program pays.
 */
import { assert } from '../../base/assert.ts';
import type { RandomAccessFile } from '../../storage/randomAccessFile.ts';
import type { DiskChain } from '../diskChain.ts';
import type { ReadTrace } from '../readTrace.ts';
import { requestOf } from './stepRequest.ts';

export interface CostTotals {
  readonly lookups: number;
  readonly fileReads: number;
  readonly bytes: number;
  readonly coldMicroseconds: number;
  readonly cachedMicroseconds: number;
}

/** A read path measured on this machine, parallel to `trace.steps`. */
export interface TraceCosts {
  /** µs of each step when every table entry and bitmap comes from the file. */
  readonly coldMicroseconds: readonly number[];
  /** µs of each step when tables and bitmaps are in memory. */
  readonly cachedMicroseconds: readonly number[];
  readonly walk: CostTotals;
  readonly index: CostTotals;
}

/** Long enough for clocks that step 0.1 ms, short enough for a panel that follows the selection. */
const SAMPLE_MS = 1.5;
/** A read is timed in so many batches, and their median counts: what else the machine does is not the read's cost. */
const BATCHES = 3;
/** Reads of one trace that are timed one by one; later ones take the mean of their kind. */
const TIMED_READS = 96;
const LARGEST_TIMED_BYTES = 1024 ** 2;

export async function measureTrace(
  chain: DiskChain,
  trace: ReadTrace,
  now = () => performance.now(),
): Promise<TraceCosts> {
  const timer = new ReadTimer(chain, now);
  const lookups = trace.steps.filter(
    (step) => step.action === 'bat-lookup' || step.action === 'bitmap-lookup',
  ).length;
  const sector = trace.extents[0]?.firstSector ?? trace.firstSector;
  const walkLookup = timeLookups(chain, sector, true, now);
  const firstWalk = trace.steps.findIndex(
    (step) => step.action === 'read-data' || step.action === 'fill-zero',
  );
  const firstLookups = trace.steps
    .slice(0, firstWalk < 0 ? undefined : firstWalk)
    .filter((step) => step.action === 'bat-lookup' || step.action === 'bitmap-lookup').length;
  const perLookup = walkLookup / Math.max(1, firstLookups);

  const cold: number[] = [];
  const cached: number[] = [];
  let walkReads = 0;
  let walkBytes = 0;
  for (const step of trace.steps) {
    const read = requestOf(step);
    const lookup = step.action === 'bat-lookup' || step.action === 'bitmap-lookup';
    const microseconds = read ? await timer.time(step.layer, read.offset, read.lengthBytes) : 0;
    cold.push(microseconds);
    cached.push(lookup ? perLookup : microseconds);
    walkReads += read ? 1 : 0;
    walkBytes += read?.lengthBytes ?? 0;
  }
  const indexLookup = timeLookups(chain, sector, false, now);
  let indexMicroseconds = indexLookup * trace.extents.length;
  for (const { layer, offset, lengthBytes } of trace.fileReads)
    indexMicroseconds += await timer.time(layer, offset, lengthBytes);
  return {
    coldMicroseconds: cold,
    cachedMicroseconds: cached,
    walk: {
      lookups,
      fileReads: walkReads,
      bytes: walkBytes,
      coldMicroseconds: sum(cold),
      cachedMicroseconds: sum(cached),
    },
    index: {
      lookups: trace.extents.length,
      fileReads: trace.fileReads.length,
      bytes: trace.fileReads.reduce((bytes, read) => bytes + read.lengthBytes, 0),
      coldMicroseconds: indexMicroseconds,
      cachedMicroseconds: indexMicroseconds,
    },
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Microseconds of one in-memory look-up of a sector, at whatever depth its answer lies. */
function timeLookups(chain: DiskChain, sector: number, byWalk: boolean, now: () => number): number {
  let repeats = 4096;
  for (;;) {
    const start = now();
    chain.lookupRepeatedly(sector, repeats, byWalk);
    const elapsed = now() - start;
    if (elapsed >= SAMPLE_MS || repeats >= 2 ** 24) return (elapsed * 1000) / repeats;
    repeats *= 4;
  }
}

class ReadTimer {
  private readonly buffer = new Uint8Array(LARGEST_TIMED_BYTES);
  private readonly known = new Map<string, number>();
  private readonly kinds = new Map<string, { total: number; count: number }>();

  constructor(
    private readonly chain: DiskChain,
    private readonly now: () => number,
  ) {}

  /** Microseconds of reading this range from the layer's file. */
  async time(layer: number, offset: number, lengthBytes: number): Promise<number> {
    const key = `${layer}:${offset}:${lengthBytes}`;
    const before = this.known.get(key);
    if (before !== undefined) return before;
    const kind = `${layer}:${lengthBytes}`;
    const sum = this.kinds.get(kind) ?? { total: 0, count: 0 };
    if (this.known.size >= TIMED_READS && sum.count > 0) return sum.total / sum.count;
    const image = this.chain.layers[layer];
    assert(image, 'a step names a layer of the chain');
    const microseconds = await this.sample(image.file, offset, lengthBytes);
    this.known.set(key, microseconds);
    this.kinds.set(kind, { total: sum.total + microseconds, count: sum.count + 1 });
    return microseconds;
  }

  private async sample(file: RandomAccessFile, offset: number, lengthBytes: number): Promise<number> {
    // A read longer than the buffer is timed on its first part and scaled.
    // At least a byte, so that a place behind the end of the file fails as any read of it does.
    const timedBytes = Math.max(1, Math.min(lengthBytes, LARGEST_TIMED_BYTES, file.sizeBytes - offset));
    const target = this.buffer.subarray(0, timedBytes);
    const batches: number[] = [];
    for (let batch = 0; batch < BATCHES; batch++) {
      let repeats = 0;
      let elapsed = 0;
      const start = this.now();
      while (elapsed < SAMPLE_MS / BATCHES) {
        if (file.readNow) file.readNow(offset, target);
        else if (file.readFresh) await file.readFresh(offset, target);
        else await file.read(offset, target);
        repeats++;
        elapsed = this.now() - start;
      }
      batches.push((elapsed * 1000) / repeats);
    }
    return median(batches) * (lengthBytes / timedBytes);
  }
}
