/** What a power cut leaves: files that nobody was changing are there with their bytes, and nothing is written over them. */
import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../../src/base/errors.ts';
import { Prng } from '../../../../src/base/prng.ts';
import { MIB } from '../../../../src/base/units.ts';
import { GUEST_KINDS, type GuestKind } from '../../../../src/lab/guest/guest.ts';
import { listVolume } from '../../../../src/lab/guest/listVolume.ts';
import { GuestDisk } from '../../../support/guestDisk.ts';
import { plainFat } from '../../../support/plainFat.ts';

const SECTORS = (32 * MIB) / 512;
/** Changed without its entry being touched: pages come before the header. */
const IN_PLACE = ['ORDERS.DB'];

type Files = ReadonlyMap<string, Uint8Array>;

/** Files of both with the same size and date as their guests tell them, but other bytes. */
function changedUnseen(before: Files, after: Files, isUntouched: (name: string) => boolean): string[] {
  const wrong: string[] = [];
  for (const [name, bytes] of before) {
    if (!isUntouched(name) || IN_PLACE.includes(name)) continue;
    const now = after.get(name);
    if (!now || Buffer.compare(now, bytes) !== 0) wrong.push(name);
  }
  return wrong;
}

/** Sectors that lie in no file that was changed between the two. */
async function cutAndGoOn(kind: GuestKind, seed: number): Promise<void> {
  const random = new Prng(seed);
  const disk = GuestDisk.installed(SECTORS, 5);
  const guest = await disk.start(kind, 100, { seed });
  disk.run(guest, 150 + random.below(250));
  // The power goes in the middle of an operation, and comes back three times.
  let left = disk;
  for (let cut = 0; cut < 3; cut++) {
    const next = cut === 0 ? guest : await left.start(kind, 100, { seed: seed + cut });
    left.run(next, random.below(200));
    const told = new Map(next.files().map((file) => [file.name, file]));
    const whole = plainFat(left).files;
    const { actions } = next.next();
    left.perform(actions.slice(0, random.below(actions.length + 1)));
    const stillTold = new Map(next.files().map((file) => [file.name, file]));
    const flushed = plainFat(left.lastFlushed()).files;
    left = left.afterCut(seed * 31 + cut);

    const found = plainFat(left);
    expect(found.troubles).toEqual([]);
    // Flushed with the bytes that they had before the last operation: nothing of theirs was on its way.
    const isSettled = (name: string) => {
      const bytes = flushed.get(name);
      const before = whole.get(name);
      const isSame = bytes && before && Buffer.compare(bytes, before) === 0;
      return Boolean(isSame) && told.get(name)?.changedMs === stillTold.get(name)?.changedMs;
    };
    expect(changedUnseen(whole, found.files, isSettled)).toEqual([]);
    expect([...whole.keys()].filter(isSettled).length).toBeGreaterThan(20);
    const sizes = [...found.files].map(([name, bytes]) => [name, bytes.length]);
    const listed = await listVolume(left.read, SECTORS);
    expect(listed?.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual(sizes);

    const booted = await left.start(kind, 100, { seed: seed + 100 });
    expect(booted.files().map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual(sizes);
    const dates = new Map(booted.files().map((file) => [file.name, file.changedMs]));
    left.run(booted, 250);
    const after = new Map(booted.files().map((file) => [file.name, file.changedMs]));
    const isLeftAlone = (name: string) => after.get(name) === dates.get(name);
    const later = plainFat(left);
    expect(later.troubles).toEqual([]);
    expect(changedUnseen(found.files, later.files, isLeftAlone)).toEqual([]);
    left.perform(booted.quiesce());
  }
}

describe('a guest whose power was cut', { timeout: 60_000 }, () => {
  const cases = GUEST_KINDS.flatMap((kind) => [1, 2, 3, 4, 5, 6].map((seed) => [kind, seed] as const));
  it.each(cases)('finds its files again and goes on: %s, seed %i', cutAndGoOn);

  it('finds every file again after a clean end', async () => {
    const disk = GuestDisk.installed(SECTORS, 5);
    const guest = await disk.start('build', 100);
    disk.run(guest, 600);
    disk.perform(guest.quiesce());
    const booted = await disk.lastFlushed().start('build', 100);
    const key = ({ name, sizeBytes }: { name: string; sizeBytes: number }) => `${name} ${sizeBytes}`;
    expect(booted.files().map(key).sort()).toEqual(guest.files().map(key).sort());
  });
});

describe('a disk that anybody may have written', { timeout: 60_000 }, () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is listed and mounted without a fault (seed %i)', async (seed) => {
    const random = new Prng(seed);
    const clean = GuestDisk.installed(SECTORS, 5);
    for (let round = 0; round < 12; round++) {
      const disk = clean.afterCut(0);
      const targets = [0, 2048, 2049, 2049 + 62, 2049 + 124, 2049 + 125];
      for (let i = 0; i < 1 + random.below(6); i++) {
        const firstSector = targets[random.below(targets.length)] ?? 0;
        const bytes = disk.bytes(firstSector, 1);
        for (let j = 0; j < 1 + random.below(12); j++) bytes[random.below(512)] = random.next();
        disk.perform([{ kind: 'write', firstSector, bytes }]);
      }
      disk.readSectors = 0;
      await listVolume(disk.read, SECTORS);
      expect(disk.readSectors).toBeLessThan(6000);
      const guest = await disk.start('file-server', 100, { seed });
      disk.run(guest, 60);
      guest.quiesce();
    }
  });

  it('is no volume where it is noise, empty, or smaller than its tables say', async () => {
    const noise = new Uint8Array(64 * 512);
    new Prng(3).fill(noise);
    const disk = new GuestDisk(64);
    expect(await listVolume(disk.read, 64)).toBeNull();
    disk.perform([{ kind: 'write', firstSector: 0, bytes: noise }]);
    expect(await listVolume(disk.read, 64)).toBeNull();
    const installed = GuestDisk.installed(SECTORS, 5);
    expect(await listVolume(installed.read, SECTORS)).not.toBeNull();
    expect(await listVolume(installed.read, SECTORS - 1)).toBeNull();
    expect(await listVolume(installed.read, 1)).toBeNull();
  });
});

describe('a saved guest that anybody may have written', { timeout: 60_000 }, () => {
  it('is refused as corrupt, or goes on inside its disk', async () => {
    const disk = GuestDisk.installed(SECTORS, 5);
    const guest = await disk.start('database', 100);
    disk.run(guest, 300);
    const saved = guest.save();
    const random = new Prng(8);
    let refused = 0;
    for (let round = 0; round < 150; round++) {
      const bytes = saved.slice();
      for (let i = 0; i < 1 + random.below(3); i++) {
        const at = random.below(bytes.length);
        bytes[at] = random.below(2) ? 0x30 + random.below(10) : random.next();
      }
      try {
        const restored = await disk.restore(bytes);
        disk.afterCut(1).run(restored, 3);
        restored.quiesce();
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        expect(error.code).toBe('corrupt');
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(30);
  });
});
