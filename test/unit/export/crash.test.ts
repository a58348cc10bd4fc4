/** Power cut at every operation of every writer of new files: under the name there is nothing, or all of it. */
import { beforeAll, expect, test } from 'vitest';
import { KIB } from '../../../src/base/units.ts';
import { openChain } from '../../../src/chain/openChain.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { compactImage } from '../../../src/export/compactImage.ts';
import { createDisk } from '../../../src/export/createDisk.ts';
import { exportDisk } from '../../../src/export/exportDisk.ts';
import { copyPatched } from '../../../src/storage/copyPatched.ts';
import type { DiskFolder } from '../../../src/storage/diskFolder.ts';
import { folderSink } from '../../../src/storage/fileSink.ts';
import { MemoryFolder } from '../../../src/storage/memoryFolder.ts';
import { crashEverywhere } from '../../support/crashPoints.ts';
import { buildRandomChain, mixedEndianId } from '../../support/imageBuilder.ts';
import { opened } from '../../support/opened.ts';
import { openFiles, sameBytes } from '../../support/openedChain.ts';
import { patchOver } from '../../support/patches.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

const NAME = 'new.vhd';
const BYSTANDER = 'other.vhd';
const identity = { id: mixedEndianId(7), made: new Date('2024-05-06T07:08:09Z') };
const source = buildRandomChain(5, {
  layers: 2,
  blockSizes: [2 ** 12],
  virtualSizeBytes: 300 * 512,
  base: 'dynamic',
});
const [leaf] = source.files;
const parent = { id: mixedEndianId(8), name: 'base.vhd', relativePath: '.\\base.vhd', modified: null };

const diskOf = async () => {
  const { layers } = await openFiles(
    module,
    source.files.map(({ file }) => file),
  );
  return openChain(module, layers, { complete: true });
};
const exported = (format: 'raw' | 'fixed' | 'dynamic') => async (folder: DiskFolder) =>
  exportDisk(await diskOf(), await folderSink(folder, NAME), {
    format,
    identity,
    hasher: null,
    wholeMib: format === 'fixed',
    ...(format === 'dynamic' ? { blockSizeBytes: 512 * KIB } : {}),
  });

const WRITERS: Record<string, (folder: DiskFolder) => Promise<unknown>> = {
  'a fixed disk': async (folder) =>
    createDisk(await folderSink(folder, NAME), { type: 'fixed', virtualSizeBytes: 8 * KIB, identity }),
  'a dynamic disk': async (folder) =>
    createDisk(await folderSink(folder, NAME), { type: 'dynamic', virtualSizeBytes: 8 * KIB, identity }),
  'a differencing disk': async (folder) =>
    createDisk(await folderSink(folder, NAME), {
      type: 'differencing',
      virtualSizeBytes: 8 * KIB,
      identity,
      parent,
    }),
  'a compacted disk': async (folder) =>
    compactImage(await opened(leaf?.file ?? new Uint8Array(0)), await folderSink(folder, NAME), { module }),
  'a repaired or grown copy': async (folder) => {
    const file = leaf?.file ?? expect.fail('a chain has a leaf');
    const patch = patchOver(file.bytes(), file.sizeBytes + 1000, [
      [0, 40],
      [700, 600],
      [file.sizeBytes - 5, 900],
    ]);
    const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);
    return copyPatched(file, await folderSink(folder, NAME), patch, { isZero });
  },
  'a saved raw disk': exported('raw'),
  'a saved fixed disk': exported('fixed'),
  'a saved dynamic disk': exported('dynamic'),
};

test.each(Object.keys(WRITERS).flatMap((what) => [false, true].map((taken) => [what, taken] as const)))(
  '%s (the name was taken before: %s)',
  { timeout: 60_000 },
  async (what, taken) => {
    const write = WRITERS[what] ?? expect.fail(what);
    const whole = new MemoryFolder();
    await write(whole);
    const wanted = whole.bytes(NAME);
    const before = new Uint8Array(700).fill(3);
    const files = { [BYSTANDER]: new Uint8Array(900).fill(4), ...(taken ? { [NAME]: before } : {}) };
    const totals = await crashEverywhere({
      files,
      write,
      garbage: true,
      seeds: 4,
      exhaustiveChanges: 3,
      async check(survivor) {
        expect(sameBytes(survivor.bytes(BYSTANDER), files[BYSTANDER] ?? new Uint8Array(0))).toBe(true);
        const isThere = (await survivor.list()).some(({ name }) => name === NAME);
        if (!isThere) {
          expect(taken, 'the file of that name is gone').toBe(false);
          return;
        }
        const found = survivor.bytes(NAME);
        if (taken && sameBytes(found, before)) return;
        expect(
          sameBytes(found, wanted),
          `${found.length} of ${wanted.length} bytes are not the new file`,
        ).toBe(true);
        // What is left over does not stand in the way.
        await write(survivor);
        expect(sameBytes(survivor.bytes(NAME), wanted)).toBe(true);
      },
    });
    expect(totals.operations).toBeGreaterThan(4);
    expect(totals.checked).toBeGreaterThan(totals.operations / 2);
  },
);
