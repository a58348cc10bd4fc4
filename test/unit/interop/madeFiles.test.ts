/** What is made here (new disks, compacted files, saved disks) is read alike by 7-Zip, and by qemu-img and vhdiinfo where installed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { GIB, KIB, MIB } from '../../../src/base/units.ts';
import { openChain } from '../../../src/chain/openChain.ts';
import { parentPathsFor } from '../../../src/chain/parentPaths.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { compactImage } from '../../../src/export/compactImage.ts';
import { type CreateDiskOptions, createDisk } from '../../../src/export/createDisk.ts';
import { type ExportOptions, exportDisk } from '../../../src/export/exportDisk.ts';
import type { MemoryFile } from '../../../src/storage/memoryFile.ts';
import { buildImage, buildRandomChain, mixedEndianId, SECTOR } from '../../support/imageBuilder.ts';
import { isInstalled, run } from '../../support/installed.ts';
import { MemorySink } from '../../support/memorySink.ts';
import { opened } from '../../support/opened.ts';
import { openFiles, sameBytes } from '../../support/openedChain.ts';
import { SevenZipFolder } from '../../support/sevenZip.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const HAS_QEMU = isInstalled('qemu-img');
const HAS_VHDIINFO = isInstalled('vhdiinfo');

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

const identity = { id: mixedEndianId(70), made: new Date('2024-05-06T07:08:09Z') };

async function created(name: string, options: Omit<CreateDiskOptions, 'identity'>): Promise<MemoryFile> {
  const sink = new MemorySink();
  await createDisk(sink, { ...options, identity });
  return sink.asFile(name);
}

async function compacted(file: MemoryFile): Promise<MemoryFile> {
  const sink = new MemorySink();
  await compactImage(await opened(file), sink, { module });
  return sink.asFile(file.name);
}

async function saved(files: readonly MemoryFile[], options: Partial<ExportOptions>): Promise<MemoryFile> {
  const { layers } = await openFiles(module, files);
  const sink = new MemorySink();
  const disk = await openChain(module, layers, { complete: true });
  await exportDisk(disk, sink, { format: 'dynamic', identity, hasher: null, ...options });
  return sink.asFile('saved.vhd');
}

/** The first is what the disk is seen from. What 7-Zip leaves out is zeros. */
async function expectSevenZip(files: readonly MemoryFile[], disk: Uint8Array): Promise<void> {
  const folder = await SevenZipFolder.with(files.map((file) => ({ name: file.name, bytes: file.bytes() })));
  const read = new Uint8Array(disk.length);
  const size = folder.read(files[0]?.name ?? '', (offset, bytes) => read.set(bytes, offset));
  expect(size).toBe(disk.length);
  expect(sameBytes(read, disk)).toBe(true);
}

interface QemuInfo {
  readonly format: string;
  readonly 'virtual-size': number;
}

function expectQemu(file: MemoryFile, disk: Uint8Array): void {
  const folder = temporaryFolder();
  const [vhd, raw] = [join(folder, file.name), join(folder, 'qemu.raw')];
  writeFileSync(vhd, file.bytes());
  const info: QemuInfo = JSON.parse(run('qemu-img', 'info', '--output=json', '-f', 'vpc', vhd));
  expect(info).toMatchObject({ format: 'vpc', 'virtual-size': disk.length });
  run('qemu-img', 'convert', '-f', 'vpc', '-O', 'raw', vhd, raw);
  expect(sameBytes(readFileSync(raw), disk)).toBe(true);
}

/** A field of what vhdiinfo says of each name. */
function toldByVhdiinfo(file: MemoryFile): (name: string) => string | undefined {
  const folder = temporaryFolder();
  writeFileSync(join(folder, file.name), file.bytes());
  const told = run('vhdiinfo', join(folder, file.name));
  return (name) => new RegExp(`\\t${name}\\s*: (.*)`).exec(told)?.[1];
}

const rawId = (spelled: string | undefined) => spelled?.replaceAll('-', '').toUpperCase();

const BLOCK_SIZES = [512 * KIB, MIB, 2 * MIB, 4 * MIB, 8 * MIB];

