/** What every `RandomAccessFile`, `DiskFolder` and `FileSink` must do: the same tests, run against each of them. */
import { afterEach, describe, expect, it } from 'vitest';
import { DiskError, type ErrorCode } from '../../src/base/errors.ts';
import { Prng } from '../../src/base/prng.ts';
import type { DiskFolder } from '../../src/storage/diskFolder.ts';
import type { FileSink } from '../../src/storage/fileSink.ts';
import type { RandomAccessFile } from '../../src/storage/randomAccessFile.ts';

/** `lengthBytes` bytes that no other seed gives. */
export function randomBytes(lengthBytes: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(lengthBytes);
  new Prng(seed).fill(bytes);
  return bytes;
}

/** Byte for byte; names the first difference. */
export function expectBytes(actual: Uint8Array | null | undefined, expected: Uint8Array): void {
  expect(actual?.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    if (actual?.[i] !== expected[i]) throw new Error(`byte ${i} is ${actual?.[i]}, expected ${expected[i]}`);
  }
}

/** The `DiskError` that `work` fails with, of the given code. */
export async function failure(code: ErrorCode, work: () => unknown): Promise<DiskError> {
  let error: unknown;
  try {
    await work();
  } catch (thrown) {
    error = thrown;
  }
  if (!(error instanceof DiskError)) throw new Error(`expected a DiskError '${code}', got ${String(error)}`);
  expect(error.code, error.message).toBe(code);
  expect(error.problem.meaning).toBeTruthy();
  expect(error.problem.remedy).toBeTruthy();
  return error;
}

export interface StorageUnderTest {
  /** Opens a fresh file of that name that holds `bytes`. */
  readonly make: (name: string, bytes: Uint8Array<ArrayBuffer>) => Promise<RandomAccessFile>;
  readonly access: RandomAccessFile['access'];
  readonly durable: boolean;
  /** Whether `readNow` must be there. */
  readonly readsNow: boolean;
  readonly cleanUp?: () => Promise<void>;
}

async function readBytes(file: RandomAccessFile, offset: number, lengthBytes: number): Promise<Uint8Array> {
  const target = new Uint8Array(lengthBytes);
  await file.read(offset, target);
  return target;
}

const SIZE = 700_001;

