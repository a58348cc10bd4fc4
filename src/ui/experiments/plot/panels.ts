/** Which series lie so low beside the others that they look flat: they are drawn a second time, enlarged. */
import type { Figures } from '../../../engine/api.ts';
import { extentOf, rangeOf } from './scales.ts';

/** A series that stays below this share of the axis cannot be told from a straight line at its bottom. */
const LOW_SHARE = 0.08;

export interface Panels {
  /** Series by number, in their order. */
  readonly low: readonly number[];
  /** The most of theirs, whiskers with it; null where one panel shows all there is. */
  readonly lowMost: number | null;
}

const ONE_PANEL: Panels = { low: [], lowMost: null };

/** `top`: where the axis of the first panel ends. */
export function panelsOf({ series }: Figures, top: number): Panels {
  const low: number[] = [];
  let high = 0;
  for (const [i, { points }] of series.entries()) {
    const extents = points.map(extentOf);
    if (extents.length === 0) continue;
    const isLow = extents.every(
      (extent) => extent !== null && extent.low >= 0 && extent.high <= top * LOW_SHARE,
    );
    if (isLow) low.push(i);
    else if (extents.some((extent) => extent !== null)) high++;
  }
  const lowMost = rangeOf(low.flatMap((i) => series[i]?.points ?? [])).high;
  // Nothing but zeros has no shape that a larger scale could show.
  return low.length > 0 && high > 0 && lowMost > 0 ? { low, lowMost } : ONE_PANEL;
}
