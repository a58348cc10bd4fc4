/** Images in every layout open without findings and mean, read by plain loops, what was put into them. */
import { describe, expect, test } from 'vitest';
import type { DiskImage } from '../../../src/formats/diskImage.ts';
import { checkBlocks } from '../../../src/formats/vhd/blockChecks.ts';
import { buildRandomChain } from '../../support/imageBuilder.ts';
import { batOf, opened } from '../../support/opened.ts';
import { readFlat } from '../../support/readFlat.ts';

describe('a random chain', () => {
  const sizes = { virtualSizeBytes: 512 * 1213, blockSizes: [4096, 16_384, 65_536] };
  test.each(Array.from({ length: 60 }, (_, seed) => seed))(
    'of small blocks reads as what was written (seed %i)',
    async (seed) => {
      await expectTruth(
        buildRandomChain(seed, { ...sizes, sizesDiffer: seed % 2 === 0, strayBaseBits: seed % 3 === 0 }),
      );
    },
  );

  test.each([1, 2, 3, 4, 5])(
    'of 512 KiB to 4 MiB blocks reads as what was written (seed %i)',
    async (seed) => {
      await expectTruth(buildRandomChain(seed));
    },
  );
});

async function expectTruth(chain: ReturnType<typeof buildRandomChain>): Promise<void> {
  const images: DiskImage[] = [];
  for (const { file } of chain.files)
    images.push(file.name.endsWith('.img') ? await openedRaw(file) : await opened(file));
  for (const [layer, image] of images.entries()) {
    const notes = image.findings.filter(
      (finding) => finding.rule !== 'locators-none' && finding.rule !== 'raw-by-hand',
    );
    expect(notes, `findings of ${image.file.name}`).toEqual([]);
    expect(checkBlocks(image, await batOf(image)).findings).toEqual([]);
    expect(Buffer.compare(await readFlat(images.slice(layer)), chain.truth[layer] ?? new Uint8Array(0))).toBe(
      0,
    );
  }
}

async function openedRaw(
  file: Parameters<typeof import('../../../src/formats/raw/open.ts').openRaw>[0],
): Promise<DiskImage> {
  const { openRaw } = await import('../../../src/formats/raw/open.ts');
  const result = await openRaw(file);
  if (!('tables' in result)) throw new Error('a raw file is refused');
  return result;
}
