/**
 * The power goes at every operation of small live merges. After recovery every sector reads as it was flushed, or as it
 * was written since; both models of a power cut. In the second, garbage in a sector of the guest's own plain writes is left
 * out: a VHD has nothing to protect it.
 */
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { LiveMerge } from '../../../src/merge/liveMerge.ts';
import type { DiskFolder } from '../../../src/storage/diskFolder.ts';
import type { MemoryFolder } from '../../../src/storage/memoryFolder.ts';
import { PowerCutFolder } from '../../../src/storage/powerCut.ts';
import type { RandomAccessFile } from '../../../src/storage/randomAccessFile.ts';
import { type CrashPoint, crashEverywhere, filesOf } from '../../support/crashPoints.ts';
import { SECTOR } from '../../support/imageBuilder.ts';
import {
  builtScene,
  expectFiles,
  type LiveScene,
  namesAfter,
  SMALL_CACHES,
} from '../../support/liveScene.ts';
import { checkIn, recoverIn } from '../../support/mergeFolder.ts';
import { openFiles } from '../../support/openedChain.ts';

const module = await loadCore();

const SECTORS = 30;
const TOOLS = { module, batchBytes: 4096, caches: SMALL_CACHES };

/** What each sector may read as: what was flushed last, and everything written since. */
class Allowed {
  readonly versions: Uint8Array[][];
  hasUnflushed = false;

  constructor(disk: Uint8Array) {
    this.versions = Array.from({ length: disk.length / SECTOR }, (_, i) => [
      disk.slice(i * SECTOR, (i + 1) * SECTOR),
    ]);
  }

  written(firstSector: number, bytes: Uint8Array): void {
    this.hasUnflushed = true;
    for (let at = 0; at < bytes.length; at += SECTOR)
      this.versions[firstSector + at / SECTOR]?.push(bytes.slice(at, at + SECTOR));
  }

  flushed(): void {
    this.hasUnflushed = false;
    for (const versions of this.versions) versions.splice(0, versions.length - 1);
  }

  expect(disk: Uint8Array): void {
    for (const [sector, versions] of this.versions.entries()) {
      const found = disk.subarray(sector * SECTOR, (sector + 1) * SECTOR);
      const isAllowed = versions.some((version) => Buffer.compare(version, found) === 0);
      if (!isAllowed) expect.fail(`sector ${sector} reads none of ${versions.length} versions`);
    }
  }
}

/** Writes, flushes, steps, and the ends that a merge can have. */
type Action =
  | readonly [firstSector: number, sectorCount: number]
  | 'flush'
  | 'step'
  | 'end'
  | 'abandon'
  | 'stop';

const SCHEDULES: Readonly<Record<string, readonly Action[]>> = {
  'to the end': [[4, 1], 'step', [2, 3], 'flush', 'step', [7, 3], 'end', [0, 2], 'flush'],
  'with a writer that is slowed': ['step', 'step', [0, 30], 'step', 'step', [0, 30], 'step', [0, 30], 'end'],
  'given up': ['step', [4, 6], 'step', 'abandon', [4, 1], 'flush'],
  'stopped, and the guest goes on': ['step', [1, 8], 'stop', [5, 8], 'flush', [6, 1]],
};

/**
 * The drive as the guest and the merge use it. Counts what the guest wrote to its leaf and nobody flushed: those changes
 * come first among all that a cut decides on, since the leaf is the first file that was put there.
 */
class WatchedDrive implements DiskFolder {
  isGuests = false;
  guestChanges = 0;

  constructor(
    private readonly drive: PowerCutFolder,
    private readonly leaf: string,
  ) {}

  list() {
    return this.drive.list();
  }
  create(name: string) {
    return this.drive.create(name);
  }
  rename(source: string, target: string) {
    return this.drive.rename(source, target);
  }
  remove(name: string) {
    return this.drive.remove(name);
  }

  async open(name: string, access: 'read-only' | 'read-write'): Promise<RandomAccessFile> {
    const file = await this.drive.open(name, access);
    if (name !== this.leaf) return file;
    const { readNow } = file;
    return {
      name,
      access,
      get sizeBytes() {
        return file.sizeBytes;
      },
      durable: file.durable,
      readThroughBytes: file.readThroughBytes,
      readNow: (offset, target) => readNow?.call(file, offset, target),
      read: (offset, target) => file.read(offset, target),
      readMany: (requests) => file.readMany(requests),
      write: (offset, source) => this.counted(() => file.write(offset, source)),
      truncate: (sizeBytes) => this.counted(() => file.truncate(sizeBytes)),
      flush: async () => {
        await file.flush();
        this.guestChanges = 0;
      },
      close: () => file.close(),
    };
  }

  private async counted(change: () => Promise<void>): Promise<void> {
    const before = this.drive.unflushedChanges;
    try {
      await change();
    } finally {
      // A file above the stretch is relinked too, by the merge.
      if (this.isGuests) this.guestChanges += this.drive.unflushedChanges - before;
    }
  }

  /** Garbage hit a change of the guest's own. */
  isHit(fates: string): boolean {
    const seed = /^seed (\d+)$/.exec(fates)?.[1];
    const changes = this.drive.unflushedChanges;
    if (seed !== undefined) return changes > 0 && new Prng(Number(seed)).below(changes) < this.guestChanges;
    const hit = fates.replace('subset ', '').indexOf('g');
    return fates.startsWith('subset') && hit >= 0 && hit < this.guestChanges;
  }
}

