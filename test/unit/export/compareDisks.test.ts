/** Comparing is what comparing two plain arrays is, and reads only what can differ. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { type Progress, ProgressMeter } from '../../../src/base/progress.ts';
import { GIB, MIB } from '../../../src/base/units.ts';
import type { DiskChain } from '../../../src/chain/diskChain.ts';
import { openChain } from '../../../src/chain/openChain.ts';
import { Comparer } from '../../../src/core/comparer.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { compareDisks } from '../../../src/export/compareDisks.ts';
import { type Comparison, MOST_CELLS, MOST_RANGES } from '../../../src/export/comparison.ts';
import { createDisk } from '../../../src/export/createDisk.ts';
import { DifferenceTally } from '../../../src/export/differenceTally.ts';
import { isDiskImage } from '../../../src/formats/openImage.ts';
import { openRaw } from '../../../src/formats/raw/open.ts';
import type { RandomAccessFile } from '../../../src/storage/randomAccessFile.ts';
import { BytesFile } from '../../support/bytesFile.ts';
import { buildImage, buildRandomChain, mixedEndianId, SECTOR } from '../../support/imageBuilder.ts';
import { MemorySink } from '../../support/memorySink.ts';
import { opened } from '../../support/opened.ts';
import { openFiles, waiting } from '../../support/openedChain.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

/** By plain loops; `unknown` has a byte a sector. */
function expected(one: Uint8Array, other: Uint8Array, unknown = new Uint8Array(0)) {
  const sectors = Math.max(one.length, other.length) / SECTOR;
  let differingBytes = 0;
  const differs = new Uint8Array(sectors);
  const [a, b] = [one, other].map((bytes) => {
    const whole = new Uint8Array(sectors * SECTOR);
    whole.set(bytes);
    return whole;
  });
  if (!a || !b) throw new Error('two disks');
  for (let sector = 0; sector < sectors; sector++) {
    const from = sector * SECTOR;
    if (
      unknown[sector] ||
      Buffer.compare(a.subarray(from, from + SECTOR), b.subarray(from, from + SECTOR)) === 0
    )
      continue;
    differs[sector] = 1;
    for (let at = from; at < from + SECTOR; at++) if (a[at] !== b[at]) differingBytes++;
  }
  const ranges: { firstSector: number; sectorCount: number }[] = [];
  for (const [sector, differing] of differs.entries()) {
    const last = ranges.at(-1);
    if (!differing) continue;
    if (last && last.firstSector + last.sectorCount === sector) last.sectorCount++;
    else ranges.push({ firstSector: sector, sectorCount: 1 });
  }
  const differingSectors = differs.reduce((sum, each) => sum + each, 0);
  return {
    differingBytes,
    differs,
    differingSectors,
    ranges: ranges.slice(0, MOST_RANGES),
    rangeCount: ranges.length,
  };
}

function expectComparison(
  found: Comparison,
  one: Uint8Array,
  other: Uint8Array,
  unknown = new Uint8Array(0),
): void {
  const { differs, ...wanted } = expected(one, other, unknown);
  expect(found).toMatchObject(wanted);
  expect(found.sectorCounts).toEqual([one.length / SECTOR, other.length / SECTOR]);
  const unknowns = unknown.reduce((sum, each) => sum + each, 0);
  expect(found.unknownSectors).toBe(unknowns);
  expect(found.equal).toBe(wanted.differingSectors === 0 && unknowns === 0);
  expect(found.cells.length).toBeLessThanOrEqual(MOST_CELLS);
  for (const [cell, value] of found.cells.entries()) {
    const sectors = differs.subarray(cell * found.sectorsPerCell, (cell + 1) * found.sectorsPerCell);
    const count = sectors.reduce((sum, each) => sum + each, 0);
    const hidden = unknown
      .subarray(cell * found.sectorsPerCell, (cell + 1) * found.sectorsPerCell)
      .includes(1);
    const share = count > 0 ? Math.max(1, Math.round((count / sectors.length) * 254)) : hidden ? 255 : 0;
    if (value !== share) expect.fail(`cell ${cell} is ${value}, not ${share}`);
  }
}

const layersOf = (files: readonly { readonly file: RandomAccessFile }[], slow = false) =>
  files.map(({ file }) => (slow ? waiting(file) : file));

