/** Which column each file of a picture of the chain stands in: the chain runs down the first, each branch has its own. */
import type { MergeNode } from '../../../engine/api.ts';

/** Branches further right share this column: there is no room for more beside the names. */
export const LAST_COLUMN = 2;

/** By place in the list: place of the parent, null where there is none. Files that only a cycle holds together lose one link. */
export function parentsOf(nodes: readonly MergeNode[]): readonly (number | null)[] {
  const parents = nodes.map(({ parent }, i) =>
    parent !== null && parent !== i && nodes[parent] !== undefined ? parent : null,
  );
  const settled = new Set<number>();
  nodes.forEach((_, start) => {
    const path = new Set<number>();
    for (let at: number | null = start; at !== null && !settled.has(at); at = parents[at] ?? null) {
      path.add(at);
      if (path.has(parents[at] ?? -1)) parents[at] = null;
    }
    for (const at of path) settled.add(at);
  });
  return parents;
}

export function childrenOf(parents: readonly (number | null)[]): readonly (readonly number[])[] {
  const children: number[][] = parents.map(() => []);
  parents.forEach((parent, child) => {
    if (parent !== null) children[parent]?.push(child);
  });
  return children;
}

const RANK = { new: 0, target: 1, merged: 2, stays: 3 } as const;

/** The child that goes on straight up: what comes out of the merge, then the chain in the request, then any other. */
function mainChild(nodes: readonly MergeNode[], children: readonly number[]): number | undefined {
  const weight = (child: number) => {
    const node = nodes[child];
    return node ? RANK[node.role] + (node.layer === null && node.role !== 'new' ? 10 : 0) : 20;
  };
  return [...children].sort((one, other) => weight(one) - weight(other) || one - other)[0];
}

/** `slots[i]` = height of file i in the picture, counted from the top. */
export function columnsOf(nodes: readonly MergeNode[], slots: readonly number[]): number[] {
  const parents = parentsOf(nodes);
  const children = childrenOf(parents);
  const columns = nodes.map(() => 0);
  const taken: { column: number; from: number; to: number }[] = [];
  const starts = nodes.map((_, i) => i).filter((i) => parents[i] === null);
  // The chain's own root first: it has the first column.
  starts.sort((one, other) => Number(nodes[one]?.layer === null) - Number(nodes[other]?.layer === null));
  for (let next = starts.shift(); next !== undefined; next = starts.shift()) {
    const path: number[] = [];
    for (let at: number | undefined = next; at !== undefined; ) {
      path.push(at);
      const above: readonly number[] = children[at] ?? [];
      const main = mainChild(nodes, above);
      starts.push(...above.filter((child) => child !== main));
      at = main;
    }
    const parent = parents[next] ?? null;
    const heights = [...path, ...(parent === null ? [] : [parent])].map((i) => slots[i] ?? 0);
    const from = Math.min(...heights);
    const to = Math.max(...heights);
    const least = parent === null ? 0 : (columns[parent] ?? 0) + 1;
    let column = Math.min(least, LAST_COLUMN);
    const crowded = () => taken.some((one) => one.column === column && one.from < to && from < one.to);
    while (column < LAST_COLUMN && crowded()) column++;
    taken.push({ column, from, to });
    for (const i of path) columns[i] = column;
  }
  return columns;
}
