/** The chain that a merge leaves: of a merge to a new file, without the old files that it no longer needs. */
import type { MergeNode, MergeWay } from '../../../engine/api.ts';
import { childrenOf, parentsOf } from './chainForest.ts';

/** Left out are the files that were copied from and whatever stands on them; `gapText` says so. In place nothing is. */
export function remaining(
  before: readonly MergeNode[],
  after: readonly MergeNode[],
  way: MergeWay,
): readonly MergeNode[] {
  if (way === 'in-place') return after;
  const copied = new Set(before.filter(({ role }) => role === 'merged').map(({ name }) => name));
  const children = childrenOf(parentsOf(after));
  const out = new Set<number>();
  const open = after.flatMap(({ name, role }, i) => (role !== 'new' && copied.has(name) ? [i] : []));
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (out.has(at)) continue;
    out.add(at);
    open.push(...(children[at] ?? []));
  }
  const kept = after.flatMap((_, i) => (out.has(i) ? [] : [i]));
  const places = new Map(kept.map((at, place) => [at, place]));
  return kept.flatMap((at) => {
    const node = after[at];
    return node ? [{ ...node, parent: node.parent === null ? null : (places.get(node.parent) ?? null) }] : [];
  });
}
