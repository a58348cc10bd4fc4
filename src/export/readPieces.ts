/** Reads many pieces of one file in the order given; storage that must be waited for is read in large batches, ahead. */
import { assert, must } from '../base/assert.ts';
import { MIB } from '../base/units.ts';
import type { RandomAccessFile, ReadRequest } from '../storage/randomAccessFile.ts';

export interface Piece<Tag> {
  readonly offset: number;
  readonly lengthBytes: number;
  /** What the caller knows of it. */
  readonly tag: Tag;
}

export interface ReadPiece<Tag> {
  readonly tag: Tag;
  /** In the staging memory; valid until the next step. */
  readonly bytes: Uint8Array;
}

/** Longest piece. */
export const PIECE_BYTES = 2 * MIB;
/** Batches under way where reading must be waited for. */
const BATCHES = 4;

/** Staging memory that `readPieces` makes use of. */
export function stagingBytesFor(file: RandomAccessFile): number {
  return file.readNow ? PIECE_BYTES : BATCHES * 4 * PIECE_BYTES;
}

/** `staging` has `stagingBytesFor(file)` bytes. Throws the storage's fault when the piece's turn comes. */
export async function* readPieces<Tag>(
  file: RandomAccessFile,
  pieces: AsyncIterable<Piece<Tag>>,
  staging: Uint8Array,
): AsyncGenerator<ReadPiece<Tag>, void, undefined> {
  if (!file.readNow) {
    yield* readBatches(file, pieces, staging);
    return;
  }
  for await (const { offset, lengthBytes, tag } of pieces) {
    const bytes = staging.subarray(0, lengthBytes);
    file.readNow(offset, bytes);
    yield { tag, bytes };
  }
}

interface Batch<Tag> {
  readonly reads: Promise<void>;
  readonly pieces: readonly ReadPiece<Tag>[];
}

async function* readBatches<Tag>(
  file: RandomAccessFile,
  pieces: AsyncIterable<Piece<Tag>>,
  staging: Uint8Array,
): AsyncGenerator<ReadPiece<Tag>, void, undefined> {
  const source = pieces[Symbol.asyncIterator]();
  const batchBytes = staging.length / BATCHES;
  const underWay: Batch<Tag>[] = [];
  const takeNext = async () => {
    const next = await source.next();
    assert(next.done || next.value.lengthBytes <= PIECE_BYTES, 'a piece fits into a batch');
    return next;
  };
  let next = await takeNext();
  let started = 0;
  const startOne = async () => {
    const room = staging.subarray((started % BATCHES) * batchBytes, ((started % BATCHES) + 1) * batchBytes);
    const requests: ReadRequest[] = [];
    const read: ReadPiece<Tag>[] = [];
    for (let used = 0; !next.done && used + next.value.lengthBytes <= room.length; next = await takeNext()) {
      const { offset, lengthBytes, tag } = next.value;
      const target = room.subarray(used, used + lengthBytes);
      requests.push({ offset, target });
      read.push({ tag, bytes: target });
      used += lengthBytes;
    }
    const reads = file.readMany(requests);
    // Its fault is told when its turn comes.
    reads.catch(() => {});
    underWay.push({ reads, pieces: read });
    started++;
  };
  try {
    for (;;) {
      // The batch with the consumer counts: its memory is in use.
      while (!next.done && underWay.length < BATCHES) await startOne();
      const batch = underWay[0];
      if (!batch) return;
      await batch.reads;
      yield* batch.pieces;
      must(underWay.shift(), 'the batch just handed out');
    }
  } finally {
    await Promise.allSettled(underWay.map(({ reads }) => reads));
    await source.return?.();
  }
}
