/**
 * Reads, passes, maps and counts that run while the disk is written to, with storage that answers late and in any order.
 * Invariants: every sector that is read has a value that it had at some moment of the read; after the last write the
 * chain tells what the files hold, whatever was under way when a bit was set.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import type { DiskChain } from '../../../src/chain/diskChain.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import type { RandomAccessFile } from '../../../src/storage/randomAccessFile.ts';
import { openFiles, sameBytes } from '../../support/openedChain.ts';
import { buildRandomChain } from '../../support/randomChain.ts';
import { openToWrite, SMALLEST_CACHES, writableFile } from '../../support/writtenDisk.ts';

const SECTOR = 512;
let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

/** Answers after a while that the seed decides: a read may bring what stood there at its beginning or at its end. */
function late(file: RandomAccessFile, prng: Prng): RandomAccessFile {
  const while_ = async () => {
    for (let turns = prng.below(12); turns > 0; turns--) await Promise.resolve();
  };
  return {
    name: file.name,
    get sizeBytes() {
      return file.sizeBytes;
    },
    access: file.access,
    durable: file.durable,
    readThroughBytes: 4096,
    read: async (offset, target) => {
      await while_();
      await file.read(offset, target);
      await while_();
    },
    readMany: async (requests) => {
      await while_();
      await file.readMany(requests);
      await while_();
    },
    write: async (offset, source) => {
      await while_();
      await file.write(offset, source);
      await while_();
    },
    truncate: (sizeBytes) => file.truncate(sizeBytes),
    flush: while_,
    close: () => file.close(),
  };
}

/** The versions of each sector: 0 is what the files held, n what the nth write made of it. */
class Versions {
  readonly begun: number[][];
  readonly ended: number[];
  private count = 0;

  constructor(private readonly truth: Uint8Array) {
    const sectors = truth.length / SECTOR;
    this.begun = Array.from({ length: sectors }, () => [0]);
    this.ended = new Array<number>(sectors).fill(0);
  }

  bytesOf(sector: number, version: number): Uint8Array {
    if (version === 0) return this.truth.subarray(sector * SECTOR, (sector + 1) * SECTOR);
    const bytes = new Uint8Array(SECTOR).fill(version);
    new DataView(bytes.buffer).setUint32(0, sector);
    return version % 4 === 0 ? new Uint8Array(SECTOR) : bytes;
  }

  async write(disk: DiskChain, first: number, count: number): Promise<void> {
    const version = ++this.count;
    const bytes = new Uint8Array(count * SECTOR);
    for (let i = 0; i < count; i++) {
      bytes.set(this.bytesOf(first + i, version), i * SECTOR);
      this.begun[first + i]?.push(version);
    }
    await disk.write(first, bytes);
    this.ended.fill(version, first, first + count);
  }

  /** Values that each sector had since `since`, which is `ended` as it was then. */
  expectRead(bytes: Uint8Array, first: number, since: readonly number[], label: string): void {
    for (let i = 0; i < bytes.length / SECTOR; i++) {
      const sector = first + i;
      const oldest = since[sector] ?? 0;
      const found = bytes.subarray(i * SECTOR, (i + 1) * SECTOR);
      const versions = (this.begun[sector] ?? []).filter((version) => version >= oldest);
      const isRight = versions.some((version) => sameBytes(found, this.bytesOf(sector, version)));
      if (!isRight)
        expect.fail(`${label}: sector ${sector} reads ${found.subarray(0, 6)}, allowed ${versions}`);
    }
  }
}

async function race(seed: number, caches: { ownerBytes?: number; pageBytes?: number }): Promise<void> {
  const label = `seed ${seed}`;
  const prng = new Prng(seed);
  const sizes = { blockSizes: [4096, 16384], virtualSizeBytes: (50 + prng.below(400)) * SECTOR };
  const chain = buildRandomChain(seed, { ...sizes, layers: 1 + (seed % 4) });
  const [leaf, ...parents] = chain.files.map((each) => each.file);
  if (!leaf) throw new Error('a chain has a leaf');
  const files = [writableFile(leaf), ...parents];
  const disk = await openToWrite(
    module,
    files.map((file) => late(file, prng)),
    caches,
  );
  const versions = new Versions(chain.truth[0] ?? new Uint8Array(0));
  const range = (): [number, number] => {
    const first = prng.below(disk.sectorCount);
    return [first, 1 + prng.below(Math.min(disk.sectorCount - first, prng.below(3) === 0 ? 400 : 12))];
  };
  const read = async () => {
    const [first, count] = range();
    const since = versions.ended.slice();
    const target = new Uint8Array(count * SECTOR);
    await disk.read(first, target);
    versions.expectRead(target, first, since, label);
  };
  const pass = async () => {
    const since = versions.ended.slice();
    for await (const piece of disk.passes({ chunkBytes: 8192 })) {
      versions.expectRead(piece.bytes.slice(), piece.firstSector, since, label);
    }
  };
  const others = [
    () => disk.survey(),
    () => disk.unitShares(0, disk.unitCount),
    () => disk.trace(...range()),
    () => disk.flush(),
    () => disk.map({ firstSector: 0, sectorCount: disk.sectorCount, cells: 7, mode: 'depth' }),
    pass,
  ];
  for (let round = 0; round < 6; round++) {
    const calls: Promise<unknown>[] = [];
    for (let i = 0; i < 12; i++) {
      const kind = prng.below(5);
      if (kind < 2) calls.push(versions.write(disk, ...range()));
      else if (kind < 4) calls.push(read());
      else calls.push((others[prng.below(others.length)] ?? pass)());
      for (let turns = prng.below(8); turns > 0; turns--) await Promise.resolve();
    }
    await Promise.all(calls);
  }
  const all = new Uint8Array(disk.sectorCount * SECTOR);
  await disk.read(0, all);
  versions.expectRead(all, 0, versions.ended, `${label}, at the end`);
  const again = await openFiles(module, files);
  const held = new Uint8Array(all.length);
  await again.read(0, held);
  expect(sameBytes(held, all), `${label}: the files hold what the chain tells`).toBe(true);
  expect(await disk.extents(0, disk.sectorCount), label).toEqual(await again.extents(0, disk.sectorCount));
  expect(Array.from(await disk.unitShares(0, disk.unitCount)), label).toEqual(
    Array.from(await again.unitShares(0, disk.unitCount)),
  );
}

describe('while a disk is written to', () => {
  it('each sector reads as it was at some moment of the read, with ample caches', async () => {
    for (let seed = 1; seed <= 80; seed++) await race(seed, {});
  });

  it('and with the smallest ones', async () => {
    for (let seed = 101; seed <= 160; seed++) await race(seed, SMALLEST_CACHES);
  });

  it('writes and flushes take effect in the order in which they are made', async () => {
    const chain = buildRandomChain(4, { layers: 2, blockSizes: [4096], virtualSizeBytes: 64 * SECTOR });
    const [leaf, ...parents] = chain.files.map((each) => each.file);
    if (!leaf) throw new Error('a chain has a leaf');
    const prng = new Prng(1);
    const disk = await openToWrite(module, [late(writableFile(leaf), prng), ...parents]);
    const order: number[] = [];
    const calls = Array.from({ length: 20 }, async (_, i) => {
      if (i % 5 === 4) await disk.flush();
      else await disk.write(3, new Uint8Array(2 * SECTOR).fill(i));
      order.push(i);
    });
    await Promise.all(calls);
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
    const sector = new Uint8Array(SECTOR);
    await disk.read(3, sector);
    expect(sector[0]).toBe(18);
  });
});
