/** A merge as runs that move from the child's file into the parent's: what moves at each step, and in words. */
import { HELD_NOT } from '../../engine/api.ts';

export interface MovedRun {
  /** Columns of the strips, the end not included. */
  readonly from: number;
  readonly to: number;
}

export interface MergeMotion {
  /** Runs of one step; the first step moves nothing yet, the last one takes the child away. */
  readonly moves: readonly (readonly MovedRun[])[];
  readonly words: readonly string[];
}

/** More runs than this move several at a time. */
const MOST_MOVES = 24;

/** One byte a column for each file, as `LabHoldings` has them. */
export function mergeMotion(
  child: { readonly name: string; readonly held: Uint8Array },
  parent: { readonly name: string; readonly held: Uint8Array },
): MergeMotion {
  const runs = heldRuns(child.held);
  const perMove = Math.max(1, Math.ceil(runs.length / MOST_MOVES));
  const moves: MovedRun[][] = [[]];
  for (let i = 0; i < runs.length; i += perMove) moves.push(runs.slice(i, i + perMove));
  const words = moves.map((move, i) =>
    i === 0 ? begins(child.name, parent.name, runs.length) : moved(move, parent),
  );
  moves.push([]);
  words.push(
    `Everything of ${child.name} lies in ${parent.name} too: ${child.name} is taken out of the chain and its file is removed. What the disk reads has not changed.`,
  );
  return { moves, words };
}

export function heldRuns(held: Uint8Array): MovedRun[] {
  const runs: MovedRun[] = [];
  for (let from = 0; from < held.length; from++) {
    if (held[from] === HELD_NOT) continue;
    let to = from + 1;
    while (to < held.length && held[to] !== HELD_NOT) to++;
    runs.push({ from, to });
    from = to;
  }
  return runs;
}

function begins(child: string, parent: string, runs: number): string {
  if (runs === 0) return `${child} holds nothing: there is nothing to copy into ${parent}.`;
  const count = runs === 1 ? 'one stretch' : `${runs} stretches`;
  return `${child} holds ${count} of the disk. Reads are answered from there, and go on being answered from there while it is copied into ${parent}.`;
}

function moved(
  move: readonly MovedRun[],
  parent: { readonly name: string; readonly held: Uint8Array },
): string {
  const over = move.some(({ from, to }) =>
    parent.held.subarray(from, to).some((value) => value !== HELD_NOT),
  );
  const what = move.length === 1 ? 'A stretch is' : `${move.length} stretches are`;
  return over
    ? `${what} copied into ${parent.name}, over what it held there: nobody reads that any more.`
    : `${what} copied into ${parent.name}, where it held nothing.`;
}
