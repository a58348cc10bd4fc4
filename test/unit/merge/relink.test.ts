import { beforeAll, describe, expect, test } from 'vitest';
import { toHex } from '../../../src/base/bytes.ts';
import { DiskError } from '../../../src/base/errors.ts';
import { Prng } from '../../../src/base/prng.ts';
import { assemble } from '../../../src/chain/assemble.ts';
import type { PileFile } from '../../../src/chain/pile.ts';
import { checkFile } from '../../../src/check/checkFile.ts';
import type { CheckContext } from '../../../src/check/fileCheck.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import type { DiskImage } from '../../../src/formats/diskImage.ts';
import { relink } from '../../../src/merge/relink.ts';
import { relinkPatch } from '../../../src/merge/relinkPatch.ts';
import type { DiskFolder } from '../../../src/storage/diskFolder.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';
import { MemoryFolder } from '../../../src/storage/memoryFolder.ts';
import { PatchedFile } from '../../../src/storage/patchedFile.ts';
import { patchInPlace, undoPatch } from '../../../src/storage/patchJournal.ts';
import { decideBySeed } from '../../../src/storage/powerCut.ts';
import { crashEverywhere, type Files, filesOf, powered } from '../../support/crashPoints.ts';
import {
  buildImage,
  type ImageOptions,
  type LocatorOptions,
  mixedEndianId,
  type ParentOptions,
  SECTOR,
  utf16le,
} from '../../support/imageBuilder.ts';
import { mutated, soundImages } from '../../support/mutations.ts';
import { opened } from '../../support/opened.ts';
import { expectBytes, failure } from '../../support/storageConformance.ts';
import { xenImage } from '../../support/xenImage.ts';

const BLOCK = 4096;
const SHAPE = { virtualSizeBytes: 6 * BLOCK, blockSizeBytes: BLOCK } as const;
/** The survivor carries it already: it was that of the parent that is gone. */
const PARENT_ID = mixedEndianId(7);
const STAMP = 700_000_123;

let context: CheckContext;
beforeAll(async () => {
  context = { module: await loadCore(), now: new Date('2030-01-01T00:00:00Z') };
});

interface Case {
  readonly what: string;
  readonly parent: Omit<ParentOptions, 'id'>;
  readonly image?: Partial<ImageOptions>;
  readonly xen?: boolean;
  /** `mid.vhd` into `base.vhd` where left out; names of the pile. */
  readonly child?: string;
  readonly old?: string;
  readonly survivor?: string;
  /** Of the header, and of the locators by platform: what is there afterwards, all of it. */
  readonly name: string;
  readonly paths: Readonly<Record<string, string>>;
  /** Rules whose findings cannot be helped. */
  readonly mayFind?: readonly string[];
}

const absolute = (path: string, more: Partial<LocatorOptions> = {}): LocatorOptions => ({
  platform: 'W2ku',
  data: utf16le(path),
  ...more,
});
const relative = (path: string, more: Partial<LocatorOptions> = {}): LocatorOptions => ({
  platform: 'W2ru',
  data: utf16le(path),
  ...more,
});
const ascii = (platform: string, text: string): LocatorOptions => ({
  platform,
  data: new TextEncoder().encode(text),
});

const NO_LOCATOR: LocatorOptions = {
  platform: '\0\0\0\0',
  data: new Uint8Array(SECTOR),
  space: 0,
  length: 0,
  offset: 0n,
};

const LONG = `${'a long name '.repeat(19)}.vhd`;
const BOTH = { W2ku: 'C:\\vm\\base.vhd', W2ru: '.\\base.vhd' };