describe('compareDisks', { timeout: 60_000 }, () => {
  test.each(Array.from({ length: 16 }, (_, seed) => seed))('two random chains (seed %i)', async (seed) => {
    const one = buildRandomChain(seed, {
      blockSizes: [2 ** 12, 2 ** 16, 2 ** 19],
      virtualSizeBytes: (2000 + seed * 131) * SECTOR,
    });
    // The same seed with other sizes gives disks that are alike in parts.
    const other = buildRandomChain(seed + (seed % 2), {
      blockSizes: [2 ** 12, 2 ** 16, 2 ** 19],
      virtualSizeBytes: (2000 + ((seed * 977) % 2500)) * SECTOR,
    });
    const [first, second] = [one.truth[0] ?? new Uint8Array(0), other.truth[0] ?? new Uint8Array(0)];
    const slow = seed % 3 === 0;
    const found = await compareDisks(
      await openFiles(module, layersOf(one.files, slow)),
      await openFiles(module, layersOf(other.files)),
      { module },
    );
    expectComparison(found, first, second);
    expect(found.sharedSectors).toBe(0);
  });

  test.each(Array.from({ length: 16 }, (_, seed) => seed))(
    'two points of a random chain (seed %i)',
    async (seed) => {
      const prng = new Prng(seed);
      const { files, truth } = buildRandomChain(seed, {
        layers: 4,
        sizesDiffer: seed % 4 === 0,
        virtualSizeBytes: (3000 + seed * 61) * SECTOR,
        blockSizes: [2 ** 12, 2 ** 16, 2 ** 19],
      });
      const [a, b] = [prng.below(4), prng.below(4)];
      const layers = layersOf(files, seed % 3 === 0);
      const chains = [
        await openFiles(module, layers.slice(a)),
        await openFiles(module, layers.slice(b)),
      ] as const;
      const found = await compareDisks(...chains, { module });
      expectComparison(found, truth[a] ?? new Uint8Array(0), truth[b] ?? new Uint8Array(0));
    },
  );

  test('a disk is itself, without a byte of it being read', async () => {
    const data = new Uint8Array(4 * MIB);
    new Prng(5).fill(data);
    const bytes = buildImage({ type: 'fixed', virtualSizeBytes: data.length, data }).bytes();
    const file = new BytesFile('disk.vhd', bytes);
    const disks = [await openFiles(module, [file]), await openFiles(module, [file])] as const;
    const before = file.readBytes;
    const found = await compareDisks(...disks, { module });
    expect(found).toMatchObject({ equal: true, sharedSectors: data.length / SECTOR, rangeCount: 0 });
    expect(file.readBytes).toBe(before);
  });

  test.each([false, true])(
    'of two points of a chain only what changed is read (waiting: %s)',
    async (slow) => {
      const sizeBytes = 8 * MIB;
      const data = new Uint8Array(sizeBytes);
      new Prng(6).fill(data);
      const base = new BytesFile(
        'base.vhd',
        buildImage({ type: 'fixed', virtualSizeBytes: sizeBytes, id: mixedEndianId(1), data }).bytes(),
      );
      const bits = new Uint8Array(4096);
      for (const sector of [5, 6, 100, 4095]) bits[sector] = 1;
      const block = data.slice(2 * MIB, 4 * MIB);
      // One of the four is written with what was there before.
      for (const sector of [5, 100, 4095])
        block.set([1 + (block[sector * SECTOR + 7] ?? 0)], sector * SECTOR + 7);
      const parent = { id: mixedEndianId(1), name: 'base.vhd' };
      const child = new BytesFile(
        'child.avhd',
        buildImage({
          type: 'differencing',
          virtualSizeBytes: sizeBytes,
          parent,
          blocks: [[1, { bits, data: block }]],
        }).bytes(),
      );
      const [leaf, root] = slow ? [waiting(child), waiting(base)] : [child, base];
      const disks = [await openFiles(module, [leaf, root]), await openFiles(module, [root])] as const;
      const before = base.readBytes;
      const found = await compareDisks(...disks, { module });
      expect(found).toMatchObject({ differingBytes: 3, differingSectors: 3, rangeCount: 3, equal: false });
      expect(found.ranges.map(({ firstSector }) => firstSector)).toEqual([4101, 4196, 8191]);
      expect(found.sharedSectors).toBe(sizeBytes / SECTOR - 4);
      // Where a request costs time the short gap is read through: 93 sectors, from the base for both.
      expect(base.readBytes - before).toBe((slow ? 4 + 2 * 93 : 4) * SECTOR);
    },
  );

  test('two places of one file are two places', async () => {
    const data = new Uint8Array(MIB);
    new Prng(7).fill(data);
    const file = buildImage({
      type: 'dynamic',
      virtualSizeBytes: 2 * MIB,
      blockSizeBytes: MIB,
      blocks: [[1, { data }]],
    }).file('x.vhd');
    const disk = await openFiles(module, [file]);
    const raw = await openRaw(file);
    if (!isDiskImage(raw)) throw new Error('anything is a raw disk');
    const asRaw = await openChain(module, [raw], { complete: true });
    const whole = new Uint8Array(2 * MIB);
    whole.set(data, MIB);
    const found = await compareDisks(disk, asRaw, { module });
    expectComparison(found, whole, file.bytes().subarray(0, asRaw.sectorCount * SECTOR));
    expect(found).toMatchObject({ equal: false, sharedSectors: 0 });
  });

  test('disks that hold nothing are equal, whatever their size', async () => {
    const disks: DiskChain[] = [];
    for (const virtualSizeBytes of [2040 * GIB, 3 * MIB]) {
      const sink = new MemorySink();
      const identity = { id: mixedEndianId(virtualSizeBytes % 7), made: new Date(0) };
      await createDisk(sink, { type: 'dynamic', virtualSizeBytes, blockSizeBytes: 8 * MIB, identity });
      disks.push(await openChain(module, [await opened(sink.asFile('empty'))], { complete: true }));
    }
    const [large, small] = disks as [DiskChain, DiskChain];
    const found = await compareDisks(large, small, { module });
    expect(found).toMatchObject({ equal: true, sharedSectors: 0, differingBytes: 0, unknownSectors: 0 });
    expect(found.cells.length).toBeLessThanOrEqual(MOST_CELLS);
    expect(found.cells.length * found.sectorsPerCell).toBeGreaterThanOrEqual(large.sectorCount);
  });

  test.each([1, 2, 3, 4, 5, 6])(
    'what lies in a parent that is not here is unknown (seed %i)',
    async (seed) => {
      const { files, truth } = buildRandomChain(seed, {
        layers: 3,
        base: 'dynamic',
        blockSizes: [2 ** 16],
        virtualSizeBytes: 3000 * SECTOR,
      });
      const layers = layersOf(files, seed % 2 === 0);
      const orphan = await openFiles(module, layers.slice(0, 2), false);
      const unknown = new Uint8Array(orphan.sectorCount);
      await orphan.readOwned(0, new Uint8Array(unknown.length * SECTOR), unknown);
      const isMissing = unknown.map((owner) => (owner === 254 ? 1 : 0));
      expect(isMissing).toContain(1);
      const [leaf, , base] = truth;
      for (const [disk, bytes] of [
        [await openFiles(module, layers), leaf],
        [await openFiles(module, layers.slice(2)), base],
      ] as const) {
        const found = await compareDisks(orphan, disk, { module });
        expectComparison(found, leaf ?? new Uint8Array(0), bytes ?? new Uint8Array(0), isMissing);
      }
    },
  );

  test('tells how far it is, and stops at a cancel', async () => {
    const chain = buildRandomChain(8, { base: 'fixed', layers: 1 });
    const other = buildRandomChain(9, { base: 'fixed', layers: 1 });
    const disks = [
      await openFiles(module, layersOf(chain.files)),
      await openFiles(module, layersOf(other.files)),
    ] as const;
    const seen: number[] = [];
    const total = Math.max(...disks.map(({ sectorCount }) => sectorCount)) * SECTOR;
    let now = 0;
    const report = ({ done }: Progress) => void seen.push(done);
    const meter = new ProgressMeter(report, 'Comparing', 'bytes', total, () => (now += 300));
    await compareDisks(...disks, { module, meter });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.at(-1)).toBe(total);

    const controller = new AbortController();
    const stop = ({ done }: Progress) => done > 0 && controller.abort(new Error('enough'));
    const until = new ProgressMeter(stop, 'Comparing', 'bytes', total, () => (now += 300));
    const pending = compareDisks(...disks, { module, meter: until, signal: controller.signal });
    await expect(pending).rejects.toThrow('enough');
  });

  test('a file that ends too early ends the comparison', async () => {
    const built = buildImage({
      type: 'dynamic',
      virtualSizeBytes: 4 * MIB,
      blocks: [[0, { data: new Uint8Array(512).fill(1) }]],
    });
    const bytes = built.bytes();
    new DataView(bytes.buffer).setUint32(built.batOffset, 0x00ff_ffff);
    const whole = built.file('whole.vhd');
    for (const slow of [false, true]) {
      const { file } = await opened(bytes);
      const disks = [
        await openFiles(module, [slow ? waiting(file) : file]),
        await openFiles(module, [whole]),
      ] as const;
      await expect(compareDisks(...disks, { module })).rejects.toMatchObject({ code: 'truncated' });
    }
  });
});

