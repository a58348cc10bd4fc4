import { describe, expect, it } from 'vitest';
import { DRIVES } from '../../../../src/lab/drive/driveModel.ts';
import { LabDrive } from '../../../../src/lab/drive/labDrive.ts';
import { memoryTree } from '../../../../src/lab/drive/labFolders.ts';
import { SNAPSHOT_FOLDER, VHD_FOLDER } from '../../../../src/lab/machine/machine.ts';
import { homeOf } from '../../../../src/storage/diskFolder.ts';
import { FolderTree } from '../../../../src/storage/folderTree.ts';
import { MemoryFile } from '../../../../src/storage/memoryFile.ts';
import { MemoryFolder } from '../../../../src/storage/memoryFolder.ts';
import { LockingFolder } from '../../../support/lockingFolder.ts';
import {
  expectBytes,
  failure,
  folderConformance,
  randomBytes,
  storageConformance,
} from '../../../support/storageConformance.ts';

const driveOf = (files: Readonly<Record<string, Uint8Array>> = {}) => {
  const folder = new MemoryFolder();
  for (const [name, bytes] of Object.entries(files)) folder.put(name, bytes);
  return { folder, drive: new LabDrive(folder, DRIVES.ssd) };
};

for (const access of ['read-write', 'read-only'] as const) {
  storageConformance(`A file of the lab's drive, ${access}`, {
    make: async (name, bytes) => driveOf({ [name]: bytes }).drive.open(name, access),
    access,
    durable: true,
    readsNow: true,
  });
}

storageConformance("A file of the lab's drive that was written there", {
  make: async (name, bytes) => {
    const file = await driveOf().drive.create(name);
    await file.write(0, bytes);
    return file;
  },
  access: 'read-write',
  durable: true,
  readsNow: true,
});

folderConformance("The lab's drive", { make: async () => driveOf().drive });
folderConformance("The lab's drive over folders that lock their files", {
  make: async () => new LabDrive(new LockingFolder(), DRIVES.ssd),
});
folderConformance("A home on the lab's drive", {
  make: async () => homeOf(new LabDrive(memoryTree(), DRIVES.ssd), `${SNAPSHOT_FOLDER}/any`).folder,
});

