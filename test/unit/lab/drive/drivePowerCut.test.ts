/** Which writes survive when the plug is pulled: `storage/powerCut.ts` is the model, and small cases are tried in full. */
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { MIB } from '../../../../src/base/units.ts';
import { DRIVES } from '../../../../src/lab/drive/driveModel.ts';
import { LabDrive } from '../../../../src/lab/drive/labDrive.ts';
import { UnflushedChanges } from '../../../../src/lab/drive/unflushed.ts';
import { MemoryFile } from '../../../../src/storage/memoryFile.ts';
import { MemoryFolder } from '../../../../src/storage/memoryFolder.ts';
import { decideBySeed, PowerCutFolder } from '../../../../src/storage/powerCut.ts';
import type { RandomAccessFile } from '../../../../src/storage/randomAccessFile.ts';
import { LockingFolder } from '../../../support/lockingFolder.ts';
import { expectBytes, failure, randomBytes } from '../../../support/storageConformance.ts';

/** What the drive's file and the model's file are both asked for. */
type Request =
  | readonly ['write', offset: number, lengthBytes: number]
  | readonly ['truncate', sizeBytes: number]
  | readonly ['flush'];

async function ask(file: RandomAccessFile, requests: readonly Request[]): Promise<void> {
  for (const [i, [what, at = 0, lengthBytes = 0]] of requests.entries()) {
    if (what === 'write') await file.write(at, randomBytes(lengthBytes, i + 1));
    else if (what === 'truncate') await file.truncate(at);
    else await file.flush();
  }
}

const START = randomBytes(3000, 99);

async function driveLeft(requests: readonly Request[], seed: number): Promise<Uint8Array> {
  const folder = new MemoryFolder();
  folder.put('a.vhd', START);
  const drive = new LabDrive(folder, DRIVES.ssd);
  await ask(await drive.open('a.vhd', 'read-write'), requests);
  await drive.cutPower(seed);
  const left = folder.bytes('a.vhd');
  expect(drive.sizeOf('a.vhd')).toBe(left.length);
  expect(await drive.usedBytes()).toBe(left.length);
  return left;
}

async function modelLeft(requests: readonly Request[], seed: number): Promise<Uint8Array> {
  const folder = new PowerCutFolder();
  folder.put('a.vhd', START);
  await ask(await folder.open('a.vhd', 'read-write'), requests);
  return folder.afterCut(decideBySeed(seed, folder.unflushedChanges, false)).bytes('a.vhd');
}

function randomRequests(prng: Prng): Request[] {
  return Array.from({ length: 1 + prng.below(9) }, () => {
    const what = prng.below(10);
    if (what === 0) return ['flush'];
    if (what < 3) return ['truncate', prng.below(6000)];
    return ['write', prng.below(5000), prng.below(what === 3 ? 4000 : 700)];
  });
}

