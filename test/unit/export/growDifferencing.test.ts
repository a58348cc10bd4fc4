/** A differencing disk grows, for a merge: its links, its own sectors and what falls to the parent stay as they are. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { checkFile } from '../../../src/check/checkFile.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { planGrow } from '../../../src/export/planGrow.ts';
import type { DiskImage } from '../../../src/formats/diskImage.ts';
import { finishPatch, patchInPlace, unfinishedPatches } from '../../../src/storage/patchJournal.ts';
import { crashEverywhere } from '../../support/crashPoints.ts';
import { buildImage, type ImageOptions, mixedEndianId, SECTOR, utf16le } from '../../support/imageBuilder.ts';
import { opened } from '../../support/opened.ts';
import { sameBytes } from '../../support/openedChain.ts';
import { patched } from '../../support/patches.ts';
import { readFlat } from '../../support/readFlat.ts';
import { expectBytes } from '../../support/storageConformance.ts';

const BLOCK = 4096;
const OLD = 4.5 * BLOCK;

let core: CoreModule;
beforeAll(async () => {
  core = await loadCore();
});

function noise(seed: number, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  new Prng(seed).fill(bytes);
  return bytes;
}

/** Every other sector of the block has its bit set, those behind the end of the disk among them. */
const striped = (index: number, seed: number) =>
  [index, { data: noise(seed, BLOCK), bits: Uint8Array.of(1, 0, 1, 0, 0, 1, 0, 1) }] as const;

const absolute = { platform: 'W2ku', data: utf16le('C:\\disks\\base.vhd') };
const relative = { platform: 'W2ru', data: utf16le('.\\base.vhd') };

const SHAPE: ImageOptions = {
  type: 'differencing',
  virtualSizeBytes: OLD,
  blockSizeBytes: BLOCK,
  id: mixedEndianId(1),
  parent: { id: mixedEndianId(2), name: 'base.vhd', locators: [absolute, relative] },
};

const withLocators = (locators: NonNullable<ImageOptions['parent']>['locators']): ImageOptions => ({
  ...SHAPE,
  parent: { id: mixedEndianId(2), name: 'base.vhd', ...(locators ? { locators } : {}) },
});

const CASES: readonly (readonly [what: string, options: ImageOptions])[] = [
  ['locators on both sides of the table', { ...SHAPE, blocks: [striped(4, 1), striped(0, 2)] }],
  ['locators behind the table', { ...SHAPE, layout: 'packed', blocks: [striped(1, 3), striped(4, 4)] }],
  ['no locators', { ...withLocators([]), layout: 'packed', blocks: [striped(2, 5)] }],
  [
    'room for a longer path at the end of the file, and no block',
    { ...withLocators([absolute, { ...relative, space: 65_536 }]), slackBytes: 0 },
  ],
  ['no block at all', { ...SHAPE, layout: 'packed' }],
  ['zeros behind the table', { ...SHAPE, batPadding: 0, blocks: [striped(4, 6)] }],
  ['an old footer of 511 bytes', { ...SHAPE, layout: 'packed', endFooter: 511, blocks: [striped(4, 7)] }],
  [
    'the last block cut short',
    {
      ...SHAPE,
      layout: 'packed',
      cutLastBlock: true,
      blocks: [
        striped(0, 8),
        [4, { data: noise(9, BLOCK / 2), bits: Uint8Array.of(1, 1, 0, 1, 1, 1, 1, 1) }],
      ],
    },
  ],
];

const SIZES = [OLD + SECTOR, 5 * BLOCK, 40 * BLOCK, 2000 * BLOCK + SECTOR];

async function parentOf(sizeBytes: number): Promise<DiskImage> {
  const data = noise(99, sizeBytes);
  return opened({ type: 'fixed', virtualSizeBytes: sizeBytes, id: mixedEndianId(2), data });
}

async function grown(bytes: Uint8Array, sizeBytes: number): Promise<Uint8Array> {
  return patched(bytes, await planGrow(await opened(bytes), sizeBytes, { differencing: true }));
}