describe('DifferenceTally', () => {
  test('counts more ranges than it keeps, and joins those that touch', () => {
    const tally = new DifferenceTally([5_000_000, 4_000_000]);
    for (let i = 0; i < MOST_RANGES + 500; i++) {
      tally.addDiffering(i * 10, 2);
      tally.addDiffering(i * 10 + 2, 3);
    }
    const found = tally.result();
    expect(found.rangeCount).toBe(MOST_RANGES + 500);
    expect(found.ranges.length).toBe(MOST_RANGES);
    expect(
      found.ranges.every(({ firstSector, sectorCount }, i) => firstSector === i * 10 && sectorCount === 5),
    ).toBe(true);
    expect(found.differingSectors).toBe((MOST_RANGES + 500) * 5);
    expect(found.cells.length).toBe(Math.ceil(5_000_000 / found.sectorsPerCell));
  });

  test('a difference in a cell shows beside what is unknown there', () => {
    const tally = new DifferenceTally([MOST_CELLS * 4, 1]);
    tally.addUnknown(2, 8);
    tally.addDiffering(9, 1);
    expect([...tally.result().cells.subarray(0, 4)]).toEqual([255, 255, 64, 0]);
  });
});

describe('Comparer', () => {
  test.each(Array.from({ length: 12 }, (_, seed) => seed))(
    'counts bytes and runs as plain loops do (seed %i)',
    async (seed) => {
      const prng = new Prng(seed);
      const comparer = await Comparer.create(module, 64 * SECTOR, 2);
      for (const { one, other } of comparer.pairs) {
        const sectors = 1 + prng.below(64);
        prng.fill(one);
        other.set(one);
        for (let changes = prng.below(200); changes > 0; changes--) {
          const at = prng.below(sectors * SECTOR);
          other[at] = (other[at] ?? 0) ^ (1 << prng.below(8));
        }
        if (prng.below(3) === 0) other.fill(3, 0, SECTOR);
        const [a, b] = [one.subarray(0, sectors * SECTOR), other.subarray(0, sectors * SECTOR)];
        const { differingBytes, runs } = comparer.compare(a, b);
        const wanted = expected(a, b);
        expect(differingBytes).toBe(wanted.differingBytes);
        expect([...runs]).toEqual(
          wanted.ranges.flatMap(({ firstSector, sectorCount }) => [firstSector, sectorCount]),
        );
      }
    },
  );

  test('sees one byte wherever it is, and nothing where there is nothing', async () => {
    const comparer = await Comparer.create(module, 2 * SECTOR, 1);
    const [pair] = comparer.pairs;
    if (!pair) throw new Error('a pair');
    expect(comparer.compare(pair.one, pair.other)).toMatchObject({ differingBytes: 0 });
    for (let at = 0; at < 2 * SECTOR; at++) {
      pair.other[at] = 0x80;
      const { differingBytes, runs } = comparer.compare(pair.one, pair.other);
      expect([differingBytes, ...runs]).toEqual([1, Math.floor(at / SECTOR), 1]);
      pair.other[at] = 0;
    }
  });
});
