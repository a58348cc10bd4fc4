/**
 * Invariants: at every point of a random chain, contents, first bytes and hashes are those of the flat array; the runs of a
 * file are the sectors that it lies in, each with the file that answers it; where no layer between two points is told to
 * differ in some stretches, the bytes there are the same at both.
 */
import { describe, expect, it } from 'vitest';
import { ChainFiles, MOST_RUNS } from '../../../src/filesystems/chainFiles.ts';
import type { ContentEnd, ContentSink, ReadItem } from '../../../src/filesystems/fileSystem.ts';
import { newestHolders } from '../../support/heldSectors.ts';
import { mixedEndianId } from '../../support/imageBuilder.ts';
import { opened } from '../../support/opened.ts';
import { waiting } from '../../support/openedChain.ts';
import { randomVolume, sha256, toyTools, toyVolume, volumeBytes } from '../../support/randomVolume.ts';
import { type ToyFile, toyContents, toyItems } from '../../support/toyFileSystem.ts';

const ALL = { headBytes: 700, hash: true, runs: true };

class Collected implements ContentSink {
  readonly contents = new Map<number, Uint8Array>();
  readonly ends = new Map<number, ContentEnd>();
  begin({ entry, sizeBytes }: ReadItem): void {
    this.contents.set(entry, new Uint8Array(sizeBytes));
  }
  write({ entry }: ReadItem, offset: number, bytes: Uint8Array): boolean {
    this.contents.get(entry)?.set(bytes, offset);
    return true;
  }
  end({ entry }: ReadItem, end: ContentEnd): void {
    this.ends.set(entry, end);
  }
}