const CASES: readonly Case[] = [
  {
    what: 'Windows 10, both paths',
    parent: { name: 'C:\\vm\\mid.vhd', locators: [absolute('C:\\vm\\mid.vhd'), relative('.\\mid.vhd')] },
    name: 'C:\\vm\\base.vhd',
    paths: BOTH,
  },
  {
    what: 'both paths, the relative one first, another case of letters, a share',
    parent: {
      name: 'mid.vhd',
      locators: [relative('.\\MID.vhd'), absolute('\\\\server\\share\\Mid.VHD')],
    },
    name: 'base.vhd',
    paths: { W2ru: '.\\base.vhd', W2ku: '\\\\server\\share\\base.vhd' },
  },
  {
    what: 'no locators and room for one',
    parent: { name: 'mid.vhd' },
    name: 'base.vhd',
    paths: { W2ru: '.\\base.vhd' },
  },
  {
    what: 'no locators and no room',
    parent: { name: 'mid.vhd' },
    image: { layout: 'packed', slackBytes: 0 },
    name: 'base.vhd',
    paths: {},
  },
  {
    what: 'no room, a whole path in the header',
    parent: { name: 'D:\\mid.vhd' },
    image: { layout: 'packed' },
    name: 'D:\\base.vhd',
    paths: {},
  },
  {
    what: 'a whole path in the header alone tells the folder of the absolute path',
    parent: { name: 'C:\\vm\\mid.vhd', locators: [absolute('mid.vhd'), relative('.\\mid.vhd')] },
    name: 'C:\\vm\\base.vhd',
    paths: BOTH,
  },
  {
    what: 'only an absolute path',
    parent: { name: '', locators: [absolute('C:\\vm\\mid.vhd')] },
    name: 'base.vhd',
    paths: BOTH,
  },
  {
    what: 'only an absolute path and no room for another',
    parent: { name: '', locators: [absolute('C:\\vm\\mid.vhd')] },
    image: { layout: 'packed' },
    name: 'base.vhd',
    paths: { W2ku: 'C:\\vm\\base.vhd' },
  },
  {
    what: 'a parent that was renamed: nobody knows its folder',
    parent: { name: 'C:\\x\\was.vhd', locators: [absolute('C:\\x\\was.vhd'), relative('.\\was.vhd')] },
    name: 'base.vhd',
    paths: { W2ru: '.\\base.vhd' },
  },
  {
    what: 'a survivor in another folder than the parent had',
    parent: {
      name: 'C:\\vm\\snap\\mid.vhd',
      locators: [absolute('C:\\vm\\snap\\mid.vhd'), relative('.\\snap\\mid.vhd')],
    },
    old: 'vm/snap/mid.vhd',
    survivor: 'vm/disks/base.vhd',
    child: 'vm/leaf.vhd',
    name: 'base.vhd',
    paths: { W2ru: '.\\disks\\base.vhd' },
  },
  {
    what: 'a child in another folder than both',
    parent: {
      name: 'C:\\vm\\disks\\mid.vhd',
      locators: [absolute('C:\\vm\\disks\\mid.vhd'), relative('..\\disks\\mid.vhd')],
    },
    old: 'vm/disks/mid.vhd',
    survivor: 'vm/disks/base.vhd',
    child: 'vm/snap/leaf.vhd',
    name: 'C:\\vm\\disks\\base.vhd',
    paths: { W2ku: 'C:\\vm\\disks\\base.vhd', W2ru: '..\\disks\\base.vhd' },
  },
  {
    what: 'a shorter name: nothing of the longer one is left behind it',
    parent: {
      name: `C:\\vm\\${LONG}`,
      locators: [absolute(`C:\\vm\\${LONG}`), relative(`.\\${LONG}`)],
    },
    old: LONG,
    name: 'C:\\vm\\base.vhd',
    paths: BOTH,
  },
  {
    what: 'a longer name that fits',
    parent: {
      name: 'C:\\vm\\mid.vhd',
      locators: [absolute('C:\\vm\\mid.vhd', { space: 4096 }), relative('.\\mid.vhd')],
    },
    survivor: LONG,
    name: `C:\\vm\\${LONG}`,
    paths: { W2ku: `C:\\vm\\${LONG}`, W2ru: `.\\${LONG}` },
  },
  {
    what: 'a longer name for which there is room for the relative path only',
    parent: {
      name: 'C:\\some folder on a disk\\mid.vhd',
      locators: [absolute('C:\\some folder on a disk\\mid.vhd'), relative('.\\mid.vhd')],
    },
    image: { layout: 'packed' },
    survivor: LONG,
    name: LONG,
    paths: { W2ru: `.\\${LONG}` },
  },
  {
    what: 'Xen, with its map behind the table',
    xen: true,
    parent: {
      name: 'mid.vhd',
      // Xen's map lies where the builder puts the first two: they are no locators.
      locators: [
        NO_LOCATOR,
        NO_LOCATOR,
        ascii('MacX', 'file://./mid.vhd'),
        absolute('./mid.vhd'),
        relative('./mid.vhd'),
      ],
    },
    name: 'base.vhd',
    paths: { W2ru: '.\\base.vhd' },
  },
  {
    what: 'a Mac’s path, whose room is taken',
    parent: { name: 'mid.vhd', locators: [ascii('MacX', 'file:///Users/x/mid.vhd')] },
    image: { layout: 'packed' },
    name: 'base.vhd',
    paths: { W2ru: '.\\base.vhd' },
  },
  {
    what: 'old Windows encodings, which go',
    parent: { name: 'mid.vhd', locators: [ascii('Wi2k', 'C:\\vm\\mid.vhd'), ascii('Wi2r', '.\\mid.vhd')] },
    name: 'base.vhd',
    paths: { W2ru: '.\\base.vhd' },
  },
];

