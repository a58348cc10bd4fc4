/**
 * Builds the trees of a pile: any opened images, in any order, under any names. The raw id decides; paths and names
 * are the second opinion where several files carry one id. Pure and synchronous; O(n log n) while ids are distinct.
 */
import { DiskError } from '../base/errors.ts';
import { PileIndex, type Sought, seekAll } from './findParent.ts';
import { idMatches, judgeLinks } from './judgeLinks.ts';
import type { Forest, Link, LinkState, LinksByHand, PileFile } from './pile.ts';

export type { Forest, Link, LinkState, LinksByHand, PileFile } from './pile.ts';

/** Finds the trees. A link in `byHand` goes before what the ids say; where it does not fit, a finding says so. */
export function assemble(files: readonly PileFile[], byHand: LinksByHand = new Map()): Forest {
  const index = new PileIndex(files);
  const sought = seekAll(files, index, byHand);
  const named = sought.map((answer) => ('parent' in answer ? answer.parent : null));
  const cycles = findCycles(named);
  const cycleOf = new Map(cycles.flatMap((cycle) => cycle.map((file) => [file, cycle] as const)));
  const parents = named.map((parent, file) => (cycleOf.has(file) ? null : parent));

  const shape = shapeOf(files, parents, cycleOf);
  const findings = judgeLinks({ files, index, sought, parents, cycleOf, ...shape });
  const links = files.map(({ image }, file): Link => {
    const carriers = index.carriers(image.id);
    const answer = sought[file] ?? { kind: 'none' };
    return {
      parent: parents[file] ?? null,
      state: cycleOf.has(file) ? 'cycle' : stateOf(answer),
      matches: answer.kind !== 'by-hand' || idMatches(files, file, answer.parent),
      children: shape.children[file] ?? [],
      sameId: carriers.length > 1 ? carriers : [],
      cycle: cycleOf.get(file) ?? null,
      layers: shape.layers[file] ?? 1,
      complete: shape.complete[file] ?? false,
      findings: findings[file] ?? [],
    };
  });
  const orphans = shape.roots.filter(
    (file) => links[file]?.state === 'orphan' || links[file]?.state === 'ambiguous',
  );
  return { files, links, order: shape.order, leaves: shape.leaves, roots: shape.roots, orphans, cycles };
}

/**
 * The links by hand with one more, or with `child`'s taken back (`parent` null).
 * Throws 'bad-request' where the link cannot be: the child needs no parent, or it would close a circle.
 */
export function pointAtParent(
  files: readonly PileFile[],
  byHand: LinksByHand,
  child: number,
  parent: number | null,
): Map<number, number> {
  const next = new Map(byHand);
  next.delete(child);
  if (parent === null) return next;
  const childFile = files[child];
  const parentFile = files[parent];
  if (!childFile || !parentFile) throw refusal('There is no such file in the pile.');
  if (childFile.image.type !== 'differencing') {
    throw refusal(
      `“${childFile.path}” is a ${childFile.image.type} disk: it needs no parent and has no place for one.`,
    );
  }
  const sought = seekAll(files, new PileIndex(files), next);
  const seen = new Set<number>();
  for (let at: number | null = parent; at !== null && !seen.has(at); at = namedBy(sought[at])) {
    if (at === child) {
      throw refusal(
        child === parent
          ? `“${childFile.path}” cannot be its own parent.`
          : `“${parentFile.path}” is itself made from “${childFile.path}”: the link would close a circle.`,
      );
    }
    seen.add(at);
  }
  next.set(child, parent);
  return next;
}

function refusal(message: string): DiskError {
  return new DiskError({
    code: 'bad-request',
    message,
    meaning: 'The links are as they were.',
    remedy: 'Point at a file that does not come from this one.',
  });
}

function namedBy(answer: Sought | undefined): number | null {
  return answer && 'parent' in answer ? answer.parent : null;
}

function stateOf(answer: Sought): LinkState {
  if (answer.kind === 'missing') return 'orphan';
  if (answer.kind === 'ambiguous') return 'ambiguous';
  return answer.kind === 'by-hand' ? 'by-hand' : 'whole';
}

