/** SHA-256 over a stream of bytes, whoever computes it: this thread, a worker of its own, or Node. */
import { createSHA256 } from 'hash-wasm';

export interface Hasher {
  /** Takes the bytes in before it resolves; the caller may then change them. Waits where hashing falls behind. */
  update(bytes: Uint8Array): Promise<void> | void;
  /** 64 lower-case hex digits. The hasher is used up. */
  digest(): Promise<string> | string;
  /** Lets go of what it holds, also in the middle. */
  close(): void;
}

/** On the calling thread. */
export async function wasmHasher(): Promise<Hasher> {
  const hash = await createSHA256();
  hash.init();
  return {
    update: (bytes) => void hash.update(bytes),
    digest: () => hash.digest('hex'),
    close: () => undefined,
  };
}
