/** Moving the ends of the stretch in the picture of the chain. */
import type { MergeWay } from '../../../engine/api.ts';
import type { ChainItem } from './chainLayout.ts';

export type StretchEnd = 'first' | 'last';

export interface Picked {
  readonly first: number;
  readonly last: number;
}

/** In place there is a file that goes and one that is left; a new file can replace a single one. */
export function leastLayers(way: MergeWay): number {
  return way === 'in-place' ? 2 : 1;
}

/** Where an end may stand while the other one stays. */
export function limitsOf(end: StretchEnd, picked: Picked, least: number, lastLayer: number) {
  return end === 'first'
    ? { from: 0, to: Math.max(0, picked.last - least + 1) }
    : { from: Math.min(lastLayer, picked.first + least - 1), to: lastLayer };
}

export function moved(
  end: StretchEnd,
  layer: number,
  picked: Picked,
  least: number,
  lastLayer: number,
): Picked {
  const { from, to } = limitsOf(end, picked, least, lastLayer);
  const at = Math.max(from, Math.min(to, layer));
  return end === 'first' ? { first: at, last: picked.last } : { first: picked.first, last: at };
}

/** The end that a press on a layer moves: the nearer one; the other one with Shift. Halfway, the oldest moves. */
export function endFor(layer: number, { first, last }: Picked, other: boolean): StretchEnd {
  const nearer = Math.abs(layer - first) < Math.abs(layer - last) ? 'first' : 'last';
  if (!other) return nearer;
  return nearer === 'first' ? 'last' : 'first';
}

/** The layer an arrow key takes an end to; null for other keys. Down is older, as in the picture. */
export function layerAfterKey(key: string, layer: number, lastLayer: number): number | null {
  if (key === 'ArrowDown' || key === 'ArrowRight') return layer + 1;
  if (key === 'ArrowUp' || key === 'ArrowLeft') return layer - 1;
  if (key === 'PageDown') return layer + 10;
  if (key === 'PageUp') return layer - 10;
  if (key === 'Home') return 0;
  if (key === 'End') return lastLayer;
  return null;
}

/** The layer at a height in rows: that of the nearest file of the chain, inside a fold by how far down it is. */
export function layerAtRow(items: readonly ChainItem[], height: number): number | null {
  let best: number | null = null;
  let nearest = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const layer = item.kind === 'file' ? item.node.layer : item.from;
    if (layer === null) continue;
    const distance = Math.abs(height - item.row - 0.5);
    if (distance >= nearest) continue;
    nearest = distance;
    if (item.kind === 'file') best = layer;
    else {
      const share = Math.max(0, Math.min(0.999, height - item.row));
      best = item.from + Math.floor(share * (item.to - item.from + 1));
    }
  }
  return best;
}

/** Where a layer stands in such rows, its middle; null where the picture does not hold it. */
export function heightOfLayer(items: readonly ChainItem[], layer: number): number | null {
  for (const item of items) {
    if (item.kind === 'file' && item.node.layer === layer) return item.row + 0.5;
    if (item.kind === 'fold' && layer >= item.from && layer <= item.to)
      return item.row + (layer - item.from + 0.5) / (item.to - item.from + 1);
  }
  return null;
}
