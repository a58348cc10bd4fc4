import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../src/base/errors.ts';
import { Prng } from '../../../src/base/prng.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { chainWindow, type SectorReader } from '../../../src/filesystems/chainWindow.ts';
import { WatchedWindow } from '../../../src/filesystems/watchedWindow.ts';
import { openFiles } from '../../support/openedChain.ts';
import { buildRandomChain } from '../../support/randomChain.ts';

const core = await loadCore();

/** A disk of noise whose sectors at `bad` throw; `reads` counts what was asked. */
function flatDisk(seed: number, sectors: number, bad: ReadonlySet<number> = new Set()) {
  const prng = new Prng(seed);
  const bytes = Uint8Array.from({ length: sectors * 512 }, () => prng.below(256));
  const asked: { readonly firstSector: number; readonly sectorCount: number }[] = [];
  const reader: SectorReader = {
    readNow(firstSector, target) {
      const sectorCount = target.length / 512;
      asked.push({ firstSector, sectorCount });
      for (let sector = firstSector; sector < firstSector + sectorCount; sector++) {
        if (bad.has(sector)) throw new DiskError({ code: 'parent-missing', message: `sector ${sector}` });
      }
      target.set(bytes.subarray(firstSector * 512, (firstSector + sectorCount) * 512));
    },
  };
  return { bytes, asked, reader };
}

describe('a volume as a window', () => {
  it('reads at any offset and length what the disk holds there', async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const { files, truth } = buildRandomChain(seed, { virtualSizeBytes: 3 * 2 ** 20 });
      const disk = await openFiles(
        core,
        files.map(({ file }) => file),
      );
      const prng = new Prng(seed);
      const first = prng.below(disk.sectorCount - 1);
      const count = 1 + prng.below(disk.sectorCount - first);
      const volume = truth[0]?.subarray(first * 512, (first + count) * 512) ?? new Uint8Array(0);
      const window = chainWindow(disk, first, count);
      expect(window.sizeBytes).toBe(volume.length);
      for (let reads = 0; reads < 200; reads++) {
        const offset = prng.below(volume.length + 1);
        const most = [16, 700, 70_000, 400_000][prng.below(4)] ?? 16;
        const target = new Uint8Array(Math.min(prng.below(most), volume.length - offset)).fill(0xee);
        window.readNow(offset, target);
        const expected = volume.subarray(offset, offset + target.length);
        expect(Buffer.compare(target, expected), `seed ${seed}, ${offset} + ${target.length}`).toBe(0);
      }
    }
  });

  it('answers a thousand small reads from few large ones', () => {
    const { reader, asked, bytes } = flatDisk(1, 2048);
    const window = chainWindow(reader, 0, 2048);
    const target = new Uint8Array(1024);
    for (let i = 0; i < 1000; i++) {
      window.readNow(i * 1024, target);
      expect(Buffer.compare(target, bytes.subarray(i * 1024, (i + 1) * 1024))).toBe(0);
    }
    expect(asked.length).toBe(16);
  });

  it('reads long aligned stretches straight into the target, once', () => {
    const { reader, asked } = flatDisk(2, 4096);
    chainWindow(reader, 8, 4000).readNow(512, new Uint8Array(512 * 3000));
    expect(asked).toEqual([{ firstSector: 9, sectorCount: 3000 }]);
  });

  it('fails exactly where the disk does', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const prng = new Prng(seed);
      const bad = new Set(Array.from({ length: 1 + prng.below(5) }, () => prng.below(512)));
      const { reader, bytes } = flatDisk(seed, 512, bad);
      const window = chainWindow(reader, 0, 512);
      for (let reads = 0; reads < 100; reads++) {
        const offset = prng.below(bytes.length);
        const target = new Uint8Array(
          Math.min(1 + prng.below(prng.below(2) ? 2000 : 200_000), bytes.length - offset),
        );
        const first = Math.floor(offset / 512);
        const last = Math.floor((offset + target.length - 1) / 512);
        const fails = [...bad].some((sector) => sector >= first && sector <= last);
        const read = () => window.readNow(offset, target);
        if (fails) expect(read).toThrow(DiskError);
        else {
          read();
          expect(Buffer.compare(target, bytes.subarray(offset, offset + target.length))).toBe(0);
        }
      }
    }
  });

  it('refuses what lies past its end', () => {
    const window = chainWindow(flatDisk(3, 16).reader, 0, 8);
    expect(() => window.readNow(8 * 512 - 1, new Uint8Array(2))).toThrow(
      expect.objectContaining({ code: 'bad-request' }),
    );
    expect(() => window.readNow(-1, new Uint8Array(1))).toThrow(DiskError);
    expect(() => window.readNow(Number.NaN, new Uint8Array(1))).toThrow(DiskError);
    window.readNow(8 * 512, new Uint8Array(0));
  });
});

describe('a window that is watched', () => {
  it('tells what was asked for, also where it failed, and begins anew', () => {
    const window = new WatchedWindow(chainWindow(flatDisk(4, 64, new Set([40])).reader, 0, 64));
    window.readNow(10, new Uint8Array(20));
    window.readNow(30, new Uint8Array(5));
    expect(() => window.readNow(40 * 512, new Uint8Array(4))).toThrow(DiskError);
    expect([...window.take()]).toEqual([10, 35, 20_480, 20_484]);
    window.readNow(0, new Uint8Array(1));
    expect([...window.take()]).toEqual([0, 1]);
    expect(window.take()).toHaveLength(0);
    expect(window.sizeBytes).toBe(64 * 512);
  });
});
