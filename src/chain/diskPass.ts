/**
 * One pass over a disk, in pieces. Reading goes on in windows of its own size: storage that must be waited for is read in
 * few large requests with several under way, whatever size of piece the consumer wants.
 */
import { assert, must } from '../base/assert.ts';
import type { DiskError } from '../base/errors.ts';
import { Pacer } from '../base/pacer.ts';
import { MIB, SECTOR_BYTES } from '../base/units.ts';
import { LAYER_MISSING, type LAYER_UNALLOCATED } from '../core/records.ts';

/** A stretch that no file answers, in sectors from the start of what was read. */
export interface Gap {
  readonly layer: typeof LAYER_MISSING | typeof LAYER_UNALLOCATED;
  readonly targetSector: number;
  readonly sectorCount: number;
}

/** A piece of a pass over the disk. */
export interface DiskPiece {
  readonly firstSector: number;
  /** Valid until the next step of the pass; a whole number of sectors. */
  readonly bytes: Uint8Array;
  /** All bytes are zero. */
  readonly zero: boolean;
  /** No file of the chain holds any of it. */
  readonly unallocated: boolean;
  /** How many of its sectors a file of the chain holds. */
  readonly heldSectors: number;
  /** Stretches whose answer lies in a parent that is not here; their bytes are zeros to be taken as unknown. */
  readonly missing: readonly Gap[];
}

export interface PassOptions {
  readonly chunkBytes: number;
  readonly firstSector?: number;
  readonly signal?: AbortSignal;
  /** 'throw': a sector without an answer ends the pass. Default. */
  readonly missing?: 'throw' | 'zeros';
}

export interface PassSource {
  readonly sectorCount: number;
  /** Where windows are read to. */
  readonly staging: Uint8Array;
  /** Reading must be waited for: windows are read ahead. */
  readonly waits: boolean;
  /** Fills `target`; gaps are zeroed and told. */
  read(firstSector: number, target: Uint8Array, onGap: (gap: Gap) => void): Promise<void>;
  /** All zero in the staging memory. */
  isZero(from: number, lengthBytes: number): boolean;
  missingAt(firstSector: number, sectorCount: number): DiskError;
}

/** Staging memory that a pass makes use of. */
export const STAGING_BYTES = { now: 8 * MIB, waiting: 64 * MIB } as const;
/** Large enough for storage that is slow per request. */
const WINDOW_BYTES = 16 * MIB;
/** One with the consumer, the others under way. */
const MOST_WINDOWS = 4;

interface Window {
  readonly firstSector: number;
  readonly at: number;
  readonly sectorCount: number;
  readonly gaps: readonly Gap[];
}

export async function* passOver(
  source: PassSource,
  options: PassOptions,
): AsyncGenerator<DiskPiece, void, undefined> {
  const { chunkBytes, firstSector = 0, signal } = options;
  const { windowBytes, windows } = windowsOf(source, chunkBytes);
  const windowSectors = windowBytes / SECTOR_BYTES;
  const count = Math.ceil((source.sectorCount - firstSector) / windowSectors);
  const pacer = new Pacer();
  const underWay: Promise<Window>[] = [];
  let started = 0;
  const startUpTo = (end: number) => {
    for (; started < Math.min(end, count); started++) {
      const first = firstSector + started * windowSectors;
      const at = (started % windows) * windowBytes;
      const window = readWindow(
        source,
        first,
        Math.min(windowSectors, source.sectorCount - first),
        at,
        options,
      );
      // Its fault is told when its turn comes.
      window.catch(() => {});
      underWay.push(window);
    }
  };
  try {
    for (let turn = 0; turn < count; turn++) {
      startUpTo(turn + 1);
      const window = await must(underWay.shift(), 'a window is under way');
      signal?.throwIfAborted();
      // Where nothing is waited for, reading ahead only delays the consumer.
      if (source.waits) startUpTo(turn + windows);
      for (const piece of cut(source, window, chunkBytes / SECTOR_BYTES)) {
        yield piece;
        await pacer.step(signal);
      }
    }
  } finally {
    // A consumer that leaves early must not find late bytes in the memory that the next pass uses.
    await Promise.allSettled(underWay);
  }
}

function windowsOf(source: PassSource, chunkBytes: number): { windowBytes: number; windows: number } {
  const room = source.staging.length;
  assert(chunkBytes <= room, 'a piece fits into the staging memory');
  if (!source.waits) return { windowBytes: chunkBytes, windows: 1 };
  const most = Math.max(chunkBytes, Math.min(WINDOW_BYTES, room / MOST_WINDOWS));
  const windowBytes = Math.floor(most / chunkBytes) * chunkBytes;
  return { windowBytes, windows: Math.min(MOST_WINDOWS, Math.floor(room / windowBytes)) };
}

async function readWindow(
  source: PassSource,
  firstSector: number,
  sectorCount: number,
  at: number,
  { missing = 'throw' }: PassOptions,
): Promise<Window> {
  const gaps: Gap[] = [];
  const target = source.staging.subarray(at, at + sectorCount * SECTOR_BYTES);
  await source.read(firstSector, target, (gap) => {
    if (gap.layer === LAYER_MISSING && missing === 'throw') {
      throw source.missingAt(firstSector + gap.targetSector, gap.sectorCount);
    }
    gaps.push(gap);
  });
  return { firstSector, at, sectorCount, gaps };
}

function* cut(source: PassSource, window: Window, pieceSectors: number): Generator<DiskPiece> {
  for (let from = 0; from < window.sectorCount; from += pieceSectors) {
    const count = Math.min(pieceSectors, window.sectorCount - from);
    const at = window.at + from * SECTOR_BYTES;
    const lengthBytes = count * SECTOR_BYTES;
    const gaps = window.gaps.flatMap((gap) => clip(gap, from, count));
    const missing = gaps.filter((gap) => gap.layer === LAYER_MISSING);
    const heldSectors = count - sectorsIn(gaps);
    const unallocated = heldSectors === 0 && missing.length === 0;
    yield {
      firstSector: window.firstSector + from,
      bytes: source.staging.subarray(at, at + lengthBytes),
      zero: unallocated || source.isZero(at, lengthBytes),
      unallocated,
      heldSectors,
      missing,
    };
  }
}

function sectorsIn(gaps: readonly Gap[]): number {
  return gaps.reduce((sum, { sectorCount }) => sum + sectorCount, 0);
}

/** The part of a gap that lies in [from, from + count), counted from `from`. */
function clip(gap: Gap, from: number, count: number): Gap[] {
  const start = Math.max(gap.targetSector, from);
  const end = Math.min(gap.targetSector + gap.sectorCount, from + count);
  return end > start ? [{ ...gap, targetSector: start - from, sectorCount: end - start }] : [];
}
