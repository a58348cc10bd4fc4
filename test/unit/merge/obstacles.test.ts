/** Every obstacle by name: what brings it about, how grave it is, and whom it names. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import type { DiskImage } from '../../../src/formats/diskImage.ts';
import type { Finding } from '../../../src/formats/finding.ts';
import { openRaw } from '../../../src/formats/raw/open.ts';
import { MERGE_RULES } from '../../../src/merge/findings.ts';
import {
  type ClosedFile,
  type MergeWanted,
  obstaclesOf,
  planMerge,
  roomObstacle,
} from '../../../src/merge/planMerge.ts';
import type { NewFormat, Stretch } from '../../../src/merge/stretch.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';
import {
  buildImage,
  fixChecksums,
  type ImageOptions,
  mixedEndianId,
  SECTOR,
} from '../../support/imageBuilder.ts';
import { opened } from '../../support/opened.ts';
import { chainOf, type LayerSketch, stretchOf } from '../../support/stretches.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

const IN_PLACE: MergeWanted = { way: 'in-place', format: null, closed: [] };
const toNew = (format: NewFormat): MergeWanted => ({ way: 'new-file', format, closed: [] });

/** In place there are always these two. */
const ALWAYS = ['merge-parent-changes', 'merge-unlisted-siblings'];

const seen = new Set<string>();

function rulesOf(found: readonly Finding[]): string[] {
  for (const { rule } of found) seen.add(rule);
  return found.map(({ rule }) => rule).sort();
}

async function planned(stretch: Stretch, what: MergeWanted) {
  const plan = await planMerge(stretch, what, { module });
  // What is known without bitmaps is in the plan, and errors come first.
  for (const { rule, file } of obstaclesOf(stretch, what)) {
    expect(plan.obstacles).toContainEqual(expect.objectContaining({ rule, file }));
  }
  const graveness = plan.obstacles.map(({ severity }) => ['error', 'warning', 'note'].indexOf(severity));
  expect(graveness).toEqual([...graveness].sort());
  return { plan, rules: rulesOf(plan.obstacles) };
}

/** The only error of a plan. */
async function theError(stretch: Stretch, what: MergeWanted): Promise<Finding> {
  const { plan } = await planned(stretch, what);
  const errors = plan.obstacles.filter(({ severity }) => severity === 'error');
  expect(errors.map(({ rule }) => rule)).toHaveLength(1);
  return errors[0] as Finding;
}

const held = { blocks: [[0, { data: new Uint8Array(SECTOR) }]] } as const;
const sound: readonly LayerSketch[] = [
  { sectors: 80, options: held },
  { sectors: 80, options: held },
  { sectors: 80, options: held },
];

async function childOf(layer: number, name = 'other.avhd') {
  const parent = { id: mixedEndianId(10 + layer), name: 'x' };
  const shape = { type: 'differencing', virtualSizeBytes: 80 * SECTOR, blockSizeBytes: 4096 } as const;
  return { name, image: await opened({ ...shape, id: mixedEndianId(99), parent }), of: layer };
}

describe('a sound chain', () => {
  test('merges in place, with what is to be known', async () => {
    const { plan, rules } = await planned(stretchOf(await chainOf(sound)), IN_PLACE);
    expect(rules).toEqual(ALWAYS);
    expect(plan.obstacles.map(({ severity }) => severity)).toEqual(['warning', 'note']);
    expect(plan.obstacles[1]?.message).toContain('1-test.vhd, 2-test.vhd hold the disk as it was before');
  });

  test.each(['raw', 'fixed', 'dynamic'] as const)('merges to a new file: %s', async (format) => {
    expect((await planned(stretchOf(await chainOf(sound)), toNew(format))).rules).toEqual([]);
  });

  test('merges to a new differencing file', async () => {
    expect(
      (await planned(stretchOf(await chainOf(sound), { last: 1 }), toNew('differencing'))).rules,
    ).toEqual([]);
  });

  test('holds nothing: that is said', async () => {
    const { rules } = await planned(stretchOf(await chainOf([{ sectors: 80 }, { sectors: 80 }])), IN_PLACE);
    expect(rules).toEqual(['merge-nothing-to-copy', ...ALWAYS]);
  });
});

