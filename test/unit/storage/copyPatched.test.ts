import { describe, expect, test } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { copyPatched } from '../../../src/storage/copyPatched.ts';
import { MemoryBytes, MemoryFile } from '../../../src/storage/memoryFile.ts';
import { MemorySink } from '../../support/memorySink.ts';
import { sameBytes, waiting } from '../../support/openedChain.ts';
import { patched, patchOver, randomPatch } from '../../support/patches.ts';
import { expectBytes, failure, randomBytes } from '../../support/storageConformance.ts';

const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);

describe('copyPatched', () => {
  test('writes what the patch makes of a file, for patches by seed', async () => {
    for (let seed = 0; seed < 200; seed++) {
      const { bytes, patch } = randomPatch(new Prng(seed), 12);
      const sink = new MemorySink();
      const source = waiting(MemoryFile.of('a.vhd', bytes, 'read-only'));
      let done = 0;
      const result = await copyPatched(source, sink, patch, {
        isZero,
        advance: (count) => {
          done += count;
        },
      });
      expect(sink.state).toBe('closed');
      expectBytes(sink.asFile('b').bytes(), patched(bytes, patch));
      expect(result.fileBytes).toBe(patch.sizeAfter);
      expect(done).toBe(patch.sizeAfter);
    }
  });

  test('copies more than one piece, changes across their ends too', async () => {
    const bytes = randomBytes(7 * 2 ** 20 + 13, 1);
    const patch = patchOver(bytes, bytes.length + 3 * 2 ** 20, [
      [2 * 2 ** 20 - 5, 10],
      [4 * 2 ** 20 - 1000, 3 * 2 ** 20],
      [bytes.length, 20],
      [bytes.length + 2 ** 20, 2 * 2 ** 20],
    ]);
    const sink = new MemorySink();
    await copyPatched(MemoryFile.of('a.vhd', bytes, 'read-only'), sink, patch, { isZero });
    expect(sameBytes(sink.asFile('b').bytes(), patched(bytes, patch))).toBe(true);
  });

  test('leaves holes out', async () => {
    const content = new MemoryBytes();
    content.write(20 * 2 ** 20, Uint8Array.of(1));
    content.truncate(32 * 2 ** 20);
    const sink = new MemorySink();
    const patch = { sizeBefore: 2 ** 25, sizeAfter: 2 ** 40, changes: [] };
    const { writtenBytes } = await copyPatched(new MemoryFile('a', content), sink, patch, { isZero });
    expect(writtenBytes).toBe(65_536);
    expect(sink.writtenBytes).toBe(65_536);
    expect(sink.content.sizeBytes).toBe(2 ** 40);
  });

  test('leaves no file where the original is another, the target full, or it was cancelled', async () => {
    const bytes = randomBytes(5000, 2);
    const patch = patchOver(bytes, 5000, [[100, 4]]);
    const source = MemoryFile.of('a.vhd', bytes);
    const full = new MemorySink(100);
    await expect(copyPatched(source, full, patch, { isZero })).rejects.toMatchObject({ code: 'no-space' });
    expect(full.state).toBe('aborted');
    const cancelled = new MemorySink();
    const signal = AbortSignal.abort();
    await expect(copyPatched(source, cancelled, patch, { isZero, signal })).rejects.toThrow();
    expect(cancelled.state).toBe('aborted');
    for (const [at, size] of [
      [101, 5000],
      [0, 4999],
    ] as const) {
      const other = bytes.slice(0, size);
      other[at] = (other[at] ?? 0) ^ (size === 5000 ? 1 : 0);
      const sink = new MemorySink();
      await failure('changed', () => copyPatched(MemoryFile.of('a.vhd', other), sink, patch, { isZero }));
      expect(sink.state).toBe('aborted');
    }
  });
});
