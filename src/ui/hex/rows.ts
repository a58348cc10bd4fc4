/**
 * The hex view's arithmetic: rows of bytes over files and disks up to 2^53 bytes. Rows and offsets are whole numbers
 * that doubles hold exactly; nothing here goes through 32-bit operators.
 */

export interface Extent {
  readonly sizeBytes: number;
  readonly bytesPerRow: number;
  /** Whole rows that fit on the screen, at least 1. */
  readonly visibleRows: number;
}

export function rowCountOf(sizeBytes: number, bytesPerRow: number): number {
  return Math.ceil(sizeBytes / bytesPerRow);
}

export function rowOf(offset: number, bytesPerRow: number): number {
  return Math.floor(offset / bytesPerRow);
}

/** The topmost row that still fills the screen. */
export function lastTopRow({ sizeBytes, bytesPerRow, visibleRows }: Extent): number {
  return Math.max(0, rowCountOf(sizeBytes, bytesPerRow) - visibleRows);
}

export function clampTopRow(row: number, extent: Extent): number {
  return Math.min(Math.max(0, Math.floor(row)), lastTopRow(extent));
}

/** The top row that has `offset` on screen: unchanged where it is already there, else a third from the top. */
export function topRowShowing(offset: number, topRow: number, extent: Extent): number {
  const row = rowOf(offset, extent.bytesPerRow);
  const top = clampTopRow(topRow, extent);
  if (row >= top && row < top + extent.visibleRows) return top;
  return clampTopRow(row - Math.floor(extent.visibleRows / 3), extent);
}

/** The top row after a step of the keyboard: the least movement that has `offset` on screen. */
export function topRowFollowing(offset: number, topRow: number, extent: Extent): number {
  const row = rowOf(offset, extent.bytesPerRow);
  if (row < topRow) return clampTopRow(row, extent);
  if (row >= topRow + extent.visibleRows) return clampTopRow(row - extent.visibleRows + 1, extent);
  return clampTopRow(topRow, extent);
}

/** Digits of the offset column: enough for the last byte, even, at least 6. */
export function offsetDigits(sizeBytes: number): number {
  const digits = Math.max(0, sizeBytes - 1).toString(16).length;
  return Math.max(6, digits + (digits % 2));
}

export function offsetText(offset: number, digits: number): string {
  return offset.toString(16).toUpperCase().padStart(digits, '0');
}

/** Where the keyboard takes the byte cursor; null when the key does not move it. */
export function moveByKey(key: string, control: boolean, offset: number, extent: Extent): number | null {
  const last = Math.max(0, extent.sizeBytes - 1);
  const within = (to: number) => Math.min(Math.max(0, to), last);
  const inRow = offset % extent.bytesPerRow;
  switch (key) {
    case 'ArrowLeft':
      return within(offset - 1);
    case 'ArrowRight':
      return within(offset + 1);
    case 'ArrowUp':
      return offset >= extent.bytesPerRow ? offset - extent.bytesPerRow : offset;
    case 'ArrowDown':
      return offset + extent.bytesPerRow <= last ? offset + extent.bytesPerRow : offset;
    case 'PageUp':
      return within(Math.max(inRow, offset - extent.visibleRows * extent.bytesPerRow));
    case 'PageDown':
      return within(offset + extent.visibleRows * extent.bytesPerRow);
    case 'Home':
      return control ? 0 : offset - inRow;
    case 'End':
      return control ? last : within(offset - inRow + extent.bytesPerRow - 1);
    default:
      return null;
  }
}
