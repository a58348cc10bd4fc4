/** How many clusters the allocation bitmap leaves free (specification, 7.1). */
import { MIB } from '../../base/units.ts';
import type { DiskWindow } from '../diskWindow.ts';
import type { Clusters } from './clusters.ts';
import type { Walked } from './walkFolders.ts';

const MOST_BITMAP_BYTES = 64 * MIB;
const PIECE_BYTES = 256 * 1024;

const BITS_OF_BYTE = Uint8Array.from({ length: 256 }, (_, value) => {
  let bits = 0;
  for (let rest = value; rest > 0; rest >>>= 1) bits += rest & 1;
  return bits;
});

/** null where there is no bitmap, or it is not as long as the volume needs it. Throws as reading does. */
export function freeBytesOf(window: DiskWindow, clusters: Clusters, bitmap: Walked['bitmap']): number | null {
  const { clusterCount, clusterBytes } = clusters;
  const lengthBytes = Math.ceil(clusterCount / 8);
  if (!bitmap || bitmap.lengthBytes < lengthBytes || lengthBytes > MOST_BITMAP_BYTES) return null;
  let used = 0;
  let left = clusterCount;
  for (const run of clusters.runs(bitmap, lengthBytes, PIECE_BYTES)) {
    for (let at = 0; at < run.lengthBytes; at += PIECE_BYTES) {
      const piece = new Uint8Array(Math.min(PIECE_BYTES, run.lengthBytes - at));
      window.readNow(run.offset + at, piece);
      for (let i = 0; i < piece.length && left > 0; i++, left -= 8) {
        const byte = piece[i] ?? 0;
        used += BITS_OF_BYTE[left >= 8 ? byte : byte & (2 ** left - 1)] ?? 0;
      }
    }
  }
  return (clusterCount - used) * clusterBytes;
}