describe('files of a chain, at every point', () => {
  it('come out as the disk holds them, with their first bytes and hashes', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const scene = await randomVolume(seed, {
        virtualSizeBytes: 2 ** 21 + 512 * seed,
        sizesDiffer: seed % 3 === 0,
      });
      const { images, volume, files } = scene;
      const chain = new ChainFiles(images, true, toyTools(files));
      const items = toyItems(files);
      // There and back: points are closed and opened again.
      for (const point of [...images.keys(), ...[...images.keys()].reverse()]) {
        const bytes = volumeBytes(scene, point);
        const sink = new Collected();
        await chain.read(point, volume, items, sink);
        const inspected = await chain.inspect(point, volume, items, ALL);
        expect(inspected.map(({ entry }) => entry)).toEqual(items.map(({ entry }) => entry));
        for (const [i, file] of files.entries()) {
          const wanted = toyContents(file, bytes);
          const label = `seed ${seed}, point ${point}, file ${i}`;
          expect(Buffer.compare(sink.contents.get(i + 1) ?? new Uint8Array(1), wanted), label).toBe(0);
          expect(inspected[i]?.sha256, label).toBe(sha256(wanted));
          expect(inspected[i]?.sizeBytes).toBe(wanted.length);
          expect(
            Buffer.compare(inspected[i]?.head ?? new Uint8Array(1), wanted.subarray(0, 700)),
            label,
          ).toBe(0);
          expect(inspected[i]?.problem).toBe(null);
        }
      }
      chain.close();
    }
  });

  it('tell which file of the whole chain answers each of their sectors', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { images, volume, files } = await randomVolume(seed, { virtualSizeBytes: 2 ** 20 });
      const chain = new ChainFiles(images, true, toyTools(files));
      for (const point of images.keys()) {
        const holders = await newestHolders(images.slice(point));
        const inspected = await chain.inspect(point, volume, toyItems(files), ALL);
        for (const [i, file] of files.entries()) {
          const wanted = new Map<number, number>();
          for (const { at, lengthBytes } of file) {
            if (at < 0) continue;
            const first = volume.firstSector + Math.floor(at / 512);
            const last = volume.firstSector + Math.floor((at + lengthBytes - 1) / 512);
            for (let sector = first; sector <= last; sector++) {
              const holder = holders[sector] ?? -1;
              wanted.set(sector, holder < 0 ? -1 : holder + point);
            }
          }
          const told = new Map<number, number>();
          const runs = inspected[i]?.runs ?? [];
          for (const [at, { firstSector, sectorCount, layer }] of runs.entries()) {
            const before = runs[at - 1];
            if (before) {
              const end = before.firstSector + before.sectorCount;
              expect(firstSector).toBeGreaterThanOrEqual(end);
              expect(firstSector === end && before.layer === layer, 'neighbours are joined').toBe(false);
            }
            for (let sector = firstSector; sector < firstSector + sectorCount; sector++)
              told.set(sector, layer);
          }
          const sorted = [...wanted].sort(([a], [b]) => a - b);
          expect([...told], `seed ${seed}, point ${point}, file ${i}`).toEqual(sorted);
        }
      }
    }
  });

  it('stop behind the first bytes where nothing else is wanted, and tell no runs unasked', async () => {
    const { images, volume } = await randomVolume(3, { virtualSizeBytes: 2 ** 21 });
    const files: ToyFile[] = [[{ at: 0, lengthBytes: 200_000 }], [{ at: 10, lengthBytes: 5 }], []];
    const whole = toyVolume(0, 4096);
    const [long, short, empty] = await new ChainFiles(images, true, toyTools(files)).inspect(
      0,
      whole,
      toyItems(files),
      { headBytes: 10, hash: false, runs: false },
    );
    expect(long).toMatchObject({ sha256: null, runs: [], problem: null });
    expect(long?.sizeBytes).toBeLessThan(200_000);
    expect(long?.head).toHaveLength(10);
    expect(short?.head).toHaveLength(5);
    expect(empty).toMatchObject({ sizeBytes: 0, sha256: null });
    expect(volume.content.kind).toBe('ntfs');
  });

  it('say what is in a parent that is not here', async () => {
    const scene = await randomVolume(8, { layers: 3, virtualSizeBytes: 2 ** 21 });
    const holders = await newestHolders(scene.images.slice(0, 2));
    const missing = holders.indexOf(-1);
    const held = holders.findIndex((holder) => holder >= 0);
    expect(missing >= 0 && held >= 0).toBe(true);
    const files: ToyFile[] = [
      [{ at: missing * 512, lengthBytes: 1 }],
      [{ at: held * 512, lengthBytes: 512 }],
    ];
    const chain = new ChainFiles(scene.images.slice(0, 2), false, toyTools(files));
    const [gone, there] = await chain.inspect(0, toyVolume(0, 4096), toyItems(files), ALL);
    expect(gone).toMatchObject({ sha256: null, problem: { code: 'parent-missing' }, sizeBytes: 0 });
    expect(gone?.runs).toEqual([{ firstSector: missing, sectorCount: 1, layer: -2 }]);
    expect(there).toMatchObject({ problem: null, runs: [{ layer: holders[held] }] });
  });

  it('tell how much is left out where a file lies in more pieces than are told', async () => {
    const sectors = 2 * MOST_RUNS + 400;
    const { images } = await randomVolume(1, { layers: 1, base: 'fixed', virtualSizeBytes: sectors * 512 });
    const file: ToyFile = Array.from({ length: MOST_RUNS + 100 }, (_, i) => ({
      at: i * 1024,
      lengthBytes: 1,
    }));
    const chain = new ChainFiles(images, true, toyTools([file]));
    const [told] = await chain.inspect(0, toyVolume(0, sectors), toyItems([file]), ALL);
    expect(told?.runs).toHaveLength(MOST_RUNS);
    expect(told?.leftOutBytes).toBe(100 * 512);
  });

  it('refuses points that are not there, volumes past the end, and files that must be waited for', async () => {
    const { images, volume, files } = await randomVolume(2, { layers: 2 });
    const chain = new ChainFiles(images, true, toyTools(files));
    const bad = expect.objectContaining({ code: 'bad-request' });
    await expect(chain.list(2, volume)).rejects.toEqual(bad);
    await expect(chain.volumes(-1)).rejects.toEqual(bad);
    await expect(chain.layersBetween(1, 0, new Float64Array([0, 1]))).rejects.toEqual(bad);
    await expect(chain.layersBetween(0, 2, new Float64Array([0, 1]))).rejects.toEqual(bad);
    await expect(chain.list(0, toyVolume(2 ** 30, 8))).rejects.toEqual(bad);
    const slow = images.map((image) => ({ ...image, file: waiting(image.file) }));
    expect(() => new ChainFiles(slow, true, toyTools(files))).toThrow('every file answers at once');
  });
});

