/** A block's runs, piece by piece: blocks may be larger than what is put together at once. */
import { MIB, SECTOR_BYTES } from '../base/units.ts';
import type { HeldRun } from './stretchSource.ts';

/** Data is put together in pieces of this, or of a block where that is smaller. */
export const PIECE_BYTES = 2 * MIB;
/** A gap up to this is written as zeros rather than left out of a new block. */
const JOIN_SECTORS = 256;

/** Of a block, in sectors. */
export function* piecesOf(sectorCount: number): Generator<HeldRun> {
  const most = PIECE_BYTES / SECTOR_BYTES;
  for (let from = 0; from < sectorCount; from += most)
    yield { from, sectorCount: Math.min(most, sectorCount - from) };
}

/** The parts of runs in a piece, counted from its start. */
export function clipRuns(runs: readonly HeldRun[], from: number, sectorCount: number): HeldRun[] {
  return runs.flatMap((run) => {
    const start = Math.max(run.from, from);
    const end = Math.min(run.from + run.sectorCount, from + sectorCount);
    return end > start ? [{ from: start - from, sectorCount: end - start }] : [];
  });
}

/** Runs with small gaps between them as one. */
export function joinNear(runs: readonly HeldRun[]): HeldRun[] {
  const joined: { from: number; sectorCount: number }[] = [];
  for (const { from, sectorCount } of runs) {
    const before = joined.at(-1);
    if (before && from - (before.from + before.sectorCount) <= JOIN_SECTORS) {
      before.sectorCount = from + sectorCount - before.from;
    } else joined.push({ from, sectorCount });
  }
  return joined;
}
