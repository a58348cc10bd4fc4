/** Facts 7 to 14 and 18: where things lie in real files, and what they say of their parents. */
import { describe, expect, test } from 'vitest';
import { checkBlocks } from '../../../../src/formats/vhd/blockChecks.ts';
import { dataSpaceBytes } from '../../../../src/formats/vhd/parentLocator.ts';
import {
  buildImage,
  fixChecksums,
  type ImageOptions,
  type LocatorOptions,
  mixedEndianId,
  utf16le,
} from '../../../support/imageBuilder.ts';
import { batOf, opened, rules } from '../../../support/opened.ts';
import { readFlat } from '../../../support/readFlat.ts';

const KIB = 1024;
const BLOCK = 16 * KIB;
const DYNAMIC: ImageOptions = { type: 'dynamic', virtualSizeBytes: 8 * BLOCK, blockSizeBytes: BLOCK };
const CHILD: ImageOptions = {
  ...DYNAMIC,
  type: 'differencing',
  parent: { id: mixedEndianId(9), name: 'base.vhd' },
};

function filled(...blocks: number[]): NonNullable<ImageOptions['blocks']> {
  return blocks.map((block) => [block, { data: new Uint8Array(BLOCK).fill(block + 1) }]);
}

async function expectSound(options: ImageOptions): Promise<void> {
  const image = await opened(options);
  expect(rules(image)).toEqual([]);
  expect(checkBlocks(image, await batOf(image)).findings).toEqual([]);
  const disk = await readFlat([image]);
  for (const [block] of options.blocks ?? []) {
    expect(disk.subarray(block * BLOCK, (block + 1) * BLOCK).every((byte) => byte === block + 1)).toBe(true);
  }
}

function child(locators: readonly LocatorOptions[], name = 'base.vhd'): ImageOptions {
  return { ...CHILD, parent: { id: mixedEndianId(9), name, locators } };
}

describe('fact 7: blocks are where the table says', () => {
  const blocks = filled(5, 0, 7, 2);
  test('in any order, with gaps, aligned or packed', async () => {
    await expectSound({ ...DYNAMIC, blocks, layout: 'windows10' });
    await expectSound({ ...DYNAMIC, blocks, layout: 'packed' });
    await expectSound({ ...DYNAMIC, blocks, layout: 'packed', gapSectors: (index) => index * 11 });
  });

  test('2 MiB blocks stand 4104 sectors apart on Windows 10, 4097 packed; neither is a finding', async () => {
    const data = new Uint8Array(2 ** 21).fill(1);
    const wide = {
      type: 'dynamic',
      virtualSizeBytes: 2 ** 23,
      blocks: [0, 1, 2].map((block) => [block, { data }] as const),
    } as const;
    for (const [layout, strideSectors, aligned4k] of [
      ['windows10', 4104, true],
      ['packed', 4097, false],
    ] as const) {
      const image = await opened({ ...wide, layout });
      const check = checkBlocks(image, await batOf(image));
      expect(check.summary).toEqual({ allocated: 3, total: 4, strideSectors, aligned4k });
      expect([...rules(image), ...check.findings]).toEqual([]);
    }
  });

  test('an entry points at the bitmap; the data follows it', async () => {
    const built = buildImage({ ...DYNAMIC, blocks: filled(3) });
    const bitmapOffset = built.places.get(3) ?? 0;
    const bytes = built.bytes();
    expect(bytes[bitmapOffset]).toBe(0xff);
    expect(bytes[bitmapOffset + 512]).toBe(4);
    expect((await readFlat([await opened(built)]))[3 * BLOCK]).toBe(4);
  });
});

describe('fact 8: slack before the footer', () => {
  test.each([0, 512, 3584, 100 * 512])(
    '%i bytes between the last block and the footer are no finding',
    async (slackBytes) => {
      await expectSound({ ...DYNAMIC, blocks: filled(0, 1), slackBytes });
    },
  );
});

describe('fact 9: the layout of a Windows differencing disk', () => {
  const long = `C:\\ClusterStorage\\Volume1\\${'checkpoint\\'.repeat(20)}base.vhd`;
  test('locators on both sides of a table that does not follow the header are read', async () => {
    const built = buildImage(
      child([
        { platform: 'W2ku', data: utf16le(long), space: 4096 },
        { platform: 'W2ru', data: utf16le('.\\base.vhd'), space: 65_536 },
      ]),
    );
    expect(built.locatorOffsets[0]).toBeLessThan(built.batOffset);
    expect(built.locatorOffsets[1]).toBeGreaterThan(built.batOffset);
    const image = await opened(built);
    expect(rules(image)).toEqual([]);
    expect(image.parent?.paths).toEqual([
      { platform: 'W2ku', path: long, offset: 0x1000, lengthBytes: long.length * 2 },
      { platform: 'W2ru', path: '.\\base.vhd', offset: 0x3000, lengthBytes: 20 },
    ]);
    expect(image.structures.map((each) => each.name)).toEqual([
      'Footer copy',
      'Dynamic disk header',
      'Parent locator W2ku data',
      'Block allocation table',
      'Parent locator W2ru data',
      'Footer',
    ]);
  });
});

