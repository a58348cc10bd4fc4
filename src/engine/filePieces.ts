/** A file from one offset to its end, in large pieces: the next is read while the caller works on the current one. */
import { MIB } from '../base/units.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';

export interface FilePiece {
  readonly offset: number;
  /** Valid until the next step. */
  readonly bytes: Uint8Array;
}

/** A user's file costs most of a millisecond a request, whatever its size: pieces are large. */
const PIECE_BYTES = 8 * MIB;

export async function* filePieces(
  file: RandomAccessFile,
  fromOffset: number,
  signal?: AbortSignal,
  pieceBytes = PIECE_BYTES,
): AsyncGenerator<FilePiece, void, undefined> {
  const left = Math.max(0, file.sizeBytes - fromOffset);
  const buffers = [0, 1].map(() => new Uint8Array(Math.min(pieceBytes, left)));
  const start = (index: number): Promise<FilePiece> | null => {
    const offset = fromOffset + index * pieceBytes;
    const buffer = buffers[index % 2];
    if (offset >= file.sizeBytes || !buffer) return null;
    const bytes = buffer.subarray(0, Math.min(pieceBytes, file.sizeBytes - offset));
    const reading = file.read(offset, bytes).then(() => ({ offset, bytes }));
    // Its fault is thrown when the piece's turn comes, or not at all where the caller stops before.
    reading.catch(() => undefined);
    return reading;
  };
  let next = start(0);
  try {
    for (let index = 1; next !== null; index++) {
      const piece: FilePiece = await next;
      signal?.throwIfAborted();
      next = start(index);
      yield piece;
    }
  } finally {
    // The file may be closed as soon as the caller is done: nothing of ours may then still read from it.
    await next?.catch(() => undefined);
  }
}
