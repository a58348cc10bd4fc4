/** The chain as the pile knows it, for the picture while its plan is being made. */
import type { FileId, FileView, MergeNode, MergeWay } from '../../engine/api.ts';
import type { Layers } from './stretch.ts';

/** Layer 0 first; every layer behind the branches that stand on it, as a plan lists them. */
export function chainNodes(
  files: readonly FileView[],
  chain: readonly FileId[],
  way: MergeWay,
  { first, last }: Layers,
): readonly MergeNode[] {
  const byId = new Map(files.map((file) => [file.id, file]));
  const inChain = new Set(chain);
  const shown: FileView[] = [];
  const seen = new Set<FileId>();
  for (const id of chain) {
    const branches: FileView[] = [];
    const open = childrenOf(id);
    for (let child = open.pop(); child !== undefined; child = open.pop()) {
      const file = byId.get(child);
      if (!file || seen.has(child)) continue;
      seen.add(child);
      branches.push(file);
      open.push(...childrenOf(child));
    }
    const layer = byId.get(id);
    shown.push(...branches.reverse(), ...(layer ? [layer] : []));
  }
  const place = new Map(shown.map(({ id }, i) => [id, i]));
  return shown.map((file) => {
    const layer = inChain.has(file.id) ? chain.indexOf(file.id) : null;
    const taking = layer !== null && layer >= first && layer <= last;
    const role = !taking ? 'stays' : way === 'in-place' && layer === last ? 'target' : 'merged';
    const parent = file.parent === null ? null : (place.get(file.parent) ?? null);
    return { name: file.path, sizeBytes: file.sizeBytes, layer, parent, role };
  });

  function childrenOf(id: FileId): FileId[] {
    return (byId.get(id)?.children ?? []).filter((child) => !inChain.has(child));
  }
}
