/** Where a planned merge may write: while that is open, what a stop means is said for each. */
import { canPickTarget } from '../save/pickTarget.ts';
import type { Moves } from './mergeWords.ts';
import type { StopAt, WritesTo } from './stops.ts';

/** `stored`: every file that the merged disk is read from lies in private storage. */
export function stopPlaces({ way, labels }: Moves, stored: boolean): readonly StopAt[] {
  const made = stored ? 'private' : 'streamed';
  const places: readonly WritesTo[] =
    way === 'in-place' ? ['in-place'] : canPickTarget() ? [made, 'picked'] : [made];
  const target = labels.at(-1) ?? '';
  return places.map((writesTo) => ({
    writesTo,
    target,
    newest: labels[0] ?? '',
    progress: null,
    untouched: false,
  }));
}
