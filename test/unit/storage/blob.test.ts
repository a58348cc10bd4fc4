import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { KIB, MIB } from '../../../src/base/units.ts';
import { BlobFile, type BlobFileOptions } from '../../../src/storage/blobFile.ts';
import { PAGE_BYTES, PageCache } from '../../../src/storage/pageCache.ts';
import { expectBytes, failure, randomBytes, storageConformance } from '../../support/storageConformance.ts';

storageConformance("BlobFile of Node's Blob", {
  make: async (name, bytes) => new BlobFile(name, new Blob([bytes])),
  access: 'read-only',
  durable: false,
  readsNow: false,
});

/** A blob of 20 MiB that records its slices, and can fail. */
class WatchedBlob extends Blob {
  readonly slices: { start: number; lengthBytes: number }[] = [];
  failWith: Error | null = null;
  shorten = false;
  under = 0;
  mostUnder = 0;

  override slice(start = 0, end = this.size): Blob {
    this.slices.push({ start, lengthBytes: end - start });
    const { failWith, shorten } = this;
    const piece = super.slice(start, shorten ? end - 1 : end);
    piece.arrayBuffer = async () => {
      if (failWith) throw failWith;
      this.mostUnder = Math.max(this.mostUnder, ++this.under);
      const bytes = await Blob.prototype.arrayBuffer.call(piece);
      this.under--;
      return bytes;
    };
    return piece;
  }
}

const SIZE = 50 * MIB;
const bytes = randomBytes(SIZE, 1);

function open(options: BlobFileOptions = {}) {
  const blob = new WatchedBlob([bytes]);
  return { blob, file: new BlobFile('user.vhd', blob, { cache: new PageCache(4 * MIB), ...options }) };
}

async function readAndCheck(file: BlobFile, offset: number, lengthBytes: number): Promise<void> {
  const target = new Uint8Array(lengthBytes);
  await file.read(offset, target);
  expectBytes(target, bytes.subarray(offset, offset + lengthBytes));
}

describe('BlobFile', () => {
  it('reads a page once for small reads inside it', async () => {
    const { blob, file } = open();
    for (const offset of [5 * MIB, 5 * MIB + 200 * KIB, 5 * MIB + 4096])
      await readAndCheck(file, offset, 4096);
    expect(blob.slices).toEqual([{ start: 5 * MIB, lengthBytes: PAGE_BYTES }]);
  });

  it('asks once for a page that several reads want at the same time', async () => {
    const { blob, file } = open();
    await Promise.all([0, 1, 2, 3].map((i) => readAndCheck(file, 9 * MIB + i * 1000, 4096)));
    expect(blob.slices).toHaveLength(1);
  });

  it('joins requests near each other, and leaves far ones apart', async () => {
    const { blob, file } = open();
    const requests = [2 * MIB, 0, 256 * KIB, 12 * MIB].map((offset) => ({
      offset,
      target: new Uint8Array(8192),
    }));
    await file.readMany(requests);
    for (const { offset, target } of requests) expectBytes(target, bytes.subarray(offset, offset + 8192));
    expect(blob.slices.map(({ start }) => start).sort((a, b) => a - b)).toEqual([0, 2 * MIB, 12 * MIB]);
  });

  it('reads long ranges in large slices, a few at a time, past the cache', async () => {
    const cache = new PageCache(4 * MIB);
    const { blob, file } = open({ cache });
    await readAndCheck(file, 100, SIZE - 200);
    const third = Math.ceil((SIZE - 200) / 3);
    expect(blob.slices.map(({ lengthBytes }) => lengthBytes)).toEqual([third, third, SIZE - 200 - 2 * third]);
    expect(blob.mostUnder).toBe(3);
    expect(cache.heldBytes).toBe(0);
  });

  it('reads ahead further and further while small reads follow one another', async () => {
    const { blob, file } = open();
    for (let offset = 0; offset < 16 * MIB; offset += 64 * KIB) await readAndCheck(file, offset, 64 * KIB);
    expect(blob.slices.map(({ lengthBytes }) => lengthBytes / PAGE_BYTES)).toEqual([1, 2, 4, 8, 16, 32, 32]);
    blob.slices.length = 0;
    await readAndCheck(file, 3 * MIB, 4096);
    expect(blob.slices).toEqual([{ start: 3 * MIB, lengthBytes: PAGE_BYTES }]);
  });

  it('keeps to its budget, whatever is read, and drops what was used longest ago', async () => {
    const cache = new PageCache(1 * MIB);
    const { blob, file } = open({ cache });
    const prng = new Prng(7);
    for (let i = 0; i < 300; i++) {
      await readAndCheck(file, prng.below(SIZE - 70_000), 1 + prng.below(70_000));
      expect(cache.heldBytes).toBeLessThanOrEqual(MIB);
    }
    for (const page of [0, 8, 16, 24, 0, 32, 0]) await readAndCheck(file, page * PAGE_BYTES, 10);
    blob.slices.length = 0;
    await readAndCheck(file, 0, 10);
    expect(blob.slices).toEqual([]);
    await readAndCheck(file, 8 * PAGE_BYTES, 10);
    expect(blob.slices).toHaveLength(1);
  });

  it('shares one budget with other files, and gives it back at close', async () => {
    const cache = new PageCache(1 * MIB);
    const { file: first } = open({ cache });
    const { file: second } = open({ cache });
    for (let i = 0; i < 3; i++) await readAndCheck(first, i * 4 * MIB, 10);
    for (let i = 0; i < 3; i++) await readAndCheck(second, i * 4 * MIB, 10);
    expect(cache.heldBytes).toBe(MIB);
    await second.close();
    expect(cache.heldBytes).toBe(PAGE_BYTES);
    await first.close();
    expect(cache.heldBytes).toBe(0);
  });

  it("says 'changed' when the browser can no longer read its snapshot", async () => {
    const { blob, file } = open();
    blob.failWith = new DOMException('could not be read', 'NotReadableError');
    const error = await failure('changed', () => file.read(5 * MIB + 10, new Uint8Array(4096)));
    expect(error.problem.where?.file).toBe('user.vhd');
    expect(error.problem.where?.offset).toBe(5 * MIB);
    expect(error.cause).toBe(blob.failWith);
  });

  it("says 'vanished' and 'permission', and what a closer look tells", async () => {
    for (const [name, code] of [
      ['NotFoundError', 'vanished'],
      ['NotAllowedError', 'permission'],
    ] as const) {
      const { blob, file } = open();
      blob.failWith = new DOMException('no', name);
      await failure(code, () => file.read(0, new Uint8Array(2 * MIB)));
    }
    const { blob, file } = open({ diagnose: async () => 'vanished' });
    blob.failWith = new DOMException('no', 'NotReadableError');
    await failure('vanished', () => file.read(0, new Uint8Array(10)));
  });

  it("says 'changed' when fewer bytes come than the file had", async () => {
    const { blob, file } = open();
    blob.shorten = true;
    await failure('changed', () => file.read(0, new Uint8Array(10)));
    await failure('changed', () => file.read(0, new Uint8Array(3 * MIB)));
  });

  it('does not keep a failure: the next read tries again', async () => {
    const { blob, file } = open();
    blob.failWith = new DOMException('no', 'NotReadableError');
    await failure('changed', () => file.read(0, new Uint8Array(10)));
    blob.failWith = null;
    await readAndCheck(file, 0, 10);
  });
});
