/** The picture of the chain in words: under its names, for screen readers, and what is left in the gap. */
import { sizeText } from '../../../base/units.ts';
import type { MergeNode, MergeWay } from '../../../engine/api.ts';

export type Side = 'before' | 'after';

const filesText = (count: number) => (count === 1 ? '1 file' : `${count} files`);

export function totalSize(nodes: readonly MergeNode[]): number {
  return nodes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** The line under a name. */
export function noteOf({ sizeBytes, role }: MergeNode, side: Side, atMost: boolean): string {
  const size = sizeText(sizeBytes);
  const bounded = atMost ? `≤ ${size}` : size;
  if (role === 'new') return `${bounded}, new`;
  if (role !== 'target') return size;
  return side === 'before' ? `${size}, target` : `${bounded}, target`;
}

/** A file in full. */
export function speechOf(node: MergeNode, side: Side, way: MergeWay, atMost: boolean): string {
  const place = node.layer !== null ? `layer ${node.layer}` : node.role === 'new' ? 'new file' : 'branch';
  const size = `${atMost && side === 'after' && node.role !== 'stays' ? 'at most ' : ''}${sizeText(node.sizeBytes)}`;
  const parts = [place, node.name, size];
  if (node.role === 'merged')
    parts.push(way === 'in-place' ? 'merged, then removed' : 'copied from, stays as it is');
  if (node.role === 'target')
    parts.push(side === 'before' ? 'the others go into it' : 'holds the whole stretch');
  if (node.role === 'new') parts.push('holds the whole stretch');
  return parts.join(', ');
}

function counted(nodes: readonly MergeNode[]): string {
  const branches = nodes.filter(({ layer, role }) => layer === null && role !== 'new').length;
  const beside =
    branches === 0 ? '' : branches === 1 ? ' and 1 branch beside it' : ` and ${branches} branches beside it`;
  return `${filesText(nodes.length - branches)} in the chain${beside}`;
}

export function pictureSentence(
  before: readonly MergeNode[],
  after: readonly MergeNode[],
  first: number,
  last: number,
): string {
  const stretch = first === last ? `Layer ${first} is merged` : `Layers ${first} to ${last} are merged`;
  const left = after.length === 0 ? 'not planned yet' : counted(after);
  return `Before: ${counted(before)}. ${stretch}. After: ${left}.`;
}

/** `Layers 0–3, 4 files, 6.25 GiB`. */
export function stretchText(before: readonly MergeNode[], first: number, last: number): string {
  const files = before.filter(({ layer }) => layer !== null && layer >= first && layer <= last);
  const layers = first === last ? `Layer ${first}` : `Layers ${first}–${last}`;
  return `${layers}, ${filesText(files.length)}, ${sizeText(totalSize(files))}`;
}

/** Which layer a file of this list would be: how many files of the chain stand above it. */
export function chainPlace(nodes: readonly MergeNode[], at: number): number {
  return nodes.slice(0, at).filter(({ layer, role }) => layer !== null || role === 'new').length;
}

/** What becomes of the files that the gap on the right stood for; '' where nothing is left to say. */
export function gapText(before: readonly MergeNode[], after: readonly MergeNode[], way: MergeWay): string {
  const merged = before.filter(({ role }) => role === 'merged').length;
  if (merged === 0 || after.length === 0) return '';
  if (way === 'in-place') {
    const target = before.find(({ role }) => role === 'target')?.layer ?? null;
    const [go, hold] = merged === 1 ? ['1 file goes', 'it holds'] : [`${merged} files go`, 'they hold'];
    return target === null ? `${go}.` : `${go}; layer ${target} takes what ${hold}.`;
  }
  const kept = new Set(after.map(({ name }) => name));
  const beside = before.filter(({ role, name }) => role !== 'merged' && !kept.has(name)).length;
  const [stay, them] = merged === 1 ? ['The old file stays', 'it'] : [`The ${merged} old files stay`, 'them'];
  if (beside === 0) return `${stay}.`;
  return `${stay}, and ${beside === 1 ? '1 that stands' : `${beside} that stand`} on ${them}.`;
}
