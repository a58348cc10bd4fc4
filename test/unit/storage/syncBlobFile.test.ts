/** Invariants: reads are what the Blob holds; few requests, none twice in a sequence; what is kept stays within its bound. */
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { SyncBlobFile, syncPageCache } from '../../../src/storage/syncBlobFile.ts';

const MIB = 2 ** 20;

/** Reads Blobs at once, as a browser's FileReaderSync does: this one only knows slices of one Blob of these bytes. */
function sliced(bytes: Uint8Array) {
  const reads: { readonly start: number; readonly end: number }[] = [];
  const places = new WeakMap<Blob, { readonly start: number; readonly end: number }>();
  const blob = new Blob([]);
  Object.defineProperty(blob, 'size', { value: bytes.length });
  blob.slice = (start = 0, end = bytes.length) => {
    const part = new Blob([]);
    places.set(part, { start, end });
    return part;
  };
  const readBlob = (part: Blob): ArrayBuffer => {
    const place = places.get(part);
    if (!place) throw new Error('another Blob');
    reads.push(place);
    return new Uint8Array(bytes.subarray(place.start, place.end)).buffer;
  };
  return { blob, reads, readBlob };
}

function noise(sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  new Prng(1).fillWords(bytes);
  return bytes;
}

describe('a Blob that is read at once', () => {
  it('reads what it holds, anywhere, with a cache that holds almost nothing', async () => {
    const bytes = noise(21 * MIB + 333);
    const { blob, readBlob } = sliced(bytes);
    const cache = syncPageCache(2 * MIB);
    const file = new SyncBlobFile('a', blob, readBlob, cache);
    const other = new SyncBlobFile('b', blob, readBlob, cache);
    const prng = new Prng(2);
    let at = 0;
    for (let i = 0; i < 300; i++) {
      const isSequence = prng.below(3) > 0;
      const offset = isSequence && at < bytes.length ? at : prng.below(bytes.length);
      const most = [10, 5000, MIB, 12 * MIB][prng.below(i % 20 === 0 ? 4 : 3)] ?? 10;
      const target = new Uint8Array(Math.min(prng.below(most), bytes.length - offset));
      if (i % 2 === 0) file.readNow(offset, target);
      else await other.read(offset, target);
      at = offset + target.length;
      expect(Buffer.compare(target, bytes.subarray(offset, at)), `${offset} + ${target.length}`).toBe(0);
      // One stretch that was read together is kept even where it alone is more.
      expect(cache.heldBytes).toBeLessThanOrEqual(8 * MIB);
    }
    await file.close();
    await other.close();
    expect(cache.heldBytes).toBe(0);
  });

  it('reads ahead in a sequence, each byte once, and keeps pages that are read again', () => {
    const bytes = noise(64 * MIB);
    const { blob, reads, readBlob } = sliced(bytes);
    const file = new SyncBlobFile('a', blob, readBlob, syncPageCache(64 * MIB));
    for (let at = 0; at < bytes.length; at += 65_536) file.readNow(at, new Uint8Array(65_536));
    expect(reads.reduce((sum, { start, end }) => sum + end - start, 0)).toBe(bytes.length);
    expect(reads.length).toBeLessThanOrEqual(4 + 64 / 8);
    expect(Math.max(...reads.map(({ start, end }) => end - start))).toBe(8 * MIB);

    const again = sliced(bytes);
    const table = new SyncBlobFile('b', again.blob, again.readBlob, syncPageCache(8 * MIB));
    for (let i = 0; i < 100; i++) {
      table.readNow(40 * MIB + i, new Uint8Array(8));
      table.readNow(7 * MIB + i, new Uint8Array(8));
    }
    expect(again.reads).toHaveLength(2);
  });

  it('tells what became of the file', () => {
    const { blob } = sliced(noise(3 * MIB));
    const failing = (name: string) =>
      new SyncBlobFile(
        'disk.vhd',
        blob,
        () => {
          throw new DOMException('no', name);
        },
        syncPageCache(MIB),
      );
    const read = (file: SyncBlobFile) => () => file.readNow(5, new Uint8Array(4));
    expect(read(failing('NotFoundError'))).toThrow(expect.objectContaining({ code: 'vanished' }));
    expect(read(failing('NotReadableError'))).toThrow(expect.objectContaining({ code: 'changed' }));
    const short = new SyncBlobFile('disk.vhd', blob, () => new ArrayBuffer(3), syncPageCache(MIB));
    expect(read(short)).toThrow(expect.objectContaining({ code: 'changed' }));
    // A fault is not kept.
    const { blob: good, readBlob } = sliced(noise(3 * MIB));
    let fails = true;
    const recovering = new SyncBlobFile('disk.vhd', good, (part) => {
      if (!fails) return readBlob(part);
      fails = false;
      throw new DOMException('no', 'NotReadableError');
    });
    expect(read(recovering)).toThrow();
    expect(read(recovering)).not.toThrow();
  });

  it('is only read, up to its end, and until it is closed', async () => {
    const { blob, readBlob } = sliced(noise(1000));
    const file = new SyncBlobFile('a', blob, readBlob);
    expect(() => file.readNow(999, new Uint8Array(2))).toThrow(
      expect.objectContaining({ code: 'truncated' }),
    );
    await expect(file.write(0)).rejects.toMatchObject({ code: 'bad-request' });
    await expect(file.truncate()).rejects.toMatchObject({ code: 'bad-request' });
    await file.readMany([{ offset: 0, target: new Uint8Array(10) }]);
    await file.close();
    expect(() => file.readNow(0, new Uint8Array(1))).toThrow(
      expect.objectContaining({ code: 'bad-request' }),
    );
  });
});