describe('fact 10: the data space of parent locators', () => {
  test('is sectors below 512, bytes as a multiple of 512, and a finding otherwise', async () => {
    expect([0, 1, 2, 511].map(dataSpaceBytes)).toEqual([0, 512, 1024, 511 * 512]);
    expect([512, 4096, 65_536].map(dataSpaceBytes)).toEqual([512, 4096, 65_536]);
    expect([513, 700, 4097].map(dataSpaceBytes)).toEqual([null, null, null]);
    for (const [space, expected] of [
      [1, []],
      [512, []],
      [4096, []],
      [700, ['locator-data-space']],
    ] as const) {
      const image = await opened(child([{ platform: 'W2ru', data: utf16le('.\\base.vhd'), space }]));
      expect(rules(image)).toEqual(expected);
      expect(image.parent?.paths[0]?.path).toBe('.\\base.vhd');
    }
  });
});

describe('fact 11: a differencing disk without locators', () => {
  test('opens; its name in the header and the id are what is left', async () => {
    const image = await opened(child([]));
    expect(rules(image)).toEqual(['locators-none']);
    expect(image.findings[0]?.severity).toBe('note');
    expect(image.parent).toMatchObject({ name: 'base.vhd', paths: [] });
  });
});

describe('fact 12: spellings of the parent’s path', () => {
  test('the header’s name is big-endian UTF-16 and may be a full path', async () => {
    const image = await opened(child([], 'C:\\Projects\\Überblick\\base.vhd'));
    expect(image.parent?.name).toBe('C:\\Projects\\Überblick\\base.vhd');
  });

  test('W2ku and W2ru are little-endian UTF-16, MacX an UTF-8 file URL, Wi2r one byte a character', async () => {
    const mac = new TextEncoder().encode('file://localhost/Volumes/Platten/%C3%9Cberblick%20base.vhd');
    const image = await opened(
      child(
        [
          { platform: 'W2ku', data: utf16le('D:\\x\\Überblick base.vhd') },
          { platform: 'W2ru', data: utf16le('.\\Überblick base.vhd\0\0') },
          { platform: 'MacX', data: mac },
          { platform: 'Wi2r', data: Uint8Array.from('Überblick base.vhd', (char) => char.charCodeAt(0)) },
        ],
        'Überblick base.vhd',
      ),
    );
    expect(image.parent?.paths.map(({ path }) => path)).toEqual([
      'D:\\x\\Überblick base.vhd',
      '.\\Überblick base.vhd',
      '/Volumes/Platten/Überblick base.vhd',
      'Überblick base.vhd',
    ]);
    expect(rules(image)).toEqual([]);
    expect(0x4d61_6358).toBe([...'MacX'].reduce((code, char) => code * 256 + char.charCodeAt(0), 0));
  });

  test('unpaired surrogates are kept', async () => {
    const name = `odd\ud800name\udc00.vhd`;
    const image = await opened(child([{ platform: 'W2ru', data: utf16le(name) }], name));
    expect(image.parent?.name).toBe(name);
    expect(image.parent?.paths[0]?.path).toBe(name);
    expect(rules(image)).toEqual([]);
  });

  test('an alias of old Macs is no text: it is shown as bytes, never as a path', async () => {
    const image = await opened(child([{ platform: 'Mac ', data: Uint8Array.of(0, 1, 2, 3) }]));
    expect(image.parent?.paths).toEqual([]);
    expect(image.structures.some((each) => each.name === 'Parent locator Mac  data')).toBe(true);
  });
});

describe('fact 13: the parent’s time stamp', () => {
  test('0 is unknown, and no finding', async () => {
    const stamped = (timeStamp: number): ImageOptions => ({
      ...CHILD,
      parent: { id: mixedEndianId(9), name: 'a.vhd', timeStamp },
    });
    expect((await opened(stamped(0))).parent?.modified).toBeNull();
    expect(rules(await opened(stamped(0)))).toEqual(['locators-none']);
    expect((await opened(stamped(86_400))).parent?.modified).toEqual(new Date('2000-01-02T00:00:00Z'));
  });
});