describe('new disks', { timeout: 60_000 }, () => {
  const NEW: [string, Omit<CreateDiskOptions, 'identity'>][] = [
    ['fixed', { type: 'fixed', virtualSizeBytes: 5 * MIB + SECTOR }],
    ...BLOCK_SIZES.map((blockSizeBytes): [string, Omit<CreateDiskOptions, 'identity'>] => [
      `dynamic, blocks of ${blockSizeBytes}`,
      { type: 'dynamic', virtualSizeBytes: 9 * MIB + SECTOR, blockSizeBytes },
    ]),
  ];

  test.each(NEW)('%s: 7-Zip reads zeros', async (_what, options) => {
    await expectSevenZip([await created('new.vhd', options)], new Uint8Array(options.virtualSizeBytes));
  });

  test.skipIf(!HAS_QEMU).each(NEW)('%s: qemu-img reads zeros', async (_what, options) => {
    expectQemu(await created('new.vhd', options), new Uint8Array(options.virtualSizeBytes));
  });

  test.skipIf(!HAS_QEMU)('qemu-img knows the size of the largest one', async () => {
    const folder = temporaryFolder();
    const file = await created('large.vhd', { type: 'dynamic', virtualSizeBytes: 2040 * GIB });
    writeFileSync(join(folder, 'large.vhd'), file.bytes());
    const told: QemuInfo = JSON.parse(run('qemu-img', 'info', '--output=json', join(folder, 'large.vhd')));
    expect(told['virtual-size']).toBe(2040 * GIB);
  });

  const base = () => {
    const data = new Uint8Array(6 * MIB + 3 * SECTOR);
    new Prng(3).fill(data);
    const options = { type: 'fixed', virtualSizeBytes: data.length, id: mixedEndianId(71), data } as const;
    return { data, file: buildImage(options).file('base.vhd') };
  };
  const under = (virtualSizeBytes: number, blockSizeBytes: number) => {
    const { absolutePath, relativePath } = parentPathsFor('vm/child.avhd', 'vm/base.vhd', 'C:\\disks');
    if (absolutePath === null || relativePath === null) throw new Error('both paths are known');
    const parent = { id: mixedEndianId(71), name: 'base.vhd', absolutePath, relativePath, modified: null };
    return created('child.avhd', { type: 'differencing', virtualSizeBytes, blockSizeBytes, parent });
  };

  test.each(BLOCK_SIZES)('differencing, blocks of %i: 7-Zip reads the parent', async (blockSizeBytes) => {
    const { data, file } = base();
    await expectSevenZip([await under(data.length, blockSizeBytes), file], data);
  });

  test('7-Zip takes no other file for the parent', async () => {
    const { data } = base();
    const stranger = buildImage({ type: 'fixed', virtualSizeBytes: data.length, data }).file('base.vhd');
    await expect(expectSevenZip([await under(data.length, 2 * MIB), stranger], data)).rejects.toThrow(
      '7-Zip',
    );
  });

  test.skipIf(!HAS_VHDIINFO)('vhdiinfo sees ids, sizes and the parent’s name', async () => {
    const { data, file } = base();
    const field = toldByVhdiinfo(await under(data.length, 2 * MIB));
    expect(field('Disk type')).toBe('Differential');
    expect(rawId(field('Identifier'))).toBe(Buffer.from(identity.id).toString('hex').toUpperCase());
    expect(rawId(field('Parent identifier'))).toBe((await opened(file)).id);
    expect(field('Parent filename')).toBe('base.vhd');
    expect(field('Media size')).toContain(`(${data.length} bytes)`);
    for (const [type, told] of [
      ['fixed', 'Fixed'],
      ['dynamic', 'Dynamic'],
    ] as const) {
      const made = toldByVhdiinfo(await created('new.vhd', { type, virtualSizeBytes: 5 * MIB }));
      expect(made('Disk type')).toBe(told);
      expect(made('Media size')).toContain(`(${5 * MIB} bytes)`);
    }
  });
});

describe('compacted files', { timeout: 60_000 }, () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('7-Zip reads the chain as before (seed %i)', async (seed) => {
    const base = seed % 2 === 0 ? 'fixed' : 'dynamic';
    const { files, truth } = buildRandomChain(seed, {
      base,
      forSevenZip: true,
      virtualSizeBytes: (4000 + seed * 999) * SECTOR,
    });
    const made = await Promise.all(
      files.map(async ({ file }) => ((await opened(file)).tables.kind === 'flat' ? file : compacted(file))),
    );
    for (const [layer, disk] of truth.entries()) await expectSevenZip(made.slice(layer), disk);
  });

  test.skipIf(!HAS_QEMU).each([11, 12, 13, 14])(
    'qemu-img reads a dynamic disk as before (seed %i)',
    async (seed) => {
      const { files, truth } = buildRandomChain(seed, { base: 'dynamic', layers: 1 });
      const [file] = files;
      if (!file) throw new Error('one file');
      expectQemu(await compacted(file.file), truth[0] ?? new Uint8Array(0));
    },
  );

  test.skipIf(!HAS_VHDIINFO)('vhdiinfo says the same of both', async () => {
    const { files } = buildRandomChain(21, { layers: 2, base: 'dynamic' });
    for (const { file } of files) {
      const [before, after] = [toldByVhdiinfo(file), toldByVhdiinfo(await compacted(file))];
      for (const name of ['Disk type', 'Media size', 'Identifier', 'Parent identifier', 'Parent filename'])
        expect(after(name), name).toBe(before(name));
    }
  });
});

describe('saved disks', { timeout: 60_000 }, () => {
  const source = () =>
    buildRandomChain(31, { layers: 3, base: 'dynamic', virtualSizeBytes: 5 * MIB + 3 * SECTOR });
  const FORMATS: [string, Partial<ExportOptions>][] = [
    ['fixed', { format: 'fixed' }],
    ['fixed, whole MiB', { format: 'fixed', wholeMib: true }],
    ...BLOCK_SIZES.map((blockSizeBytes): [string, Partial<ExportOptions>] => [
      `dynamic, blocks of ${blockSizeBytes}`,
      { format: 'dynamic', blockSizeBytes },
    ]),
  ];
  const expectedOf = (truth: Uint8Array, wholeMib = false) => {
    const disk = new Uint8Array(wholeMib ? Math.ceil(truth.length / MIB) * MIB : truth.length);
    disk.set(truth);
    return disk;
  };

  test.each(FORMATS)('%s: 7-Zip', async (_what, options) => {
    const { files, truth } = source();
    const made = await saved(
      files.map(({ file }) => file),
      options,
    );
    await expectSevenZip([made], expectedOf(truth[0] ?? new Uint8Array(0), options.wholeMib));
  });

  test.skipIf(!HAS_QEMU).each(FORMATS)('%s: qemu-img', async (_what, options) => {
    const { files, truth } = source();
    const made = await saved(
      files.map(({ file }) => file),
      options,
    );
    expectQemu(made, expectedOf(truth[0] ?? new Uint8Array(0), options.wholeMib));
  });
});
