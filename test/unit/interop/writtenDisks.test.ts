/** Disks that were written to, read by programs that are not ours: 7-Zip for chains, qemu-img for dynamic disks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import type { MemoryFile } from '../../../src/storage/memoryFile.ts';
import { isInstalled, run } from '../../support/installed.ts';
import { sameBytes } from '../../support/openedChain.ts';
import { buildRandomChain, type RandomChain } from '../../support/randomChain.ts';
import { SevenZipFolder } from '../../support/sevenZip.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { openToWrite, WrittenDisk, writableFile } from '../../support/writtenDisk.ts';

let core: CoreModule;
beforeAll(async () => {
  core = await loadCore();
});

/** A chain after twelve random writes to its leaf, and what its disk must read. */
async function writtenTo(chain: RandomChain): Promise<{ files: MemoryFile[]; truth: Uint8Array }> {
  const [leaf, ...parents] = chain.files.map((each) => each.file);
  if (!leaf) throw new Error('a chain has a leaf');
  const files = [writableFile(leaf), ...parents];
  const disk = await openToWrite(core, files);
  const written = new WrittenDisk(
    disk,
    chain.truth[0] ?? new Uint8Array(0),
    chain.seed,
    `seed ${chain.seed}`,
  );
  for (let i = 0; i < 12; i++) await written.write();
  await disk.flush();
  return { files, truth: written.truth };
}

describe('7-Zip reads what was written', { timeout: 60_000 }, () => {
  // It refuses a file whose last block is cut short, also before anything was written to it: seeds without one.
  test.each([21, 22, 24, 25, 26, 27])('to the leaf of a chain (seed %i)', async (seed) => {
    const options = {
      layers: 1 + (seed % 4),
      base: seed % 3 === 0 ? 'fixed' : 'dynamic',
      forSevenZip: true,
    } as const;
    const chain = buildRandomChain(seed, { ...options, virtualSizeBytes: 512 * (7000 + seed) });
    const { files, truth } = await writtenTo(chain);
    const sevenZip = await SevenZipFolder.with(
      files.map((file) => ({ name: file.name, bytes: file.bytes() })),
    );
    let wrong = -1;
    let covered = 0;
    sevenZip.read(files[0]?.name ?? '', (offset, bytes) => {
      covered += bytes.length;
      if (wrong < 0 && !sameBytes(bytes, truth.subarray(offset, offset + bytes.length))) wrong = offset;
    });
    expect(wrong).toBe(-1);
    expect(covered).toBe(truth.length);
  });
});

describe.skipIf(!isInstalled('qemu-img'))('qemu-img reads what was written', { timeout: 60_000 }, () => {
  test.each([31, 32, 33, 34])('to a dynamic disk (seed %i)', async (seed) => {
    const shape = { layers: 1, base: 'dynamic', virtualSizeBytes: 512 * (9000 + seed) } as const;
    const { files, truth } = await writtenTo(buildRandomChain(seed, shape));
    const folder = temporaryFolder();
    const [vhd, raw] = [join(folder, 'written.vhd'), join(folder, 'qemu.raw')];
    writeFileSync(vhd, files[0]?.bytes() ?? '');
    run('qemu-img', 'convert', '-f', 'vpc', '-O', 'raw', vhd, raw);
    expect(sameBytes(readFileSync(raw), truth)).toBe(true);
  });
});
