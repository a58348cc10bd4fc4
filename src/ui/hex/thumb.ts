/**
 * The scroller's thumb. A 2 TiB disk has 2^37 rows and an element can't grow beyond some 33 million pixels, so the track
 * is a few hundred pixels and the thumb stands for a share of the rows.
 */

export interface Track {
  readonly rowCount: number;
  readonly visibleRows: number;
  readonly trackPixels: number;
  /** The thumb never gets smaller than this: it must be caught with a finger. */
  readonly leastThumbPixels: number;
}

export function thumbPixels({ rowCount, visibleRows, trackPixels, leastThumbPixels }: Track): number {
  if (rowCount <= visibleRows) return trackPixels;
  const share = (visibleRows / rowCount) * trackPixels;
  return Math.min(trackPixels, Math.max(Math.min(leastThumbPixels, trackPixels), share));
}

/** Distance of the thumb from the top of the track. */
export function thumbTop(topRow: number, track: Track): number {
  const span = track.rowCount - track.visibleRows;
  if (span <= 0) return 0;
  return (Math.min(topRow, span) / span) * (track.trackPixels - thumbPixels(track));
}

/** The row under a thumb that was dragged to `top`; the two ends of the track are the two ends of the rows exactly. */
export function rowAtThumb(top: number, track: Track): number {
  const travel = track.trackPixels - thumbPixels(track);
  const span = track.rowCount - track.visibleRows;
  if (travel <= 0 || span <= 0) return 0;
  return Math.round(Math.min(1, Math.max(0, top / travel)) * span);
}

/** Wheel movement in rows. Part rows are kept for the next turn, so slow trackpads move too. */
export function wheelRows(
  delta: number,
  mode: number,
  rowPixels: number,
  visibleRows: number,
  rest: number,
): { readonly rows: number; readonly rest: number } {
  const perUnit = mode === 0 ? 1 / Math.max(1, rowPixels) : mode === 1 ? 1 : visibleRows;
  const exact = delta * perUnit + rest;
  const rows = Math.trunc(exact);
  return { rows, rest: exact - rows };
}
