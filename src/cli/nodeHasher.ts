/** SHA-256 by Node, which uses the processor's own instructions where it has them. */
import { createHash } from 'node:crypto';
import { MIB } from '../base/units.ts';
import type { Hasher } from '../export/hasher.ts';

const PROBE_BYTES = 16 * MIB;

/** Bytes a second, measured now. */
export function hashRate(): number {
  const hasher = nodeHasher();
  const bytes = new Uint8Array(PROBE_BYTES);
  const startMs = performance.now();
  hasher.update(bytes);
  return PROBE_BYTES / Math.max(1e-6, (performance.now() - startMs) / 1000);
}

export function nodeHasher(): Hasher {
  const hash = createHash('sha256');
  return {
    update: (bytes) => void hash.update(bytes),
    digest: () => hash.digest('hex'),
    close: () => undefined,
  };
}
