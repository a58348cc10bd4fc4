/** The byte under the cursor, its field and its sector, for screen readers. */
import { hexOffset } from '../../base/bytes.ts';
import { grouped, SECTOR_BYTES } from '../../base/units.ts';
import { CELL_MISSING, CELL_UNALLOCATED } from '../../engine/api.ts';
import type { HexView } from './hexView.svelte.ts';
import { byteText, fieldTitle } from './readOut.ts';

const WITHOUT_BYTE = { missing: 'not here', failed: 'can’t be read', waiting: 'being read' };

export function speechOf(view: HexView): string {
  void view.seen;
  const state = view.byteAt(view.cursor);
  const at = hexOffset(view.cursor);
  if (typeof state !== 'number') return `${at}, ${WITHOUT_BYTE[state]}`;
  const byte = `${at}: ${byteText(state)}`;
  if (view.target !== 'disk') {
    return view.field ? `${byte}. ${fieldTitle(view.field)} ${view.field.field.value}` : byte;
  }
  return `${byte}. Sector ${grouped(Math.floor(view.cursor / SECTOR_BYTES))}${ownerWords(view.ownerAt(view.cursor))}`;
}

function ownerWords(owner: number | null): string {
  if (owner === null || owner === CELL_MISSING) return '';
  return owner === CELL_UNALLOCATED ? ', in no file' : `, layer ${owner}`;
}
