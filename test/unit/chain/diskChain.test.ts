/**
 * Invariants: a disk reads as the flat array that its layers were drawn from, from every file of the chain, with storage
 * that answers at once and with storage that must be waited for; the extents are where those bytes stand; the walk and
 * the index tell the same; a sector whose answer is not here is never told as zeros.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import type { DiskChain } from '../../../src/chain/diskChain.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';
import { openFiles, passOver, sameBytes, waiting } from '../../support/openedChain.ts';
import { buildRandomChain, type RandomChain } from '../../support/randomChain.ts';

const SECTOR = 512;
let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

/** Seen from `leaf`; the smaller chains run often, the usual block sizes less often. */
function chainOf(seed: number): RandomChain {
  if (seed % 5 === 0) return buildRandomChain(seed, { sizesDiffer: seed % 10 === 0 });
  const small = { blockSizes: [4096, 8192, 65536], virtualSizeBytes: (1 + (seed % 700)) * SECTOR };
  return buildRandomChain(seed, { ...small, layers: 1 + (seed % 9), sizesDiffer: seed % 3 === 0 });
}

async function expectReads(disk: DiskChain, truth: Uint8Array, prng: Prng, label: string) {
  const sectors = truth.length / SECTOR;
  expect(disk.sectorCount, label).toBe(sectors);
  for (let round = 0; round < 6; round++) {
    const first = round === 0 ? 0 : prng.below(sectors);
    const count = round === 0 ? sectors : 1 + prng.below(Math.min(sectors - first, round < 3 ? 8 : sectors));
    const target = new Uint8Array(count * SECTOR).fill(0xee);
    await disk.read(first, target);
    const wanted = truth.subarray(first * SECTOR, (first + count) * SECTOR);
    if (!sameBytes(target, wanted)) expect.fail(`${label}: sectors ${first} + ${count} read wrong`);
  }
}

describe('a chain reads as the flat array it was drawn from', () => {
  it('from every file, at once and waiting', async () => {
    for (let seed = 1; seed <= 120; seed++) {
      const chain = chainOf(seed);
      for (const [layer, truth] of chain.truth.entries()) {
        const files = chain.files.slice(layer).map((each) => each.file);
        const prng = new Prng(seed);
        await expectReads(await openFiles(module, files), truth, prng, `seed ${seed}, layer ${layer}`);
        const disk = await openFiles(module, files.map(waiting));
        await expectReads(disk, truth, prng, `seed ${seed}, layer ${layer}, waiting`);
      }
    }
  });

  it('in one pass, whatever the size of the pieces and wherever it begins', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const chain = chainOf(seed);
      const truth = chain.truth[0] ?? new Uint8Array(0);
      const files = chain.files.map((each) => each.file);
      const prng = new Prng(seed);
      for (const disk of [await openFiles(module, files), await openFiles(module, files.map(waiting))]) {
        const chunkBytes = SECTOR * (1 + prng.below(500));
        const firstSector = prng.below(disk.sectorCount);
        const wanted = truth.subarray(firstSector * SECTOR);
        expect(sameBytes(await passOver(disk, { chunkBytes, firstSector }), wanted), `seed ${seed}`).toBe(
          true,
        );
      }
    }
  });

  it('the extents of a trace are the bytes that are read, and those of the index', async () => {
    for (let seed = 1; seed <= 80; seed++) {
      const chain = chainOf(seed);
      const truth = chain.truth[0] ?? new Uint8Array(0);
      const disk = await openFiles(
        module,
        chain.files.map((each) => each.file),
      );
      const prng = new Prng(seed);
      for (let round = 0; round < 5; round++) {
        const first = prng.below(disk.sectorCount);
        const count = 1 + prng.below(disk.sectorCount - first);
        const trace = await disk.trace(first, count);
        expect(trace.extents, `seed ${seed}`).toEqual(await disk.extents(first, trace.sectorCount));
        for (const extent of trace.extents) {
          const bytes = new Uint8Array(extent.sectorCount * SECTOR);
          if (extent.kind === 'data') await chain.files[extent.layer]?.file.read(extent.fileOffset, bytes);
          const from = extent.firstSector * SECTOR;
          if (!sameBytes(bytes, truth.subarray(from, from + bytes.length)))
            expect.fail(`seed ${seed}, sector ${extent.firstSector}`);
        }
      }
    }
  });

  it('the steps of a trace stand where the file says: entries, bits and data', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const chain = chainOf(seed);
      const disk = await openFiles(
        module,
        chain.files.map((each) => each.file),
      );
      const sector = new Prng(seed).below(disk.sectorCount);
      const trace = await disk.trace(sector, 1);
      expect(trace.steps.length, `seed ${seed}`).toBeGreaterThan(0);
      let layer = 0;
      for (const step of trace.steps) {
        expect(step.layer, `seed ${seed}`).toBe(Math.min(layer, disk.layers.length - 1));
        const file = chain.files[step.layer]?.file;
        if (step.action === 'fall-to-parent') layer++;
        if (step.action === 'bat-lookup') {
          const bytes = new Uint8Array(4);
          await file?.read(step.entryOffset, bytes);
          expect(new DataView(bytes.buffer).getUint32(0), `seed ${seed}`).toBe(step.entry);
        }
        if (step.action === 'bitmap-lookup') {
          const bytes = new Uint8Array(1);
          await file?.read(step.bitmapOffset, bytes);
          const bit = ((bytes[0] ?? 0) >> (7 - (step.sectorInBlock % 8))) & 1;
          expect(bit === 1, `seed ${seed}`).toBe(step.present);
          expect(step.cached, `seed ${seed}`).toBe(false);
        }
        if (step.action === 'read-data') expect(step.fileOffset).toBe(trace.extents[0]?.fileOffset);
      }
      const again = await disk.trace(sector, 1);
      for (const step of again.steps) if (step.action === 'bitmap-lookup') expect(step.cached).toBe(true);
    }
  });

  it('owners tell the layer of every sector', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const chain = chainOf(seed);
      const truth = chain.truth[0] ?? new Uint8Array(0);
      const disk = await openFiles(
        module,
        chain.files.map((each) => each.file),
      );
      const bytes = new Uint8Array(truth.length);
      const owners = new Uint8Array(disk.sectorCount).fill(99);
      await disk.readOwned(0, bytes, owners);
      expect(sameBytes(bytes, truth), `seed ${seed}`).toBe(true);
      for (const extent of await disk.extents(0, disk.sectorCount)) {
        const wanted = extent.kind === 'data' ? extent.layer : 255;
        const part = owners.subarray(extent.firstSector, extent.firstSector + extent.sectorCount);
        if (part.some((owner) => owner !== wanted)) expect.fail(`seed ${seed}, sector ${extent.firstSector}`);
      }
    }
  });

  it('a read across joined runs needs fewer requests than it has runs, and never more', async () => {
    const chain = buildRandomChain(5, {
      layers: 4,
      blockSizes: [2 ** 21],
      virtualSizeBytes: 2 ** 23,
      base: 'dynamic',
    });
    let requests = 0;
    const files = chain.files.map(({ file }) => ({
      ...waiting(file),
      readNow: (offset: number, target: Uint8Array) => {
        if (target.length > SECTOR) requests++;
        file.readNow?.(offset, target);
      },
    }));
    const disk = await openFiles(module, files);
    const target = new Uint8Array(2 ** 23);
    await disk.read(0, target);
    expect(sameBytes(target, chain.truth[0] ?? target.subarray(1))).toBe(true);
    const runs = (await disk.extents(0, disk.sectorCount)).filter((extent) => extent.kind === 'data').length;
    expect(requests).toBeLessThan(runs);
  });
});