export function storageConformance(title: string, storage: StorageUnderTest): void {
  describe(`${title} as a RandomAccessFile`, () => {
    const open: RandomAccessFile[] = [];
    const make = async (name: string, bytes: Uint8Array<ArrayBuffer>) => {
      const file = await storage.make(name, bytes);
      open.push(file);
      return file;
    };
    afterEach(async () => {
      for (const file of open.splice(0)) await file.close();
      await storage.cleanUp?.();
    });

    it('says its name, size, access and durability', async () => {
      const file = await make('Disk — 1 é.vhd', randomBytes(SIZE, 1));
      expect(file.name).toBe('Disk — 1 é.vhd');
      expect(file.sizeBytes).toBe(SIZE);
      expect(file.access).toBe(storage.access);
      expect(file.durable).toBe(storage.durable);
      expect(file.readThroughBytes).toBeGreaterThanOrEqual(0);
      expect(Boolean(file.readNow)).toBe(storage.readsNow);
    });

    it('reads exactly the bytes asked for, into views that stand anywhere', async () => {
      const bytes = randomBytes(SIZE, 2);
      const file = await make('a.vhd', bytes);
      const prng = new Prng(22);
      for (let i = 0; i < 200; i++) {
        const offset = prng.below(SIZE);
        const length = Math.min(SIZE - offset, prng.below(i % 10 === 0 ? SIZE : 5000));
        const around = new Uint8Array(length + 20).fill(0xaa);
        await file.read(offset, around.subarray(10, 10 + length));
        expectBytes(around.subarray(10, 10 + length), bytes.subarray(offset, offset + length));
        expect([around[9], around[10 + length]]).toEqual([0xaa, 0xaa]);
      }
    });

    it('reads to the last byte', async () => {
      const bytes = randomBytes(SIZE, 3);
      const file = await make('a.vhd', bytes);
      expectBytes(await readBytes(file, SIZE - 1, 1), bytes.subarray(SIZE - 1));
      expectBytes(await readBytes(file, SIZE - 512, 512), bytes.subarray(SIZE - 512));
      expectBytes(await readBytes(file, 0, SIZE), bytes);
    });

    it("fails with 'truncated' past the end, and names file and offset", async () => {
      const file = await make('short.vhd', randomBytes(1000, 4));
      for (const [offset, length] of [
        [999, 2],
        [1000, 1],
        [2 ** 41, 512],
        [0, 1001],
      ] as const) {
        const error = await failure('truncated', () => file.read(offset, new Uint8Array(length)));
        expect(error.problem.where).toEqual({ file: 'short.vhd', offset, lengthBytes: length });
        expect(error.message).toContain('short.vhd');
        await failure('truncated', () =>
          file.readMany([
            { offset: 0, target: new Uint8Array(10) },
            { offset, target: new Uint8Array(length) },
          ]),
        );
      }
    });

    it('takes reads of no bytes anywhere inside the file, its end included', async () => {
      const file = await make('a.vhd', randomBytes(1000, 5));
      await file.read(0, new Uint8Array(0));
      await file.read(1000, new Uint8Array(0));
      await file.readMany([]);
      await file.readMany([{ offset: 500, target: new Uint8Array(0) }]);
      await failure('truncated', () => file.read(1001, new Uint8Array(0)));
    });

    it('opens an empty file', async () => {
      const file = await make('empty.vhd', new Uint8Array(0));
      expect(file.sizeBytes).toBe(0);
      await failure('truncated', () => file.read(0, new Uint8Array(1)));
    });

    it('answers many requests at once: unordered, overlapping, touching, far apart', async () => {
      const size = 3_000_000;
      const bytes = randomBytes(size, 6);
      const file = await make('a.vhd', bytes);
      const prng = new Prng(66);
      for (let round = 0; round < 10; round++) {
        const requests = Array.from({ length: 1 + prng.below(60) }, () => {
          const offset = prng.below(size);
          return { offset, target: new Uint8Array(Math.min(size - offset, prng.below(40_000))) };
        });
        requests.push({ offset: 0, target: new Uint8Array(size) });
        requests.push(
          { offset: 1000, target: new Uint8Array(500) },
          { offset: 1500, target: new Uint8Array(500) },
        );
        await file.readMany(requests);
        for (const { offset, target } of requests) {
          expectBytes(target, bytes.subarray(offset, offset + target.length));
        }
      }
    });

    it('serves reads that run at the same time', async () => {
      const bytes = randomBytes(SIZE, 7);
      const file = await make('a.vhd', bytes);
      const offsets = Array.from({ length: 50 }, (_, i) => i * 13_000);
      const results = await Promise.all(offsets.map((offset) => readBytes(file, offset, 9000)));
      results.forEach((result, i) => {
        const offset = offsets[i] ?? 0;
        expectBytes(result, bytes.subarray(offset, offset + 9000));
      });
    });

    it('fails with bad-request after close, and may be closed twice', async () => {
      const file = await make('a.vhd', randomBytes(1000, 8));
      await file.close();
      const error = await failure('bad-request', () => file.read(0, new Uint8Array(1)));
      expect(error.message).toContain('a.vhd');
      await failure('bad-request', () => file.readMany([{ offset: 0, target: new Uint8Array(1) }]));
      await failure('bad-request', () => file.write(0, new Uint8Array(1)));
      await failure('bad-request', () => file.truncate(0));
      await failure('bad-request', () => file.flush());
      await file.close();
    });

    if (storage.readsNow) {
      it('reads without waiting what it reads with waiting', async () => {
        const bytes = randomBytes(SIZE, 9);
        const file = await make('a.vhd', bytes);
        const target = new Uint8Array(70_000);
        file.readNow?.(333_333, target);
        expectBytes(target, bytes.subarray(333_333, 403_333));
        await failure('truncated', () => file.readNow?.(SIZE, new Uint8Array(1)));
        await file.close();
        await failure('bad-request', () => file.readNow?.(0, new Uint8Array(1)));
      });
    }

    if (storage.access === 'read-only') refusesWrites(make);
    else takesWrites(make);
  });
}

type Make = (name: string, bytes: Uint8Array<ArrayBuffer>) => Promise<RandomAccessFile>;

function refusesWrites(make: Make): void {
  it('refuses writes, and is unchanged by them', async () => {
    const bytes = randomBytes(1000, 10);
    const file = await make('a.vhd', bytes);
    const error = await failure('bad-request', () => file.write(10, new Uint8Array(5)));
    expect(error.problem.where?.file).toBe('a.vhd');
    await failure('bad-request', () => file.truncate(10));
    await file.flush();
    expect(file.sizeBytes).toBe(1000);
    expectBytes(await readBytes(file, 0, 1000), bytes);
  });
}

