import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { checkFile } from '../../../src/check/checkFile.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { planGrow, refuseUnderChildren } from '../../../src/export/planGrow.ts';
import { copyPatched } from '../../../src/storage/copyPatched.ts';
import {
  finishPatch,
  patchInPlace,
  undoPatch,
  unfinishedPatches,
} from '../../../src/storage/patchJournal.ts';
import { crashEverywhere } from '../../support/crashPoints.ts';
import {
  buildImage,
  checksum,
  type ImageOptions,
  mixedEndianId,
  SECTOR,
} from '../../support/imageBuilder.ts';
import { isInstalled, run } from '../../support/installed.ts';
import { MemorySink } from '../../support/memorySink.ts';
import { opened } from '../../support/opened.ts';
import { sameBytes } from '../../support/openedChain.ts';
import { patched } from '../../support/patches.ts';
import { readFlat } from '../../support/readFlat.ts';
import { SevenZipFolder } from '../../support/sevenZip.ts';
import { expectBytes, failure } from '../../support/storageConformance.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const BLOCK = 4096;
const GIB = 2 ** 30;

let core: CoreModule;
beforeAll(async () => {
  core = await loadCore();
});

function noise(seed: number, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  new Prng(seed).fill(bytes);
  return bytes;
}

const block = (index: number, seed: number, size = BLOCK) => [index, { data: noise(seed, size) }] as const;

/** 4.5 blocks, the last of them here with noise behind the end of the disk. */
const SHAPE = { type: 'dynamic', virtualSizeBytes: 4.5 * BLOCK, blockSizeBytes: BLOCK } as const;

const DYNAMIC: readonly (readonly [what: string, ImageOptions])[] = [
  ['as Windows 10 lays out', { ...SHAPE, blocks: [block(4, 1), block(0, 2)] }],
  [
    'one behind the other, with little room',
    { ...SHAPE, layout: 'packed', blocks: [block(1, 3), block(4, 4)] },
  ],
  ['no block at all', { ...SHAPE, blocks: [] }],
  ['zeros behind the table', { ...SHAPE, layout: 'packed', batPadding: 0, blocks: [block(2, 5)] }],
  [
    'more entries than the disk needs',
    { ...SHAPE, layout: 'packed', extraEntries: 300, blocks: [block(3, 6)] },
  ],
  ['an old footer of 511 bytes', { ...SHAPE, layout: 'packed', endFooter: 511, blocks: [block(4, 7)] }],
  ['no footer at the end', { ...SHAPE, layout: 'packed', endFooter: 0, blocks: [block(4, 8)] }],
  ['no copy of the footer', { ...SHAPE, footerCopy: false, blocks: [block(0, 9)] }],
  [
    'the last block cut short',
    {
      ...SHAPE,
      layout: 'packed',
      cutLastBlock: true,
      blocks: [block(0, 10), [4, { data: noise(11, BLOCK / 2) }]],
    },
  ],
  [
    'the size by its geometry',
    { ...SHAPE, creator: 'vpc ', virtualSizeBytes: 68 * SECTOR, layout: 'packed', blocks: [block(8, 12)] },
  ],
  [
    'the largest geometry',
    { ...SHAPE, creator: 'd2v ', geometry: [65535, 16, 255], batPadding: 0, blocks: [block(1, 13)] },
  ],
];

const SIZES = [4.5 * BLOCK + SECTOR, 5 * BLOCK, 40 * BLOCK, 2000 * BLOCK + SECTOR];

/** What the disk must read after it grew, from what it read before: the same, and zeros. */
async function grownDisk(options: ImageOptions | Uint8Array, sizeBytes: number): Promise<Uint8Array> {
  const disk = new Uint8Array(sizeBytes);
  disk.set(await readFlat([await opened(options)]));
  return disk;
}

async function grown(source: ImageOptions | Uint8Array, sizeBytes: number): Promise<Uint8Array> {
  const bytes = source instanceof Uint8Array ? source : buildImage(source).bytes();
  return patched(bytes, await planGrow(await opened(bytes), sizeBytes));
}

async function rulesAboveNote(bytes: Uint8Array): Promise<string[]> {
  const image = await opened(bytes);
  const { findings } = await checkFile(image, { module: core, now: new Date('2030-01-01') });
  return findings
    .filter(({ severity }) => severity !== 'note')
    .map(({ rule, message }) => `${rule}: ${message}`);
}

