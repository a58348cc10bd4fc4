import { describe, expect, it } from 'vitest';
import { decideBySeed, type Fate, PowerCutFolder } from '../../../src/storage/powerCut.ts';
import {
  expectBytes,
  failure,
  folderConformance,
  randomBytes,
  storageConformance,
} from '../../support/storageConformance.ts';

storageConformance('A file on a drive with power', {
  make: async (name, bytes) => {
    const folder = new PowerCutFolder();
    folder.put(name, bytes);
    return folder.open(name, 'read-write');
  },
  access: 'read-write',
  durable: true,
  readsNow: true,
});

folderConformance('PowerCutFolder', { make: async () => new PowerCutFolder() });

/** A file of 4 sectors of 1, all flushed, with sectors 1 and 2 overwritten by 2 and one of 3 added behind. */
async function threeUnflushed() {
  const folder = new PowerCutFolder();
  folder.put('a.vhd', new Uint8Array(2048).fill(1));
  const file = await folder.open('a.vhd', 'read-write');
  await file.write(512, new Uint8Array(1024).fill(2));
  await file.write(2048, new Uint8Array(512).fill(3));
  return { folder, file };
}

/** The first byte of each sector. */
const sectors = (bytes: Uint8Array) => Array.from({ length: bytes.length / 512 }, (_, i) => bytes[i * 512]);

/** Every combination of kept and lost for `count` changes. */
function* combinations(count: number): Generator<Fate[]> {
  for (let bits = 0; bits < 2 ** count; bits++) {
    yield Array.from({ length: count }, (_, i) => ((bits >> i) & 1 ? 'kept' : 'lost'));
  }
}

describe('a power cut', () => {
  it('keeps or loses every unflushed sector by itself, the growth of the file too', async () => {
    const { folder } = await threeUnflushed();
    expect(folder.unflushedChanges).toBe(4);
    const seen = new Set<string>();
    for (const fates of combinations(4)) {
      const queue = [...fates];
      seen.add(String(sectors(folder.afterCut(() => queue.shift() ?? 'lost').bytes('a.vhd'))));
    }
    const expected = new Set<string>();
    for (const second of [1, 2]) {
      for (const third of [1, 2])
        for (const tail of [[], [0], [3]]) expected.add(String([1, second, third, 1, ...tail]));
    }
    expect(seen).toEqual(expected);
  });

  it('loses nothing that was flushed, whatever the seed', async () => {
    const { folder, file } = await threeUnflushed();
    await file.flush();
    await file.write(0, new Uint8Array(512).fill(9));
    for (let seed = 0; seed < 50; seed++) {
      const left = folder.afterCut(decideBySeed(seed, folder.unflushedChanges, false)).bytes('a.vhd');
      expect([1, 9]).toContain(left[0]);
      expect(sectors(left).slice(1)).toEqual([2, 2, 1, 3]);
    }
  });

  it('fills the sector in flight with anything, and only that one', async () => {
    const { folder } = await threeUnflushed();
    const whole = await folder.open('a.vhd', 'read-only').then(async (file) => {
      const bytes = new Uint8Array(file.sizeBytes);
      await file.read(0, bytes);
      return bytes;
    });
    const fates: Fate[] = ['kept', 'garbage', 'kept', 'kept'];
    const left = folder.afterCut(() => fates.shift() ?? 'kept').bytes('a.vhd');
    const wrong = sectors(whole).flatMap((_, i) =>
      left.subarray(i * 512, i * 512 + 512).every((byte, j) => byte === whole[i * 512 + j]) ? [] : [i],
    );
    expect(wrong).toEqual([2]);
  });

  it('may leave the older of two unflushed versions of a sector', async () => {
    const folder = new PowerCutFolder();
    folder.put('a.vhd', new Uint8Array(512).fill(1));
    const file = await folder.open('a.vhd', 'read-write');
    await file.write(0, new Uint8Array(512).fill(2));
    await file.write(0, new Uint8Array(512).fill(3));
    const results = [...combinations(2)].map(
      (fates) => folder.afterCut(() => fates.shift() ?? 'lost').bytes('a.vhd')[0],
    );
    expect(results).toEqual([1, 2, 3, 3]);
  });

  it('may bring back what an unflushed truncate cut off', async () => {
    const folder = new PowerCutFolder();
    folder.put('a.vhd', randomBytes(1024, 1));
    const file = await folder.open('a.vhd', 'read-write');
    await file.truncate(512);
    expectBytes(folder.afterCut(() => 'lost').bytes('a.vhd'), randomBytes(1024, 1));
    expectBytes(folder.afterCut(() => 'kept').bytes('a.vhd'), randomBytes(1024, 1).subarray(0, 512));
  });

  it('comes during the operation of a given number: it, and every call after it, fails', async () => {
    for (let cutAt = 0; cutAt < 5; cutAt++) {
      const folder = new PowerCutFolder();
      folder.cutAt = cutAt;
      const steps = async () => {
        const file = await folder.create('a.vhd');
        await file.write(0, new Uint8Array(512).fill(1));
        await file.flush();
        await file.write(512, new Uint8Array(512).fill(2));
        await folder.rename('a.vhd', 'b.vhd');
      };
      const error = await failure('io', steps);
      expect(error.message).toContain('the power is off');
      await failure('io', () => folder.list());
      const left = folder.afterCut(() => 'kept');
      const names = (await left.list()).map(({ name, sizeBytes }) => `${name} ${sizeBytes}`);
      expect(names).toEqual([[], ['a.vhd 512'], ['a.vhd 512'], ['a.vhd 1024'], ['a.vhd 1024']][cutAt]);
      const least = folder.afterCut(() => 'lost');
      const leastNames = (await least.list()).map(({ name, sizeBytes }) => `${name} ${sizeBytes}`);
      expect(leastNames).toEqual([[], ['a.vhd 0'], ['a.vhd 0'], ['a.vhd 512'], ['a.vhd 512']][cutAt]);
    }
  });

  it('falls the same way for the same seed, and otherwise for others', async () => {
    const { folder } = await threeUnflushed();
    const run = (seed: number) =>
      folder
        .afterCut(decideBySeed(seed, folder.unflushedChanges, true))
        .bytes('a.vhd')
        .join();
    for (let seed = 0; seed < 20; seed++) expect(run(seed)).toBe(run(seed));
    expect(new Set(Array.from({ length: 40 }, (_, seed) => run(seed))).size).toBeGreaterThan(5);
  });
});
