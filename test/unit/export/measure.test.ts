/** A measurement is what the operation then does, or an upper bound that says so. */
import { beforeAll, describe, expect, test } from 'vitest';
import { KIB, MIB } from '../../../src/base/units.ts';
import { openChain } from '../../../src/chain/openChain.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { exportDisk } from '../../../src/export/exportDisk.ts';
import { measureExport } from '../../../src/export/measureExport.ts';
import { measureMerge } from '../../../src/export/measureMerge.ts';
import type { DiskImage } from '../../../src/formats/diskImage.ts';
import { BlockWriter, filledBitmap } from '../../../src/formats/vhd/blockWriter.ts';
import { createVhd } from '../../../src/formats/vhd/create.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';
import type { RandomAccessFile } from '../../../src/storage/randomAccessFile.ts';
import { buildImage, buildRandomChain, mixedEndianId, SECTOR } from '../../support/imageBuilder.ts';
import { MemorySink } from '../../support/memorySink.ts';
import { batOf, opened } from '../../support/opened.ts';
import { openFiles } from '../../support/openedChain.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

const identity = { id: mixedEndianId(99), made: new Date(0) };

/** With the memory that an export needs. */
async function wholeDisk(files: readonly RandomAccessFile[]) {
  const { layers } = await openFiles(module, files);
  return openChain(module, layers, { complete: true });
}

describe('measureExport', { timeout: 60_000 }, () => {
  test.each(Array.from({ length: 12 }, (_, seed) => seed))(
    'is the size of raw and fixed files, and at most that of dynamic ones (seed %i)',
    async (seed) => {
      const { files } = buildRandomChain(seed, {
        blockSizes: [2 ** 16, 2 ** 19, 2 ** 21],
        sizesDiffer: seed % 3 === 0,
      });
      const disk = await wholeDisk(files.map(({ file }) => file));
      const oldBytes = files.reduce((sum, { file }) => sum + file.sizeBytes, 0);
      for (const format of ['raw', 'fixed', 'dynamic'] as const) {
        const sizes = format === 'dynamic' ? [512 * KIB, MIB] : [undefined];
        for (const blockSizeBytes of sizes) {
          const measured = await measureExport(disk, format, blockSizeBytes);
          const sink = new MemorySink();
          const made = await exportDisk(disk, sink, {
            format,
            identity,
            hasher: null,
            ...(blockSizeBytes ? { blockSizeBytes } : {}),
          });
          expect(measured.exact).toBe(format !== 'dynamic' || measured.blocks === 0);
          if (format === 'dynamic') expect(made.fileBytes).toBeLessThanOrEqual(measured.fileBytes);
          else expect(made.fileBytes).toBe(measured.fileBytes);
          expect(made.writtenBytes).toBeLessThanOrEqual(measured.writeBytes);
          expect(measured).toMatchObject({ newFiles: 1, freedBytes: oldBytes - measured.fileBytes });
          expect(measured.readBytes).toBeLessThanOrEqual(disk.sectorCount * SECTOR);
        }
      }
    },
  );

  test.each([512 * KIB, MIB, 2 * MIB, 8 * MIB])(
    'is exact where every block holds data (blocks of %i)',
    async (blockSizeBytes) => {
      const virtualSizeBytes = 19 * MIB + SECTOR;
      const data = new Uint8Array(2 * MIB).fill(1);
      // Blocks 2 to 4 and the last one, which is partial.
      const blocks = [2, 3, 4, 9].map(
        (block) => [block, { data: block === 9 ? data.subarray(0, MIB + SECTOR) : data }] as const,
      );
      const source = buildImage({ type: 'dynamic', virtualSizeBytes, blocks }).file('source.vhd');
      const disk = await wholeDisk([source]);
      const measured = await measureExport(disk, 'dynamic', blockSizeBytes);
      const sink = new MemorySink();
      const made = await exportDisk(disk, sink, {
        format: 'dynamic',
        identity,
        hasher: null,
        blockSizeBytes,
      });
      expect(measured).toMatchObject({
        fileBytes: made.fileBytes,
        writeBytes: made.writtenBytes,
        readBytes: 7 * MIB + SECTOR,
        freedBytes: source.sizeBytes - made.fileBytes,
      });
    },
  );

  test('an empty disk needs structures alone', async () => {
    const source = buildImage({ type: 'dynamic', virtualSizeBytes: 64 * MIB, blocks: [] }).file('source.vhd');
    const disk = await wholeDisk([source]);
    const measured = await measureExport(disk, 'dynamic');
    const made = await exportDisk(disk, new MemorySink(), { format: 'dynamic', identity, hasher: null });
    expect(measured).toMatchObject({ fileBytes: made.fileBytes, exact: true, readBytes: 0, blocks: 0 });
  });

  test('refuses block sizes as the export does', async () => {
    const disk = await wholeDisk([buildImage({ type: 'dynamic', virtualSizeBytes: MIB }).file('x.vhd')]);
    await expect(measureExport(disk, 'dynamic', 256 * KIB)).rejects.toMatchObject({ code: 'bad-request' });
  });
});

