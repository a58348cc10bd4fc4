/** What keys do in the map: where the selection moves, and which keys zoom and turn pages. */
import type { MapView } from './mapView.ts';

export interface KeyPress {
  readonly key: string;
  readonly shiftKey: boolean;
}

/**
 * The sector that a key leads to, or null when the key does not move. Left and right go by blocks, and by sectors once
 * a line holds fewer than 16 blocks; up and down by lines; Shift does it 16 times.
 */
export function sectorAfterKey(
  press: KeyPress,
  sector: number,
  view: MapView,
  unitSectors: number,
): number | null {
  const times = press.shiftKey ? 16 : 1;
  const last = view.diskSectors - 1;
  const clamp = (target: number) => Math.max(0, Math.min(last, target));
  const across = stepSectors(view, unitSectors);
  switch (press.key) {
    case 'ArrowLeft':
      return clamp(sector - across * times);
    case 'ArrowRight':
      return clamp(sector + across * times);
    case 'ArrowUp':
      return clamp(sector - view.lineSectors * times);
    case 'ArrowDown':
      return clamp(sector + view.lineSectors * times);
    case 'PageUp':
      return clamp(sector - view.lineSectors * view.lines);
    case 'PageDown':
      return clamp(sector + view.lineSectors * view.lines);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

/** Sectors of one step to the side: a block while blocks are smaller than a line, a sector where they are larger. */
export function stepSectors(view: MapView, unitSectors: number): number {
  return unitSectors * 2 <= view.lineSectors ? unitSectors : 1;
}

/** Doublings of the zoom for a key; null = the key does not zoom. */
export function zoomOfKey(key: string): number | null {
  if (key === '+' || key === '=') return 2;
  if (key === '-' || key === '−' || key === '_') return -2;
  return null;
}