describe('a dynamic disk', () => {
  describe.each(DYNAMIC)('with %s', (what, options) => {
    test.each(SIZES.filter((size) => size > options.virtualSizeBytes))('grows to %i bytes', async (size) => {
      const before = buildImage(options).bytes();
      const bytes = await grown(options, size);
      const image = await opened(bytes);
      if (options.creator === 'vpc ') expect(image.virtualSizeBytes).toBeGreaterThanOrEqual(size);
      else expect(image.virtualSizeBytes).toBe(size);
      const disk = await grownDisk(options, image.virtualSizeBytes);
      expect(sameBytes(await readFlat([image]), disk)).toBe(true);
      expect(image.id).toBe((await opened(before)).id);
      expect(bytes.length).toBeGreaterThanOrEqual(before.length);
      // Warnings that it had stay; none comes, and no error.
      const had = await rulesAboveNote(before);
      const names = new Set(had.map((each) => each.split(':')[0]));
      const fresh = (await rulesAboveNote(bytes)).filter((each) => !names.has(each.split(':')[0]));
      expect(fresh, what).toEqual([]);
    });
  });

  test('keeps the table where it is while there is room, and moves it behind the last block then', async () => {
    const options = DYNAMIC[0]?.[1] ?? SHAPE;
    const small = await opened(await grown(options, 40 * BLOCK));
    const large = await opened(await grown(options, 2000 * BLOCK));
    const before = buildImage(options);
    expect(small.tables).toMatchObject({ batOffset: before.batOffset, batEntries: 40 });
    expect(small.file.sizeBytes).toBe(before.sizeBytes);
    expect(large.tables).toMatchObject({ batEntries: 2000 });
    const { batOffset } = large.tables.kind === 'flat' ? { batOffset: 0 } : large.tables;
    expect(batOffset).toBeGreaterThan(Math.max(...before.places.values()));
    expect(batOffset % 4096).toBe(0);
  });

  test('does not take bytes behind the table for padding that are not', async () => {
    const { batOffset, ...built } = buildImage({
      ...SHAPE,
      layout: 'packed',
      blocks: [block(0, 1)],
      gapSectors: () => 4,
    });
    const bytes = built.bytes();
    bytes[batOffset + 700] = 7;
    const image = await opened(await grown(bytes, 300 * BLOCK));
    expect(image.tables).not.toMatchObject({ batOffset });
    expect(sameBytes(await readFlat([image]), await grownDisk(bytes, 300 * BLOCK))).toBe(true);
  });

  test('grows again and again, each time from what it was', async () => {
    const options = DYNAMIC[1]?.[1] ?? SHAPE;
    let bytes = buildImage(options).bytes();
    for (const size of [5 * BLOCK, 129 * BLOCK, 130 * BLOCK, 1025 * BLOCK, 5000 * BLOCK]) {
      bytes = await grown(bytes, size);
      expect(await rulesAboveNote(bytes)).toEqual([]);
      expect(sameBytes(await readFlat([await opened(bytes)]), await grownDisk(options, size))).toBe(true);
    }
  });

  test('of 2040 GiB takes 4 MiB more of the file', async () => {
    const bytes = await grown(
      { ...SHAPE, virtualSizeBytes: GIB, blockSizeBytes: 2 ** 21, blocks: [] },
      2040 * GIB,
    );
    const image = await opened(bytes);
    expect(image.virtualSizeBytes).toBe(2040 * GIB);
    expect(await rulesAboveNote(bytes)).toEqual([]);
    expect(bytes.length).toBeLessThan(5 * 2 ** 20);
  });
});

/** A packed dynamic disk with Xen's map of `sectors` sectors behind the table. */
function withBatmap(sectors: number): { bytes: Uint8Array; at: number } {
  const built = buildImage({
    ...SHAPE,
    creator: 'tap\0',
    creatorVersion: 0x00010003,
    layout: 'packed',
    blocks: [block(0, 20)],
    gapSectors: () => 1 + sectors,
  });
  const bytes = built.bytes();
  const at = built.batOffset + SECTOR;
  bytes.set(new TextEncoder().encode('tdbatmap'), at);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(at + 8, BigInt(at + SECTOR));
  view.setUint32(at + 16, sectors);
  view.setUint32(at + 20, 0x00010002);
  bytes[at + SECTOR] = 0x80;
  view.setUint32(at + 24, checksum(bytes.subarray(at + SECTOR, at + SECTOR * (1 + sectors))));
  return { bytes, at };
}

describe('Xen’s block map', () => {
  test('is marked stale where the table grows in its padding', async () => {
    const { bytes, at } = withBatmap(1);
    expect(await rulesAboveNote(bytes)).toEqual([]);
    const after = await grown(bytes, 100 * BLOCK);
    expect(after[at + 28]).toBe(1);
    expect(await rulesAboveNote(after)).toEqual([]);
  });

  test('goes with a table that moves, empty: it says of no block that it is whole', async () => {
    const { bytes, at } = withBatmap(1);
    const after = await grown(bytes, 5000 * BLOCK);
    const image = await opened(after);
    const map = image.structures.find(({ name }) => name === 'Xen block map');
    expect(map?.offset).toBeGreaterThan(at);
    expect(await rulesAboveNote(after)).toEqual([]);
    expect(sameBytes(await readFlat([image]), await grownDisk(bytes, 5000 * BLOCK))).toBe(true);
  });
});

