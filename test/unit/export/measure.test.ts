/** A measurement is what the operation then does, or an upper bound that says so. */
import { beforeAll, describe, expect, test } from 'vitest';
import { KIB, MIB } from '../../../src/base/units.ts';
import { openChain } from '../../../src/chain/openChain.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { exportDisk } from '../../../src/export/exportDisk.ts';
import { measureExport } from '../../../src/export/measureExport.ts';
import type { RandomAccessFile } from '../../../src/storage/randomAccessFile.ts';
import { buildImage, buildRandomChain, mixedEndianId, SECTOR } from '../../support/imageBuilder.ts';
import { MemorySink } from '../../support/memorySink.ts';
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