describe('what is not here', () => {
  const files = () =>
    buildRandomChain(11, { layers: 3, blockSizes: [65536], virtualSizeBytes: 2 ** 20, base: 'fixed' });

  it('a sector whose answer lies in a missing parent is an error, with what is sought', async () => {
    const chain = files();
    const disk = await openFiles(
      module,
      [chain.files[0], chain.files[1]].flatMap((each) => each?.file ?? []),
      false,
    );
    const gap = (await disk.extents(0, disk.sectorCount)).find((extent) => extent.kind === 'missing');
    expect(gap).toBeDefined();
    const read = disk.read(gap?.firstSector ?? 0, new Uint8Array(SECTOR));
    await expect(read).rejects.toMatchObject({
      code: 'parent-missing',
      problem: { where: { file: 'disk1.avhd' } },
    });
    await expect(passOver(disk, { chunkBytes: 65536 })).rejects.toMatchObject({ code: 'parent-missing' });
    const owners = new Uint8Array(1);
    await disk.readOwned(gap?.firstSector ?? 0, new Uint8Array(SECTOR), owners);
    expect(owners[0]).toBe(254);
  });

  it('a file cut short fails where its bytes are gone and nowhere else, and says which sectors', async () => {
    const chain = files();
    const whole = await openFiles(
      module,
      chain.files.map((each) => each.file),
    );
    const cut = (await whole.extents(0, whole.sectorCount)).filter((extent) => extent.layer === 0);
    const last = cut.reduce((a, b) => (a.fileOffset > b.fileOffset ? a : b));
    const leaf = chain.files[0]?.file;
    if (!leaf) throw new Error('a chain has a leaf');
    const bytes = new Uint8Array(last.fileOffset);
    await leaf.read(0, bytes);
    const cutFiles = [MemoryFile.of(leaf.name, bytes), ...chain.files.slice(1).map((each) => each.file)];
    const disk = await openFiles(module, cutFiles);
    const truth = chain.truth[0] ?? new Uint8Array(0);
    for (const extent of cut) {
      const target = new Uint8Array(extent.sectorCount * SECTOR);
      const read = disk.read(extent.firstSector, target);
      if (extent === last) {
        await expect(read).rejects.toMatchObject({
          code: 'truncated',
          problem: { where: { file: 'disk2.avhd' } },
        });
        await expect(read).rejects.toThrow(/disk2\.avhd/);
      } else {
        await read;
        const from = extent.firstSector * SECTOR;
        expect(sameBytes(target, truth.subarray(from, from + target.length))).toBe(true);
      }
    }
  });

  it('a range that is not on the disk is refused', async () => {
    const chain = files();
    const disk = await openFiles(
      module,
      chain.files.map((each) => each.file),
    );
    for (const [first, count] of [
      [-1, 1],
      [0, 0],
      [disk.sectorCount, 1],
      [disk.sectorCount - 1, 2],
      [0.5, 1],
    ] as const) {
      await expect(disk.extents(first, count)).rejects.toMatchObject({ code: 'bad-request' });
    }
  });
});