describe('a fixed disk', () => {
  const options = { type: 'fixed', virtualSizeBytes: 9 * SECTOR, data: noise(30, 9 * SECTOR) } as const;

  test.each([10 * SECTOR, 11 * SECTOR, 3_000 * SECTOR])('grows to %i bytes', async (size) => {
    const bytes = await grown(options, size);
    expect(bytes.length).toBe(size + SECTOR);
    const image = await opened(bytes);
    expect(image.findings).toEqual([]);
    expectBytes(bytes.subarray(0, size), await grownDisk(options, size));
    // Original size and id stay; 40 is the original size, 68 the id.
    const footer = bytes.subarray(size);
    expect(new DataView(footer.buffer, footer.byteOffset).getBigUint64(40)).toBe(BigInt(9 * SECTOR));
    expectBytes(footer.subarray(68, 84), mixedEndianId(1));
  });

  test('of Virtual PC hides no bytes that were behind its geometry', async () => {
    const vpc = {
      ...options,
      creator: 'vpc ',
      virtualSizeBytes: 100 * SECTOR,
      data: noise(31, 100 * SECTOR),
    };
    expect((await opened(vpc)).virtualSizeBytes).toBe(68 * SECTOR);
    const image = await opened(await grown(vpc, 101 * SECTOR));
    expect(image.virtualSizeBytes).toBe(136 * SECTOR);
    expectBytes(await readFlat([image]), await grownDisk(vpc, 136 * SECTOR));
  });

  test('is copied with holes left out', async () => {
    const size = 64 * 2 ** 20;
    const built = buildImage({ ...options, virtualSizeBytes: size, data: noise(32, 5 * 2 ** 20) });
    const image = await opened(built);
    const sink = new MemorySink();
    const zeros = new Uint8Array(65_536);
    let done = 0;
    const result = await copyPatched(image.file, sink, await planGrow(image, 2040 * GIB), {
      isZero: (bytes) => sameBytes(bytes, zeros.subarray(0, bytes.length)),
      advance: (bytes) => {
        done += bytes;
      },
    });
    expect(result.fileBytes).toBe(2040 * GIB + SECTOR);
    expect(done).toBe(result.fileBytes);
    expect(result.writtenBytes).toBeLessThan(6 * 2 ** 20);
    expect(sink.state).toBe('closed');
    const after = await opened(sink.asFile('b.vhd'));
    expect(after.virtualSizeBytes).toBe(2040 * GIB);
    expect(after.findings).toEqual([]);
    const piece = new Uint8Array(5 * 2 ** 20);
    await after.file.read(0, piece);
    expect(sameBytes(piece, noise(32, piece.length))).toBe(true);
    await after.file.read(size - SECTOR, piece);
    expect(piece.every((byte) => byte === 0)).toBe(true);
  });
});

describe('a disk does not grow', () => {
  const sound = { ...SHAPE, blocks: [block(0, 1)] };
  const refused = async (
    code: Parameters<typeof failure>[0],
    source: ImageOptions | Uint8Array,
    size: number,
  ) => {
    const image = await opened(source);
    const error = await failure(code, () => planGrow(image, size));
    return error.message;
  };

  test('that is differencing', async () => {
    const child = {
      ...sound,
      type: 'differencing',
      parent: { id: mixedEndianId(2), name: 'base.vhd' },
    } as const;
    expect(await refused('bad-request', child, 40 * BLOCK)).toContain('its parent has another size');
  });

  test('to a size that is not larger, not whole sectors, or too large', async () => {
    expect(await refused('bad-request', sound, 4 * BLOCK)).toContain('it has 18\u202f432 now');
    expect(await refused('bad-request', sound, 4.5 * BLOCK)).toContain('it has that size');
    expect(await refused('bad-request', sound, 5 * BLOCK + 1)).toContain('whole sectors');
    expect(await refused('limit', { ...sound, blockSizeBytes: 2 ** 21 }, 2040 * GIB + SECTOR)).toContain(
      '2\u202f040 GiB',
    );
    expect(await refused('limit', sound, 33 * GIB)).toContain('blocks');
  });

  test('that is damaged, in its structures or in its table', async () => {
    const built = buildImage(sound);
    const bytes = built.bytes();
    bytes[built.headerOffset + 70] = 1;
    expect(await refused('corrupt', bytes, 40 * BLOCK)).toContain('checksum');
    const outside = built.bytes();
    new DataView(outside.buffer).setUint32(built.batOffset, 1_000_000);
    expect(await refused('corrupt', outside, 40 * BLOCK)).toContain('lock 0');
  });

  test('whose last block has another one right behind the end of the disk', async () => {
    const crowded = { ...SHAPE, layout: 'packed', cutLastBlock: true } as const;
    const blocks = [[4, { data: noise(1, BLOCK / 2) }], block(0, 2)] as const;
    expect(await refused('unsupported', { ...crowded, blocks }, 40 * BLOCK)).toContain('last block');
  });

  test('that others stand upon: they are named', () => {
    const { message } = refuseUnderChildren(['a.avhd'], 'base.vhd');
    expect(message).toBe('base.vhd cannot grow: a.avhd names it as parent.');
    const many = Array.from({ length: 8 }, (_, i) => `${i}.avhd`);
    expect(refuseUnderChildren(many, 'base.vhd').message).toContain('and 3 more name it');
  });
});

