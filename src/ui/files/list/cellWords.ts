/** What the history's cells say aloud; to the eye they are lines and squares. */
import type { PointCell } from '../../../engine/api.ts';

/** What became of a file at each point, newest first, as one reads the columns. `known`: that point's listing is. */
export function cellText(cells: readonly (PointCell | null)[], layer: number): string {
  const cell = cells[layer] ?? null;
  const where = `checkpoint ${layer}`;
  if (cell === null) return `${where} not listed`;
  if (cell === 'added' && isOldestKnown(cells, layer)) return `there in ${where}, the oldest listed`;
  return `${cell === 'absent' ? 'not there' : cell} in ${where}`;
}

function isOldestKnown(cells: readonly (PointCell | null)[], layer: number): boolean {
  return cells.slice(layer + 1).every((cell) => cell === null);
}

/** Which mark is drawn: what older points hold is not said where they are not listed. */
export function drawnAs(cells: readonly (PointCell | null)[], layer: number): PointCell | 'unknown' {
  const cell = cells[layer] ?? null;
  const isOldest = layer === cells.length - 1;
  if (cell === 'added' && !isOldest && isOldestKnown(cells, layer)) return 'unchanged';
  return cell ?? 'unknown';
}
