/** Reads one file's contents, stretch by stretch. */
import { DiskError, type Problem } from '../../base/errors.ts';
import { grouped, MIB } from '../../base/units.ts';
import type { DiskWindow } from '../diskWindow.ts';
import type { ContentSink, ReadItem } from '../fileSystem.ts';
import type { Clusters } from './clusters.ts';
import type { Contents } from './columns.ts';

export const PIECE_BYTES = MIB;

interface ReadContents {
  readonly sizeBytes: number;
  readonly problem: Problem | null;
}

/** `buffer` has `PIECE_BYTES`. What the volume itself gets wrong comes back as a problem; anything else is thrown. */
export function readContents(
  window: DiskWindow,
  clusters: Clusters,
  item: ReadItem,
  contents: Contents,
  sink: ContentSink,
  buffer: Uint8Array,
): ReadContents {
  const { sizeBytes } = contents;
  const validBytes = Math.min(sizeBytes, contents.validBytes, clusters.heapBytes);
  let offset = 0;
  try {
    for (const run of clusters.runs(contents, validBytes, PIECE_BYTES)) {
      for (let at = 0; at < run.lengthBytes; ) {
        const piece = buffer.subarray(0, Math.min(buffer.length, run.lengthBytes - at));
        window.readNow(run.offset + at, piece);
        const isMoreWanted = sink.write(item, offset, piece);
        at += piece.length;
        offset += piece.length;
        if (!isMoreWanted) return { sizeBytes: offset, problem: null };
      }
    }
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return { sizeBytes: offset, problem: error.problem };
  }
  if (sizeBytes <= clusters.heapBytes) return { sizeBytes, problem: null };
  return {
    sizeBytes: offset,
    problem: {
      code: 'corrupt',
      message: `The entry says that the file has ${grouped(sizeBytes)} bytes; the whole volume has ${grouped(clusters.heapBytes)}.`,
      meaning: 'Where the file ends is not known.',
      remedy: 'Look at an older point of the chain of files, where it may still be whole.',
    },
  };
}