describe('files of the drive', () => {
  it('show in every open file what is written through one, sizes too, before it is flushed', async () => {
    const { drive } = driveOf();
    const writer = await drive.create('a.vhd');
    const [reader, second] = [
      await drive.open('a.vhd', 'read-only'),
      await drive.open('a.vhd', 'read-write'),
    ];
    await writer.write(0, randomBytes(1000, 1));
    await second.write(990, randomBytes(30, 2));
    const target = new Uint8Array(1020);
    reader.readNow?.(0, target);
    const expected = new Uint8Array(1020);
    expected.set(randomBytes(1000, 1));
    expected.set(randomBytes(30, 2), 990);
    expectBytes(target, expected);
    expect([reader.sizeBytes, writer.sizeBytes, drive.sizeOf('a.vhd')]).toEqual([1020, 1020, 1020]);
    expect((await drive.list())[0]?.sizeBytes).toBe(1020);
  });

  it('are opened once below, for a reader and a writer at once, and closed with the last of them', async () => {
    const folder = new LockingFolder();
    const drive = new LabDrive(folder, DRIVES.ssd);
    const first = await drive.create('a.vhd');
    const [second, third] = await Promise.all([
      drive.open('a.vhd', 'read-only'),
      drive.open('a.vhd', 'read-write'),
    ]);
    await failure('busy', () => folder.open('a.vhd', 'read-only'));
    await first.close();
    await first.close();
    await third.write(0, randomBytes(10, 3));
    await second.close();
    await failure('busy', () => folder.open('a.vhd', 'read-only'));
    await third.close();
    await (await folder.open('a.vhd', 'read-write')).close();
  });

  it('are neither renamed, replaced nor removed while they are open', async () => {
    const { drive } = driveOf({ 'a.vhd': randomBytes(10, 4), 'b.vhd': randomBytes(20, 5) });
    const file = await drive.open('a.vhd', 'read-only');
    await failure('busy', () => drive.remove('a.vhd'));
    await failure('busy', () => drive.rename('a.vhd', 'c.vhd'));
    await failure('busy', () => drive.rename('b.vhd', 'a.vhd'));
    await file.close();
    await drive.rename('b.vhd', 'a.vhd');
    expect((await drive.list()).map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([['a.vhd', 20]]);
  });

  it('are found where somebody put them into the folder below', async () => {
    const { drive, folder } = driveOf();
    folder.put('late.vhd', randomBytes(100, 6));
    expect((await drive.open('late.vhd', 'read-only')).sizeBytes).toBe(100);
    expect([await drive.usedBytes(), drive.sizeOf('late.vhd')]).toEqual([100, 100]);
  });

  it('have homes whose lists hold nothing of other folders', async () => {
    const drive = new LabDrive(memoryTree(), DRIVES.ssd);
    for (const name of [`${VHD_FOLDER}/a.vhd`, `${SNAPSHOT_FOLDER}/b.avhd`])
      await (await drive.create(name)).close();
    const { folder, name } = drive.home(`${SNAPSHOT_FOLDER}/b.avhd`);
    expect(name).toBe('b.avhd');
    expect((await folder.list()).map((entry) => entry.name)).toEqual(['b.avhd']);
    await failure('bad-request', async () => drive.home('Elsewhere/b.avhd'));
    const flat = new LabDrive(new FolderTree({ '': new MemoryFolder(), x: new MemoryFolder() }), DRIVES.ssd);
    for (const file of ['a.vhd', 'x/b.vhd']) await flat.create(file);
    expect((await flat.home('a.vhd').folder.list()).map((entry) => entry.name)).toEqual(['a.vhd']);
  });
});

describe('a drive of limited size', () => {
  it('refuses what makes files larger than it, and writes nothing of it', async () => {
    const { drive } = driveOf({ 'a.vhd': randomBytes(1000, 7) });
    drive.sizeLimitBytes = 1500;
    const file = await drive.open('a.vhd', 'read-write');
    const other = await drive.create('b.vhd');
    await other.write(0, new Uint8Array(400));
    const error = await failure('no-space', () => file.write(990, new Uint8Array(111)));
    expect(error.message).toContain('100 bytes left');
    expect(error.problem.where).toEqual({ file: 'a.vhd', offset: 990, lengthBytes: 111 });
    await failure('no-space', () => file.truncate(1101));
    await failure('no-space', () => file.write(5000, new Uint8Array(1)));
    const bytes = new Uint8Array(1000);
    await file.read(0, bytes);
    expectBytes(bytes, randomBytes(1000, 7));
    expect([file.sizeBytes, await drive.usedBytes()]).toEqual([1000, 1400]);
    await file.write(990, new Uint8Array(110));
    expect(await drive.usedBytes()).toBe(1500);
    await file.write(0, new Uint8Array(1100));
    await failure('no-space', () => other.write(400, new Uint8Array(1)));
  });

  it('has room again for what was cut off, removed, replaced or taken away', async () => {
    const { drive } = driveOf({
      'a.vhd': new Uint8Array(600),
      'b.vhd': new Uint8Array(300),
      'c.vhd': new Uint8Array(50),
    });
    const used = async () => [await drive.usedBytes(), drive.freeBytes];
    drive.sizeLimitBytes = 1000;
    expect(await used()).toEqual([950, 50]);
    const file = await drive.open('a.vhd', 'read-write');
    await file.truncate(100);
    await file.close();
    expect(await used()).toEqual([450, 550]);
    await drive.remove('b.vhd');
    expect(await used()).toEqual([150, 850]);
    await drive.rename('a.vhd', 'c.vhd');
    expect(await used()).toEqual([100, 900]);
    drive.lose('c.vhd');
    expect(await used()).toEqual([0, 1000]);
    drive.putBack('c.vhd');
    expect(await used()).toEqual([100, 900]);
  });

  it('that is smaller than its files takes what makes them no larger', async () => {
    const { drive } = driveOf({ 'a.vhd': new Uint8Array(1000) });
    drive.sizeLimitBytes = 10;
    const file = await drive.open('a.vhd', 'read-write');
    await file.write(0, new Uint8Array(1000));
    await failure('no-space', () => file.write(999, new Uint8Array(2)));
    await file.truncate(999);
    await failure('no-space', () => file.truncate(1000));
  });
});

describe('a lost file', () => {
  it('is not there, also for those who have it open, until it is put back', async () => {
    const { drive } = driveOf({ 'a.vhd': randomBytes(100, 8), 'b.vhd': randomBytes(10, 9) });
    const file = await drive.open('a.vhd', 'read-write');
    drive.lose('a.vhd');
    expect([...drive.lost]).toEqual(['a.vhd']);
    expect((await drive.list()).map(({ name }) => name)).toEqual(['b.vhd']);
    expect(drive.sizeOf('a.vhd')).toBeNull();
    for (const work of [
      () => file.read(0, new Uint8Array(1)),
      () => file.readNow?.(0, new Uint8Array(1)),
      () => file.readMany([{ offset: 0, target: new Uint8Array(1) }]),
      () => file.write(0, new Uint8Array(1)),
      () => file.truncate(0),
      () => file.flush(),
      () => drive.open('a.vhd', 'read-only'),
      () => drive.remove('a.vhd'),
      () => drive.rename('a.vhd', 'c.vhd'),
      () => drive.alter('a.vhd', 0, new Uint8Array(1)),
      () => drive.lose('a.vhd'),
      () => drive.lose('nowhere.vhd'),
      () => drive.putBack('b.vhd'),
    ])
      await failure('vanished', work);
    drive.putBack('a.vhd');
    const target = new Uint8Array(100);
    await file.read(0, target);
    expectBytes(target, randomBytes(100, 8));
  });

  it('cannot come back once another has its name', async () => {
    const { drive, folder } = driveOf({ 'a.vhd': randomBytes(100, 10), 'b.vhd': randomBytes(10, 11) });
    const old = await drive.open('a.vhd', 'read-only');
    drive.lose('a.vhd');
    const made = await drive.create('a.vhd');
    await made.write(0, randomBytes(5, 12));
    expect(drive.lost.size).toBe(0);
    await failure('vanished', () => old.read(0, new Uint8Array(1)));
    await old.close();
    await made.write(0, randomBytes(5, 12));
    await made.close();
    drive.lose('a.vhd');
    await drive.rename('b.vhd', 'a.vhd');
    expect([...drive.lost]).toEqual([]);
    expectBytes(folder.bytes('a.vhd'), randomBytes(10, 11));
    expect(await drive.usedBytes()).toBe(10);
  });
});

describe('a file that is mounted', () => {
  it('is listed and read, not written, renamed, replaced or removed, and takes no room', async () => {
    const { drive } = driveOf({ 'a.vhd': new Uint8Array(10) });
    drive.mount('base.vhd', MemoryFile.of('any name', randomBytes(1000, 13)));
    expect((await drive.list()).map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
      ['a.vhd', 10],
      ['base.vhd', 1000],
    ]);
    for (let round = 0; round < 2; round++) {
      const file = await drive.open('base.vhd', 'read-only');
      expect([file.name, file.sizeBytes, file.access]).toEqual(['base.vhd', 1000, 'read-only']);
      const target = new Uint8Array(1000);
      await file.read(0, target);
      expectBytes(target, randomBytes(1000, 13));
      await failure('bad-request', () => file.write(0, new Uint8Array(1)));
      await file.close();
    }
    expect([await drive.usedBytes(), drive.use.readBytes]).toEqual([10, 2000]);
    for (const work of [
      () => drive.open('base.vhd', 'read-write'),
      () => drive.rename('base.vhd', 'c.vhd'),
      () => drive.rename('a.vhd', 'base.vhd'),
      () => drive.remove('base.vhd'),
      () => drive.alter('base.vhd', 0, new Uint8Array(1)),
    ])
      await failure('permission', work);
    await failure('busy', () => drive.create('base.vhd'));
    await failure('busy', () => drive.mount('a.vhd', new MemoryFile('x')));
    drive.lose('base.vhd');
    await failure('vanished', () => drive.open('base.vhd', 'read-only'));
    await failure('permission', () => drive.create('base.vhd'));
    drive.putBack('base.vhd');
    await drive.cutPower(1);
    drive.powerOn();
    await (await drive.open('base.vhd', 'read-only')).read(0, new Uint8Array(1000));
  });

  it('lies beside others in its home, also in a folder that the drive has not', async () => {
    const drive = new LabDrive(memoryTree(), DRIVES.ssd);
    drive.mount('Foundation/base.vhd', MemoryFile.of('base.vhd', randomBytes(10, 14)));
    const { folder, name } = drive.home('Foundation/base.vhd');
    expect([name, (await folder.list()).map((entry) => entry.name)]).toEqual(['base.vhd', ['base.vhd']]);
    await (await folder.open(name, 'read-only')).read(0, new Uint8Array(10));
  });
});
