/** A live merge over the lab's drive, its files in two folders: journals, relinks, and the plug pulled at every operation. */
import { describe, expect, it } from 'vitest';
import { loadCore } from '../../../../src/core/loadCoreNode.ts';
import { DRIVES } from '../../../../src/lab/drive/driveModel.ts';
import { LabDrive } from '../../../../src/lab/drive/labDrive.ts';
import { memoryTree } from '../../../../src/lab/drive/labFolders.ts';
import { MergeRun } from '../../../../src/merge/mergeRun.ts';
import { type DiskFolder, homeOf } from '../../../../src/storage/diskFolder.ts';
import type { RandomAccessFile } from '../../../../src/storage/randomAccessFile.ts';
import {
  Allowed,
  BASE,
  JOURNAL,
  LEAF,
  MIDDLE,
  mergeWithGuest,
  parentOf,
  putScene,
  readDisk,
  SIBLING,
  startMerge,
  truthOf,
} from '../../../support/driveScene.ts';
import { checkIn, mergeTools, recoverIn } from '../../../support/mergeFolder.ts';
import { expectBytes, failure } from '../../../support/storageConformance.ts';

const module = await loadCore();

async function sceneOnDrive(): Promise<LabDrive> {
  const drive = new LabDrive(memoryTree(), DRIVES.ssd);
  await putScene(drive);
  return drive;
}

const namesIn = async (folder: DiskFolder) => (await folder.list()).map(({ name }) => name);

/** Every disk of the machine reads as it must, and no file has anything wrong. */
async function expectDisks(drive: LabDrive, allowed: Allowed, isMerged: boolean): Promise<void> {
  const below = isMerged ? [BASE] : [MIDDLE, BASE];
  expect(allowed.wrongIn(await readDisk(module, drive, [LEAF, ...below]))).toEqual([]);
  expectBytes(await readDisk(module, drive, [SIBLING, ...below]), truthOf(SIBLING));
  expectBytes(await readDisk(module, drive, below), truthOf(MIDDLE));
  for (const name of [SIBLING, ...below]) expect(await checkIn(module, drive, name)).toEqual([]);
}

/** The folder, with `before` ahead of every change. */
function watched(folder: DiskFolder, before: () => Promise<void>): DiskFolder {
  const fileOf = (file: RandomAccessFile): RandomAccessFile => ({
    name: file.name,
    access: file.access,
    durable: file.durable,
    readThroughBytes: file.readThroughBytes,
    ...(file.readNow ? { readNow: file.readNow } : {}),
    get sizeBytes() {
      return file.sizeBytes;
    },
    read: (offset, target) => file.read(offset, target),
    readMany: (requests) => file.readMany(requests),
    write: async (offset, source) => {
      await before();
      await file.write(offset, source);
    },
    truncate: async (sizeBytes) => {
      await before();
      await file.truncate(sizeBytes);
    },
    flush: async () => {
      await before();
      await file.flush();
    },
    close: () => file.close(),
  });
  return {
    list: () => folder.list(),
    open: async (name, access) => fileOf(await folder.open(name, access)),
    create: async (name) => {
      await before();
      return fileOf(await folder.create(name));
    },
    rename: async (source, target) => {
      await before();
      await folder.rename(source, target);
    },
    remove: async (name) => {
      await before();
      await folder.remove(name);
    },
    home: (name) => {
      const home = homeOf(folder, name);
      return { folder: watched(home.folder, before), name: home.name };
    },
  };
}

describe("a live merge on the lab's drive", () => {
  it('merges, relinks in another folder, and leaves no file of its own', async () => {
    const drive = await sceneOnDrive();
    const allowed = new Allowed(truthOf(LEAF));
    drive.takeBusyUs();
    const merge = await startMerge(drive, module);
    expect(await namesIn(drive)).toContain(JOURNAL);
    await mergeWithGuest(merge, allowed, 1);
    expect(drive.takeBusyUs()).toBeGreaterThan(0);
    await merge.flush();
    allowed.flushed();
    await merge.close();
    expect(await namesIn(drive)).toEqual([LEAF, SIBLING, BASE]);
    await expectDisks(drive, allowed, true);
    for (const child of [LEAF, SIBLING])
      expect(await parentOf(drive, child)).toEqual(['web01.vhd', '..\\Virtual Hard Disks\\web01.vhd']);
    const bytes = (await drive.list()).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    expect(await drive.usedBytes()).toBe(bytes);
  });

  it('is resumed after a power cut in its middle', async () => {
    for (let seed = 0; seed < 8; seed++) {
      const drive = await sceneOnDrive();
      const allowed = new Allowed(truthOf(LEAF));
      const merge = await startMerge(drive, module);
      await mergeWithGuest(merge, allowed, seed, 2);
      expect(merge.progress.state).toBe('copying');
      await drive.cutPower(seed);
      await failure('io', () => merge.step());
      await merge.close();
      drive.powerOn();
      const run = await MergeRun.resume(drive, JOURNAL, { module });
      // What was copied and flushed is not copied again.
      expect(run.nextBlock).toBeGreaterThan(0);
      while (await run.step());
      await run.finish();
      expect(await namesIn(drive)).toEqual([LEAF, SIBLING, BASE]);
      await expectDisks(drive, allowed, true);
    }
  });

  it('loses nothing that was flushed, at whichever of its operations the plug is pulled', async () => {
    let merged = 0;
    let waiting = 0;
    let operations = 0;
    for (let cutAt = 0, isCut = true; isCut; cutAt++) {
      isCut = false;
      const drive = await sceneOnDrive();
      const allowed = new Allowed(truthOf(LEAF));
      let left = cutAt;
      const before = async () => {
        if (left-- !== 0) return;
        isCut = true;
        await drive.cutPower(cutAt);
      };
      try {
        const merge = await startMerge(watched(drive, before), module);
        await mergeWithGuest(merge, allowed, 3);
        await merge.close();
      } catch (error) {
        if (!isCut) throw error;
      }
      if (!isCut) break;
      operations++;
      drive.powerOn();
      const found = await recoverIn(drive, { ...mergeTools(module), prove: false });
      waiting += found.length;
      const names = await namesIn(drive);
      const isMerged = !names.includes(MIDDLE);
      if (isMerged) merged++;
      expect(names).toEqual(isMerged ? [LEAF, SIBLING, BASE] : [LEAF, MIDDLE, SIBLING, BASE]);
      await expectDisks(drive, allowed, isMerged);
    }
    console.log(`${operations} operations, ${waiting} merges waited, ${merged} ended merged`);
    expect(operations).toBeGreaterThan(60);
    expect(merged).toBeGreaterThan(40);
  });
});
