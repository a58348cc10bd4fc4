/** What the writer makes: Windows 10's layout to the byte, and images that read back as what was written. */
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../src/base/bytes.ts';
import { Prng } from '../../../../src/base/prng.ts';
import { checkBlocks } from '../../../../src/formats/vhd/blockChecks.ts';
import { BlockWriter, filledBitmap } from '../../../../src/formats/vhd/blockWriter.ts';
import { type CreateOptions, createVhd } from '../../../../src/formats/vhd/create.ts';
import { MemoryFile } from '../../../../src/storage/memoryFile.ts';
import { bitmapOf, mixedEndianId, SECTOR } from '../../../support/imageBuilder.ts';
import { batOf, opened, rules } from '../../../support/opened.ts';
import { readFlat } from '../../../support/readFlat.ts';
import { hasSharedImage, sharedImage } from '../../../support/sharedImages.ts';

const ID = mixedEndianId(4);
const MODIFIED = new Date('2021-11-05T12:00:00Z');
const PARENT = {
  id: mixedEndianId(5),
  name: 'C:\\disks\\base.vhd',
  absolutePath: 'C:\\disks\\base.vhd',
  relativePath: '.\\base.vhd',
  modified: null,
};

describe('createVhd', () => {
  test('lays a differencing disk out as Windows 10 does (fact 9)', async () => {
    const vhd = createVhd({
      type: 'differencing',
      virtualSizeBytes: 2 ** 30,
      id: ID,
      modified: MODIFIED,
      parent: PARENT,
    });
    expect(vhd.parts.map(({ offset }) => offset)).toEqual([0, 0x200, 0x1000, 0x3000]);
    expect(vhd.blocks?.batOffset).toBe(0x2000);
    const file = new MemoryFile('child.avhd');
    const writer = await BlockWriter.start(file, vhd);
    expect(await writer.add(0, filledBitmap(512, 4096), new Uint8Array(2 ** 21))).toBe(0x13e00 + 512);
    const sizeBytes = await writer.finish();
    expect(sizeBytes).toBe(file.sizeBytes);
    const image = await opened(file);
    expect(rules(image)).toEqual([]);
    expect(image).toMatchObject({ id: toHex(ID), modified: MODIFIED, type: 'differencing' });
    expect(image.parent).toMatchObject({ id: toHex(PARENT.id), name: PARENT.name, modified: null });
    expect(image.parent?.paths.map(({ path }) => path)).toEqual([PARENT.absolutePath, PARENT.relativePath]);
    expect(image.maker?.looksLike).toBe('Windows 10 or Server 2016');
  });

  test.skipIf(!hasSharedImage('windows10-dynamic-gpt.vhd.gz'))(
    'windows10-dynamic-gpt.vhd: the same blocks give the same file, time stamp and id included',
    async () => {
      const original = sharedImage('windows10-dynamic-gpt.vhd.gz');
      const image = await opened(original);
      if (image.tables.kind !== 'vhd-blocks') throw new Error('not dynamic');
      const { modified, virtualSizeBytes } = image;
      const id = Uint8Array.from(image.id.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
      const vhd = createVhd({ type: 'dynamic', virtualSizeBytes, id, modified });
      const copy = new MemoryFile('copy.vhd');
      const writer = await BlockWriter.start(copy, vhd);
      const bat = new DataView((await batOf(image)).buffer);
      const entries = Array.from(
        { length: image.tables.batEntries },
        (_, block) => [block, bat.getUint32(block * 4)] as const,
      );
      for (const [block, entry] of entries
        .filter(([, entry]) => entry !== 0xffffffff)
        .sort((a, b) => a[1] - b[1])) {
        const bitmap = new Uint8Array(512);
        const data = new Uint8Array(2 ** 21);
        await original.read(entry * SECTOR, bitmap);
        await original.read(entry * SECTOR + 512, data);
        await writer.add(block, bitmap, data);
      }
      await writer.finish();
      expect(copy.sizeBytes).toBe(original.sizeBytes);
      expect(Buffer.compare(copy.bytes(), original.bytes())).toBe(0);
    },
  );

  test.skipIf(!hasSharedImage('windows10-fixed.vhd.gz'))(
    'windows10-fixed.vhd: the footer is the same',
    async () => {
      const original = sharedImage('windows10-fixed.vhd.gz');
      const { id, modified, virtualSizeBytes } = await opened(original);
      const raw = Uint8Array.from(id.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
      const { footer } = createVhd({ type: 'fixed', virtualSizeBytes, id: raw, modified });
      expect(toHex(footer)).toBe(toHex(original.bytes().subarray(-512)));
    },
  );

  test('a name too long for the header is told by its last component; locators keep the whole path', async () => {
    const path = `C:\\${'folder\\'.repeat(400)}base.vhd`;
    const parent = { ...PARENT, name: path, absolutePath: path };
    const file = await written(
      { type: 'differencing', virtualSizeBytes: 2 ** 22, id: ID, modified: null, parent },
      new Map(),
    );
    const image = await opened(file);
    expect(rules(image)).toEqual([]);
    expect(image.parent?.name).toBe('base.vhd');
    expect(image.parent?.paths[0]?.path).toBe(path);
  });

  test('the table of the largest disk does not run into the locators', async () => {
    const virtualSizeBytes = 2040 * 2 ** 30;
    const file = await written(
      {
        type: 'differencing',
        virtualSizeBytes,
        blockSizeBytes: 2 ** 19,
        id: ID,
        modified: null,
        parent: PARENT,
      },
      new Map(),
    );
    const image = await opened(file);
    expect(rules(image)).toEqual([]);
    expect(image.tables).toMatchObject({ batEntries: 2040 * 2048, bitmapBytes: 512 });
  });
});

async function written(
  options: CreateOptions,
  blocks: ReadonlyMap<number, { bits: Uint8Array; data: Uint8Array }>,
) {
  const vhd = createVhd(options);
  const file = new MemoryFile('new.vhd');
  const writer = await BlockWriter.start(file, vhd);
  for (const [block, { bits, data }] of blocks) {
    await writer.add(block, bitmapOf(vhd.blocks?.bitmapBytes ?? 0, bits.length, bits), data);
  }
  const foretold = writer.fileBytes;
  expect(await writer.finish()).toBe(foretold);
  return file;
}

describe('BlockWriter', () => {
  test.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'writes blocks in any order, and they read back (seed %i)',
    async (seed) => {
      const prng = new Prng(seed);
      const blockSizeBytes = 2 ** (12 + prng.below(10));
      const sectors = 1 + prng.below((blockSizeBytes / SECTOR) * 5);
      const disk = new Uint8Array(sectors * SECTOR);
      const perBlock = blockSizeBytes / SECTOR;
      const numbers = Array.from({ length: Math.ceil(sectors / perBlock) }, (_, block) => block).filter(
        () => prng.below(3) > 0,
      );
      numbers.sort(() => prng.below(3) - 1);
      const blocks = new Map<number, { bits: Uint8Array; data: Uint8Array }>();
      for (const block of numbers) {
        const bits = new Uint8Array(perBlock).map((_, i) =>
          block * perBlock + i < sectors ? prng.below(2) : 0,
        );
        const data = new Uint8Array(Math.min(perBlock, sectors - block * perBlock) * SECTOR).fill(block + 1);
        for (let i = 0; i * SECTOR < data.length; i++) {
          if (bits[i])
            disk.fill(block + 1, (block * perBlock + i) * SECTOR, (block * perBlock + i + 1) * SECTOR);
        }
        blocks.set(block, { bits, data });
      }
      const options = {
        type: 'differencing',
        virtualSizeBytes: disk.length,
        blockSizeBytes,
        id: ID,
        modified: MODIFIED,
        parent: PARENT,
      } as const;
      const file = await written(options, blocks);
      const image = await opened(file);
      expect(rules(image)).toEqual([]);
      const check = checkBlocks(image, await batOf(image));
      expect(check.findings).toEqual([]);
      expect(check.summary).toMatchObject({ allocated: numbers.length, aligned4k: true });
      expect(file.sizeBytes % 4096).toBe(0);
      expect(Buffer.compare(await readFlat([image]), disk)).toBe(0);
    },
  );

  test('a block is added once, and only where the disk has one', async () => {
    const vhd = createVhd({ type: 'dynamic', virtualSizeBytes: 2 ** 22, id: ID, modified: null });
    const writer = await BlockWriter.start(new MemoryFile('x'), vhd);
    const add = (block: number) => writer.add(block, filledBitmap(512, 4096), new Uint8Array(0));
    await add(1);
    await expect(add(1)).rejects.toThrow('once');
    await expect(add(2)).rejects.toThrow('block of the disk');
  });

  test('fact 20: a filled bitmap sets the most significant bits first, for every count', () => {
    for (let count = 0; count <= 64; count++) {
      expect(filledBitmap(512, count)).toEqual(bitmapOf(512, count));
    }
    expect(filledBitmap(512, 11).subarray(0, 3)).toEqual(Uint8Array.of(0xff, 0xe0, 0));
  });
});
