/** 7-Zip and this program read the same bytes through the same chains, ours and those of others. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { buildSample } from '../../../src/lab/sample.ts';
import { NodeFile } from '../../../src/storage/nodeFile.ts';
import type { RandomAccessFile } from '../../../src/storage/randomAccessFile.ts';
import { buildRandomChain } from '../../support/imageBuilder.ts';
import { opened } from '../../support/opened.ts';
import { openFiles, sameBytes } from '../../support/openedChain.ts';
import { SevenZipFolder } from '../../support/sevenZip.ts';
import { hasSharedImage, sharedImage } from '../../support/sharedImages.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { writeRandomChain } from '../../support/writtenChain.ts';

let core: CoreModule;
beforeAll(async () => {
  core = await loadCore();
});

async function readByUs(files: readonly RandomAccessFile[]): Promise<Uint8Array> {
  const chain = await openFiles(core, files);
  const disk = new Uint8Array(chain.sectorCount * 512);
  for await (const { firstSector, bytes, zero } of chain.passes({ chunkBytes: 2 ** 20 })) {
    if (!zero) disk.set(bytes, firstSector * 512);
  }
  return disk;
}

/** What 7-Zip writes is the disk, byte for byte; what it leaves out is zeros. */
function expectDisk(sevenZip: SevenZipFolder, leaf: string, disk: Uint8Array): void {
  let wrong = -1;
  let covered = 0;
  const size = sevenZip.read(leaf, (offset, bytes) => {
    covered += bytes.length;
    if (wrong < 0 && !sameBytes(bytes, disk.subarray(offset, offset + bytes.length))) wrong = offset;
  });
  expect(size, `size of the disk that 7-Zip sees from ${leaf}`).toBe(disk.length);
  expect(wrong, `offset at which 7-Zip reads something else from ${leaf}`).toBe(-1);
  expect(covered).toBe(disk.length);
}

/** From every file of the chain: 7-Zip, this program and the truth agree. */
async function expectAgreement(
  files: readonly { readonly name: string; readonly file: RandomAccessFile; bytes(): Uint8Array }[],
  truth: readonly Uint8Array[],
): Promise<void> {
  const sevenZip = await SevenZipFolder.with(files.map((each) => ({ name: each.name, bytes: each.bytes() })));
  for (const [layer, { name }] of files.entries()) {
    const expected = truth[layer] ?? new Uint8Array(0);
    expectDisk(sevenZip, name, expected);
    expect(
      sameBytes(await readByUs(files.slice(layer).map(({ file }) => file)), expected),
      `we from ${name}`,
    ).toBe(true);
  }
}

describe('7-Zip reads what we read', { timeout: 120_000 }, () => {
  test.each([1, 2, 3, 4, 5, 6])('through chains of our writer (seed %i)', async (seed) => {
    const { files, truth } = await writeRandomChain(seed, 1 + (seed % 5), 2 ** (18 + (seed % 5)));
    await expectAgreement(
      files.map((file) => ({ name: file.name, file, bytes: () => file.bytes() })),
      truth,
    );
  });

  test.each([11, 12, 13, 14, 15, 16, 17, 18])(
    'through random chains in every maker’s layout (seed %i)',
    async (seed) => {
      const base = seed % 3 === 0 ? 'fixed' : 'dynamic';
      const { files, truth } = buildRandomChain(seed, { base, forSevenZip: true });
      await expectAgreement(
        files.map(({ name, file }) => ({ name, file, bytes: () => file.bytes() })),
        truth,
      );
    },
  );

  test('through the sample chain, from each of its newest files', async () => {
    const sample = await buildSample();
    const all = await Promise.all(
      sample.map(async ({ name, file }) => {
        const bytes = new Uint8Array(file.sizeBytes);
        await file.read(0, bytes);
        return { name, file, bytes };
      }),
    );
    const sevenZip = await SevenZipFolder.with(all);
    const images = await Promise.all(all.map(({ file }) => opened(file)));
    let compared = 0;
    const named = new Set(images.map(({ parent }) => parent?.id));
    for (const image of images) {
      if (named.has(image.id)) continue;
      const chain = [image];
      for (let next = image.parent?.id; next; next = chain.at(-1)?.parent?.id) {
        const parent = images.find(({ id }) => id === next);
        if (!parent) break;
        chain.push(parent);
      }
      // A footer lost in a crash is more than 7-Zip takes without a word.
      if (
        chain.at(-1)?.parent ||
        chain.some(({ findings }) => findings.some(({ rule }) => rule === 'footer-missing'))
      )
        continue;
      expectDisk(sevenZip, image.file.name, await readByUs(chain.map(({ file }) => file)));
      compared++;
    }
    expect(compared).toBeGreaterThanOrEqual(1);
  });
});

const MAKE_CHAIN = fileURLToPath(new URL('../../../../shared/tools/make-chain.mjs', import.meta.url));

describe('make-chain.mjs: chains of another writer', { timeout: 120_000 }, () => {
  test.skipIf(!existsSync(MAKE_CHAIN)).each([
    [
      '2 MiB blocks, Windows’ alignment',
      ['--size', '24M', '--alloc', '8M', '--depth', '3', '--change', '2M'],
    ],
    [
      '512 KiB blocks, packed',
      [
        '--size',
        '24M',
        '--alloc',
        '8M',
        '--depth',
        '3',
        '--change',
        '1M',
        '--block',
        '512K',
        '--align',
        '512',
      ],
    ],
    [
      'whole blocks, a partial last one',
      ['--size', '19.5M', '--alloc', '8M', '--depth', '3', '--change', '4M', '--mix', 'full'],
    ],
  ])('%s: the manifest, 7-Zip and we agree', async (_what, options) => {
    const folder = temporaryFolder();
    execFileSync(process.execPath, [
      MAKE_CHAIN,
      '--out',
      folder,
      '--seed',
      '5',
      '--sha-levels',
      '0,1,2,3,4',
      ...options,
    ]);
    const manifest: { sha256: Record<string, string> } = JSON.parse(
      readFileSync(join(folder, 'manifest.json'), 'utf8'),
    );
    const sevenZip = await SevenZipFolder.in(folder);
    const levels = Object.entries(manifest.sha256);
    expect(levels.length).toBeGreaterThanOrEqual(4);
    for (const [level, sha256] of levels) {
      const files = Array.from(
        { length: Number(level) + 1 },
        (_, i) => new NodeFile(join(folder, `d${Number(level) - i}.vhd`)),
      );
      const ours = await readByUs(files);
      expect(createHash('sha256').update(ours).digest('hex'), `level ${level}`).toBe(sha256);
      expectDisk(sevenZip, `d${level}.vhd`, ours);
      for (const file of files) await file.close();
    }
  });
});

describe('7-Zip reads the real images as we do', { timeout: 120_000 }, () => {
  for (const packed of ['windows10-fixed.vhd.gz', 'windows10-dynamic-gpt.vhd.gz', 'd2v-zerofilled.vhd.bz2']) {
    test.skipIf(!hasSharedImage(packed))(`${packed}`, async () => {
      const file = sharedImage(packed);
      const sevenZip = await SevenZipFolder.with([{ name: file.name, bytes: file.bytes() }]);
      expectDisk(sevenZip, file.name, await readByUs([file]));
    });
  }
});