describe('layers between two points', () => {
  it('none means that the bytes are the same, also where disks differ in size', async () => {
    let same = 0;
    let changed = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const { images, truth, prng } = await randomVolume(seed, {
        layers: 2 + (seed % 4),
        virtualSizeBytes: 2 ** 19 + 512 * seed,
        blockSizes: [4096, 65536],
        sizesDiffer: seed % 2 === 0,
      });
      const chain = new ChainFiles(images, true, toyTools([]));
      for (let round = 0; round < 40; round++) {
        const newer = prng.below(images.length - 1);
        const older = newer + 1 + prng.below(images.length - 1 - newer);
        const [at, was] = [truth[newer] ?? new Uint8Array(0), truth[older] ?? new Uint8Array(0)];
        const start = prng.below(Math.max(at.length, was.length));
        const end = start + 1 + prng.below(1 + prng.below(20_000));
        const layers = await chain.layersBetween(newer, older, Float64Array.of(start, end));
        expect(layers.every((layer) => layer >= newer && layer < older)).toBe(true);
        if (layers.length > 0) {
          changed++;
          continue;
        }
        same++;
        const bytes = Buffer.compare(at.subarray(start, end), was.subarray(start, end));
        expect(bytes, `seed ${seed}, ${newer} and ${older}, ${start} to ${end}`).toBe(0);
      }
    }
    expect(same).toBeGreaterThan(200);
    expect(changed).toBeGreaterThan(200);
  });

  it('are exactly those that hold a sector of the stretches, where disks are of one size', async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const { images, prng, truth } = await randomVolume(seed, {
        layers: 2 + (seed % 4),
        virtualSizeBytes: 2 ** 19,
        blockSizes: [4096, 65536],
      });
      const chain = new ChainFiles(images, true, toyTools([]));
      for (let round = 0; round < 20; round++) {
        const newer = prng.below(images.length - 1);
        const older = newer + 1 + prng.below(images.length - 1 - newer);
        const holders = await newestHolders(images.slice(newer));
        const ranges: number[] = [];
        const wanted = new Set<number>();
        for (let at = prng.below(9000); at < (truth[0]?.length ?? 0) && ranges.length < 40; ) {
          const end = Math.min(truth[0]?.length ?? 0, at + 1 + prng.below(1500));
          ranges.push(at, end);
          for (let sector = Math.floor(at / 512); sector * 512 < end; sector++) {
            const layer = newer + (holders[sector] ?? -1);
            if (layer >= newer && layer < older) wanted.add(layer);
          }
          at = end + 1 + prng.below(40_000);
        }
        expect(await chain.layersBetween(newer, older, Float64Array.from(ranges)), `seed ${seed}`).toEqual(
          [...wanted].sort((a, b) => a - b),
        );
      }
      expect(await chain.layersBetween(0, 0, Float64Array.of(0, 512))).toEqual([]);
    }
  });

  it('include those whose disk has another size: a smaller one hides what a grandparent holds', async () => {
    const sizes = { leaf: 64 * 512, middle: 32 * 512, base: 64 * 512 };
    const parentOf = (id: number, name: string) => ({ id: mixedEndianId(id), name, locators: [] });
    const shape = { blockSizeBytes: 4096, blocks: [] };
    const images = await Promise.all([
      opened({
        ...shape,
        type: 'differencing',
        virtualSizeBytes: sizes.leaf,
        id: mixedEndianId(3),
        parent: parentOf(2, 'b'),
      }),
      opened({
        ...shape,
        type: 'differencing',
        virtualSizeBytes: sizes.middle,
        id: mixedEndianId(2),
        parent: parentOf(1, 'a'),
      }),
      opened({
        type: 'fixed',
        virtualSizeBytes: sizes.base,
        id: mixedEndianId(1),
        data: new Uint8Array(sizes.base).fill(7),
      }),
    ]);
    const chain = new ChainFiles(images, true, toyTools([]));
    const found = (newer: number, older: number, start: number, end: number) =>
      chain.layersBetween(newer, older, Float64Array.of(start * 512, end * 512));
    expect(await found(0, 2, 0, 32)).toEqual([]);
    expect(await found(0, 2, 31, 33)).toEqual([0, 1]);
    expect(await found(0, 1, 40, 41)).toEqual([0]);
    expect(await found(1, 2, 40, 41)).toEqual([1]);
  });
});
