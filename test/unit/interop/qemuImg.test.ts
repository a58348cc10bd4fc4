/** qemu-img, where it is installed: fixed and dynamic disks, both ways. It reads children wrongly, so none are shown to it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { createVhd } from '../../../src/formats/vhd/create.ts';
import { NodeFile } from '../../../src/storage/nodeFile.ts';
import { mixedEndianId, SECTOR } from '../../support/imageBuilder.ts';
import { isInstalled, run } from '../../support/installed.ts';
import { opened, rules } from '../../support/opened.ts';
import { openFiles, passOver, sameBytes } from '../../support/openedChain.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { writeRandomChain } from '../../support/writtenChain.ts';

const HAS_QEMU = isInstalled('qemu-img');

let core: CoreModule;
beforeAll(async () => {
  core = await loadCore();
});

/** What qemu-img reads from a VHD. */
function readByQemu(folder: string, name: string): Uint8Array {
  run('qemu-img', 'convert', '-f', 'vpc', '-O', 'raw', join(folder, name), join(folder, 'qemu.raw'));
  return readFileSync(join(folder, 'qemu.raw'));
}

describe.skipIf(!HAS_QEMU)('qemu-img', { timeout: 60_000 }, () => {
  test.each([1, 2, 3, 4])('reads dynamic disks of our writer (seed %i)', async (seed) => {
    const folder = temporaryFolder();
    const { files, truth } = await writeRandomChain(seed, 1, 2 ** 21);
    for (const file of files) writeFileSync(join(folder, 'ours.vhd'), file.bytes());
    expect(sameBytes(readByQemu(folder, 'ours.vhd'), truth[0] ?? new Uint8Array(0))).toBe(true);
    expect(run('qemu-img', 'info', join(folder, 'ours.vhd'))).toContain('file format: vpc');
  });

  test('reads fixed disks of our writer, whatever their size', () => {
    const folder = temporaryFolder();
    for (const sectors of [1, 2047, 20_481]) {
      const disk = new Uint8Array(sectors * SECTOR);
      new Prng(sectors).fill(disk);
      const { footer } = createVhd({
        type: 'fixed',
        virtualSizeBytes: disk.length,
        id: mixedEndianId(1),
        modified: null,
      });
      writeFileSync(join(folder, 'fixed.vhd'), Buffer.concat([disk, footer]));
      expect(sameBytes(readByQemu(folder, 'fixed.vhd'), disk), `${sectors} sectors`).toBe(true);
    }
  });

  test.each([
    'subformat=dynamic',
    'subformat=fixed',
    'subformat=dynamic,force_size=on',
    'subformat=fixed,force_size=on',
  ])('writes disks that we read (%s)', async (options) => {
    const folder = temporaryFolder();
    const prng = new Prng(9);
    const disk = new Uint8Array(9_000 * SECTOR);
    for (let i = 0; i < 6; i++) {
      const first = prng.below(8_000);
      prng.fill(disk.subarray(first * SECTOR, (first + prng.below(900)) * SECTOR));
    }
    writeFileSync(join(folder, 'truth.raw'), disk);
    const vhd = join(folder, 'qemu.vhd');
    run('qemu-img', 'convert', '-f', 'raw', '-O', 'vpc', '-o', options, join(folder, 'truth.raw'), vhd);
    const file = new NodeFile(vhd);
    const image = await opened(file);
    expect(rules(image)).toEqual([]);
    expect(image.maker?.looksLike).toMatch(/^qemu/);
    const ours = await passOver(await openFiles(core, [file]), { chunkBytes: 2 ** 20 });
    // Without force_size qemu rounds the disk up to whole cylinders.
    expect(sameBytes(ours, readByQemu(folder, 'qemu.vhd'))).toBe(true);
    expect(sameBytes(ours.subarray(0, disk.length), disk)).toBe(true);
    expect(ours.length === disk.length).toBe(options.includes('force_size'));
    await file.close();
  });
});

describe.skipIf(!isInstalled('vhdiinfo'))('vhdiinfo', () => {
  test('sees the ids and names that we wrote', async () => {
    const folder = temporaryFolder();
    const { files } = await writeRandomChain(5, 2, 2 ** 21);
    const [child, parent] = await Promise.all(files.map((file) => opened(file)));
    for (const file of files) writeFileSync(join(folder, file.name), file.bytes());
    const told = run('vhdiinfo', join(folder, child?.file.name ?? ''));
    const field = (name: string) => new RegExp(`\\t${name}\\s*: (.*)`).exec(told)?.[1];
    expect(field('Disk type')).toBe('Differential');
    expect(field('Identifier')?.replaceAll('-', '').toUpperCase()).toBe(child?.id);
    expect(field('Parent identifier')?.replaceAll('-', '').toUpperCase()).toBe(parent?.id);
    expect(field('Parent filename')).toBe(parent?.file.name);
    expect(field('Media size')).toContain(`(${child?.virtualSizeBytes} bytes)`);
  });
});
