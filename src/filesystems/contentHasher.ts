/** SHA-256 of one file after the other, without waiting: contents come out of a run that cannot stop for it. */
import { createSHA256 } from 'hash-wasm';

export interface ContentHasher {
  /** A new file; what came before is forgotten. */
  begin(): void;
  update(bytes: Uint8Array): void;
  /** 64 lower-case hex digits. */
  digest(): string;
}

export async function wasmContentHasher(): Promise<ContentHasher> {
  const hash = await createSHA256();
  return {
    begin: () => void hash.init(),
    update: (bytes) => void hash.update(bytes),
    digest: () => hash.digest('hex'),
  };
}
