/** The whole check: no false alarm on what is sound, each finding once and in order, bounded reading, an end when cancelled. */
import { beforeAll, describe, expect, test } from 'vitest';
import { DiskError } from '../../../src/base/errors.ts';
import { Prng } from '../../../src/base/prng.ts';
import { checkBytes, checkFile, sorted } from '../../../src/check/checkFile.ts';
import type { CheckContext } from '../../../src/check/fileCheck.ts';
import { checkFinding } from '../../../src/check/findings.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { openImage } from '../../../src/formats/openImage.ts';
import { BytesFile } from '../../support/bytesFile.ts';
import { buildImage, fixChecksums } from '../../support/imageBuilder.ts';
import { mutated, soundImages as smallImages } from '../../support/mutations.ts';
import { hasSharedImage, sharedImage } from '../../support/sharedImages.ts';
import { changed, findingsOf } from './ruleRow.ts';
import { soundImages } from './soundImages.ts';

let context: CheckContext;
beforeAll(async () => {
  context = { module: await loadCore(), now: new Date('2026-01-01T00:00:00Z') };
});

describe('a sound file has nothing worse than a note', () => {
  test.each(soundImages)('%s', async (_name, built) => {
    const findings = await findingsOf(built, context);
    expect(
      findings.filter(({ severity }) => severity !== 'note').map(({ rule, message }) => [rule, message]),
    ).toEqual([]);
  });
});

/** What a check says of files that other programs wrote. */
const REAL: readonly (readonly [packed: string, rules: readonly string[]])[] = [
  ['windows10-dynamic-gpt.vhd.gz', []],
  ['windows10-fixed.vhd.gz', []],
  ['virtualpc-dynamic.vhd.bz2', ['size-by-geometry']],
  ['d2v-zerofilled.vhd.bz2', []],
  ['dfvfs-image.vhd.gz', ['footer-checksum']],
  [
    'dfvfs-image-differential.vhd.gz',
    ['header-checksum', 'footer-checksum', 'locators-none', 'bits-beyond-disk'],
  ],
  ['windows10-swap.vhdx.gz', ['vhdx-not-supported']],
];

describe('a real file', () => {
  for (const [packed, rules] of REAL) {
    test.skipIf(!hasSharedImage(packed))(packed, { timeout: 60_000 }, async () => {
      const check = await checkFile(await openImage(sharedImage(packed)), context);
      expect(check.findings.map(({ rule }) => rule)).toEqual(rules);
    });
  }
});

describe('the hidden flag of early Xen', () => {
  test.each([0x0000_0001, 0x0001_0001])(
    'is left out of checksum and comparison (version 0x%s)',
    async (version) => {
      const options = {
        type: 'dynamic',
        virtualSizeBytes: 16_384,
        blockSizeBytes: 4096,
        creator: 'tap\0',
      } as const;
      const built = buildImage({ ...options, creatorVersion: version });
      for (const places of [[0], [built.footerOffset], [0, built.footerOffset]]) {
        const hidden = changed(
          built,
          (bytes) => {
            for (const place of places) bytes[place + 85] = 1;
          },
          true,
        );
        expect((await findingsOf(hidden, context)).map(({ rule }) => rule)).toEqual(['block-size-unusual']);
      }
      const other = changed(built, (bytes) => bytes.set([1], built.footerOffset + 84), true);
      expect((await findingsOf(other, context)).map(({ rule }) => rule)).toEqual([
        'footer-checksum',
        'block-size-unusual',
      ]);
    },
  );
});

describe('trailing data', () => {
  const fixed = buildImage({ type: 'fixed', virtualSizeBytes: 8192, data: new Uint8Array(8192).fill(3) });

  test.each([1, 511, 512, 60_000, 70_000, 4_100_000])(
    '%i bytes behind a fixed disk are found and told',
    async (lengthBytes) => {
      const bytes = new Uint8Array(fixed.sizeBytes + lengthBytes);
      bytes.set(fixed.bytes());
      const [finding, ...rest] = await findingsOf(bytes, context);
      expect(finding).toMatchObject({ rule: 'trailing-data', offset: fixed.sizeBytes, lengthBytes });
      expect(rest).toEqual([]);
    },
  );

  test('a fixed disk inside another disk is not that disk', async () => {
    const outer = new Uint8Array(100_000);
    outer.set(fixed.bytes(), 4096);
    expect((await findingsOf(outer, context)).map(({ rule }) => rule)).toEqual(['not-a-disk']);
  });

  test('beyond 4 MiB nothing is found, and nothing claimed', async () => {
    const bytes = new Uint8Array(fixed.sizeBytes + 4 * 2 ** 20 + 512);
    bytes.set(fixed.bytes());
    expect((await findingsOf(bytes, context)).map(({ rule }) => rule)).toEqual(['not-a-disk']);
  });
});

