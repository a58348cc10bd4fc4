/** The proof of a merge: the disk's hash, and a digest of each piece, so that a difference can be named. */
import { createXXHash64 } from 'hash-wasm';
import { viewOf } from '../base/bytes.ts';
import type { ProgressMeter } from '../base/progress.ts';
import { SECTOR_BYTES, type SectorRange } from '../base/units.ts';
import { HASH_PIECE_BYTES, hashDisk, type PassedDisk } from '../export/hashDisk.ts';
import type { Hasher } from '../export/hasher.ts';
import type { DiskProof } from './mergeReport.ts';

export interface BlockProof extends DiskProof {
  /** One a piece of 2 MiB, in order; 0 for a piece of zeros. Two pieces that differ have the same one time in 2^64. */
  readonly digests: BigUint64Array;
}

export interface ProofTools {
  readonly hasher: Hasher;
  /** Counts bytes of the disk. */
  readonly meter?: ProgressMeter;
  readonly signal?: AbortSignal;
  /** Asked between pieces: resolves when the pass may go on. */
  readonly gate?: () => Promise<void>;
}

/** Reads the disk once. Throws 'parent-missing' where a sector has no answer, and the signal's reason when cancelled. */
export async function proveDisk(disk: PassedDisk, tools: ProofTools): Promise<BlockProof> {
  const digests = new DigestList();
  const pieceHash = await createXXHash64();
  const sha256 = await hashDisk(disk, {
    ...tools,
    onPiece: ({ bytes, zero }) =>
      digests.add(zero ? 0n : viewOf(pieceHash.init().update(bytes).digest('binary')).getBigUint64(0)),
  });
  return {
    sha256,
    blocks: digests.count,
    virtualSizeBytes: disk.sectorCount * SECTOR_BYTES,
    digests: digests.taken(),
  };
}

/** Pieces that differ, joined where they touch, as far as the longer of the two disks reaches. */
export function differingPieces(before: BlockProof, after: BlockProof): readonly SectorRange[] {
  const longest = Math.max(before.virtualSizeBytes, after.virtualSizeBytes);
  const ranges: { firstSector: number; sectorCount: number }[] = [];
  for (let at = 0; at < longest; at += HASH_PIECE_BYTES) {
    const piece = at / HASH_PIECE_BYTES;
    const sameLength = lengthFrom(before, at) === lengthFrom(after, at);
    if (sameLength && before.digests[piece] === after.digests[piece]) continue;
    const firstSector = at / SECTOR_BYTES;
    const sectorCount = Math.min(HASH_PIECE_BYTES, longest - at) / SECTOR_BYTES;
    const last = ranges.at(-1);
    if (last && last.firstSector + last.sectorCount === firstSector) last.sectorCount += sectorCount;
    else ranges.push({ firstSector, sectorCount });
  }
  return ranges;
}

/** Bytes of the piece that begins there. */
function lengthFrom({ virtualSizeBytes }: DiskProof, at: number): number {
  return Math.max(0, Math.min(HASH_PIECE_BYTES, virtualSizeBytes - at));
}

/** Grows with the pieces that were really read: a header can claim a disk of any size. */
class DigestList {
  count = 0;
  private digests = new BigUint64Array(1024);

  add(digest: bigint): void {
    if (this.count === this.digests.length) {
      const larger = new BigUint64Array(this.count * 2);
      larger.set(this.digests);
      this.digests = larger;
    }
    this.digests[this.count++] = digest;
  }

  taken(): BigUint64Array {
    return this.digests.slice(0, this.count);
  }
}
