/** SHA-256 of the disk as seen: every sector once, in order, holes as zeros. */
import type { ProgressMeter } from '../base/progress.ts';
import { MIB, SECTOR_BYTES } from '../base/units.ts';
import type { DiskChain } from '../chain/diskChain.ts';
import type { DiskPiece } from '../chain/diskPass.ts';
import type { Hasher } from './hasher.ts';

/** A disk whose bytes can be had once, in order. */
export type PassedDisk = Pick<DiskChain, 'sectorCount' | 'passes' | 'isZero'>;

export interface HashOptions {
  readonly hasher: Hasher;
  readonly meter?: ProgressMeter;
  readonly signal?: AbortSignal;
  /** Asked between pieces: resolves when the pass may go on. */
  readonly gate?: () => Promise<void>;
  /** Sees every piece of `HASH_PIECE_BYTES`, in order; the last one may be smaller. */
  readonly onPiece?: (piece: DiskPiece) => void;
}

export const HASH_PIECE_BYTES = 2 * MIB;

/** Lower-case hex. Throws 'parent-missing' where a sector has no answer, and the signal's reason when cancelled. */
export async function hashDisk(disk: PassedDisk, options: HashOptions): Promise<string> {
  const { hasher, meter, signal, gate, onPiece } = options;
  try {
    for await (const piece of disk.passes({ chunkBytes: HASH_PIECE_BYTES, signal })) {
      await hasher.update(piece.bytes);
      onPiece?.(piece);
      meter?.advanceTo(piece.firstSector * SECTOR_BYTES + piece.bytes.length);
      await gate?.();
    }
    meter?.finish();
    return await hasher.digest();
  } finally {
    hasher.close();
  }
}
