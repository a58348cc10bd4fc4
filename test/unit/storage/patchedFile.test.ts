/** The view equals the bytes that the patch makes, for every range that can be asked for. */
import { expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';
import type { ByteChange } from '../../../src/storage/patch.ts';
import { PatchedFile } from '../../../src/storage/patchedFile.ts';
import type { RandomAccessFile } from '../../../src/storage/randomAccessFile.ts';

function randomPatch(prng: Prng, before: Uint8Array) {
  const sizeAfter = Math.max(1, before.length + prng.below(41) - 20);
  const largest = Math.max(before.length, sizeAfter);
  const held = new Uint8Array(largest);
  held.set(before);
  const after = new Uint8Array(largest);
  after.set(before.subarray(0, Math.min(before.length, sizeAfter)));
  const changes: ByteChange[] = [];
  for (let at = prng.below(6); at < largest; ) {
    const length = Math.min(1 + prng.below(7), largest - at);
    const bytes = new Uint8Array(length);
    prng.fill(bytes);
    changes.push({ offset: at, before: held.slice(at, at + length), after: bytes });
    after.set(bytes, at);
    at += length + prng.below(9);
  }
  return { patch: { sizeBefore: before.length, sizeAfter, changes }, after: after.subarray(0, sizeAfter) };
}

/** The same file as storage that must be waited for. */
function waiting(file: RandomAccessFile): RandomAccessFile {
  return new Proxy(file, {
    get: (target, key) => {
      if (key === 'readNow') return undefined;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

it('reads as the patched bytes do, at every offset and length', async () => {
  for (let seed = 0; seed < 60; seed++) {
    const prng = new Prng(seed);
    const before = new Uint8Array(1 + prng.below(60));
    prng.fill(before);
    const { patch, after } = randomPatch(prng, before);
    const file = MemoryFile.of('a.vhd', before, 'read-only');
    for (const patched of [new PatchedFile(file, patch), new PatchedFile(waiting(file), patch)]) {
      expect(patched.sizeBytes).toBe(after.length);
      for (let offset = 0; offset <= after.length; offset++) {
        const length = prng.below(after.length - offset + 1);
        const target = new Uint8Array(length).fill(0xee);
        if (patched.readNow && prng.below(2) === 0) patched.readNow(offset, target);
        else await patched.read(offset, target);
        expect(target, `seed ${seed}, ${length} bytes at ${offset}`).toEqual(
          after.slice(offset, offset + length),
        );
      }
    }
    expect(file.sizeBytes).toBe(before.length);
  }
});

it('refuses reads behind its end, and writes', async () => {
  const file = MemoryFile.of('a.vhd', new Uint8Array(8), 'read-only');
  const patched = new PatchedFile(file, { sizeBefore: 8, sizeAfter: 4, changes: [] });
  await expect(patched.read(2, new Uint8Array(3))).rejects.toMatchObject({ code: 'truncated' });
  await expect(patched.write(0)).rejects.toMatchObject({ code: 'bad-request' });
  await expect(patched.truncate()).rejects.toMatchObject({ code: 'bad-request' });
});
