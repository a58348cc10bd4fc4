/** Copies bytes of the hex view to the clipboard: what is selected, the field under the cursor, or the byte. */
import { grouped, SECTOR_BYTES, sizeText } from '../../base/units.ts';
import { CELL_MISSING, type EngineApi } from '../../engine/api.ts';
import { hexLines, LARGEST_COPY_BYTES, plainText } from './copyText.ts';
import { isField } from './fields.ts';
import type { HexView } from './hexView.svelte.ts';

/** Says in a sentence what came of it. */
export async function copyBytes(view: HexView, column: 'hex' | 'text'): Promise<string> {
  const { range, field, cursor, target } = view;
  const fieldRange = field && isField(field) ? field : null;
  const { offset, lengthBytes } = range ?? fieldRange ?? { offset: cursor, lengthBytes: 1 };
  if (lengthBytes > LARGEST_COPY_BYTES) {
    return `${sizeText(lengthBytes)} are selected; ${sizeText(LARGEST_COPY_BYTES)} can be copied. Save the disk instead.`;
  }
  const read = await readRange(view.session.client.api, target, offset, lengthBytes);
  if (typeof read === 'string') return read;
  try {
    await navigator.clipboard.writeText(column === 'hex' ? hexLines(read) : plainText(read));
  } catch {
    return 'The browser does not let this page write to the clipboard.';
  }
  return `${grouped(read.length)} ${read.length === 1 ? 'byte' : 'bytes'} copied as ${column}.`;
}

/** The bytes, or why there are none. */
async function readRange(
  api: EngineApi,
  target: HexView['target'],
  offset: number,
  lengthBytes: number,
): Promise<Uint8Array | string> {
  if (target !== 'disk') {
    const outcome = await api.readFile(target, offset, lengthBytes);
    return outcome.ok ? outcome.value : outcome.error.message;
  }
  const first = Math.floor(offset / SECTOR_BYTES);
  const outcome = await api.readDisk(first, Math.ceil((offset + lengthBytes) / SECTOR_BYTES) - first);
  if (!outcome.ok) return outcome.error.message;
  const { bytes, owners } = outcome.value;
  if (owners.includes(CELL_MISSING))
    return 'Some of these bytes lie in a file that is not here; they can’t be copied.';
  const start = offset - first * SECTOR_BYTES;
  return bytes.subarray(start, start + lengthBytes);
}