interface Pile {
  readonly child: string;
  readonly old: string;
  readonly survivor: string;
  readonly files: Files;
}

/** Folders of the pile stand in the names with `=`, since memory folders are flat. */
function pileOf({ parent, image, xen, child, old, survivor }: Case): Pile {
  const names = { child: child ?? 'leaf.vhd', old: old ?? 'mid.vhd', survivor: survivor ?? 'base.vhd' };
  const bits = Uint8Array.from({ length: 8 }, (_, i) => (i % 3) % 2);
  const options: ImageOptions = {
    ...SHAPE,
    type: 'differencing',
    id: mixedEndianId(9),
    blocks: [
      [4, { data: new Uint8Array(BLOCK).fill(4), bits }],
      [1, { data: new Uint8Array(BLOCK).fill(1), bits }],
    ],
    ...image,
    parent: { id: PARENT_ID, timeStamp: 600_000_000, ...parent },
  };
  const leaf = xen ? xenImage(options, []).bytes : buildImage(options).bytes();
  const base = buildImage({ ...SHAPE, type: 'dynamic', id: PARENT_ID, timeStamp: STAMP }).bytes();
  return { ...names, files: { [names.child]: leaf, [names.survivor]: base } };
}

/** Files of several folders in memory: names are kept as they are given. */
class Tree implements DiskFolder {
  constructor(private readonly flat: DiskFolder) {}

  private key = (name: string) => name.replaceAll('/', '=');

  async list() {
    return (await this.flat.list()).filter(({ name }) => !name.includes('='));
  }
  open(name: string, access: 'read-only' | 'read-write') {
    return this.flat.open(this.key(name), access);
  }
  create(name: string) {
    return this.flat.create(this.key(name));
  }
  rename(source: string, target: string) {
    return this.flat.rename(this.key(source), this.key(target));
  }
  remove(name: string) {
    return this.flat.remove(this.key(name));
  }
  home(name: string) {
    return { folder: this.flat, name: this.key(name) };
  }
}

const flatNames = (files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name.replaceAll('/', '='), bytes]));

const link = (folder: DiskFolder, { child, old, survivor }: Pile) =>
  relink(new Tree(folder), child, { name: old }, survivor, context);

async function relinked(pile: Pile): Promise<Files> {
  const folder = powered(flatNames(pile.files));
  await link(folder, pile);
  return filesOf(folder.afterCut(() => 'kept'));
}

const rulesOf = async (bytes: Uint8Array) =>
  (await checkFile(await opened(bytes), context)).findings.map(({ rule }) => rule);

describe.each(CASES)('$what', (each) => {
  const pile = pileOf(each);
  const key = pile.child.replaceAll('/', '=');
  const before = pile.files[pile.child] ?? new Uint8Array(0);

  test('names the survivor, and the trees find it without a word', async () => {
    const after = await relinked(pile);
    expect(Object.keys(after).sort()).toEqual(Object.keys(flatNames(pile.files)).sort());
    const image = await opened(after[key] ?? new Uint8Array(0));
    expect(image.parent?.id).toBe(toHex(PARENT_ID));
    expect(image.parent?.name).toBe(each.name);
    const paths = image.parent?.paths.map(({ platform, path }) => [platform, path]) ?? [];
    expect(Object.fromEntries(paths)).toEqual(each.paths);
    expect(paths.length).toBe(Object.keys(each.paths).length);
    const survivor = await opened(pile.files[pile.survivor] ?? new Uint8Array(0));
    expect(image.parent?.modified).toEqual(survivor.modified);
    expect(survivor.modified).not.toBeNull();
    const files: PileFile[] = [
      { image, path: pile.child, changedMs: null },
      { image: survivor, path: pile.survivor, changedMs: null },
    ];
    const [found] = assemble(files).links;
    expect(found?.parent).toBe(1);
    expect(found?.findings).toEqual([]);
  });

  test('changes the link and nothing else, and gives the check nothing new to say', async () => {
    const after = (await relinked(pile))[key] ?? new Uint8Array(0);
    expect(after.length).toBe(before.length);
    const was = await opened(before);
    const becomes = await opened(after);
    expect(becomes.tables).toEqual(was.tables);
    const places = becomes.parent?.paths ?? [];
    for (let at = 0; at < after.length; at++) {
      if (after[at] === before[at]) continue;
      // Checksum, time stamp, name, locator entries: of a header at 512.
      const inHeader = [
        [36, 40],
        [56, 60],
        [64, 768],
      ].some(([from = 0, end = 0]) => at >= 512 + from && at < 512 + end);
      const room = [...places, ...(was.parent?.paths ?? [])];
      const inPath = room.some(({ offset, lengthBytes }) => at >= offset && at < offset + lengthBytes);
      if (!inHeader && !inPath) throw new Error(`byte ${at} changed from ${before[at]} to ${after[at]}`);
    }
    const known = await rulesOf(before);
    const expected = Object.keys(each.paths).length === 0 ? [...known, 'locators-none'] : known;
    const fresh = (await rulesOf(after)).filter((rule) => !expected.includes(rule));
    expect(fresh).toEqual([]);
  });

  test('is not written again', async () => {
    const folder = powered(flatNames(pile.files));
    await link(folder, pile);
    const { operations } = folder;
    expect(operations).toBeGreaterThan(5);
    await link(folder, pile);
    expect(folder.operations).toBe(operations);
  });
});

