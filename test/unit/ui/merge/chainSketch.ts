/** Pictures of chains for tests, told as lines: `0 name > parent`, `- name > parent` for a branch. */
import type { MergeNode } from '../../../../src/engine/api.ts';

/** Ends in a role other than 'stays', where one is meant: `0 leaf > base merged`. */
export function nodesOf(lines: readonly string[]): MergeNode[] {
  const parsed = lines.map((line) => {
    const found = /^(\d+|-) (\S+)(?: > (\S+))?(?: (merged|target|new))?$/.exec(line);
    if (!found) throw new Error(`not a file: ${line}`);
    return found;
  });
  return parsed.map(([, layer, name = '', parent, role], i) => ({
    name,
    sizeBytes: 2 ** 20 * (i + 1),
    layer: layer === '-' ? null : Number(layer),
    parent: parent === undefined ? null : parsed.findIndex((other) => other[2] === parent),
    role: role === 'merged' || role === 'target' || role === 'new' ? role : 'stays',
  }));
}

/** A chain without branches before and after layers `first` to `last` went into the last, or into a new file. */
export function longChain(count: number, first: number, last: number, way: 'in-place' | 'new-file') {
  const goes = (layer: number) => layer >= first && (way === 'in-place' ? layer < last : layer <= last);
  const before: MergeNode[] = Array.from({ length: count }, (_, layer) => ({
    name: `f${layer}`,
    sizeBytes: 2 ** 20,
    layer,
    parent: layer + 1 < count ? layer + 1 : null,
    role: goes(layer) ? 'merged' : layer === last && way === 'in-place' ? 'target' : 'stays',
  }));
  const list = before.flatMap((node): MergeNode[] => {
    if (node.layer === first && way === 'new-file')
      return [{ name: 'made', sizeBytes: 2 ** 20, layer: null, parent: null, role: 'new' }];
    return goes(node.layer ?? -1) ? [] : [node];
  });
  const after = list.map((node, i) => ({ ...node, parent: i + 1 < list.length ? i + 1 : null }));
  return { before, after };
}
