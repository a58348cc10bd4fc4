/** Moving through the hits of a search. Hits are offsets in ascending order. */

/** Index of the first hit at or behind `offset`; the number of hits where none is. */
export function firstHitFrom(hits: readonly number[], offset: number): number {
  let low = 0;
  let high = hits.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((hits[middle] as number) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The next hit seen from `offset`, or the one before it; at the ends it goes round. null without hits. */
export function stepHit(hits: readonly number[], offset: number, forward: boolean): number | null {
  if (hits.length === 0) return null;
  const from = forward ? firstHitFrom(hits, offset + 1) : firstHitFrom(hits, offset) - 1;
  return (from + hits.length) % hits.length;
}

/** Hits that touch a stretch of bytes, for marking them; never more than fit into it. */
export function hitsWithin(
  hits: readonly number[],
  lengthBytes: number,
  offset: number,
  end: number,
): { readonly offset: number; readonly lengthBytes: number }[] {
  const found = [];
  for (let i = firstHitFrom(hits, offset - lengthBytes + 1); i < hits.length; i++) {
    const at = hits[i] as number;
    if (at >= end) break;
    found.push({ offset: at, lengthBytes });
  }
  return found;
}
