/** A patched copy of a file: the original is only read. Long runs of zeros are left out, so that they stay holes. */
import { MIB } from '../base/units.ts';
import type { FileSink } from './fileSink.ts';
import type { Patch } from './patch.ts';
import { assertPatch, checkSizeBefore, PatchReader, pieces, type Span, spansOf } from './patchSpans.ts';
import type { RandomAccessFile } from './randomAccessFile.ts';
import { type IsZero, SparseWriter } from './sparseWriter.ts';

const PIECE_BYTES = 2 * MIB;
export interface CopyPatchedOptions {
  readonly isZero: IsZero;
  /** Told after each piece: bytes of the new file done since the last call. */
  readonly advance?: (bytes: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * The sink is closed at the end, and aborted on any fault. Throws 'changed' where the file is not as the patch says.
 */
export async function copyPatched(
  source: RandomAccessFile,
  sink: FileSink,
  patch: Patch,
  { isZero, advance, signal }: CopyPatchedOptions,
): Promise<{ fileBytes: number; writtenBytes: number }> {
  assertPatch(patch);
  try {
    checkSizeBefore(source, patch);
    // The size first: a target that cannot take it says so before anything is copied.
    await sink.truncate(patch.sizeAfter);
    const writer = new SparseWriter(sink, isZero);
    let end = 0;
    for await (const { offset, bytes } of patchedPieces(source, patch, signal)) {
      await writer.writeAroundZeros(offset, bytes);
      advance?.(offset + bytes.length - end);
      end = offset + bytes.length;
    }
    if (patch.sizeAfter > end) advance?.(patch.sizeAfter - end);
    signal?.throwIfAborted();
    await sink.close();
    return { fileBytes: patch.sizeAfter, writtenBytes: writer.writtenBytes };
  } catch (error) {
    // The fault that ended it is the one to tell, also where the sink cannot be aborted any more.
    await sink.abort().catch(() => undefined);
    throw error;
  }
}

/** The new file front to back; the next piece is read while the one before is written. */
async function* patchedPieces(
  source: RandomAccessFile,
  patch: Patch,
  signal?: AbortSignal,
): AsyncGenerator<{ offset: number; bytes: Uint8Array }> {
  const reader = new PatchReader(source, patch);
  const spans = copiedSpans(patch);
  const readNext = async () => {
    const { value: span, done } = spans.next();
    if (done) return null;
    const { after } = await reader.read(span);
    const { offset } = span;
    return { offset, bytes: after.subarray(0, Math.max(0, patch.sizeAfter - offset)) };
  };
  let next = readNext();
  for (let piece = await next; piece !== null; piece = await next) {
    signal?.throwIfAborted();
    next = readNext();
    // Its failure is thrown by the await above; until then it must not count as unhandled.
    next.catch(() => undefined);
    if (piece.bytes.length > 0) yield piece;
  }
}

/** The old file as far as it stays, and what is changed behind that: the rest of the new one is zeros. */
function* copiedSpans(patch: Patch): Generator<Span> {
  const last = patch.changes.at(-1);
  const lastChange = last ? last.offset + last.before.length : 0;
  const end = Math.min(patch.sizeBefore, Math.max(patch.sizeAfter, lastChange));
  yield* pieces(0, end, PIECE_BYTES);
  for (const { offset, lengthBytes } of spansOf(patch, PIECE_BYTES)) {
    const from = Math.max(end, offset);
    if (from < offset + lengthBytes) yield { offset: from, lengthBytes: offset + lengthBytes - from };
  }
}
