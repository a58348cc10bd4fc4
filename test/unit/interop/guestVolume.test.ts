/** 7-Zip finds the files of the lab's guests with the bytes that they wrote. */
import { describe, expect, test } from 'vitest';
import { MIB } from '../../../src/base/units.ts';
import { GUEST_KINDS } from '../../../src/lab/guest/guest.ts';
import { GuestDisk } from '../../support/guestDisk.ts';
import { sameBytes } from '../../support/openedChain.ts';
import { partitionBytes, plainFat } from '../../support/plainFat.ts';
import { sevenZipFiles } from '../../support/sevenZip.ts';

async function expectSame(disk: GuestDisk): Promise<string[]> {
  const { files, troubles } = plainFat(disk);
  expect(troubles).toEqual([]);
  const found = await sevenZipFiles(partitionBytes(disk), 'FAT');
  expect([...found.keys()].sort()).toEqual([...files.keys()].sort());
  for (const [name, bytes] of files) {
    expect(sameBytes(found.get(name) ?? new Uint8Array(0), bytes), name).toBe(true);
  }
  return [...files.keys()];
}

describe('7-Zip and the volume of a guest', { timeout: 60_000 }, () => {
  test.each([32, 100, 300])('as it was installed on %i MiB', async (mebibytes) => {
    const names = await expectSame(GuestDisk.installed(mebibytes * 2048, 3));
    expect(names.length).toBeGreaterThan(40);
  });

  test.each(GUEST_KINDS)('after work, and after a power cut: %s', async (kind) => {
    const disk = GuestDisk.installed((40 * MIB) / 512, 3);
    const guest = await disk.start(kind, 100);
    disk.run(guest, 700);
    const names = await expectSame(disk);
    expect(names.sort()).toEqual(
      guest
        .files()
        .map(({ name }) => name)
        .sort(),
    );
    await expectSame(disk.afterCut(9));
  });
});