describe('a power cut', () => {
  it('leaves what the model of a drive leaves, for any requests and seed', async () => {
    const results = new Set<string>();
    for (let seed = 0; seed < 400; seed++) {
      const requests = randomRequests(new Prng(seed));
      const left = await driveLeft(requests, seed);
      expectBytes(left, await modelLeft(requests, seed));
      results.add(left.join());
    }
    expect(results.size).toBeGreaterThan(300);
  });

  it('keeps or loses each sector and the growth by itself: every combination, and no other', async () => {
    // Sectors 1 and 2 of four are written over, one is added behind.
    const seen = new Set<string>();
    for (let bits = 0; bits < 16; bits++) {
      const file = new MemoryFile('a.vhd');
      await file.write(0, new Uint8Array(2048).fill(1));
      const changes = new UnflushedChanges();
      const write = async (offset: number, bytes: Uint8Array) => {
        const { sizeBytes: sizeBefore } = file;
        const before = new Uint8Array(Math.max(0, Math.min(bytes.length, sizeBefore - offset)));
        file.readNow(offset, before);
        await file.write(offset, bytes);
        const lengthBytes = bytes.length;
        changes.add({ kind: 'write', offset, lengthBytes, before, sizeBefore, sizeAfter: file.sizeBytes });
      };
      await write(512, new Uint8Array(1024).fill(2));
      await write(2048, new Uint8Array(512).fill(3));
      expect(changes.decisions).toBe(4);
      let asked = 0;
      await changes.settle(file, () => ((bits >> asked++) & 1 ? 'kept' : 'lost'));
      expect([asked, changes.isEmpty]).toEqual([4, true]);
      const left = file.bytes();
      seen.add(Array.from({ length: left.length / 512 }, (_, i) => left[i * 512]).join());
    }
    const expected = new Set<string>();
    for (const second of [1, 2])
      for (const third of [1, 2])
        for (const tail of [[], [0], [3]]) expected.add([1, second, third, 1, ...tail].join());
    expect(seen).toEqual(expected);
  });

  it('loses nothing that was flushed, in no file, whatever the seed', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const folder = new MemoryFolder();
      const drive = new LabDrive(folder, DRIVES.ssd);
      const [a, b] = [await drive.create('a.vhd'), await drive.create('b.vhd')];
      await a.write(0, randomBytes(2000, 1));
      await b.write(0, randomBytes(2000, 2));
      await a.flush();
      await a.close();
      await b.write(100, randomBytes(10, 3));
      await drive.cutPower(seed);
      expectBytes(folder.bytes('a.vhd'), randomBytes(2000, 1));
      expect((await folder.list()).map(({ name }) => name)).toEqual(['a.vhd', 'b.vhd']);
    }
  });

  it('falls on writes of files that were closed, renamed or lost meanwhile too; names last at once', async () => {
    const sizes = new Set<string>();
    for (let seed = 0; seed < 30; seed++) {
      const folder = new LockingFolder();
      const drive = new LabDrive(folder, DRIVES.ssd);
      for (const name of ['a.vhd', 'b.vhd', 'c.vhd']) {
        const file = await drive.create(name);
        await file.write(0, new Uint8Array(512).fill(7));
        await file.close();
      }
      await drive.rename('a.vhd', 'x.vhd');
      drive.lose('b.vhd');
      await drive.remove('c.vhd');
      await drive.cutPower(seed);
      const list = await folder.list();
      expect(list.map(({ name }) => name)).toEqual(['b.vhd', 'x.vhd']);
      expect(await drive.usedBytes()).toBe(list[1]?.sizeBytes);
      drive.powerOn();
      drive.putBack('b.vhd');
      expect(await drive.usedBytes()).toBe((list[0]?.sizeBytes ?? 0) + (list[1]?.sizeBytes ?? 0));
      sizes.add(list.map(({ sizeBytes }) => sizeBytes).join());
    }
    expect([...sizes].sort()).toEqual(['0,0', '0,512', '512,0', '512,512']);
  });

  it('ends every call and every file that is open, and those stay dead when the power is back', async () => {
    const folder = new LockingFolder();
    folder.put('a.vhd', randomBytes(1000, 4));
    const drive = new LabDrive(folder, DRIVES.ssd);
    const files = [await drive.open('a.vhd', 'read-only'), await drive.open('a.vhd', 'read-write')];
    const dead = async () => {
      for (const file of files) {
        for (const work of [
          () => file.read(0, new Uint8Array(1)),
          () => file.readNow?.(0, new Uint8Array(1)),
          () => file.readMany([{ offset: 0, target: new Uint8Array(1) }]),
          () => file.flush(),
          () => file.write(0, new Uint8Array(1)),
          () => file.truncate(0),
        ]) {
          const error = await failure('io', work);
          expect(error.message).toContain('the power is off');
        }
      }
    };
    await drive.cutPower(1);
    expect(drive.isOn).toBe(false);
    await dead();
    for (const work of [
      () => drive.list(),
      () => drive.open('a.vhd', 'read-only'),
      () => drive.open('nowhere.vhd', 'read-only'),
      () => drive.create('b.vhd'),
      () => drive.rename('a.vhd', 'b.vhd'),
      () => drive.remove('a.vhd'),
      () => drive.alter('a.vhd', 0, new Uint8Array(1)),
    ])
      await failure('io', work);
    drive.powerOn();
    expect(drive.isOn).toBe(true);
    await dead();
    for (const file of files) await file.close();
    const again = await drive.open('a.vhd', 'read-write');
    await again.write(0, randomBytes(10, 5));
    await again.close();
    // A file that was dead no longer holds it.
    await drive.rename('a.vhd', 'b.vhd');
    expectBytes(folder.bytes('b.vhd').subarray(0, 10), randomBytes(10, 5));
  });

  it('seeks anew after it', async () => {
    const folder = new MemoryFolder();
    folder.put('a.vhd', new Uint8Array(1000));
    const drive = new LabDrive(folder, DRIVES.ssd);
    await (await drive.open('a.vhd', 'read-only')).read(0, new Uint8Array(500));
    await drive.cutPower(1);
    drive.powerOn();
    await (await drive.open('a.vhd', 'read-only')).read(500, new Uint8Array(500));
    expect(drive.use.seeks).toBe(2);
  });
});

