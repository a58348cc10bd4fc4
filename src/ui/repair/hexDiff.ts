/** Bytes before and after as rows of a hex dump: rows that stay the same are folded, long changes are cut and counted. */
import { hexByte } from '../../base/bytes.ts';

/** Bytes side by side that changed, or that did not. */
export interface DiffRun {
  readonly changed: boolean;
  /** `0A FF`. */
  readonly hex: string;
  /** One character a byte, `.` for what is no printable ASCII. */
  readonly text: string;
}

export interface DiffRow {
  readonly kind: 'row';
  /** In the file; rows are counted from where the change begins. */
  readonly offset: number;
  readonly before: readonly DiffRun[];
  readonly after: readonly DiffRun[];
}

/** Rows in which nothing changes. */
export interface SameRows {
  readonly kind: 'same';
  readonly offset: number;
  readonly rowCount: number;
}

export interface HexDiff {
  readonly items: readonly (DiffRow | SameRows)[];
  /** Rows with a change that are not among the items. */
  readonly moreRows: number;
}

interface Change {
  readonly offset: number;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** At most `mostRows` rows with a change; those behind them are counted. */
export function diffRows({ offset, before, after }: Change, bytesPerRow: number, mostRows: number): HexDiff {
  const items: (DiffRow | SameRows)[] = [];
  let rowCount = 0;
  let moreRows = 0;
  let same = 0;
  let sameAt = 0;
  const endSame = () => {
    if (same > 0) items.push({ kind: 'same', offset: sameAt, rowCount: same });
    same = 0;
  };
  for (let at = 0; at < before.length; at += bytesPerRow) {
    const end = Math.min(before.length, at + bytesPerRow);
    if (!differs(before, after, at, end)) {
      if (same++ === 0) sameAt = offset + at;
    } else if (rowCount === mostRows) {
      moreRows++;
    } else {
      endSame();
      rowCount++;
      items.push({
        kind: 'row',
        offset: offset + at,
        ...diffRuns(before.subarray(at, end), after.subarray(at, end)),
      });
    }
  }
  if (moreRows === 0) endSame();
  return { items, moreRows };
}

function differs(before: Uint8Array, after: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (before[i] !== after[i]) return true;
  return false;
}

/** Both sides cut into the same runs. */
export function diffRuns(before: Uint8Array, after: Uint8Array): Pick<DiffRow, 'before' | 'after'> {
  const runs = { before: [] as DiffRun[], after: [] as DiffRun[] };
  for (let start = 0; start < before.length; ) {
    const changed = before[start] !== after[start];
    let end = start + 1;
    while (end < before.length && (before[end] !== after[end]) === changed) end++;
    runs.before.push({ changed, ...spelled(before.subarray(start, end)) });
    runs.after.push({ changed, ...spelled(after.subarray(start, end)) });
    start = end;
  }
  return runs;
}

export function spelled(bytes: Uint8Array): { hex: string; text: string } {
  let text = '';
  for (const value of bytes) text += value >= 0x20 && value < 0x7f ? String.fromCharCode(value) : '.';
  return { hex: Array.from(bytes, hexByte).join(' '), text };
}

export function changedBytes({ before, after }: Change): number {
  let count = 0;
  for (let i = 0; i < before.length; i++) if (before[i] !== after[i]) count++;
  return count;
}
