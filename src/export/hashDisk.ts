/** SHA-256 of the disk as seen: every sector once, in order, holes as zeros. */
import type { ProgressMeter } from '../base/progress.ts';
import { MIB, SECTOR_BYTES } from '../base/units.ts';
import type { DiskChain } from '../chain/diskChain.ts';
import type { Hasher } from './hasher.ts';

/** A disk whose bytes can be had once, in order. */
export type PassedDisk = Pick<DiskChain, 'sectorCount' | 'passes' | 'isZero'>;

export interface HashOptions {
  readonly hasher: Hasher;
  readonly meter?: ProgressMeter;
  readonly signal?: AbortSignal;
}

const CHUNK_BYTES = 2 * MIB;

/** Lower-case hex. Throws 'parent-missing' where a sector has no answer, and the signal's reason when cancelled. */
export async function hashDisk(disk: PassedDisk, options: HashOptions): Promise<string> {
  const { hasher, meter, signal } = options;
  try {
    for await (const piece of disk.passes({ chunkBytes: CHUNK_BYTES, signal })) {
      await hasher.update(piece.bytes);
      meter?.advanceTo(piece.firstSector * SECTOR_BYTES + piece.bytes.length);
    }
    meter?.finish();
    return await hasher.digest();
  } finally {
    hasher.close();
  }
}
