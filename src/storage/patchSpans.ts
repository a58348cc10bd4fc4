/**
 * A patch in whole sectors: the power can take all of the sector that is being written, also bytes of it that do not
 * change, so before and after are kept of the sectors, not of the changes.
 */
import { assert } from '../base/assert.ts';
import { hexOffset } from '../base/bytes.ts';
import { DiskError } from '../base/errors.ts';
import { grouped, SECTOR_BYTES } from '../base/units.ts';
import type { ByteChange, Patch } from './patch.ts';
import type { RandomAccessFile } from './randomAccessFile.ts';

/** A run of bytes of the file. `offset` is at a sector; the last sector may be cut by the end of the file. */
export interface Span {
  readonly offset: number;
  readonly lengthBytes: number;
}

/** Ascending and apart; none longer than `limitBytes`, a multiple of a sector. */
export function* spansOf(patch: Patch, limitBytes: number): Generator<Span> {
  const end = Math.max(patch.sizeBefore, patch.sizeAfter);
  let from = 0;
  let to = 0;
  for (const range of touchedRanges(patch)) {
    const start = range.offset - (range.offset % SECTOR_BYTES);
    const stop = Math.min(end, sectorEnd(range.offset + range.lengthBytes));
    if (start > to) {
      yield* pieces(from, to, limitBytes);
      from = start;
    }
    to = Math.max(to, stop);
  }
  yield* pieces(from, to, limitBytes);
}

/** The changes, and the sector that a new size of the file begins or ends within. */
function* touchedRanges({ sizeBefore, sizeAfter, changes }: Patch): Generator<Span> {
  const edge = Math.min(sizeBefore, sizeAfter);
  let isEdgeDue = sizeBefore !== sizeAfter && edge % SECTOR_BYTES !== 0;
  for (const { offset, before } of changes) {
    if (before.length === 0) continue;
    if (isEdgeDue && offset >= edge) {
      yield { offset: edge - 1, lengthBytes: 1 };
      isEdgeDue = false;
    }
    yield { offset, lengthBytes: before.length };
  }
  if (isEdgeDue) yield { offset: edge - 1, lengthBytes: 1 };
}

function sectorEnd(offset: number): number {
  return Math.ceil(offset / SECTOR_BYTES) * SECTOR_BYTES;
}

/** `from` to `to`, in spans of at most `limitBytes`. */
export function* pieces(from: number, to: number, limitBytes: number): Generator<Span> {
  for (let at = from; at < to; at += limitBytes)
    yield { offset: at, lengthBytes: Math.min(limitBytes, to - at) };
}

/** Changes that touch a span are found by going on from where the last span ended: spans must come in ascending order. */
export class PatchReader {
  private next = 0;

  constructor(
    private readonly file: RandomAccessFile,
    private readonly patch: Patch,
  ) {}

  /**
   * The bytes of a span before and after the patch, zeros where the file ends before them. Throws 'changed' where the
   * file does not hold what the patch says that it does.
   */
  async read({ offset, lengthBytes }: Span): Promise<{ before: Uint8Array; after: Uint8Array }> {
    const { sizeBefore, sizeAfter, changes } = this.patch;
    const before = new Uint8Array(lengthBytes);
    const held = clamp(sizeBefore - offset, lengthBytes);
    if (held > 0) await this.file.read(offset, before.subarray(0, held));
    const after = before.slice();
    after.fill(0, clamp(sizeAfter - offset, lengthBytes));
    const end = offset + lengthBytes;
    for (let change = changes[this.next]; change && change.offset < end; change = changes[this.next]) {
      this.overlay(change, offset, before, after);
      if (change.offset + change.before.length > end) break;
      this.next++;
    }
    return { before, after };
  }

  private overlay(change: ByteChange, offset: number, before: Uint8Array, after: Uint8Array): void {
    const from = Math.max(change.offset, offset);
    const to = Math.min(change.offset + change.before.length, offset + before.length);
    for (let at = from; at < to; at++) {
      const expected = change.before[at - change.offset];
      const found = before[at - offset];
      if (found !== expected) throw this.differs(at, found ?? 0, expected ?? 0);
      after[at - offset] = change.after[at - change.offset] ?? 0;
    }
  }

  private differs(offset: number, found: number, expected: number): DiskError {
    const { name } = this.file;
    return new DiskError({
      code: 'changed',
      message: `${name} holds byte ${hexOffset(found, 2)} at ${hexOffset(offset)}, expected ${hexOffset(expected, 2)} there before the change.`,
      where: { file: name, offset, lengthBytes: 1 },
      meaning: 'The file is not as it was when the change was planned. Nothing was written.',
      remedy: 'Open the file again and plan the change anew.',
    });
  }
}

export function clamp(value: number, limit: number): number {
  return Math.max(0, Math.min(value, limit));
}

/** For callers of ours: the rules of `Patch`. What lies behind the end is zeros, so nothing can be changed there. */
export function assertPatch({ sizeBefore, sizeAfter, changes }: Patch): void {
  assert(Number.isSafeInteger(sizeBefore) && sizeBefore >= 0, 'a size before');
  assert(Number.isSafeInteger(sizeAfter) && sizeAfter >= 0, 'a size after');
  const largest = Math.max(sizeBefore, sizeAfter);
  let end = 0;
  for (const { offset, before, after } of changes) {
    assert(before.length === after.length, 'as many bytes after as before');
    assert(offset >= end, 'changes ascend and do not overlap');
    end = offset + before.length;
    assert(end <= largest, 'changes lie in the file');
    assert(
      after.subarray(clamp(sizeAfter - offset, after.length)).every((byte) => byte === 0),
      'zeros behind the end of the file',
    );
  }
}

/** Throws 'changed' unless the file has the size that the patch begins with. */
export function checkSizeBefore(file: RandomAccessFile, { sizeBefore }: Patch): void {
  if (file.sizeBytes === sizeBefore) return;
  throw new DiskError({
    code: 'changed',
    message: `${file.name} has ${grouped(file.sizeBytes)} bytes, expected ${grouped(sizeBefore)} before the change.`,
    where: { file: file.name, offset: 0, lengthBytes: file.sizeBytes },
    meaning: 'The file is not as it was when the change was planned. Nothing was written.',
    remedy: 'Open the file again and plan the change anew.',
  });
}
