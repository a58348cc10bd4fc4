/** Which layers are merged, and how it is likeliest done: from what the pile says of the chain, before any plan. */
import type { FileView, MergeWay, NewFormat } from '../../engine/api.ts';

/** Layers of the chain in view, newest and oldest, both taking part. */
export interface Layers {
  readonly first: number;
  readonly last: number;
}

/** The chain in view as the screen needs it: files with their short names, newest first. */
export interface ChainFiles {
  readonly files: readonly FileView[];
  readonly labels: readonly string[];
  /** The last file needs no parent. */
  readonly complete: boolean;
}

/** The newest file into its parent; null where there is nothing to merge. */
export function defaultStretch(layerCount: number): Layers | null {
  return layerCount < 2 ? null : { first: 0, last: 1 };
}

/** A stretch that was chosen in another chain, or in this one before files went. */
export function fitted({ first, last }: Layers, layerCount: number): Layers | null {
  if (layerCount < 2) return null;
  const oldest = Math.min(Math.max(0, last), layerCount - 1);
  return { first: Math.min(Math.max(0, first), oldest), last: oldest };
}

/** One end at another layer; the other end gives way where it would stand on the wrong side. */
export function withEnd({ first, last }: Layers, end: 'first' | 'last', layer: number): Layers {
  return end === 'first'
    ? { first: layer, last: Math.max(layer, last) }
    : { first: Math.min(layer, first), last: layer };
}

/** What a new file can be, likeliest first: what stands on another file cannot be whole, and the other way round. */
export function formatsOf({ files, complete }: ChainFiles, { last }: Layers): readonly NewFormat[] {
  return complete && last === files.length - 1 ? ['dynamic', 'fixed', 'raw'] : ['differencing'];
}

/** Short names of files outside the chain that read through this layer. */
export function branchesAt(
  { files }: ChainFiles,
  layer: number,
  labelOf: (file: number) => string,
): readonly string[] {
  const next = files[layer - 1]?.id;
  return (files[layer]?.children ?? []).filter((child) => child !== next).map(labelOf);
}

/** In place where every file of the stretch can be written safely; to a new file elsewhere, the originals untouched. */
export function likeliestWay({ files }: ChainFiles, { first, last }: Layers): MergeWay {
  const stored = files.slice(first, last + 1).every(({ storage }) => storage === 'private');
  return stored && first < last ? 'in-place' : 'new-file';
}

/** From which layer on data is copied, and up to which: in place nothing is copied out of the oldest. */
export function copiedLayers(way: MergeWay, { first, last }: Layers): Layers {
  return { first, last: way === 'in-place' ? last - 1 : last };
}
