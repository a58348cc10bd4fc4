import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { createHasher } from '../../../src/export/createHasher.ts';

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

describe('hashing on a thread of its own', () => {
  it('gives the SHA-256 of what came, in pieces of any length, and takes a copy of each', async () => {
    const seed = 61;
    const prng = new Prng(seed);
    const bytes = new Uint8Array(21_000_001);
    crypto.getRandomValues(bytes.subarray(0, 65_536));
    bytes.copyWithin(7_000_000, 0, 65_536);
    bytes.copyWithin(20_900_000, 0, 65_536);
    const expected = await digestOf(bytes);
    const hasher = await createHasher();
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.slice(at, at + 1 + prng.below(5_000_000));
      at += piece.length;
      await hasher.update(piece);
      piece.fill(0xee);
    }
    expect(await hasher.digest(), `seed ${seed}`).toBe(expected);
    hasher.close();
  });

  it('is done here where the other thread never starts', async () => {
    const silent = () => new Worker(URL.createObjectURL(new Blob([''])));
    const hasher = await createHasher(silent, 50);
    await hasher.update(new Uint8Array([1, 2, 3]));
    expect(await hasher.digest()).toBe(await digestOf(new Uint8Array([1, 2, 3])));
    hasher.close();
  });

  it('gives the SHA-256 of nothing', async () => {
    const hasher = await createHasher();
    expect(await hasher.digest()).toBe(await digestOf(new Uint8Array(0)));
    hasher.close();
  });
});
