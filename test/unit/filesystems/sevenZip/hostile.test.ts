/** Damaged file systems: an error of the world or a result, never anything else; and nothing is looked for elsewhere. */
import { expect, test } from 'vitest';
import { DiskError } from '../../../../src/base/errors.ts';
import { Prng } from '../../../../src/base/prng.ts';
import {
  allFiles,
  fixtureVolume,
  MemoryWindow,
  openVolume,
  readAll,
} from '../../../support/sevenZipVolumes.ts';

const image = fixtureVolume('ntfs.img');

test('a volume without its first sector is refused after a few reads, however large', async () => {
  const blank = image.slice();
  blank.fill(0, 0, 512);
  const window = new MemoryWindow(blank, 2 ** 41);
  await expect(openVolume(window, 'ntfs')).rejects.toMatchObject({ problem: { code: 'corrupt' } });
  expect(window.asked.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(2 ** 20);
});

test('a kind that 7-Zip is not asked for is refused', async () => {
  await expect(openVolume(new MemoryWindow(image), 'xfs')).rejects.toMatchObject({
    problem: { code: 'unsupported' },
  });
});

test('damage at random places: listed and read, or refused', async () => {
  const prng = new Prng(7);
  let refused = 0;
  const { volume } = await openVolume(new MemoryWindow(image), 'ntfs');
  for (let round = 0; round < 24; round++) {
    const damaged = image.slice();
    for (let i = 0; i < 8; i++) {
      const stretch = 2 * prng.below(volume.touched.length / 2);
      const [start = 0, end = 0] = volume.touched.subarray(stretch, stretch + 2);
      damaged[start + prng.below(end - start)] = prng.below(256);
    }
    try {
      const open = await openVolume(new MemoryWindow(damaged), 'ntfs');
      const items = allFiles(open.listing).filter((item) => item.sizeBytes < 2 ** 24);
      const { files } = await readAll(open, items);
      expect(files).toHaveLength(items.length);
    } catch (error) {
      expect(error).toBeInstanceOf(DiskError);
      refused++;
    }
  }
  expect(refused).toBeLessThan(24);
});
