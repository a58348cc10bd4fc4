import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { openFiles, waiting } from '../../support/openedChain.ts';
import { buildRandomChain } from '../../support/randomChain.ts';

const core = await loadCore();

describe('reading a chain without waiting', () => {
  it('reads what the disk holds, in random chains, with caches that hold almost nothing', async () => {
    for (let seed = 1; seed <= 25; seed++) {
      const chain = buildRandomChain(seed, { sizesDiffer: seed % 2 === 0 });
      const small = seed % 3 === 0 ? { ownerBytes: 4096, pageBytes: 4096 } : {};
      const disk = await openFiles(
        core,
        chain.files.map(({ file }) => file),
        true,
        small,
      );
      const prng = new Prng(seed);
      for (let reads = 0; reads < 60; reads++) {
        const first = prng.below(disk.sectorCount);
        const count = 1 + prng.below(Math.min(disk.sectorCount - first, 1 + prng.below(6000)));
        const target = new Uint8Array(count * 512).fill(0xee);
        disk.readNow(first, target);
        const expected = chain.truth[0]?.subarray(first * 512, (first + count) * 512) ?? new Uint8Array(0);
        expect(Buffer.compare(target, expected), `seed ${seed}, ${first} + ${count}`).toBe(0);
      }
      disk.close();
    }
  });

  it('throws for a missing parent exactly where `read` does, with the same words', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const chain = buildRandomChain(seed, { layers: 3 });
      const disk = await openFiles(
        core,
        chain.files.slice(0, 2).map(({ file }) => file),
        false,
      );
      const prng = new Prng(seed);
      let missing = 0;
      for (let reads = 0; reads < 60; reads++) {
        const first = prng.below(disk.sectorCount);
        const target = new Uint8Array((1 + prng.below(Math.min(64, disk.sectorCount - first))) * 512);
        const waited = await disk.read(first, target.slice()).catch((error: unknown) => error);
        const read = () => disk.readNow(first, target);
        if (waited instanceof Error) {
          missing++;
          expect(read).toThrow(expect.objectContaining({ code: 'parent-missing', message: waited.message }));
        } else expect(read).not.toThrow();
      }
      expect(missing, `seed ${seed}`).toBeGreaterThan(0);
    }
  });

  it('refuses sectors that are not on the disk, and files that must be waited for', async () => {
    const { files } = buildRandomChain(1);
    const disk = await openFiles(
      core,
      files.map(({ file }) => file),
    );
    expect(() => disk.readNow(disk.sectorCount, new Uint8Array(512))).toThrow(
      expect.objectContaining({ code: 'bad-request' }),
    );
    const slow = await openFiles(
      core,
      files.map(({ file }) => waiting(file)),
    );
    expect(() => slow.readNow(0, new Uint8Array(512))).toThrow('every file answers at once');
  });
});