describe.each([
  ['unflushed sectors lost', false],
  ['besides, the sector in flight holds anything', true],
])('a power cut, %s', (_, garbage) => {
  test.each(CASES.filter((_each, i) => (garbage ? [0, 2, 9, 12, 14] : [0]).includes(i)))(
    '$what',
    async (each) => {
      const pile = pileOf(each);
      const whole = await relinked(pile);
      let unfinished = 0;
      const totals = await crashEverywhere({
        files: flatNames(pile.files),
        write: (folder) => link(folder, pile),
        check: async (survivor) => {
          if ((await survivor.list()).some(({ name }) => name.endsWith('.undo'))) unfinished++;
          for (let round = 0; round < 2; round++) {
            await link(survivor, pile);
            await expectSame(survivor, whole);
          }
        },
        garbage,
        exhaustiveChanges: 5,
      });
      console.log(
        `${each.what}: ${totals.checked} survivors of ${totals.fates} cuts, ${unfinished} half way`,
      );
      expect(unfinished).toBeGreaterThan(20);
    },
  );
});

async function expectSame(folder: MemoryFolder, expected: Files): Promise<void> {
  const found = await filesOf(folder);
  expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, bytes] of Object.entries(expected)) {
    if (Buffer.compare(found[name] ?? new Uint8Array(0), bytes) !== 0) expectBytes(found[name], bytes);
  }
}

test('a power cut while an earlier one is recovered from', async () => {
  const pile = pileOf(must(CASES[0]));
  const whole = await relinked(pile);
  let checked = 0;
  for (const cutAt of [8, 10, 12]) {
    const folder = powered(pile.files);
    folder.cutAt = cutAt;
    await expect(link(folder, pile)).rejects.toThrow('power');
    const files = await filesOf(folder.afterCut(decideBySeed(cutAt, folder.unflushedChanges, true)));
    expect(Object.keys(files).length).toBe(3);
    const totals = await crashEverywhere({
      files,
      write: (again) => link(again, pile),
      check: async (survivor) => {
        await link(survivor, pile);
        await expectSame(survivor, whole);
      },
      garbage: true,
      exhaustiveChanges: 2,
      seeds: 4,
    });
    checked += totals.checked;
  }
  console.log(`cut again while recovering: ${checked} survivors`);
  expect(checked).toBeGreaterThan(60);
});

describe('undo files of other changes', () => {
  const pile = pileOf(must(CASES[0]));
  const { child } = pile;

  test('stay, whether they were made before the link or after it', async () => {
    const folder = new MemoryFolder();
    for (const [name, bytes] of Object.entries(pile.files)) folder.put(name, bytes);
    const change = async (offset: number) => {
      const bytes = folder.bytes(child);
      const changes = [{ offset, before: bytes.slice(offset, offset + 1), after: Uint8Array.of(0x55) }];
      const size = bytes.length;
      return (await patchInPlace(folder, child, { sizeBefore: size, sizeAfter: size, changes })).undoName;
    };
    // A reserved byte of the header, which keeps its wrong checksum.
    const one = await change(SECTOR + 800);
    await link(folder, pile);
    await link(folder, pile);
    expect((await folder.list()).map(({ name }) => name)).toContain(one);
    const two = await change(SECTOR + 801);
    await link(folder, pile);
    expect((await folder.list()).map(({ name }) => name)).toEqual(['base.vhd', child, two, one].sort());
    const image = await opened(folder.bytes(child));
    expect(image.parent?.name).toBe('C:\\vm\\base.vhd');
    expect(image.findings.map(({ rule }) => rule)).toContain('header-checksum');
    await undoPatch(folder, two);
    expect(folder.bytes(child)[SECTOR + 801]).toBe(0);
  });

  test('that are none do not stop it', async () => {
    const folder = new MemoryFolder();
    for (const [name, bytes] of Object.entries(pile.files)) folder.put(name, bytes);
    folder.put(`${child}.undo`, new Uint8Array(9000).fill(7));
    await link(folder, pile);
    await link(folder, pile);
    expect((await folder.list()).length).toBe(3);
  });
});

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('must be there');
  return value;
}