/** A footer left behind in a gap, with a block after it. */
describe('what may be a block is no trailing data', () => {
  const left = buildImage({
    type: 'dynamic',
    virtualSizeBytes: 16_384,
    blockSizeBytes: 4096,
    layout: 'packed',
    gapSectors: (index) => index,
    blocks: [0, 2].map((block) => [block, { data: new Uint8Array(4096).fill(block + 1) }] as const),
    endFooter: 0,
  });
  const gap = (left.places.get(2) ?? 0) - 512;
  const bytes = left.bytes();
  bytes.copyWithin(gap, 0, 512);
  const damaged = (change: (all: Uint8Array, view: DataView) => void) => {
    const copy = bytes.slice();
    change(copy, new DataView(copy.buffer));
    fixChecksums(copy);
    return copy;
  };

  test.each([
    ['a whole block', bytes, ['footer-missing']],
    [
      'a block cut by the end of the file',
      bytes.subarray(0, gap + 1536),
      ['footer-missing', 'block-outside-file'],
    ],
    [
      'a block whose entry the table lacks',
      damaged((_, view) => view.setUint32(512 + 28, 2)),
      ['footer-missing', 'bat-too-small'],
    ],
  ])('%s behind an old footer', async (_what, content, expected) => {
    const found = (await findingsOf(content, context)).map(({ rule }) => rule);
    expect(found).toEqual(expect.arrayContaining(expected));
    expect(found).not.toContain('trailing-data');
  });

  test('what no entry needs is', async () => {
    const free = damaged((_, view) => view.setUint32(left.batOffset + 8, 0xffffffff));
    expect((await findingsOf(free, context))[0]).toMatchObject({ rule: 'trailing-data', offset: gap + 512 });
  });
});

describe('the check itself', () => {
  test('gives each finding once, errors first, then by offset', () => {
    const at = (rule: Parameters<typeof checkFinding>[0], offset: number) =>
      checkFinding(rule, 'a', offset, 1, 'x');
    const list = [
      at('bat-padding', 5),
      at('id-empty', 9),
      at('footer-cut', 99),
      at('id-empty', 3),
      at('bat-padding', 5),
    ];
    expect(sorted(list).map(({ rule, offset }) => [rule, offset])).toEqual([
      ['footer-cut', 99],
      ['id-empty', 3],
      ['id-empty', 9],
      ['bat-padding', 5],
    ]);
  });

  test('tells what it reads as it reads it, and never more than it said', async () => {
    for (const [name, built] of soundImages) {
      let told = 0;
      const image = await openImage(built.file('a.vhd'));
      const check = await checkFile(image, {
        ...context,
        advance: (bytes) => {
          told += bytes;
        },
      });
      expect(told, name).toBeLessThanOrEqual(checkBytes(image));
      expect(check.readBytes, name).toBeGreaterThanOrEqual(told);
    }
  });

  test('stops where it was cancelled', async () => {
    const image = await openImage(buildImage({ type: 'fixed', virtualSizeBytes: 8192 }).file('a.vhd'));
    const signal = AbortSignal.abort(new DiskError({ code: 'cancelled', message: 'no more' }));
    await expect(checkFile(image, { ...context, signal })).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('of 1500 damaged images throws nothing, and every finding lies in its file (seed 20260101)', {
    timeout: 60_000,
  }, async () => {
    const prng = new Prng(20_260_101);
    const sound = smallImages();
    let errors = 0;
    for (let i = 0; i < 1500; i++) {
      const which = sound[prng.below(sound.length)];
      if (!which) continue;
      const file = new BytesFile(which.name, mutated(prng, which));
      const image = await openImage(file);
      const { findings } = await checkFile(image, context);
      if (findings.some(({ severity }) => severity === 'error')) errors++;
      for (const { rule, offset, lengthBytes, message } of findings) {
        const isInside = offset >= 0 && lengthBytes >= 0 && offset <= file.sizeBytes;
        if (!isInside || message.length > 4096)
          throw new Error(`image ${i}: ${rule} at ${offset}, ${lengthBytes}`);
      }
      if (findings.length > 120) throw new Error(`image ${i}: ${findings.length} findings`);
    }
    expect(errors).toBeGreaterThan(500);
  });
});
