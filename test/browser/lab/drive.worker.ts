/** The lab's drive over private storage, which only workers can use, operated from a test in the page. */
import { expose } from 'comlink';
import { type Outcome, toProblem } from '../../../src/base/errors.ts';
import { loadCore } from '../../../src/core/loadCore.ts';
import { DRIVES } from '../../../src/lab/drive/driveModel.ts';
import { LabDrive } from '../../../src/lab/drive/labDrive.ts';
import { opfsTree } from '../../../src/lab/drive/labFolders.ts';
import type { LiveMerge } from '../../../src/merge/liveMerge.ts';
import { MergeRun } from '../../../src/merge/mergeRun.ts';
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
  SECTORS,
  SIBLING,
  startMerge,
  truthOf,
} from '../../support/driveScene.ts';

const module = loadCore();
let drive: LabDrive | null = null;
let merge: LiveMerge | null = null;
let allowed = new Allowed(truthOf(LEAF));

async function open(): Promise<LabDrive> {
  drive ??= new LabDrive(await opfsTree(), DRIVES.ssd);
  return drive;
}

async function outcome<T>(work: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, error: toProblem(error) };
  }
}

/** What is in the folders, and how the disks read. */
async function found(isMerged: boolean) {
  const here = await open();
  const below = isMerged ? [BASE] : [MIDDLE, BASE];
  const leaf = await readDisk(await module, here, [LEAF, ...below]);
  return {
    names: (await here.list()).map(({ name }) => name),
    usedBytes: await here.usedBytes(),
    leaf,
    wrongSectors: allowed.wrongIn(leaf),
    sibling: await readDisk(await module, here, [SIBLING, ...below]),
    leafParent: await parentOf(here, LEAF),
    busyUs: here.takeBusyUs(),
  };
}

const remote = {
  /** Writes the files, and merges `steps` steps with a guest that writes. */
  begin: (seed: number, steps: number) =>
    outcome(async () => {
      const here = await open();
      await putScene(here);
      merge = await startMerge(here, await module);
      allowed = new Allowed(truthOf(LEAF));
      await mergeWithGuest(merge, allowed, seed, steps);
      return merge.progress.state;
    }),
  /** Flushes, and gives what the guest reads. */
  flushAndRead: () =>
    outcome(async () => {
      const disk = new Uint8Array(SECTORS * 512);
      await merge?.flush();
      allowed.flushed();
      await merge?.read(0, disk);
      return disk;
    }),
  close: () => outcome(async () => merge?.close()),
  cutPower: (seed: number) => outcome(async () => (await open()).cutPower(seed)),
  powerOn: () => outcome(async () => (await open()).powerOn()),
  /** Ends what waits. Gives the block with which it went on. */
  resume: () =>
    outcome(async () => {
      const run = await MergeRun.resume(await open(), JOURNAL, { module: await module });
      const { nextBlock } = run;
      while (await run.step());
      await run.finish();
      return nextBlock;
    }),
  found: (isMerged: boolean) => outcome(() => found(isMerged)),
  snapshot: () => outcome(async () => (await open()).snapshot().files.length),
  /** A reader and two writers of one file at once, renamed after the last of them is closed. Gives what each read. */
  share: () =>
    outcome(async () => {
      const here = await open();
      const [from, to] = ['Snapshots/shared.vsv.part', 'Snapshots/shared.vsv'];
      const first = await here.create(from);
      const reader = await here.open(from, 'read-only');
      const second = await here.open(from, 'read-write');
      await first.write(0, new Uint8Array([1, 2, 3]));
      await second.write(1, new Uint8Array([7]));
      const read = new Uint8Array(3);
      reader.readNow?.(0, read);
      for (const file of [first, reader, second]) await file.close();
      await here.rename(from, to);
      const last = await here.open(to, 'read-only');
      const again = new Uint8Array(last.sizeBytes);
      await last.read(0, again);
      await last.close();
      return { read: [...read], again: [...again] };
    }),
};

export type DriveRemote = typeof remote;

expose(remote);
