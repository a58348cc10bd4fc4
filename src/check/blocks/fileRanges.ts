/** Ranges of a file: joined, and asked in ascending order what of a stretch they cover or leave free. */

export interface FileRange {
  readonly offset: number;
  readonly lengthBytes: number;
}

/** Sorted, cut to the file, joined where they touch. */
export function joinRanges(ranges: readonly FileRange[], fileBytes: number): FileRange[] {
  const joined: { offset: number; lengthBytes: number }[] = [];
  for (const { offset, lengthBytes } of [...ranges].sort((a, b) => a.offset - b.offset)) {
    const start = Math.max(0, offset);
    const end = Math.min(fileBytes, offset + lengthBytes);
    if (!(end > start)) continue;
    const last = joined.at(-1);
    if (last && start <= last.offset + last.lengthBytes) {
      last.lengthBytes = Math.max(last.lengthBytes, end - last.offset);
    } else {
      joined.push({ offset: start, lengthBytes: end - start });
    }
  }
  return joined;
}

export function rangesBytes(ranges: readonly FileRange[]): number {
  return ranges.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
}

/** Stretches must be asked for in the order of the file: then a million questions cost a million steps. */
export class RangeCursor {
  private at = 0;

  constructor(private readonly ranges: readonly FileRange[]) {}

  coveredBytes(start: number, end: number): number {
    let covered = 0;
    this.visit(start, end, (from, to) => {
      covered += to - from;
    });
    return covered;
  }

  /** The parts of [start, end) that no range covers. */
  visitFree(start: number, end: number, found: (start: number, end: number) => void): void {
    let cursor = start;
    this.visit(start, end, (from, to) => {
      if (from > cursor) found(cursor, from);
      cursor = to;
    });
    if (end > cursor) found(cursor, end);
  }

  private visit(start: number, end: number, found: (start: number, end: number) => void): void {
    if (end <= start) return;
    const { ranges } = this;
    for (let range = ranges[this.at]; range; range = ranges[this.at]) {
      if (range.offset + range.lengthBytes > start) break;
      this.at++;
    }
    for (let i = this.at; i < ranges.length; i++) {
      const range = ranges[i];
      if (!range || range.offset >= end) break;
      found(Math.max(start, range.offset), Math.min(end, range.offset + range.lengthBytes));
    }
  }
}
