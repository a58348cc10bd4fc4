/** Reads what a stretch holds, block by block of the new disk; storage that must be waited for is read several windows ahead. */
import { must } from '../base/assert.ts';
import { Pacer } from '../base/pacer.ts';
import { MIB, SECTOR_BYTES } from '../base/units.ts';
import type { HeldRun, StretchSource } from './stretchSource.ts';

export interface StretchBlock {
  readonly block: number;
  /** What the stretch holds of it, in sectors from the block's start; at least one run. */
  readonly runs: readonly HeldRun[];
  /** The block, or what the disk has of its last one; zeros where the stretch holds nothing. Valid until the next step. */
  readonly bytes: Uint8Array;
}

export interface ReadBlocksOptions {
  /** Reading must be waited for. */
  readonly waits: boolean;
  readonly signal?: AbortSignal;
}

/** Large enough for storage that is slow per request. */
const WINDOW_BYTES = 16 * MIB;
/** One with the consumer, the others under way. */
const WINDOWS = 4;
/** Blocks asked about at once. */
const MARKS = 65_536;

/** Staging memory that `readBlocks` makes use of. */
export function readAheadBytes(blockSizeBytes: number, waits: boolean): number {
  // Where nothing is waited for: a block, and as much to take pieces of files apart in.
  return waits ? WINDOWS * Math.max(WINDOW_BYTES, blockSizeBytes) : 2 * blockSizeBytes;
}

/** Blocks that hold anything, ascending. The source's staging memory has `readAheadBytes`. */
export async function* readBlocks(
  source: StretchSource,
  blockSizeBytes: number,
  { waits, signal }: ReadBlocksOptions,
): AsyncGenerator<StretchBlock, void, undefined> {
  const windowBytes = waits ? Math.max(WINDOW_BYTES, blockSizeBytes) : blockSizeBytes;
  const windows = spans(source, blockSizeBytes / SECTOR_BYTES, windowBytes / blockSizeBytes);
  const ahead = waits ? WINDOWS : 1;
  const scratch = source.staging.subarray(ahead * windowBytes);
  const pacer = new Pacer();
  const underWay: Promise<StretchBlock[]>[] = [];
  let next = await windows.next();
  let started = 0;
  const startOne = async (span: Span) => {
    const room = source.staging.subarray(
      (started % ahead) * windowBytes,
      ((started % ahead) + 1) * windowBytes,
    );
    const read = readSpan(source, span, blockSizeBytes, room, scratch);
    // Its fault is told when its turn comes.
    read.catch(() => {});
    underWay.push(read);
    started++;
    next = await windows.next();
  };
  try {
    for (;;) {
      // The window with the consumer counts: its memory is in use.
      while (!next.done && underWay.length < ahead) await startOne(next.value);
      const read = underWay[0];
      if (!read) return;
      for (const block of await read) {
        signal?.throwIfAborted();
        yield block;
        await pacer.step(signal);
      }
      must(underWay.shift(), 'the window just handed out');
    }
  } finally {
    // A consumer that leaves early must not find late bytes in memory that is used again.
    await Promise.allSettled(underWay);
  }
}

/** Blocks that follow one another. */
interface Span {
  readonly firstBlock: number;
  readonly blockCount: number;
}

/** Blocks that may hold anything, at most `mostBlocks` in one span. */
async function* spans(
  source: StretchSource,
  blockSectors: number,
  mostBlocks: number,
): AsyncGenerator<Span, void, undefined> {
  const blocks = Math.ceil(source.sectorCount / blockSectors);
  for (let from = 0; from < blocks; from += MARKS) {
    const marks = await source.mayHold(from, Math.min(MARKS, blocks - from), blockSectors);
    for (let at = marks.indexOf(1); at >= 0; ) {
      let end = at + 1;
      while (end < marks.length && end - at < mostBlocks && marks[end] === 1) end++;
      yield { firstBlock: from + at, blockCount: end - at };
      at = marks.indexOf(1, end);
    }
  }
}

async function readSpan(
  source: StretchSource,
  { firstBlock, blockCount }: Span,
  blockSizeBytes: number,
  room: Uint8Array,
  scratch: Uint8Array,
): Promise<StretchBlock[]> {
  const blockSectors = blockSizeBytes / SECTOR_BYTES;
  const firstSector = firstBlock * blockSectors;
  const sectorCount = Math.min(blockCount * blockSectors, source.sectorCount - firstSector);
  const runs = await source.runs(firstSector, sectorCount);
  if (runs.length === 0) return [];
  const target = room.subarray(0, sectorCount * SECTOR_BYTES);
  // What the read leaves out must not show what was there before.
  target.fill(0);
  await source.read(firstSector, target, scratch);
  const found: StretchBlock[] = [];
  for (let i = 0; i < blockCount; i++) {
    const held = clip(runs, i * blockSectors, blockSectors);
    if (held.length === 0) continue;
    const bytes = target.subarray(i * blockSizeBytes, (i + 1) * blockSizeBytes);
    found.push({ block: firstBlock + i, runs: held, bytes });
  }
  return found;
}

/** The parts of runs in [from, from + sectorCount), counted from `from`. */
function clip(runs: readonly HeldRun[], from: number, sectorCount: number): HeldRun[] {
  const parts: HeldRun[] = [];
  for (const run of runs) {
    const start = Math.max(run.from, from);
    const end = Math.min(run.from + run.sectorCount, from + sectorCount);
    if (end > start) parts.push({ from: start - from, sectorCount: end - start });
  }
  return parts;
}
