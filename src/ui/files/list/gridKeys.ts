/** Where keys lead in the grid of files. */

interface GridPlace {
  readonly row: number;
  /** -1 = the row as a whole. */
  readonly column: number;
}

interface GridSize {
  readonly rows: number;
  readonly columns: number;
  readonly pageRows: number;
}

/** The place that a key leads to, or null where it does not move. */
export function placeAfterKey(
  key: string,
  control: boolean,
  at: GridPlace,
  size: GridSize,
): GridPlace | null {
  const { row, column } = at;
  const toRow = (to: number) => ({ column, row: Math.min(Math.max(0, to), size.rows - 1) });
  switch (key) {
    case 'ArrowDown':
      return toRow(row + 1);
    case 'ArrowUp':
      return toRow(row - 1);
    case 'PageDown':
      return toRow(row + Math.max(1, size.pageRows - 1));
    case 'PageUp':
      return toRow(row - Math.max(1, size.pageRows - 1));
    case 'Home':
      return column < 0 || control ? toRow(0) : { row, column: 0 };
    case 'End':
      return column < 0 || control ? toRow(size.rows - 1) : { row, column: size.columns - 1 };
    case 'ArrowRight':
      return { row, column: Math.min(column + 1, size.columns - 1) };
    case 'ArrowLeft':
      return { row, column: Math.max(-1, column - 1) };
    default:
      return null;
  }
}
