/** A chain from a seed: legal files that hold what the set-up asks for, no more and no less. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { KIB, MIB, SECTOR_BYTES } from '../../../../src/base/units.ts';
import { assemble } from '../../../../src/chain/assemble.ts';
import { openChain } from '../../../../src/chain/openChain.ts';
import { checkFile } from '../../../../src/check/checkFile.ts';
import { checkLinks } from '../../../../src/check/checkLinks.ts';
import type { CoreModule } from '../../../../src/core/core.ts';
import { loadCore } from '../../../../src/core/loadCoreNode.ts';
import type { DiskImage } from '../../../../src/formats/diskImage.ts';
import { USUAL_SETUP } from '../../../../src/lab/experiments/controls.ts';
import { type GenerateSetup, generateChain } from '../../../../src/lab/experiments/generateChain.ts';
import { sectorPlaces } from '../../../support/heldSectors.ts';
import { SevenZipFolder } from '../../../support/sevenZip.ts';

const SETUP: GenerateSetup = { ...USUAL_SETUP, depth: 3, diskBytes: 16 * MIB };
const SECTORS = SETUP.diskBytes / SECTOR_BYTES;
const QUIET = { signal: new AbortController().signal, advance: () => {} };

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

async function bytesOf({ file }: DiskImage): Promise<Uint8Array> {
  const bytes = new Uint8Array(file.sizeBytes);
  await file.read(0, bytes);
  return bytes;
}

async function heldBy(image: DiskImage): Promise<Uint8Array> {
  return Uint8Array.from(await sectorPlaces(image), (place) => (place >= 0 ? 1 : 0));
}

function runsOf(held: Uint8Array): { first: number; length: number }[] {
  const runs: { first: number; length: number }[] = [];
  for (let at = 0; at < held.length; at++) {
    if (!held[at]) continue;
    const before = runs.at(-1);
    if (before && before.first + before.length === at) before.length++;
    else runs.push({ first: at, length: 1 });
  }
  return runs;
}

const hashes = async (setup: GenerateSetup) =>
  Promise.all(
    (await generateChain(setup, QUIET)).images.map(async (image) =>
      createHash('sha256')
        .update(await bytesOf(image))
        .digest('hex'),
    ),
  );

describe('a generated chain', () => {
  it('is whole, linked by id and name, and a check finds nothing wrong with it', async () => {
    for (const blockSizeBytes of [512 * KIB, 2 * MIB]) {
      const { images } = await generateChain({ ...SETUP, blockSizeBytes }, QUIET);
      expect(images.map(({ type }) => type)).toEqual([
        'differencing',
        'differencing',
        'differencing',
        'dynamic',
      ]);
      const own = [];
      for (const image of images) {
        const { findings } = await checkFile(image, { module, now: new Date('2026-01-01') });
        expect(findings, image.file.name).toEqual([]);
        own.push(findings);
      }
      const forest = assemble(images.map((image) => ({ image, path: image.file.name })));
      expect(checkLinks(forest, own).flat()).toEqual([]);
      expect(forest.links.map(({ layers, complete }) => [layers, complete])).toEqual([
        [4, true],
        [3, true],
        [2, true],
        [1, true],
      ]);
      const chain = await openChain(module, images, { complete: true, stagingBytes: 0 });
      expect(chain.findings).toEqual([]);
      chain.close();
    }
  });

  it('is read by 7-Zip as a disk of that size', async () => {
    const small = { ...SETUP, diskBytes: 4 * MIB, blockSizeBytes: 512 * KIB };
    const { images } = await generateChain(small, QUIET);
    const files = await Promise.all(
      images.map(async (image) => ({ name: image.file.name, bytes: await bytesOf(image) })),
    );
    const folder = await SevenZipFolder.with(files);
    let isZero = true;
    const size = folder.read(files[0]?.name ?? '', (_, bytes) => {
      isZero &&= bytes.every((byte) => byte === 0);
    });
    expect([size, isZero]).toEqual([4 * MIB, true]);
  });

  it('holds exactly the wanted share in every differencing disk, and all of the disk in its base', async () => {
    for (const changedPercent of [0.1, 3, 40]) {
      for (const spread of ['everywhere', 'places', 'one-place'] as const) {
        const { images } = await generateChain({ ...SETUP, changedPercent, spread }, QUIET);
        for (const image of images) {
          const held = await heldBy(image);
          const count = held.reduce((sum, each) => sum + each, 0);
          const wanted =
            image.type === 'differencing' ? Math.round((SECTORS * changedPercent) / 100) : SECTORS;
          expect(count, `${changedPercent} % ${spread}`).toBe(wanted);
        }
      }
    }
  });

  it('puts changes all over the disk, in eight places, or in one', async () => {
    const spans: Record<string, number> = {};
    for (const spread of ['everywhere', 'places', 'one-place'] as const) {
      const { images } = await generateChain({ ...SETUP, changedPercent: 1, spread }, QUIET);
      const all = new Uint8Array(SECTORS);
      for (const image of images.slice(0, -1))
        (await heldBy(image)).forEach((each, at) => {
          if (each) all[at] = 1;
        });
      const runs = runsOf(all);
      const [first, last] = [runs[0], runs.at(-1)];
      spans[spread] = (last?.first ?? 0) - (first?.first ?? 0);
      // Stretches without a change that are longer than a place is, one between two places.
      const gaps = runs.filter(
        (run, i) => i > 0 && run.first - (runs[i - 1]?.first ?? 0) > SECTORS / 12,
      ).length;
      if (spread === 'places') expect(gaps).toBeGreaterThan(3);
      if (spread === 'one-place') expect(gaps).toBe(0);
    }
    expect(spans.everywhere).toBeGreaterThan(0.9 * SECTORS);
    expect(spans['one-place']).toBeLessThan(0.1 * SECTORS);
  });

  it('has runs about as long as wanted, most of them of whole clusters', async () => {
    for (const runBytes of [512, 16 * KIB, 64 * KIB]) {
      const { images } = await generateChain({ ...SETUP, depth: 2, diskBytes: 64 * MIB, runBytes }, QUIET);
      const runs = runsOf(await heldBy(images[0] ?? expect.fail('a leaf')));
      const mean = runs.reduce((sum, { length }) => sum + length, 0) / runs.length;
      expect((mean * SECTOR_BYTES) / runBytes).toBeGreaterThan(0.8);
      expect((mean * SECTOR_BYTES) / runBytes).toBeLessThan(1.5);
      const whole = runs.filter(({ first, length }) => first % 8 === 0 && length % 8 === 0).length;
      if (runBytes > 4096) expect(whole / runs.length).toBeGreaterThan(0.6);
      else expect(whole).toBe(0);
    }
  });

  it('is the same for one seed, another for another, and ends in the same files whatever its depth', async () => {
    const [a, b, other, deeper] = await Promise.all([
      hashes(SETUP),
      hashes(SETUP),
      hashes({ ...SETUP, seed: 1 }),
      hashes({ ...SETUP, depth: 5 }),
    ]);
    expect(b).toEqual(a);
    expect(other?.filter((hash) => a?.includes(hash))).toEqual([]);
    expect(deeper?.slice(2)).toEqual(a);
    expect(new Set(deeper).size).toBe(6);
  });

  it('stops when it is cancelled', async () => {
    const wide = { ...SETUP, runBytes: 512, changedPercent: 40, diskBytes: 1024 * MIB };
    await expect(
      generateChain(wide, { ...QUIET, signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
  });
});
