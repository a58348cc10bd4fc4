/** SHA-256 by Node, which uses the processor's own instructions where it has them. */
import { createHash } from 'node:crypto';
import type { Hasher } from '../export/hasher.ts';

export function nodeHasher(): Hasher {
  const hash = createHash('sha256');
  return {
    update: (bytes) => void hash.update(bytes),
    digest: () => hash.digest('hex'),
    close: () => undefined,
  };
}
