/** What hashing costs here, measured now. */
import { MIB } from '../base/units.ts';
import type { Platform } from './platform.ts';

const PIECE_BYTES = 4 * MIB;
const MOST_MS = 250;

/** Bytes a second. The hash may run in a worker of its own: it is waited for to the end. */
export async function hashRate(platform: Platform, signal: AbortSignal): Promise<number> {
  const hasher = await platform.createHasher();
  try {
    const piece = new Uint8Array(PIECE_BYTES).fill(0x5a);
    // The first bytes pay for the start.
    await hasher.update(piece.subarray(0, 4096));
    const startMs = performance.now();
    let hashed = 0;
    while (hashed < 4 * PIECE_BYTES && performance.now() - startMs < MOST_MS) {
      await hasher.update(piece);
      hashed += PIECE_BYTES;
      signal.throwIfAborted();
    }
    await hasher.digest();
    return hashed / Math.max(1e-6, (performance.now() - startMs) / 1000);
  } finally {
    hasher.close();
  }
}
