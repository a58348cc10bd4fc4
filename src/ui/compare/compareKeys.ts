/** Where keys move the cursor of a comparison's map. */
import type { ComparePicture } from './comparePaint.ts';

/** The cell that a key leads to, or null when the key does not move. Shift does it 16 times. */
export function cellAfterKey(
  press: { readonly key: string; readonly shiftKey: boolean },
  cell: number,
  { view, cells, sectorsPerCell }: ComparePicture,
): number | null {
  const times = press.shiftKey ? 16 : 1;
  const line = Math.max(1, Math.round(view.lineSectors / sectorsPerCell));
  const clamp = (target: number) => Math.max(0, Math.min(cells.length - 1, target));
  switch (press.key) {
    case 'ArrowLeft':
      return clamp(cell - times);
    case 'ArrowRight':
      return clamp(cell + times);
    case 'ArrowUp':
      return clamp(cell - line * times);
    case 'ArrowDown':
      return clamp(cell + line * times);
    case 'Home':
      return 0;
    case 'End':
      return clamp(cells.length - 1);
    default:
      return null;
  }
}