describe('children of the files', () => {
  test.each([1, 2])('beside the stretch, of layer %i: refused in place, by name', async (layer) => {
    const children = [await childOf(layer)];
    const stretch = stretchOf(await chainOf(sound), { children });
    const found = await theError(stretch, IN_PLACE);
    expect(found).toMatchObject({ rule: 'merge-sibling', file: 'other.avhd' });
    expect(found.message).toContain(`other.avhd stands on ${layer}-test.vhd`);
    expect(found.meaning).toContain('wrong with no error anywhere');
    expect((await planned(stretch, toNew('raw'))).rules).toEqual([]);
  });

  test('of the newest file are relinked, with the one above it in the chain, and each once', async () => {
    const images = await chainOf([{ sectors: 80 }, ...sound]);
    const above = { name: '0-test.vhd', image: images[0] as DiskImage, of: 1 };
    const children = [await childOf(1), above, await childOf(1, 'third.avhd')];
    const { plan, rules } = await planned(stretchOf(images, { first: 1, children }), IN_PLACE);
    expect(plan.relink).toEqual(['0-test.vhd', 'other.avhd', 'third.avhd']);
    expect(rules).toEqual(ALWAYS);
  });

  test('of layers outside of the stretch do not matter', async () => {
    const children = [await childOf(2)];
    expect((await planned(stretchOf(await chainOf(sound), { last: 1, children }), IN_PLACE)).rules).toEqual(
      ALWAYS,
    );
  });

  test('linked by hand to the newest file: refused in place', async () => {
    const children = [{ ...(await childOf(5)), of: 0 }];
    const stretch = stretchOf(await chainOf(sound), { children });
    expect(await theError(stretch, IN_PLACE)).toMatchObject({
      rule: 'merge-id-mismatch',
      file: 'other.avhd',
    });
  });
});

describe('sizes', () => {
  const sized = async (sizes: readonly number[], more: Partial<Stretch> = {}) =>
    stretchOf(await chainOf(sizes.map((sectors) => ({ sectors, options: held }))), more);

  test('a larger parent is refused in place', async () => {
    const found = await theError(await sized([40, 80]), IN_PLACE);
    expect(found).toMatchObject({ rule: 'merge-parent-larger', file: '1-test.vhd', code: '0xC03A0017' });
  });

  test('a smaller file in the middle is refused in place', async () => {
    const found = await theError(await sized([80, 40, 80]), IN_PLACE);
    expect(found).toMatchObject({ rule: 'merge-layer-sizes', file: '1-test.vhd', code: '0xC03A0017' });
    expect((await planned(await sized([80, 40, 80]), toNew('dynamic'))).rules).toEqual([]);
  });

  test('a smaller parent grows first', async () => {
    const { plan, rules } = await planned(await sized([80, 72, 40]), IN_PLACE);
    expect(rules).toEqual(['merge-grows-parent', ...ALWAYS]);
    expect(plan.growTo).toBe(80 * SECTOR);
  });

  test('a smaller differencing parent grows where its own parent ends no later, and is refused otherwise', async () => {
    const fine = await planned(await sized([80, 40, 40], { last: 1 }), IN_PLACE);
    expect(fine.plan.growTo).toBe(80 * SECTOR);
    expect(fine.rules).toEqual(['merge-grows-parent', ...ALWAYS]);
    const found = await theError(await sized([80, 40, 48], { last: 1 }), IN_PLACE);
    expect(found).toMatchObject({ rule: 'merge-layer-sizes', file: '1-test.vhd' });
    const orphan = stretchOf(await chainOf([{ sectors: 80 }, { sectors: 40 }], false), { complete: false });
    expect(await theError(orphan, IN_PLACE)).toMatchObject({ rule: 'merge-layer-sizes' });
  });

  test('a parent that cannot grow is refused, with the reason', async () => {
    const crowded: ImageOptions = {
      type: 'dynamic',
      virtualSizeBytes: 36 * SECTOR,
      blockSizeBytes: 4096,
      id: mixedEndianId(11),
      layout: 'packed',
      cutLastBlock: true,
      blocks: [
        [4, { data: new Uint8Array(4 * SECTOR) }],
        [0, { data: new Uint8Array(4096) }],
      ],
    };
    const images = [...(await chainOf([{ sectors: 80 }], false)), await opened(crowded)];
    const found = await theError(stretchOf(images), IN_PLACE);
    expect(found).toMatchObject({ rule: 'merge-cannot-grow', file: '1-test.vhd' });
    expect(found.message).toContain('last block');
    const byGeometry = { ...crowded, creator: 'vpc ', virtualSizeBytes: 68 * SECTOR, blocks: [] };
    const rounded = [...(await chainOf([{ sectors: 80 }], false)), await opened(byGeometry)];
    expect((await theError(stretchOf(rounded), IN_PLACE)).message).toContain('geometry');
  });

  test('of a new differencing disk and its parent differ: Windows would refuse it', async () => {
    const { rules, plan } = await planned(await sized([80, 80, 96], { last: 1 }), toNew('differencing'));
    expect(rules).toEqual(['merge-new-sizes']);
    expect(plan.obstacles[0]).toMatchObject({ severity: 'warning', code: '0xC03A0017' });
  });

  test('beyond 2040 GiB fit no VHD', async () => {
    const images = await chainOf(sound);
    const large = images.map((image) => ({ ...image, virtualSizeBytes: 2041 * 2 ** 30 }));
    expect(rulesOf(obstaclesOf(stretchOf(large), toNew('dynamic')))).toEqual(['merge-too-large']);
    expect(obstaclesOf(stretchOf(large), toNew('raw'))).toEqual([]);
  });
});

