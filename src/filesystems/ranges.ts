/** A set of byte stretches, such as everything that was read: what touches or overlaps is joined. */
import type { ByteRanges } from './diskWindow.ts';

const FIRST_ROOM = 64;

export class RangeSet {
  /** Start and end in turns; the first `sorted` numbers are ascending and do not touch, what follows is as it came. */
  private ends = new Float64Array(FIRST_ROOM);
  private used = 0;
  private sorted = 0;

  /** [start, end); an empty stretch adds nothing. */
  add(start: number, end: number): void {
    if (end <= start) return;
    const { ends, used } = this;
    // Most reads go on where the last one ended.
    if (used > 0 && start >= (ends[used - 2] ?? 0) && start <= (ends[used - 1] ?? 0)) {
      if (end > (ends[used - 1] ?? 0)) ends[used - 1] = end;
      return;
    }
    if (used === ends.length) this.makeRoom();
    this.ends[this.used++] = start;
    this.ends[this.used++] = end;
  }

  addAll(ranges: ByteRanges): void {
    for (let i = 0; i < ranges.length; i += 2) this.add(ranges[i] ?? 0, ranges[i + 1] ?? 0);
  }

  get isEmpty(): boolean {
    return this.used === 0;
  }

  get roomBytes(): number {
    return this.ends.byteLength;
  }

  /** A copy. */
  toRanges(): ByteRanges {
    this.join();
    return this.ends.slice(0, this.used);
  }

  clear(): void {
    this.used = 0;
    this.sorted = 0;
  }

  /** Joining first keeps the room in proportion to what is held, however often the same place is read. */
  private makeRoom(): void {
    this.join();
    if (this.used <= this.ends.length / 2) return;
    const grown = new Float64Array(this.ends.length * 2);
    grown.set(this.ends);
    this.ends = grown;
  }

  private join(): void {
    const { ends, used } = this;
    if (this.sorted === used) return;
    const order = Array.from({ length: used / 2 }, (_, i) => i * 2);
    order.sort((a, b) => (ends[a] ?? 0) - (ends[b] ?? 0));
    const before = ends.slice(0, used);
    let count = 0;
    for (const i of order) {
      const start = before[i] ?? 0;
      const end = before[i + 1] ?? 0;
      const last = ends[count - 1] ?? 0;
      if (count > 0 && start <= last) {
        if (end > last) ends[count - 1] = end;
        continue;
      }
      ends[count++] = start;
      ends[count++] = end;
    }
    this.used = count;
    this.sorted = count;
  }
}

/** Bytes in all. */
export function rangesBytes(ranges: ByteRanges): number {
  let sum = 0;
  for (let i = 0; i < ranges.length; i += 2) sum += (ranges[i + 1] ?? 0) - (ranges[i] ?? 0);
  return sum;
}