describe('fact 14: the table’s padding and its entries', () => {
  test.each([0xff, 0x00] as const)(
    'padding of 0x%s and more entries than the disk needs are no findings',
    async (batPadding) => {
      await expectSound({ ...DYNAMIC, blocks: filled(1, 6), batPadding });
      await expectSound({ ...DYNAMIC, blocks: filled(1, 6), batPadding, extraEntries: 1000 });
    },
  );

  test('only 0xFFFFFFFF is unused: a 0 among the entries is a block on top of the footer’s copy', async () => {
    const built = buildImage({ ...DYNAMIC, blocks: filled(1) });
    const bytes = built.bytes();
    bytes.fill(0, built.batOffset, built.batOffset + 4);
    const image = await opened(bytes);
    const check = checkBlocks(image, await batOf(image));
    expect(check.findings.map(({ rule }) => rule)).toContain('block-over-structure');
    expect(check.findings[0]?.offset).toBe(built.batOffset);
    expect([...check.badBlocks]).toContain(0);
  });

  test('fewer entries than blocks is an error, and the rest reads as not held', async () => {
    const image = await opened({ ...DYNAMIC, blocks: filled(1), maxTableEntries: 5 });
    expect(image.tables).toMatchObject({ batEntries: 5 });
    expect(image.findings[0]).toMatchObject({ rule: 'bat-too-small', code: '0xC03A000A', severity: 'error' });
  });
});

describe('fact 18: Xen’s extras', () => {
  test('a block map behind the table is recognised, annotated, and tells the maker', async () => {
    const built = buildImage({
      ...DYNAMIC,
      creator: 'CTXS',
      blocks: filled(1),
      layout: 'packed',
      gapSectors: () => 8,
    });
    const bytes = built.bytes();
    const at = built.batOffset + 512;
    bytes.set(
      [...'tdbatmap'].map((char) => char.charCodeAt(0)),
      at,
    );
    const image = await opened(bytes);
    expect(rules(image)).toEqual([]);
    expect(image.structures.find((each) => each.name === 'Xen block map')).toMatchObject({ offset: at });
    expect(image.maker?.looksLike).toBe('Xen (by its block map)');
  });

  test('the cookie v_poison is a disk disabled in a resize: read, with an error that says so', async () => {
    const image = await opened({ ...DYNAMIC, creator: 'tap\0', cookie: 'v_poison', blocks: filled(1) });
    expect(image.findings[0]).toMatchObject({
      rule: 'disabled-by-resize',
      severity: 'error',
      lengthBytes: 8,
    });
    expect((await readFlat([image]))[BLOCK]).toBe(2);
  });
});

describe('hostile parents', () => {
  const name = utf16le('.\\base.vhd');
  test.each<[string, Partial<LocatorOptions>]>([
    ['locator-outside-file', { offset: 2n ** 63n }],
    ['locator-outside-file', { offset: 10_000_000n }],
    ['locator-length', { length: 0xffff_ffff, offset: 0n }],
    ['locator-length', { length: 5000 }],
  ])('give the finding %s and never more than 64 KiB', async (rule, damage) => {
    const image = await opened({
      ...child([{ platform: 'W2ru', data: name, ...damage }]),
      blocks: filled(0, 1, 2, 3, 4),
    });
    expect(rules(image)).toContain(rule);
    for (const path of image.parent?.paths ?? []) expect(path.lengthBytes).toBeLessThanOrEqual(65_536);
  });

  test('two locators for one platform are noted; names that disagree are a warning that quotes them', async () => {
    const twice = await opened(
      child([
        { platform: 'W2ru', data: name },
        { platform: 'W2ru', data: name },
      ]),
    );
    expect(rules(twice)).toEqual(['locator-duplicate']);
    const torn = await opened(child([{ platform: 'W2ru', data: utf16le('.\\Other.vhd') }]));
    expect(rules(torn)).toEqual(['parent-names-disagree']);
    expect(torn.findings[0]?.message).toContain('“base.vhd”, “Other.vhd”');
  });

  test('names that differ in case only agree', async () => {
    expect(rules(await opened(child([{ platform: 'W2ru', data: utf16le('.\\BASE.VHD') }])))).toEqual([]);
  });

  test('an id of zeros is an error', async () => {
    const image = await opened({ ...CHILD, parent: { id: new Uint8Array(16), name: 'base.vhd' } });
    expect(rules(image)).toContain('parent-id-empty');
  });
});

describe('a table in the wrong place', () => {
  async function withTableAt(offset: bigint) {
    const bytes = buildImage({ ...DYNAMIC, blocks: filled(1) }).bytes();
    new DataView(bytes.buffer).setBigUint64(512 + 16, offset);
    fixChecksums(bytes);
    return bytes;
  }

  test('beyond the file it cannot be read: refused', async () => {
    const { refused } = await import('../../../support/opened.ts');
    for (const offset of [2n ** 63n, 0xffff_ffff_ffff_ffffn, 1_000_000n]) {
      expect((await refused(await withTableAt(offset))).findings[0]).toMatchObject({
        rule: 'bat-outside-file',
        code: '0xC03A000A',
      });
    }
  });

  test('cut by the end of the file, overlapping or unaligned it is read as far as it goes, with an error', async () => {
    const bytes = await withTableAt(1536n);
    expect(rules(await opened(await withTableAt(BigInt(bytes.length - 8))))).toEqual(
      expect.arrayContaining(['bat-cut-short', 'structures-overlap']),
    );
    expect(rules(await opened(await withTableAt(600n)))).toEqual(
      expect.arrayContaining(['structures-overlap', 'bat-unaligned']),
    );
  });
});
