/** In which order pages came into a saved state, and which of them before their turn: its records tell (docs/formats/saved-state.md). */
import type { RandomAccessFile } from '../../storage/randomAccessFile.ts';
import { readRecord } from './readRecord.ts';
import { readEnds } from './savedStateEnds.ts';
import { savedStateHeader } from './savedStateFormat.ts';
import { SequentialReader } from './sequentialReader.ts';

export interface SavedOrder {
  /** Of the memory; pages of zeros are among them and in no record. */
  readonly pageCount: number;
  /** Pages as they were written, the first one first. */
  readonly pages: Uint32Array;
  /** Of each of `pages`: 1 = it was intercepted. */
  readonly intercepted: Uint8Array;
}

/** Throws 'corrupt' and 'unsupported' as reading the saved state does. */
export async function savedOrder(file: RandomAccessFile): Promise<SavedOrder> {
  const ends = await readEnds(file);
  const { pageCount, guestBytes } = ends.header;
  const reader = new SequentialReader(file, ends.indexOffset);
  await reader.take(savedStateHeader.sizeBytes);
  await reader.take(guestBytes);
  const pages: number[] = [];
  /** Of the record that a page stands in: one page alone may have been intercepted. */
  const alone: boolean[] = [];
  // A file that holds more records than its memory has pages is damaged: no need to go on.
  while (reader.leftBytes > 0 && pages.length < pageCount) {
    const record = await readRecord(file.name, reader);
    for (const { page } of record.pages) {
      pages.push(page);
      alone.push(record.pages.length === 1);
    }
  }
  return { pageCount, pages: Uint32Array.from(pages), intercepted: outOfTurn(pages, alone) };
}

/** A page alone in its record, and a lower one still to come: it was not its turn. */
function outOfTurn(pages: readonly number[], alone: readonly boolean[]): Uint8Array {
  const intercepted = new Uint8Array(pages.length);
  let lowestAfter = Number.POSITIVE_INFINITY;
  for (let i = pages.length - 1; i >= 0; i--) {
    const page = pages[i] ?? 0;
    if (alone[i] && lowestAfter < page) intercepted[i] = 1;
    else lowestAfter = Math.min(lowestAfter, page);
  }
  return intercepted;
}