function takesWrites(make: Make): void {
  it('reads back what was written, and takes it from `source` at the call', async () => {
    const oracle = randomBytes(SIZE, 11);
    const file = await make('a.vhd', oracle.slice());
    const prng = new Prng(111);
    for (let i = 0; i < 100; i++) {
      const offset = prng.below(SIZE);
      const source = randomBytes(Math.min(SIZE - offset, prng.below(20_000)), i);
      await file.write(offset, source);
      oracle.set(source, offset);
      source.fill(0);
    }
    await file.flush();
    expect(file.sizeBytes).toBe(SIZE);
    expectBytes(await readBytes(file, 0, SIZE), oracle);
  });

  it('grows by a write across and behind the end; the gap reads as zeros', async () => {
    const file = await make('a.vhd', randomBytes(1000, 12));
    await file.write(990, new Uint8Array(20).fill(7));
    expect(file.sizeBytes).toBe(1010);
    await file.write(100_000, new Uint8Array([9]));
    expect(file.sizeBytes).toBe(100_001);
    const tail = await readBytes(file, 1000, 99_001);
    expect([...tail.subarray(0, 11), tail.at(-1)]).toEqual([...new Uint8Array(10).fill(7), 0, 9]);
    expect(tail.subarray(10, -1).every((byte) => byte === 0)).toBe(true);
    await file.write(200_000, new Uint8Array(0));
    expect(file.sizeBytes).toBe(100_001);
  });

  it('is cut and grown by truncate; what was cut off reads as zeros when it grows again', async () => {
    const bytes = randomBytes(100_000, 13);
    const file = await make('a.vhd', bytes);
    await file.truncate(30_001);
    expect(file.sizeBytes).toBe(30_001);
    await failure('truncated', () => file.read(30_000, new Uint8Array(2)));
    await file.truncate(90_000);
    expect(file.sizeBytes).toBe(90_000);
    expectBytes(await readBytes(file, 0, 30_001), bytes.subarray(0, 30_001));
    expect((await readBytes(file, 30_001, 59_999)).every((byte) => byte === 0)).toBe(true);
    await file.truncate(0);
    expect(file.sizeBytes).toBe(0);
  });
}

export interface FolderUnderTest {
  /** An empty folder. */
  readonly make: () => Promise<DiskFolder>;
  /** What it says of names that lead into other folders. */
  readonly otherFolders?: ErrorCode;
  readonly cleanUp?: () => Promise<void>;
}

export function folderConformance(
  title: string,
  { make, cleanUp, otherFolders = 'bad-request' }: FolderUnderTest,
): void {
  describe(`${title} as a DiskFolder`, () => {
    afterEach(async () => cleanUp?.());

    const put = async (folder: DiskFolder, name: string, bytes: Uint8Array) => {
      const file = await folder.create(name);
      await file.write(0, bytes);
      await file.flush();
      await file.close();
    };
    const bytesOf = async (folder: DiskFolder, name: string) => {
      const file = await folder.open(name, 'read-only');
      const bytes = await readBytes(file, 0, file.sizeBytes);
      await file.close();
      return bytes;
    };

    it('lists what was made, by name', async () => {
      const folder = await make();
      expect(await folder.list()).toEqual([]);
      await put(folder, 'b é.vhd', randomBytes(1234, 1));
      await put(folder, 'a.avhd', randomBytes(5, 2));
      const list = await folder.list();
      expect(list.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
        ['a.avhd', 5],
        ['b é.vhd', 1234],
      ]);
    });

    it('opens again what was written', async () => {
      const folder = await make();
      const bytes = randomBytes(50_000, 3);
      await put(folder, 'a.vhd', bytes);
      expectBytes(await bytesOf(folder, 'a.vhd'), bytes);
      const file = await folder.open('a.vhd', 'read-write');
      expect(file.access).toBe('read-write');
      await file.write(10, new Uint8Array([1, 2, 3]));
      await file.close();
      bytes.set([1, 2, 3], 10);
      expectBytes(await bytesOf(folder, 'a.vhd'), bytes);
    });

    it('lets a file be read from two sides at once', async () => {
      const folder = await make();
      await put(folder, 'a.vhd', randomBytes(1000, 4));
      const [first, second] = await Promise.all([
        folder.open('a.vhd', 'read-only'),
        folder.open('a.vhd', 'read-only'),
      ]);
      await first.close();
      expectBytes(await readBytes(second, 0, 1000), randomBytes(1000, 4));
      await second.close();
    });

    it("names a missing file 'vanished' and a taken name 'busy'", async () => {
      const folder = await make();
      const error = await failure('vanished', () => folder.open('nowhere.vhd', 'read-only'));
      expect(error.message).toContain('nowhere.vhd');
      await failure('vanished', () => folder.open('nowhere.vhd', 'read-write'));
      await failure('vanished', () => folder.remove('nowhere.vhd'));
      await failure('vanished', () => folder.rename('nowhere.vhd', 'b.vhd'));
      await put(folder, 'a.vhd', randomBytes(10, 5));
      await failure('busy', () => folder.create('a.vhd'));
      expect((await bytesOf(folder, 'a.vhd')).length).toBe(10);
    });

    it('renames, over an older file where there is one', async () => {
      const folder = await make();
      await put(folder, 'a.vhd', randomBytes(10, 6));
      await folder.rename('a.vhd', 'b.vhd');
      await put(folder, 'a.vhd', randomBytes(20, 7));
      await folder.rename('a.vhd', 'b.vhd');
      expect((await folder.list()).map(({ name }) => name)).toEqual(['b.vhd']);
      expectBytes(await bytesOf(folder, 'b.vhd'), randomBytes(20, 7));
    });

    it('removes', async () => {
      const folder = await make();
      await put(folder, 'a.vhd', randomBytes(10, 8));
      await folder.remove('a.vhd');
      expect(await folder.list()).toEqual([]);
    });

    it('refuses names that are none', async () => {
      const folder = await make();
      const refuses = async (code: ErrorCode, name: string) => {
        await failure(code, () => folder.create(name));
        await failure(code, () => folder.open(name, 'read-only'));
        await failure(code, () => folder.remove(name));
        await failure(code, () => folder.rename('a.vhd', name));
      };
      for (const name of ['', '.', '..', 'a\\b.vhd']) await refuses('bad-request', name);
      for (const name of ['a/b.vhd', '../a.vhd']) await refuses(otherFolders, name);
    });
  });
}

