import { describe, expect, it } from 'vitest';
import { MIB } from '../../../../src/base/units.ts';
import { DRIVES } from '../../../../src/lab/drive/driveModel.ts';
import { LabDrive } from '../../../../src/lab/drive/labDrive.ts';
import { memoryTree } from '../../../../src/lab/drive/labFolders.ts';
import { SNAPSHOT_FOLDER, VHD_FOLDER } from '../../../../src/lab/machine/machine.ts';
import type { DiskFolder } from '../../../../src/storage/diskFolder.ts';
import { FolderTree } from '../../../../src/storage/folderTree.ts';
import { MemoryFile } from '../../../../src/storage/memoryFile.ts';
import { MemoryFolder } from '../../../../src/storage/memoryFolder.ts';
import { expectBytes, failure, randomBytes } from '../../../support/storageConformance.ts';

const [BASE, CHILD] = [`${VHD_FOLDER}/a.vhd`, `${SNAPSHOT_FOLDER}/b.avhd`];

async function bytesOf(folder: DiskFolder, name: string): Promise<Uint8Array> {
  const file = await folder.open(name, 'read-only');
  const bytes = new Uint8Array(file.sizeBytes);
  await file.read(0, bytes);
  await file.close();
  return bytes;
}

async function scene() {
  const drive = new LabDrive(memoryTree(), DRIVES.disk);
  const base = await drive.create(BASE);
  await base.write(0, randomBytes(3 * MIB, 1));
  await base.flush();
  const child = await drive.create(CHILD);
  await child.write(0, randomBytes(2000, 2));
  return { drive, base, child };
}

describe('a snapshot of the drive', () => {
  it('stays as it was, and so does the drive, whichever is written to', async () => {
    const { drive, base } = await scene();
    const kept = drive.snapshot();
    const [one, two] = [LabDrive.restore(kept, DRIVES.disk), LabDrive.restore(kept, DRIVES.disk)];
    await base.write(MIB, randomBytes(100, 3));
    const file = await one.open(BASE, 'read-write');
    await file.write(0, randomBytes(100, 4));
    await file.truncate(2 * MIB);
    await one.remove(CHILD);
    const expected = randomBytes(3 * MIB, 1);
    for (const drive of [two, LabDrive.restore(kept, DRIVES.disk)]) {
      expectBytes(await bytesOf(drive, BASE), expected);
      expectBytes(await bytesOf(drive, CHILD), randomBytes(2000, 2));
      expect(await drive.usedBytes()).toBe(3 * MIB + 2000);
    }
    expected.set(randomBytes(100, 3), MIB);
    expectBytes(await bytesOf(drive, BASE), expected);
  });

  it('loses the same writes when the plug is pulled as the drive does', async () => {
    const results = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const { drive, base } = await scene();
      await base.write(1000, randomBytes(3000, 5));
      const copy = LabDrive.restore(drive.snapshot(), DRIVES.disk);
      const left: Uint8Array[][] = [];
      for (const one of [drive, copy]) {
        await one.cutPower(seed);
        one.powerOn();
        left.push([(await bytesOf(one, BASE)).subarray(0, 5000), await bytesOf(one, CHILD)]);
      }
      expect(left[1]?.map(String)).toEqual(left[0]?.map(String));
      results.add(String(left[0]));
    }
    expect(results.size).toBeGreaterThan(5);
  });

  it('has what the requests cost, and where the last one ended', async () => {
    const { drive, child } = await scene();
    drive.takeBusyUs();
    await child.read(0, new Uint8Array(1000));
    const copy = LabDrive.restore(drive.snapshot(), DRIVES.disk);
    expect(copy.use).toEqual(drive.use);
    const again = await copy.open(CHILD, 'read-only');
    for (const file of [child, again]) await file.read(1000, new Uint8Array(1000));
    expect(copy.use).toEqual(drive.use);
    const busy = copy.takeBusyUs();
    expect(busy).toBe(drive.takeBusyUs());
    // Two requests of 1000 bytes: one seek, for the second begins where the first ended.
    expect(busy).toBe(Math.floor(2 * 50 + 8300 + 2000 / 160));
  });

  it('has lost files, mounted ones, the limit and whether there is power', async () => {
    const { drive } = await scene();
    drive.mount(`${VHD_FOLDER}/own.vhd`, MemoryFile.of('own.vhd', randomBytes(10, 6)));
    drive.lose(CHILD);
    drive.sizeLimitBytes = 4 * MIB;
    const on = LabDrive.restore(drive.snapshot(), DRIVES.ssd);
    expect([...on.lost]).toEqual([CHILD]);
    expect((await on.list()).map(({ name }) => name)).toEqual([BASE, `${VHD_FOLDER}/own.vhd`]);
    expect([on.sizeLimitBytes, await on.usedBytes(), on.model]).toEqual([4 * MIB, 3 * MIB, DRIVES.ssd]);
    expectBytes(await bytesOf(on, `${VHD_FOLDER}/own.vhd`), randomBytes(10, 6));
    on.putBack(CHILD);
    expectBytes(await bytesOf(on, CHILD), randomBytes(2000, 2));
    await drive.cutPower(1);
    const off = LabDrive.restore(drive.snapshot(), DRIVES.ssd);
    expect(off.isOn).toBe(false);
    await failure('io', () => off.list());
    off.powerOn();
    expect((await off.list()).length).toBe(2);
  });

  it('is made of flat folders and of trees with a root, and of nothing but memory', async () => {
    for (const folder of [
      new MemoryFolder(),
      new FolderTree({ '': new MemoryFolder(), x: new MemoryFolder() }),
    ]) {
      const drive = new LabDrive(folder, DRIVES.ssd);
      await (await drive.create('a.vhd')).write(0, randomBytes(10, 7));
      const copy = LabDrive.restore(drive.snapshot(), DRIVES.ssd);
      expectBytes(await bytesOf(copy, 'a.vhd'), randomBytes(10, 7));
      expect(copy.home('b.vhd').name).toBe('b.vhd');
    }
    const memory = new MemoryFolder();
    const other: DiskFolder = {
      list: () => memory.list(),
      open: (name, access) => memory.open(name, access),
      create: (name) => memory.create(name),
      rename: (source, target) => memory.rename(source, target),
      remove: (name) => memory.remove(name),
    };
    for (const folder of [other, new FolderTree({ x: other })]) {
      await failure('bad-request', async () => new LabDrive(folder, DRIVES.ssd).snapshot());
    }
  });
});