async function crash(scene: LiveScene, schedule: readonly Action[], garbage: boolean) {
  const { folder, request, truth } = scene;
  const leaf = request.names[0] ?? '';
  let allowed = new Allowed(truth);
  let watched: WatchedDrive | null = null;
  let isSwitched = false;
  let skipped = 0;

  const write = async (drive: DiskFolder) => {
    if (!(drive instanceof PowerCutFolder)) throw new Error('the drive can lose its power');
    allowed = new Allowed(truth);
    isSwitched = false;
    watched = new WatchedDrive(drive, leaf);
    const merge = await LiveMerge.start(watched, request, TOOLS);
    for (const [i, action] of schedule.entries()) {
      watched.isGuests = Array.isArray(action);
      if (action === 'step') isSwitched = (await merge.step()).state === 'switched';
      else if (action === 'end') while (!isSwitched) isSwitched = (await merge.step()).state === 'switched';
      else if (action === 'abandon') await merge.abandon();
      else if (action === 'stop') await merge.stop();
      else if (action === 'flush') {
        await merge.flush();
        allowed.flushed();
      } else {
        const [first, count] = action;
        const bytes = new Uint8Array(count * SECTOR);
        for (let at = 0; at < count; at++) bytes.fill(1 + i * 16 + (at % 16), at * SECTOR, (at + 1) * SECTOR);
        allowed.written(first, bytes);
        await merge.write(first, bytes);
      }
    }
    await merge.close();
  };

  const check = async (survivor: MemoryFolder, { fates }: CrashPoint) => {
    // Behind the switch only the guest writes.
    if (garbage && (isSwitched ? /seed|g$|g[kl]/.test(fates) : watched?.isHit(fates))) {
      skipped++;
      return;
    }
    await recoverIn(survivor, { ...TOOLS, createHasher: noHasher, prove: false });
    const here = (await survivor.list()).map(({ name }) => name);
    const isMerged = !here.includes(request.names[request.first] ?? '');
    const names = isMerged ? namesAfter(request) : request.names;
    expect([...here].sort()).toEqual([...names].sort());
    const files = await Promise.all(names.map((name) => survivor.open(name, 'read-only')));
    const disk = await openFiles(module, files, true, SMALL_CACHES);
    const bytes = new Uint8Array(SECTORS * SECTOR);
    await disk.read(0, bytes);
    allowed.expect(bytes);
    // What a cut leaves of the guest's own write (room that no block uses, a footer to be written again) is for its check.
    if (isMerged && !allowed.hasUnflushed)
      expect(await checkIn(module, survivor, names[request.first] ?? '')).toEqual([]);
  };
  const { [leaf]: leafBytes = new Uint8Array(0), ...others } = await filesOf(folder);
  const files = { [leaf]: leafBytes, ...others };
  const totals = await crashEverywhere({ files, write, check, garbage, seeds: 3, exhaustiveChanges: 3 });
  return { ...totals, checked: totals.checked - skipped };
}

function noHasher(): never {
  throw new Error('no proof was asked for');
}

/** Runs to be copied in place, over sectors that the target has itself; blocks that move; one that is new to it. */
const HELD = [
  [1, 9, 11, 13, 15],
  [2, 3, 16, 17],
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16],
  [3, 5, 12, 13, 22, 23, 24],
];

const CASES: readonly { first: number; last: number; schedules: readonly (keyof typeof SCHEDULES)[] }[] = [
  { first: 0, last: 2, schedules: Object.keys(SCHEDULES) },
  { first: 1, last: 2, schedules: ['to the end', 'stopped, and the guest goes on'] },
];

describe('a power cut in a live merge', () => {
  for (const { first, last, schedules } of CASES) {
    for (const name of schedules) {
      it(`of layers ${first} to ${last}, ${name}: what was flushed is there`, async () => {
        const scene = builtScene(HELD, first, last, SECTORS);
        const lines: string[] = [];
        for (const garbage of [false, true]) {
          const { operations, fates, checked } = await crash(scene, SCHEDULES[name] ?? [], garbage);
          lines.push(`${operations} operations, ${fates} fates, ${checked} checked`);
          expect(checked).toBeGreaterThan(60);
        }
        console.log(`layers ${first} to ${last}, ${name}: ${lines.join('; with garbage: ')}`);
      });
    }
  }

  it('and again in the recovery: it is made anew', async () => {
    const scene = builtScene(HELD, 0, 2, SECTORS);
    const { folder, request } = scene;
    const disk = scene.truth.slice();
    const merge = await LiveMerge.start(folder, request, TOOLS);
    await merge.step();
    const bytes = new Uint8Array(7 * SECTOR).fill(0xee);
    disk.set(bytes, 2 * SECTOR);
    await merge.write(2, bytes);
    await merge.step();
    await merge.close();
    const tools = { ...TOOLS, createHasher: noHasher, prove: false };
    const { checked, operations } = await crashEverywhere({
      files: await filesOf(folder),
      write: (drive) => recoverIn(drive, tools),
      check: async (survivor) => {
        await recoverIn(survivor, tools);
        expect(await recoverIn(survivor, tools)).toEqual([]);
        await expectFiles(module, survivor, namesAfter(request), disk, 'recovered');
      },
      garbage: true,
      seeds: 3,
      exhaustiveChanges: 3,
    });
    console.log(`recovery: ${operations} operations, ${checked} checked`);
    expect(checked).toBeGreaterThan(60);
  });
});