export interface SinkUnderTest {
  readonly make: (name: string) => Promise<FileSink>;
  /** The bytes of the file of that name, null where there is none. */
  readonly bytes: (name: string) => Promise<Uint8Array | null>;
  readonly cleanUp?: () => Promise<void>;
}

export function sinkConformance(title: string, { make, bytes, cleanUp }: SinkUnderTest): void {
  describe(`${title} as a FileSink`, () => {
    afterEach(async () => cleanUp?.());

    it('publishes what was written, in any order, with holes, at close and not before', async () => {
      const oracle = new Uint8Array(6_000_000);
      const sink = await make('out.vhd');
      expect(sink.name).toBe('out.vhd');
      await sink.truncate(oracle.length);
      const prng = new Prng(31);
      for (let i = 0; i < 60; i++) {
        const offset = i % 3 === 0 ? prng.below(5_000_000) : (i % 7) * 800_000;
        const source = randomBytes(1 + prng.below(i % 9 === 0 ? 900_000 : 4000), i);
        await sink.write(offset, source);
        oracle.set(source, offset);
        source.fill(0xee);
      }
      expect((await bytes('out.vhd'))?.length ?? 0).toBe(0);
      await sink.close();
      expectBytes(await bytes('out.vhd'), oracle);
    });

    it('joins small writes that follow one another', async () => {
      const oracle = randomBytes(300_000, 32);
      const sink = await make('out.vhd');
      for (let at = 0; at < oracle.length; at += 1000) await sink.write(at, oracle.subarray(at, at + 1000));
      await sink.close();
      expectBytes(await bytes('out.vhd'), oracle);
    });

    it('is cut by truncate', async () => {
      const sink = await make('out.vhd');
      await sink.write(0, randomBytes(5000, 33));
      await sink.truncate(1234);
      await sink.close();
      expectBytes(await bytes('out.vhd'), randomBytes(5000, 33).subarray(0, 1234));
    });

    it('makes an empty file', async () => {
      await (await make('out.vhd')).close();
      expect((await bytes('out.vhd'))?.length).toBe(0);
    });

    it('leaves nothing behind after abort', async () => {
      const sink = await make('out.vhd');
      await sink.write(0, randomBytes(3_000_000, 34));
      await sink.abort();
      expect(await bytes('out.vhd')).toBe(null);
      expect(await bytes('out.vhd.part')).toBe(null);
    });

    it('replaces a file of the same name at close, and leaves it as it was after abort', async () => {
      const first = await make('out.vhd');
      await first.write(0, randomBytes(1000, 35));
      await first.close();
      const given = await make('out.vhd');
      await given.write(0, randomBytes(10, 36));
      await given.abort();
      expectBytes(await bytes('out.vhd'), randomBytes(1000, 35));
      const second = await make('out.vhd');
      await second.write(0, randomBytes(10, 37));
      await second.close();
      expectBytes(await bytes('out.vhd'), randomBytes(10, 37));
    });
  });
}