describe('a power cut that was set up', () => {
  it('comes in the place of the change of that number: writes, sizes, flushes and names count, reads do not', async () => {
    const steps = async (drive: LabDrive) => {
      const file = await drive.create('a.vhd');
      await file.write(0, new Uint8Array(512).fill(1));
      await file.flush();
      await file.read(0, new Uint8Array(512));
      await file.truncate(1024);
      await file.close();
      await drive.rename('a.vhd', 'b.vhd');
      await drive.list();
      await drive.remove('b.vhd');
    };
    for (let changes = 0; changes < 6; changes++) {
      const folder = new MemoryFolder();
      const drive = new LabDrive(folder, DRIVES.ssd);
      drive.cutAfter(changes, 1);
      const error = await failure('io', () => steps(drive));
      expect(error.message).toContain('the power is off');
      expect([drive.isOn, drive.isArmed]).toEqual([false, false]);
      const names = [...folder.contents.keys()];
      expect(names).toEqual([[], ['a.vhd'], ['a.vhd'], ['a.vhd'], ['a.vhd'], ['b.vhd']][changes]);
      if (changes > 2)
        expectBytes(folder.bytes(names[0] ?? '').subarray(0, 512), new Uint8Array(512).fill(1));
    }
    const drive = new LabDrive(new MemoryFolder(), DRIVES.ssd);
    drive.cutAfter(6, 1);
    await steps(drive);
    expect([drive.isOn, drive.isArmed]).toEqual([true, true]);
  });
});

describe('what was altered past the cache', () => {
  it('is seen at once, and is still there after a cut, under no write that was lost', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const folder = new MemoryFolder();
      folder.put('a.vhd', new Uint8Array(1536).fill(1));
      const drive = new LabDrive(folder, DRIVES.ssd);
      const file = await drive.open('a.vhd', 'read-write');
      await file.write(512, new Uint8Array(1024).fill(2));
      await drive.alter('a.vhd', 500, new Uint8Array(20).fill(9));
      const seen = new Uint8Array(20);
      await file.read(500, seen);
      expectBytes(seen, new Uint8Array(20).fill(9));
      await drive.cutPower(seed);
      const left = folder.bytes('a.vhd');
      expectBytes(left.subarray(500, 520), new Uint8Array(20).fill(9));
      expect([1, 2]).toContain(left[520]);
      expect([1, 2]).toContain(left[1024]);
    }
  });

  it('lies inside the file, and needs nobody to have it open', async () => {
    const folder = new LockingFolder();
    folder.put('a.vhd', new Uint8Array(100));
    const drive = new LabDrive(folder, DRIVES.ssd);
    await failure('truncated', () => drive.alter('a.vhd', 99, new Uint8Array(2)));
    await drive.alter('a.vhd', 99, new Uint8Array([5]));
    expect(folder.bytes('a.vhd')[99]).toBe(5);
    await drive.remove('a.vhd');
  });
});

describe("the drive's cache", () => {
  it('lets the oldest writes reach the platter when it is full', async () => {
    const folder = new MemoryFolder();
    const drive = new LabDrive(folder, DRIVES.ssd);
    const file = await drive.create('a.vhd');
    for (let i = 0; i < 70; i++) await file.write(i * MIB, new Uint8Array(MIB).fill(i + 1));
    let kept = 0;
    for (let seed = 0; kept === 0 && seed < 20; seed++) {
      const copy = LabDrive.restore(drive.snapshot(), DRIVES.ssd);
      await copy.cutPower(seed);
      copy.powerOn();
      const size = copy.sizeOf('a.vhd') ?? 0;
      // What was first is there, what was last may be gone.
      expect(size).toBeGreaterThanOrEqual(30 * MIB);
      const first = new Uint8Array(MIB);
      await (await copy.open('a.vhd', 'read-only')).read(0, first);
      expectBytes(first, new Uint8Array(MIB).fill(1));
      if (size < 70 * MIB) kept++;
    }
    expect(kept).toBe(1);
  });

  it('does not bring back an end that is too large for it', async () => {
    const folder = new MemoryFolder();
    const drive = new LabDrive(folder, DRIVES.ssd);
    const file = await drive.create('a.vhd');
    await file.truncate(2 ** 40);
    await file.write(2 ** 39, new Uint8Array([1]));
    await file.truncate(1000);
    await drive.cutPower(3);
    expect(drive.sizeOf('a.vhd')).toBe(1000);
  });
});