/** Sectors of the disk that a child holds, by plain loops. */
async function heldSectors(image: DiskImage): Promise<number[]> {
  const { tables } = image;
  if (tables.kind !== 'vhd-blocks') throw new Error('no blocks');
  const bat = new DataView((await batOf(image)).buffer);
  const held: number[] = [];
  for (let block = 0; block < tables.batEntries; block++) {
    if (bat.getUint32(block * 4) === 0xffffffff) continue;
    const bitmap = new Uint8Array(tables.bitmapBytes);
    await image.file.read(bat.getUint32(block * 4) * SECTOR, bitmap);
    for (let i = 0; i < tables.blockSizeBytes / SECTOR; i++) {
      const sector = (block * tables.blockSizeBytes) / SECTOR + i;
      if (sector * SECTOR < image.virtualSizeBytes && (bitmap[i >> 3] ?? 0) & (0x80 >> (i & 7)))
        held.push(sector);
    }
  }
  return held;
}

describe('measureMerge', { timeout: 60_000 }, () => {
  test.each(Array.from({ length: 24 }, (_, seed) => seed))(
    'counts what plain loops count (seed %i)',
    async (seed) => {
      const { files } = buildRandomChain(seed, {
        layers: 3,
        blockSizes: [2 ** 12, 2 ** 15, 2 ** 16, 2 ** 19],
        virtualSizeBytes: (2000 + seed * 37) * SECTOR,
      });
      const [leaf, middle, base] = await Promise.all(
        (
          await openFiles(
            module,
            files.map(({ file }) => file),
          )
        ).layers,
      );
      for (const [child, parent] of [
        [leaf, middle],
        [middle, base],
      ] as const) {
        if (!child || !parent) throw new Error('three layers');
        const measured = await measureMerge(child, parent, { module });
        const held = await heldSectors(child);
        expect(measured.exact).toBe(true);
        expect(measured.newFiles).toBe(0);
        if (parent.tables.kind === 'flat') {
          expect(measured).toMatchObject({
            blocks: 0,
            writeBytes: held.length * SECTOR,
            fileBytes: parent.file.sizeBytes,
            freedBytes: child.file.sizeBytes,
          });
          continue;
        }
        const bat = new DataView((await batOf(parent)).buffer);
        const perBlock = parent.tables.blockSizeBytes / SECTOR;
        const touched = new Set(held.map((sector) => Math.floor(sector / perBlock)));
        const added = [...touched].filter((block) => bat.getUint32(block * 4) === 0xffffffff);
        expect(measured.blocks).toBe(added.length);
        const bitmaps = parent.type === 'differencing' ? touched.size : added.length;
        const structures = bitmaps * parent.tables.bitmapBytes;
        const table = added.length > 0 ? Math.ceil(bat.byteLength / SECTOR) * SECTOR + SECTOR : 0;
        expect(measured.writeBytes).toBe(held.length * SECTOR + structures + table);
        expect(measured.freedBytes).toBe(child.file.sizeBytes + parent.file.sizeBytes - measured.fileBytes);
        if (added.length === 0) expect(measured.fileBytes).toBe(parent.file.sizeBytes);
      }
    },
  );

  test('the parent grows as a file with those blocks is larger', async () => {
    const virtualSizeBytes = 40 * MIB;
    const parent = createVhd({ type: 'dynamic', virtualSizeBytes, id: mixedEndianId(1), modified: null });
    const file = new MemoryFile('parent.vhd');
    const writer = await BlockWriter.start(file, parent);
    const whole = filledBitmap(512, 4096);
    for (const block of [7, 1]) await writer.begin(block, whole);
    await writer.finish();
    const child = buildImage({
      type: 'differencing',
      virtualSizeBytes,
      parent: { id: mixedEndianId(1), name: 'parent.vhd' },
      blocks: [1, 2, 3, 19].map((block) => [block, { data: new Uint8Array(512) }] as const),
    });
    const measured = await measureMerge(await opened(child), await opened(file), { module });
    const larger = await BlockWriter.start(new MemoryFile('larger.vhd'), parent);
    for (const block of [7, 1, 2, 3, 19]) await larger.begin(block, whole);
    expect(measured).toMatchObject({ blocks: 3, fileBytes: larger.fileBytes });
    expect(measured.freedBytes).toBe(child.sizeBytes - (larger.fileBytes - file.sizeBytes));
  });

  test('refuses a disk without a parent', async () => {
    const image = await opened(buildImage({ type: 'dynamic', virtualSizeBytes: MIB }));
    await expect(measureMerge(image, image, { module })).rejects.toMatchObject({ code: 'bad-request' });
  });
});