describe('links', () => {
  test('made by hand are refused in place, and told of to a new file', async () => {
    const [leaf, middle, base] = await chainOf(sound);
    const other = await opened({
      type: 'dynamic',
      virtualSizeBytes: 80 * SECTOR,
      blockSizeBytes: 4096,
      id: mixedEndianId(77),
    });
    if (!leaf || !middle || !base) throw new Error('three files');
    const stretch = stretchOf([leaf, middle, other]);
    const found = await theError(stretch, IN_PLACE);
    expect(found).toMatchObject({ rule: 'merge-id-mismatch', file: '1-test.vhd', code: '0xC03A000E' });
    const { plan } = await planned(stretch, toNew('dynamic'));
    expect(plan.obstacles).toEqual([
      expect.objectContaining({ rule: 'merge-id-mismatch', severity: 'warning' }),
    ]);
    // Below the stretch it does not matter in place; a new file would stand on it.
    expect((await planned(stretchOf([leaf, middle, other], { last: 1 }), IN_PLACE)).rules).toEqual(ALWAYS);
    expect(
      (await planned(stretchOf([leaf, middle, other], { last: 1 }), toNew('differencing'))).rules,
    ).toEqual(['merge-id-mismatch']);
  });

  test('to a raw image: it cannot take the place of a child', async () => {
    const [leaf] = await chainOf([{ sectors: 80, options: held }], false);
    const raw = await openRaw(MemoryFile.of('base.img', new Uint8Array(80 * SECTOR), 'read-only'));
    if (!leaf || !('tables' in raw)) throw new Error('two images');
    const { rules } = await planned(stretchOf([leaf, raw]), IN_PLACE);
    expect(rules).toEqual(['merge-id-mismatch', ...ALWAYS, 'merge-raw-parent'].sort());
    expect((await planned(stretchOf([leaf, raw]), toNew('dynamic'))).rules).toEqual(['merge-id-mismatch']);
  });
});

