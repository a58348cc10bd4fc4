/**
 * What a drive's cache holds of one file: the bytes that each unflushed change wrote over, so that a power cut can lose it.
 * The changes themselves are in the file already, so reading needs no second look.
 */
import { SECTOR_BYTES } from '../../base/units.ts';
import type { Decide } from '../../storage/powerCut.ts';
import type { RandomAccessFile } from '../../storage/randomAccessFile.ts';

export interface Unflushed {
  readonly kind: 'write' | 'size';
  /** Of a write: where, and how much. Of a size: the smaller of the two. */
  readonly offset: number;
  readonly lengthBytes: number;
  /** What was there, up to the end of the file as it was. */
  readonly before: Uint8Array;
  readonly sizeBefore: number;
  readonly sizeAfter: number;
}

/** What is beyond this has reached the drive's platter by itself. */
export const CACHE_BYTES = 64 * 1024 * 1024;

export class UnflushedChanges {
  private changes: Unflushed[];
  /** Bytes kept in `changes`, and written by them. */
  private bytes = 0;
  /** Changes forgotten so far. */
  private forgotten = 0;

  constructor(changes: readonly Unflushed[] = []) {
    this.changes = [...changes];
    for (const { lengthBytes } of changes) this.bytes += lengthBytes;
  }

  get list(): readonly Unflushed[] {
    return this.changes;
  }

  get isEmpty(): boolean {
    return this.changes.length === 0;
  }

  /** Stands for everything that was added so far. */
  get mark(): number {
    return this.forgotten + this.changes.length;
  }

  add(change: Unflushed): void {
    this.changes.push(change);
    this.bytes += change.lengthBytes;
    if (this.bytes > CACHE_BYTES) this.forgetOldest();
  }

  /** Everything that was added before the mark is durable. */
  forget(mark: number): void {
    const count = mark - this.forgotten;
    if (count <= 0) return;
    if (count === this.changes.length) this.changes = [];
    else this.changes.splice(0, count);
    this.forgotten += count;
    this.bytes = 0;
    for (const { lengthBytes } of this.changes) this.bytes += lengthBytes;
  }

  /** Bytes on the platter that somebody changed past the cache: a change that is lost does not bring back what was there. */
  alter(offset: number, bytes: Uint8Array): void {
    this.changes = this.changes.map((change) => {
      const from = Math.max(offset, change.offset);
      const to = Math.min(offset + bytes.length, change.offset + change.before.length);
      if (from >= to) return change;
      const before = change.before.slice();
      before.set(bytes.subarray(from - offset, to - offset), from - change.offset);
      return { ...change, before };
    });
  }

  /** How often `settle` asks. */
  get decisions(): number {
    let count = 0;
    for (const change of this.changes)
      count += change.kind === 'size' ? 1 : sectorsOf(change) + grows(change);
    return count;
  }

  /** Makes `file` what the power cut leaves of it: each sector, and each new size, is kept or lost. */
  async settle(file: RandomAccessFile, decide: Decide): Promise<void> {
    const written = await this.takeBack(file);
    // The size is a change of its own: a sector can last though the growth that it was part of did not.
    let { sizeBytes } = file;
    for (const [i, change] of this.changes.entries()) {
      if (change.kind === 'write')
        await writeKept(file, change.offset, written[i] ?? new Uint8Array(0), decide);
      const { sizeBefore, sizeAfter } = change;
      if (change.kind === 'write' && sizeAfter <= sizeBefore) continue;
      if (decide() === 'lost') continue;
      if (sizeAfter > sizeBefore) sizeBytes = Math.max(sizeBytes, sizeAfter);
      else {
        await file.truncate(Math.min(file.sizeBytes, sizeAfter));
        sizeBytes = Math.min(sizeBytes, sizeAfter);
      }
    }
    await file.truncate(sizeBytes);
    await file.flush();
    this.forget(this.mark);
  }

  /** Newest first; gives what each had written. */
  private async takeBack(file: RandomAccessFile): Promise<Uint8Array[]> {
    const written: Uint8Array[] = [];
    for (const change of [...this.changes].reverse()) {
      const { kind, offset, lengthBytes, before, sizeBefore } = change;
      const bytes = new Uint8Array(kind === 'write' ? lengthBytes : 0);
      await file.read(offset, bytes);
      written.push(bytes);
      if (file.sizeBytes < sizeBefore) await file.truncate(sizeBefore);
      await file.write(offset, before);
      if (file.sizeBytes > sizeBefore) await file.truncate(sizeBefore);
    }
    return written.reverse();
  }

  /** Half of them at once, so that it is seldom done. */
  private forgetOldest(): void {
    let count = 0;
    for (let left = this.bytes; left > CACHE_BYTES / 2 && count < this.changes.length; count++)
      left -= this.changes[count]?.lengthBytes ?? 0;
    this.forget(this.forgotten + count);
  }
}

function grows({ sizeBefore, sizeAfter }: Unflushed): number {
  return sizeAfter > sizeBefore ? 1 : 0;
}

function sectorsOf({ offset, lengthBytes }: Unflushed): number {
  return Math.ceil((offset + lengthBytes) / SECTOR_BYTES) - Math.floor(offset / SECTOR_BYTES);
}

/** Sectors that are kept and follow one another are written together. */
async function writeKept(file: RandomAccessFile, offset: number, bytes: Uint8Array, decide: Decide) {
  let from = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = Math.min(SECTOR_BYTES - ((offset + at) % SECTOR_BYTES), bytes.length - at);
    if (decide() === 'lost') {
      await file.write(offset + from, bytes.subarray(from, at));
      from = at + length;
    }
    at += length;
  }
  await file.write(offset + from, bytes.subarray(from));
}
