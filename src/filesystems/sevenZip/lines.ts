/** Cuts what a program prints into lines, as bytes: no string is made of what nobody reads. */
import { DiskError } from '../../base/errors.ts';

/** Sees [start, end) of `bytes`, without the line's end; the bytes are written over later. */
type OnLine = (bytes: Uint8Array, start: number, end: number) => void;

const ROOM_BYTES = 1 << 18;
/** No path of a real file system comes near; a loop of folders in a damaged one does. */
const LONGEST_LINE_BYTES = 1 << 24;
const NEW_LINE = 10;
const SHORT = 64;

export class Lines {
  private room = new Uint8Array(ROOM_BYTES);
  private used = 0;

  constructor(private readonly onLine: OnLine) {}

  add(memory: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (this.used + length > this.room.length) this.makeRoom(length);
    const { room, used } = this;
    // Most are a few bytes: a loop is quicker than a view of them.
    if (length <= SHORT) for (let i = 0; i < length; i++) room[used + i] = memory[start + i] ?? 0;
    else room.set(memory.subarray(start, end), used);
    this.used = used + length;
  }

  /** What has come so far; a last line may have no end. */
  finish(): void {
    this.takeLines();
    if (this.used > 0) this.onLine(this.room, 0, this.used);
    this.used = 0;
  }

  private takeLines(): void {
    const { room, used } = this;
    let start = 0;
    for (let at = 0; at < used; at++) {
      if (room[at] !== NEW_LINE) continue;
      this.onLine(room, start, at);
      start = at + 1;
    }
    room.copyWithin(0, start, used);
    this.used = used - start;
  }

  private makeRoom(length: number): void {
    this.takeLines();
    const needed = this.used + length;
    if (needed > LONGEST_LINE_BYTES)
      throw new DiskError({
        code: 'limit',
        message: 'The file system has a path of more than 16 MiB.',
        meaning: 'Its folders lead back into themselves, or it is damaged in another way.',
      });
    if (needed <= this.room.length) return;
    const grown = new Uint8Array(needed * 2);
    grown.set(this.room.subarray(0, this.used));
    this.room = grown;
  }
}