/** Every circle once, each file followed by the parent it names. Each file names at most one, so one pass finds all. */
function findCycles(named: readonly (number | null)[]): number[][] {
  const cycles: number[][] = [];
  const walkOf = new Int32Array(named.length).fill(-1);
  for (let start = 0; start < named.length; start++) {
    let at: number | null = start;
    while (at !== null && walkOf[at] === -1) {
      walkOf[at] = start;
      at = named[at] ?? null;
    }
    if (at === null || walkOf[at] !== start) continue;
    const cycle: number[] = [];
    let file = at;
    do {
      cycle.push(file);
      file = named[file] ?? at;
    } while (file !== at);
    cycles.push(cycle);
  }
  return cycles;
}

export interface Shape {
  readonly children: readonly (readonly number[])[];
  readonly layers: readonly number[];
  readonly complete: readonly boolean[];
  readonly order: readonly number[];
  readonly leaves: readonly number[];
  readonly roots: readonly number[];
}

/** Depths, leaves and a drawing order of a forest whose cycles are cut. Loops, not recursion: chains may be long. */
function shapeOf(
  files: readonly PileFile[],
  parents: readonly (number | null)[],
  cycleOf: ReadonlyMap<number, readonly number[]>,
): Shape {
  const children: number[][] = files.map(() => []);
  const roots: number[] = [];
  parents.forEach((parent, file) => {
    (parent === null ? roots : (children[parent] ?? roots)).push(file);
  });
  const layers = files.map(() => 1);
  const complete = files.map(({ image }) => image.type !== 'differencing');
  const downwards = [...roots];
  for (let i = 0; i < downwards.length; i++) {
    const file = downwards[i] ?? 0;
    for (const child of children[file] ?? []) {
      layers[child] = (layers[file] ?? 1) + 1;
      complete[child] = complete[file] ?? false;
      downwards.push(child);
    }
  }

  const rank = ranks(files, layers, complete, cycleOf);
  const better = (a: number, b: number) => (rank[a] ?? 0) - (rank[b] ?? 0);
  const leaves = downwards.filter((file) => children[file]?.length === 0).sort(better);
  // A tree is as likely as its likeliest leaf: each file takes the best rank of what stands above it.
  const bestAbove = [...rank];
  for (const file of leaves) bestAbove[file] = rank[file] ?? 0;
  for (const file of downwards.toReversed()) {
    const above = (children[file] ?? []).map((child) => bestAbove[child] ?? 0);
    if (above.length > 0) bestAbove[file] = above.reduce((a, b) => Math.min(a, b));
  }
  const likelier = (a: number, b: number) => (bestAbove[a] ?? 0) - (bestAbove[b] ?? 0);
  for (const list of children) list.sort(likelier);
  roots.sort(likelier);
  return { children, layers, complete, roots, leaves, order: drawingOrder(roots, children) };
}

/** Reverse preorder with the likeliest branch visited last: branches stay together, every child before its parent. */
function drawingOrder(roots: readonly number[], children: readonly (readonly number[])[]): number[] {
  const visited: number[] = [];
  const stack = [...roots];
  for (let file = stack.pop(); file !== undefined; file = stack.pop()) {
    visited.push(file);
    // The stack gives back the last one pushed, so the likeliest goes in first and comes out last.
    for (const child of children[file] ?? []) stack.push(child);
  }
  return visited.reverse();
}

/** Position of each file when sorted by how likely it is what the user wants to see. Does not depend on pile order. */
function ranks(
  files: readonly PileFile[],
  layers: readonly number[],
  complete: readonly boolean[],
  cycleOf: ReadonlyMap<number, unknown>,
): number[] {
  const key = files.map(({ image, path, changedMs }, file) => ({
    file,
    path,
    id: image.id,
    standing: cycleOf.has(file) ? 2 : complete[file] ? 0 : 1,
    modified: image.modified?.getTime() ?? Number.NEGATIVE_INFINITY,
    changed: changedMs ?? Number.NEGATIVE_INFINITY,
    layers: layers[file] ?? 1,
  }));
  key.sort(
    (a, b) =>
      a.standing - b.standing ||
      descending(a.modified, b.modified) ||
      descending(a.changed, b.changed) ||
      b.layers - a.layers ||
      ascending(a.path, b.path) ||
      ascending(a.id, b.id) ||
      a.file - b.file,
  );
  const rank = files.map(() => 0);
  key.forEach(({ file }, position) => {
    rank[file] = position;
  });
  return rank;
}

function descending(a: number, b: number): number {
  return a === b ? 0 : a > b ? -1 : 1;
}

function ascending(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