describe.each([false, true])('a power cut while growing in place (garbage in flight: %s)', (garbage) => {
  const fixed: ImageOptions = { type: 'fixed', virtualSizeBytes: 3 * SECTOR, data: noise(40, 3 * SECTOR) };
  test.each<readonly [string, ImageOptions, number]>([
    ['fixed', fixed, 7 * SECTOR],
    ['dynamic, the table stays', DYNAMIC[0]?.[1] ?? fixed, 40 * BLOCK],
    ['dynamic, the table moves', DYNAMIC[1]?.[1] ?? fixed, 300 * BLOCK],
    ['dynamic, the last block cut short', DYNAMIC[8]?.[1] ?? fixed, 5 * BLOCK],
  ])('%s: the disk reads as before, or larger once it was finished', async (_, options, size) => {
    const before = buildImage(options).bytes();
    const patch = await planGrow(await opened(before), size);
    const after = patched(before, patch);
    let finished = 0;
    await crashEverywhere({
      files: { 'a.vhd': before },
      write: (folder) => patchInPlace(folder, 'a.vhd', patch),
      check: async (survivor) => {
        const [unfinished] = await unfinishedPatches(survivor);
        if (unfinished) {
          finished++;
          await finishPatch(survivor, unfinished.undoName);
          expectBytes(survivor.bytes('a.vhd'), after);
        } else if (
          survivor.bytes('a.vhd').length !== before.length ||
          !sameBytes(survivor.bytes('a.vhd'), before)
        ) {
          expectBytes(survivor.bytes('a.vhd'), after);
        }
        const undo = (await survivor.list()).find(
          ({ name, sizeBytes }) => name.endsWith('.undo') && sizeBytes > 0,
        );
        if (undo && unfinished) {
          await undoPatch(survivor, undo.name);
          expectBytes(survivor.bytes('a.vhd'), before);
        }
      },
      seeds: 12,
      exhaustiveChanges: 5,
      garbage,
    });
    expect(finished).toBeGreaterThan(20);
  });
});

describe('others read what grew', { timeout: 60_000 }, () => {
  const MIB = 2 ** 20;
  const shape = { type: 'dynamic', virtualSizeBytes: 5 * MIB, blockSizeBytes: 2 * MIB } as const;
  const cases: readonly (readonly [string, ImageOptions, number])[] = [
    ['dynamic.vhd', { ...shape, blocks: [block(2, 50, 2 * MIB), block(0, 51, 2 * MIB)] }, 33 * MIB],
    ['moved.vhd', { ...shape, layout: 'packed', blocks: [block(1, 52, 2 * MIB)] }, 800 * MIB],
    ['fixed.vhd', { type: 'fixed', virtualSizeBytes: 3 * MIB, data: noise(53, 3 * MIB) }, 9 * MIB],
  ];

  test.each(cases)('7-Zip reads %s', async (name, options, size) => {
    const bytes = await grown(options, size);
    const old = await readFlat([await opened(options)]);
    const sevenZip = await SevenZipFolder.with([{ name, bytes }]);
    let wrong = -1;
    const seen = sevenZip.read(name, (offset, piece) => {
      const expected = new Uint8Array(piece.length);
      expected.set(old.subarray(offset, offset + piece.length));
      if (wrong < 0 && !sameBytes(piece, expected)) wrong = offset;
    });
    expect(seen).toBe(size);
    expect(wrong).toBe(-1);
  });

  test.skipIf(!isInstalled('qemu-img')).each(cases)('qemu-img reads %s', async (name, options, size) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, name), await grown(options, size));
    run('qemu-img', 'convert', '-f', 'vpc', '-O', 'raw', join(folder, name), join(folder, 'raw'));
    const disk = readFileSync(join(folder, 'raw'));
    expect(sameBytes(disk, await grownDisk(options, size))).toBe(true);
  });
});