describe('files', () => {
  test.each(['picked', 'read-only', 'busy'] as const)(
    'that are %s are refused in place where they take part',
    async (why) => {
      const closedOf = (...names: string[]): ClosedFile[] => names.map((name) => ({ name, why }));
      const images = await chainOf([{ sectors: 80 }, ...sound]);
      const stretch = stretchOf(images, { first: 1, last: 2 });
      for (const name of ['0-test.vhd', '1-test.vhd', '2-test.vhd']) {
        const found = await theError(stretch, { ...IN_PLACE, closed: closedOf(name, 'elsewhere.vhd') });
        expect(found).toMatchObject({ rule: 'merge-closed-file', file: name });
        if (why === 'picked') {
          expect(found.message).toContain('a browser replaces such a file only whole');
          expect(found.remedy).toContain('disklab merge "1-test.vhd" --into "2-test.vhd"');
        }
      }
      expect((await planned(stretch, { ...IN_PLACE, closed: closedOf('3-test.vhd') })).rules).toEqual(ALWAYS);
      const everything = { ...toNew('differencing'), closed: closedOf('1-test.vhd', '2-test.vhd') };
      expect((await planned(stretch, everything)).rules).toEqual([]);
    },
  );

  test('whose names a shell would obey are not put into a command', async () => {
    const images = await chainOf(sound);
    const names = ['$(reboot).avhd', 'b c.avhd', 'x" & y.vhd'];
    const closed = [{ name: 'b c.avhd', why: 'picked' }] as const;
    const found = await theError({ ...stretchOf(images), names }, { ...IN_PLACE, closed });
    expect(found.remedy).toContain('disklab merge CHILD --into ANCESTOR');
  });

  test('that are damaged are refused in place, and told of to a new file', async () => {
    const [leaf, , base] = await chainOf(sound);
    const built = buildImage({
      type: 'differencing',
      virtualSizeBytes: 80 * SECTOR,
      blockSizeBytes: 4096,
      id: mixedEndianId(11),
      parent: { id: mixedEndianId(12), name: 'base.vhd' },
      ...held,
    });
    const inHeader = built.bytes();
    inHeader[built.headerOffset + 70] = 1;
    const inTable = built.bytes();
    new DataView(inTable.buffer).setUint32(built.batOffset, 1_000_000);
    fixChecksums(inTable);
    for (const bytes of [inHeader, inTable]) {
      const middle = await opened(bytes);
      if (!leaf || !base) throw new Error('three files');
      // As a source, and as the target.
      for (const last of [1, 2]) {
        const stretch = stretchOf([leaf, middle, base], { last });
        const found = await theError(stretch, IN_PLACE);
        expect(found).toMatchObject({ rule: 'merge-damaged', file: '1-test.vhd' });
        expect(found.code).not.toBeNull();
        const { plan } = await planned(stretch, toNew(last === 1 ? 'differencing' : 'raw'));
        expect(plan.obstacles).toEqual([
          expect.objectContaining({ rule: 'merge-damaged', severity: 'warning' }),
        ]);
      }
    }
  });

  test('of a machine in a saved state are told of', async () => {
    const images = await chainOf(
      sound.map((each, i) => (i === 1 ? { ...each, options: { ...held, savedState: 1 } } : each)),
    );
    const { plan, rules } = await planned(stretchOf(images), IN_PLACE);
    expect(rules).toEqual([...ALWAYS, 'merge-parent-in-use'].sort());
    expect(plan.obstacles[0]).toMatchObject({ severity: 'warning', file: '1-test.vhd' });
  });

  test('one alone cannot be merged in place', async () => {
    const images = await chainOf(sound);
    expect((await planned(stretchOf(images, { last: 0 }), IN_PLACE)).rules).toEqual(['merge-one-file']);
    expect((await planned(stretchOf(images, { last: 0 }), toNew('differencing'))).rules).toEqual([]);
  });
});

describe('what is below the stretch', () => {
  test('is needed by a disk that stands alone', async () => {
    const cut = stretchOf(await chainOf(sound), { last: 1 });
    for (const format of ['raw', 'fixed', 'dynamic'] as const) {
      const found = await theError(cut, toNew(format));
      expect(found).toMatchObject({ rule: 'merge-incomplete', file: '1-test.vhd', code: '0xC03A000D' });
    }
    const orphan = stretchOf(await chainOf(sound.slice(0, 2), false), { complete: false });
    expect((await theError(orphan, toNew('raw'))).message).toContain('its parent is not here');
  });

  test('is needed by a differencing disk', async () => {
    const found = await theError(stretchOf(await chainOf(sound)), toNew('differencing'));
    expect(found).toMatchObject({ rule: 'merge-no-parent', file: '2-test.vhd' });
  });

  test('may be missing, but then nothing can be proved', async () => {
    const orphan = stretchOf(await chainOf(sound, false), { complete: false });
    expect((await planned(orphan, IN_PLACE)).rules).toEqual([...ALWAYS, 'merge-parent-missing'].sort());
    const { plan, rules } = await planned({ ...orphan, last: 1 }, toNew('differencing'));
    expect(rules).toEqual(['merge-parent-missing']);
    expect(plan.obstacles[0]).toMatchObject({ severity: 'warning', file: '2-test.vhd' });
  });
});

test('every rule has been seen', async () => {
  const plan = await planMerge(stretchOf(await chainOf(sound)), IN_PLACE, { module });
  rulesOf([roomObstacle(plan, 0) as Finding]);
  expect([...seen].sort()).toEqual(Object.keys(MERGE_RULES).sort());
});

test.each(Object.entries(MERGE_RULES))(
  '%s says what it means and what can be done',
  (_, { meaning, remedy, code }) => {
    for (const text of [meaning, remedy]) expect(text).toMatch(/^[A-Z].*[.]$/);
    if (code !== null) expect(code).toMatch(/^0xC03A00[0-9A-F]{2}$/);
  },
);