/** As before up to the old end; behind it the parent answers, and behind that nobody. */
async function expectedDisk(bytes: Uint8Array, parent: DiskImage, sizeBytes: number): Promise<Uint8Array> {
  const disk = new Uint8Array(sizeBytes);
  disk.set((await readFlat([parent])).subarray(0, sizeBytes));
  disk.set(await readFlat([await opened(bytes), parent]));
  return disk;
}

async function rulesAboveNote(bytes: Uint8Array): Promise<string[]> {
  const { findings } = await checkFile(await opened(bytes), { module: core, now: new Date('2030-01-01') });
  return findings.filter(({ severity }) => severity !== 'note').map(({ rule }) => rule);
}

describe.each(CASES)('a differencing disk with %s', (_, options) => {
  test.each(SIZES)('grows to %i bytes and reads the same through its parent', async (size) => {
    const before = buildImage(options).bytes();
    const after = await grown(before, size);
    const [old, image] = [await opened(before), await opened(after)];
    expect(image.virtualSizeBytes).toBe(size);
    expect(image.parent).toEqual(old.parent);
    expect(image.id).toBe(old.id);
    for (const parentBytes of [OLD, OLD - 3 * SECTOR, 6 * BLOCK]) {
      const parent = await parentOf(parentBytes);
      const disk = await expectedDisk(before, parent, size);
      expect(sameBytes(await readFlat([image, parent]), disk)).toBe(true);
    }
    const had = new Set(await rulesAboveNote(before));
    expect((await rulesAboveNote(after)).filter((rule) => !had.has(rule))).toEqual([]);
  });

  test('grows again and again', async () => {
    const before = buildImage(options).bytes();
    const parent = await parentOf(OLD);
    let bytes = before;
    for (const size of [5 * BLOCK, 129 * BLOCK, 130 * BLOCK, 1025 * BLOCK]) {
      bytes = await grown(bytes, size);
      const disk = await expectedDisk(before, parent, size);
      expect(sameBytes(await readFlat([await opened(bytes), parent]), disk)).toBe(true);
    }
  });
});

test('room set aside for a path is not taken by a table that moves', async () => {
  const options = { ...withLocators([absolute, { ...relative, space: 65_536 }]), slackBytes: 0 };
  const built = buildImage(options);
  const { tables } = await opened(await grown(built.bytes(), 5000 * BLOCK));
  const { batOffset } = tables.kind === 'flat' ? { batOffset: 0 } : tables;
  expect(batOffset).toBeGreaterThanOrEqual((built.locatorOffsets[1] ?? 0) + 65_536);
});

test('bits behind the old end are cleared: what they stand for was never on the disk', async () => {
  const built = buildImage({ ...SHAPE, blocks: [striped(4, 1)] });
  const at = built.places.get(4) ?? 0;
  expect(built.bytes()[at]).toBe(0b1010_0101);
  expect((await grown(built.bytes(), 40 * BLOCK))[at]).toBe(0b1010_0000);
});

test('nobody grows one unasked', async () => {
  const image = await opened({ ...SHAPE, blocks: [striped(0, 1)] });
  await expect(planGrow(image, 40 * BLOCK)).rejects.toMatchObject({ code: 'bad-request' });
  await expect(planGrow(image, OLD, { differencing: true })).rejects.toMatchObject({ code: 'bad-request' });
});

test.each([false, true])(
  'a power cut leaves it as it was, or to be finished (garbage in flight: %s)',
  async (garbage) => {
    const before = buildImage(CASES[7]?.[1] ?? SHAPE).bytes();
    const patch = await planGrow(await opened(before), 40 * BLOCK, { differencing: true });
    const after = patched(before, patch);
    let finished = 0;
    await crashEverywhere({
      files: { 'a.avhd': before },
      write: (folder) => patchInPlace(folder, 'a.avhd', patch),
      check: async (survivor) => {
        const [unfinished] = await unfinishedPatches(survivor);
        if (unfinished) await finishPatch(survivor, unfinished.undoName);
        if (unfinished) finished++;
        const bytes = survivor.bytes('a.avhd');
        const isOld = !unfinished && bytes.length === before.length && sameBytes(bytes, before);
        if (!isOld) expectBytes(bytes, after);
      },
      seeds: 4,
      exhaustiveChanges: 4,
      garbage,
    });
    expect(finished).toBeGreaterThan(10);
  },
);
