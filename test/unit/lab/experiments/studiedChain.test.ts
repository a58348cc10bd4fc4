/** Which chain is read, from which of its files, and where. */
import { beforeAll, describe, expect, it } from 'vitest';
import { MIB, SECTOR_BYTES } from '../../../../src/base/units.ts';
import type { CoreModule } from '../../../../src/core/core.ts';
import { loadCore } from '../../../../src/core/loadCoreNode.ts';
import { USUAL_SETUP } from '../../../../src/lab/experiments/controls.ts';
import { readPlaces } from '../../../../src/lab/experiments/readPlaces.ts';
import {
  depthsOf,
  openAtDepth,
  sharedSectors,
  studied,
} from '../../../../src/lab/experiments/studiedChain.ts';

const SETUP = { ...USUAL_SETUP, depth: 3, diskBytes: 16 * MIB };
const TOOLS = { signal: new AbortController().signal, advance: () => {}, chain: null };

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

const chainOf = (disks: number, complete = true) => ({
  images: { length: complete ? disks + 1 : disks } as never,
  complete,
});

describe('the chain that is read', () => {
  it('is made from the seed, the sample’s longest, or the one in view', async () => {
    const generated = await studied(SETUP, TOOLS);
    expect([generated.images.length, generated.complete]).toEqual([4, true]);
    const sample = await studied({ ...SETUP, disk: 'sample' }, TOOLS);
    expect(sample.images.map(({ type }) => type)).toEqual([
      ...Array<string>(sample.images.length - 1).fill('differencing'),
      sample.images.at(-1)?.type,
    ]);
    expect(sample.images.length).toBeGreaterThan(4);
    const open = await studied({ ...SETUP, disk: 'open' }, { ...TOOLS, chain: generated });
    expect(open.images).toBe(generated.images);
    await open.close();
    await generated.images[0]?.file.read(0, new Uint8Array(512));
    await generated.close();
    await expect(generated.images[0]?.file.read(0, new Uint8Array(512))).rejects.toThrow();
    await sample.close();
  });

  it('is refused with a remedy where none is in view', async () => {
    await expect(studied({ ...SETUP, disk: 'open' }, TOOLS)).rejects.toMatchObject({
      problem: { code: 'bad-request', remedy: expect.stringContaining('Open a chain') },
    });
  });

  it('is seen from each depth of the plot, least first', async () => {
    expect(depthsOf(chainOf(64), 64)).toEqual([1, 2, 4, 8, 12, 16, 24, 32, 48, 64]);
    expect(depthsOf(chainOf(14), 64)).toEqual([1, 2, 4, 8, 12, 14]);
    expect(depthsOf(chainOf(64), 16)).toEqual([1, 2, 4, 8, 12, 16]);
    expect(depthsOf(chainOf(5), 64)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(depthsOf(chainOf(5, false), 64)).toEqual([1, 2, 3, 4, 5]);
    expect(depthsOf(chainOf(0), 64)).toEqual([0]);
    const chain = await studied(SETUP, TOOLS);
    for (const depth of [0, 1, 2, 3]) {
      const disk = await openAtDepth(chain, depth, MIB, { ...TOOLS, module });
      expect(disk.layers.map(({ file }) => file.name)).toEqual(
        ['layer-03.avhd', 'layer-02.avhd', 'layer-01.avhd', 'base.vhd'].slice(3 - depth),
      );
      disk.close();
    }
    expect(sharedSectors(chain, [0, 3])).toBe((16 * MIB) / SECTOR_BYTES);
    await chain.close();
  });
});

describe('the reads', () => {
  const DISK = 100_000;
  const setup = { seed: 7, reads: 2000, readBytes: 4096, pattern: 'random' as const };

  it('are whole sectors inside the disk, the same for a seed', () => {
    for (const pattern of ['random', 'sequential', 'hot'] as const) {
      for (const readBytes of [512, 4096, 2 ** 20]) {
        for (const disk of [DISK, 5, 2047, 2049]) {
          const reads = readPlaces({ ...setup, readBytes, pattern }, disk);
          expect(reads.length).toBe(2000);
          const wanted = Math.min(disk, readBytes / 512);
          const wrong = reads.filter(
            ({ firstSector, sectorCount }) =>
              sectorCount !== wanted ||
              !Number.isInteger(firstSector) ||
              firstSector < 0 ||
              firstSector + sectorCount > disk,
          );
          expect(wrong).toEqual([]);
          expect(readPlaces({ ...setup, readBytes, pattern }, disk)).toEqual(reads);
        }
      }
    }
    expect(readPlaces({ ...setup, seed: 8 }, DISK)).not.toEqual(readPlaces(setup, DISK));
  });

  it('go anywhere, one after the other, or mostly to a tenth', () => {
    const tenths = (pattern: typeof setup.pattern | 'hot' | 'sequential') => {
      const counts = new Array<number>(20).fill(0);
      for (const { firstSector } of readPlaces({ ...setup, pattern }, DISK)) {
        const part = Math.floor((firstSector / DISK) * 20);
        counts[part] = (counts[part] ?? 0) + 1;
      }
      return counts.sort((a, b) => b - a);
    };
    // A twentieth of them each, give or take; a tenth of the disk touches three twentieths.
    expect(tenths('random')[0]).toBeLessThan(160);
    const hot = tenths('hot');
    expect((hot[0] ?? 0) + (hot[1] ?? 0) + (hot[2] ?? 0)).toBeGreaterThan(1600);
    const inOrder = readPlaces({ ...setup, pattern: 'sequential' }, DISK);
    const breaks = inOrder.filter(
      ({ firstSector }, i) => i > 0 && firstSector !== (inOrder[i - 1]?.firstSector ?? 0) + 8,
    );
    expect(breaks.length).toBeLessThan(2);
  });
});
