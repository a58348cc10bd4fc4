/** Rows of one height in a scroller that is higher than the browser allows an element to be only where there are millions. */

/** Firefox stops at 17.9 million pixels, Chrome at 33.5. */
const MOST_PIXELS = 15_000_000;
/** Rows drawn above and below those in sight. */
const SPARE_ROWS = 8;

interface RowWindow {
  /** Rows to draw: from `first` up to, without, `end`. */
  readonly first: number;
  readonly end: number;
  /** Where the first one stands, in pixels of the scroller's contents. */
  readonly topPixels: number;
}

/** Height of all rows together, as the scroller sees it. */
export function contentPixels(total: number, rowPixels: number): number {
  return Math.min(MOST_PIXELS, total * rowPixels);
}

/** Scrolled pixels to rows: the same until the rows are higher than an element can be, stretched above. */
function stretch(total: number, rowPixels: number, viewPixels: number): number {
  const real = total * rowPixels;
  if (real <= MOST_PIXELS) return 1;
  return (real - viewPixels) / (MOST_PIXELS - viewPixels);
}

export function rowWindow(
  scrollTop: number,
  viewPixels: number,
  rowPixels: number,
  total: number,
): RowWindow {
  const factor = stretch(total, rowPixels, viewPixels);
  const exactTop = (Math.max(0, scrollTop) * factor) / rowPixels;
  const first = Math.max(0, Math.min(total, Math.floor(exactTop)) - SPARE_ROWS);
  const end = Math.min(total, Math.ceil(exactTop + viewPixels / rowPixels) + SPARE_ROWS);
  return { first, end, topPixels: scrollTop - (exactTop - first) * rowPixels };
}

/** Where the scroller has to be for a row to be in sight: unchanged where it is, else the least movement. */
export function scrollTopFor(
  row: number,
  scrollTop: number,
  viewPixels: number,
  rowPixels: number,
  total: number,
): number {
  const factor = stretch(total, rowPixels, viewPixels);
  const above = row * rowPixels;
  const below = above + rowPixels - viewPixels;
  const real = scrollTop * factor;
  if (above < real) return above / factor;
  return below > real ? below / factor : scrollTop;
}
