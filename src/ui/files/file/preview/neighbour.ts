/** The file before or behind one in the folder as it is sorted and filtered: what the arrows lead to. */
import type { Files } from '../../files.svelte.ts';

/** Rows that are looked at: between two files there may stand folders without number. */
const MOST_PASSED = 2000;

/** Index of its row; null where there is none that way. */
export async function neighbourOf(files: Files, path: string, step: 1 | -1): Promise<number | null> {
  const { rows } = files;
  if (!rows) return null;
  const from = rows.find(path);
  if (from < 0) return null;
  for (let i = 1; i <= MOST_PASSED; i++) {
    const index = from + i * step;
    if (index < 0 || index >= rows.total) return null;
    if (!rows.at(index)) await rows.want(index, index);
    const row = rows.at(index);
    if (!row) return null;
    if (row.kind === 'file') return index;
  }
  return null;
}