describe('a drive over storage that is not memory', () => {
  it('knows its files after the first call, and works like one over memory', async () => {
    const memory = new MemoryFolder();
    memory.put('a.vhd', randomBytes(500, 8));
    // Asks nothing that memory has and others have not.
    const folder: DiskFolder = {
      list: () => memory.list(),
      open: async (name, access) => {
        const file = await memory.open(name, access);
        return {
          name,
          access,
          get sizeBytes() {
            return file.sizeBytes;
          },
          durable: true,
          readThroughBytes: 0,
          read: (offset, target) => file.read(offset, target),
          readMany: (requests) => file.readMany(requests),
          write: (offset, source) => file.write(offset, source),
          truncate: (sizeBytes) => file.truncate(sizeBytes),
          flush: () => file.flush(),
          close: () => file.close(),
        };
      },
      create: (name) => memory.create(name),
      rename: (source, target) => memory.rename(source, target),
      remove: (name) => memory.remove(name),
    };
    const drive = new LabDrive(folder, DRIVES.ssd);
    expect(await drive.usedBytes()).toBe(500);
    expect(drive.sizeOf('a.vhd')).toBe(500);
    const file = await drive.open('a.vhd', 'read-write');
    expect(file.readNow).toBeUndefined();
    await file.write(400, randomBytes(200, 9));
    const target = new Uint8Array(200);
    await file.readMany([{ offset: 400, target }]);
    expectBytes(target, randomBytes(200, 9));
    await file.flush();
    await file.write(0, randomBytes(600, 10));
    await drive.cutPower(4);
    expect(memory.bytes('a.vhd').length).toBe(600);
    expect([drive.use.reads, drive.use.writes, drive.use.flushes]).toEqual([1, 2, 1]);
  });
});
