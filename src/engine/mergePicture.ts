/** The chain and what stands on it, before a merge and after it: files as a list, each with its place's parent. */
import type { MergePlan } from '../merge/mergePlan.ts';
import type { FileId, MergeNode } from './api.ts';
import type { Trees } from './pile.ts';

/** A file of the picture, with its parent by key: its place in the list is known only when the list is whole. */
interface Node extends Omit<MergeNode, 'parent'> {
  readonly key: number;
  readonly parentKey: number | null;
}

const NEW_FILE = -1;

export interface MergePicture {
  readonly before: readonly MergeNode[];
  readonly after: readonly MergeNode[];
}

/** `chain` are the ids of all layers, `newName` that of the file that a merge to a new one makes. */
export function mergePicture(
  trees: Trees,
  chain: readonly FileId[],
  plan: MergePlan,
  newName: string,
): MergePicture {
  const nodes = nodesOf(trees, chain, plan);
  const after = plan.way === 'in-place' ? inPlace(nodes, plan) : withNewFile(nodes, plan, newName);
  return { before: placed(nodes), after: placed(after) };
}

/** Every file of the chain behind the branches that stand on it, so that each comes before its parent. */
function nodesOf({ entries, forest }: Trees, chain: readonly FileId[], plan: MergePlan): Node[] {
  const placeOf = new Map(entries.map(({ id }, place) => [id, place]));
  const places = chain.map((id) => placeOf.get(id) ?? -1);
  const nodes: Node[] = [];
  const add = (place: number, layer: number | null) => {
    const entry = entries[place];
    if (!entry) return;
    const { path: name, content } = entry;
    const { sizeBytes } = content.file;
    const parentKey = forest.links[place]?.parent ?? null;
    nodes.push({ key: place, parentKey, name, sizeBytes, layer, role: roleOf(plan, layer) });
  };
  const addBranches = (place: number) => {
    // A stack, not a call: a hostile pile can be as deep as it has files.
    const branch: number[] = [];
    const open = (forest.links[place]?.children ?? []).filter((child) => !places.includes(child));
    for (let child = open.pop(); child !== undefined; child = open.pop()) {
      branch.push(child);
      open.push(...(forest.links[child]?.children ?? []));
    }
    for (const child of branch.reverse()) add(child, null);
  };
  for (const [layer, place] of places.entries()) {
    addBranches(place);
    add(place, layer);
  }
  return nodes;
}

function roleOf({ first, last, way }: MergePlan, layer: number | null): MergeNode['role'] {
  if (layer === null || layer < first || layer > last) return 'stays';
  return way === 'in-place' && layer === last ? 'target' : 'merged';
}

/** The survivor has the newest one's id: what stood on any other file of the stretch finds it no more. */
function inPlace(nodes: readonly Node[], { first, last, fileBytes }: MergePlan): Node[] {
  const keyOf = (layer: number) => nodes.find((node) => node.layer === layer)?.key ?? null;
  const [newest, survivor] = [keyOf(first), keyOf(last)];
  const stretch = new Set(nodes.filter(({ role }) => role !== 'stays').map(({ key }) => key));
  return nodes
    .filter(({ role }) => role !== 'merged')
    .map((node) => {
      if (node.key === survivor) return { ...node, sizeBytes: fileBytes };
      if (node.parentKey === null || !stretch.has(node.parentKey)) return node;
      return { ...node, parentKey: node.parentKey === newest ? survivor : null };
    });
}

/** The files stay; the new one comes right before the newest that it stands for. */
function withNewFile(nodes: readonly Node[], plan: MergePlan, name: string): Node[] {
  const { first, last, format, fileBytes } = plan;
  const below = nodes.find(({ layer }) => layer === last + 1)?.key ?? null;
  const made: Node = {
    key: NEW_FILE,
    parentKey: format === 'differencing' ? below : null,
    name,
    sizeBytes: fileBytes,
    layer: null,
    role: 'new',
  };
  const at = nodes.findIndex(({ layer }) => layer === first);
  const stay = nodes.map((node): Node => ({ ...node, role: 'stays' }));
  return [...stay.slice(0, at), made, ...stay.slice(at)];
}

function placed(nodes: readonly Node[]): MergeNode[] {
  const places = new Map(nodes.map(({ key }, place) => [key, place]));
  return nodes.map(({ name, sizeBytes, layer, role, parentKey }) => {
    const parent = parentKey === null ? null : (places.get(parentKey) ?? null);
    return { name, sizeBytes, layer, parent, role };
  });
}