test('damaged files are linked once, refused or left alone, and their blocks stay where they are', async () => {
  const prng = new Prng(11);
  const images = soundImages().filter(({ built }) => built.locatorOffsets.length > 0);
  const change = {
    child: 'leaf.vhd',
    old: 'image0.vhd',
    survivor: `${LONG}`,
    modified: new Date(2_000_000_000_000),
  };
  const met = { linked: 0, refused: 0 };
  for (let round = 0; round < 600; round++) {
    const bytes = mutated(prng, must(images[round % images.length]));
    const file = MemoryFile.of('leaf.vhd', bytes, 'read-only');
    try {
      const patch = await relinkPatch(file, change);
      const after = new PatchedFile(file, patch);
      expect(patch.sizeAfter).toBe(bytes.length);
      expect((await relinkPatch(after, change)).changes, `round ${round}`).toEqual([]);
      const [was, becomes] = [await opened(file), await opened(after)];
      expect(becomes.tables).toEqual(was.tables);
      expect(becomes.id).toBe(was.id);
      expect(becomes.parent?.id).toBe(was.parent?.id);
      const isSame = (await readBlocks(becomes)) === (await readBlocks(was));
      expect(isSame, `blocks of round ${round}`).toBe(true);
      met.linked++;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      expect(['bad-request', 'corrupt']).toContain(error.code);
      met.refused++;
    }
  }
  expect(met.linked).toBeGreaterThan(200);
  expect(met.refused).toBeGreaterThan(10);
});

/** Table, bitmaps and data, as far as they are in the file and not of a block that a wrong entry puts over the header. */
async function readBlocks({ file, tables, structures }: DiskImage): Promise<string> {
  if (tables.kind === 'flat') return '';
  const header = must(structures.find(({ name }) => name === 'Dynamic disk header'));
  const bytes = new Uint8Array(file.sizeBytes);
  await file.read(0, bytes);
  const all = Buffer.from(bytes);
  const parts = [all.subarray(tables.batOffset, tables.batOffset + tables.batEntries * 4)];
  for (let block = 0; block < tables.batEntries; block++) {
    const at = all.readUInt32BE(tables.batOffset + block * 4) * SECTOR;
    const end = at + tables.bitmapBytes + tables.blockSizeBytes;
    if (at >= header.offset + header.lengthBytes || end <= header.offset) parts.push(all.subarray(at, end));
  }
  return Buffer.concat(parts).toString('latin1');
}

describe('a file that cannot be linked is left as it is', () => {
  test.each([
    ['a disk without a parent', buildImage({ ...SHAPE, type: 'dynamic' }).bytes(), 'bad-request'],
    ['no disk', new Uint8Array(5000).fill(7), 'bad-request'],
    [
      'a table over the header',
      buildImage({
        ...SHAPE,
        type: 'differencing',
        parent: { id: PARENT_ID, name: 'mid.vhd' },
        tableOffset: 1024n,
      }).bytes(),
      'corrupt',
    ],
  ] as const)('%s', async (_what, bytes, code) => {
    const pile = pileOf(must(CASES[0]));
    const folder = new MemoryFolder();
    for (const [name, content] of Object.entries(pile.files)) folder.put(name, content);
    folder.put(pile.child, bytes);
    await failure(code, () => link(folder, pile));
    expectBytes(folder.bytes(pile.child), bytes);
    expect((await folder.list()).length).toBe(2);
  });

  test('a full disk', async () => {
    const pile = pileOf(must(CASES[0]));
    const folder = powered(pile.files);
    const full = new Error('full');
    folder.create = () => Promise.reject(full);
    await expect(link(folder, pile)).rejects.toBe(full);
    expectBytes(folder.afterCut(() => 'lost').bytes(pile.child), must(pile.files[pile.child]));
  });
});
