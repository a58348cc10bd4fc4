/** What a merge makes of reading: how deep the chain is, and how many files one sector takes. */
import { assert } from '../base/assert.ts';
import type { MergeWay, NewFormat } from './stretch.ts';

export interface MergeGains {
  /** Files that a read can fall through, before and after. */
  readonly depth: readonly [number, number];
  /**
   * Files that have to be looked into for one sector, the mean over the sectors that some file holds; null = bitmaps were
   * not counted, or not as seen from there.
   */
  readonly lookups: readonly [number, number] | null;
}

/**
 * As seen from layer 0, where afterwards one file stands for layers `first` to `last`. A new raw, fixed or dynamic disk
 * stands alone: there both are as seen from layer `first`. `totals` are the sectors that each layer of the chain answers,
 * as a survey from layer 0 gives them.
 */
export function gainsOf(
  totals: ArrayLike<number> | null,
  layers: number,
  first: number,
  last: number,
  way: MergeWay,
  format: NewFormat | null,
): MergeGains {
  assert(0 <= first && first <= last && last < layers, 'a stretch of the chain');
  if (way === 'new-file' && format !== 'differencing') {
    // From above the stretch it was counted what newer layers hide: that says nothing of the disk that is made.
    const before = first === 0 ? meanLookups(totals, (layer) => layer + 1) : null;
    return { depth: [layers - first, 1], lookups: before === null ? null : [before, 1] };
  }
  const gone = last - first;
  const before = meanLookups(totals, (layer) => layer + 1);
  const after = meanLookups(totals, (layer) => Math.max(Math.min(layer, first), layer - gone) + 1);
  return {
    depth: [layers, layers - gone],
    lookups: before === null || after === null ? null : [before, after],
  };
}

/** null where nothing was counted. */
function meanLookups(totals: ArrayLike<number> | null, lookups: (layer: number) => number): number | null {
  let sectors = 0;
  let sum = 0;
  for (let layer = 0; layer < (totals?.length ?? 0); layer++) {
    const held = totals?.[layer] ?? 0;
    sectors += held;
    sum += held * lookups(layer);
  }
  return sectors === 0 ? null : sum / sectors;
}
