/** New, empty disks: laid out as Windows does, read as zeros or as the parent, refused where no VHD can be so. */
import { describe, expect, test } from 'vitest';
import { toHex, utf16 } from '../../../src/base/bytes.ts';
import { GIB, KIB, MIB } from '../../../src/base/units.ts';
import { type CreateDiskOptions, createDisk } from '../../../src/export/createDisk.ts';
import { checkBlocks } from '../../../src/formats/vhd/blockChecks.ts';
import { mixedEndianId, utf16le } from '../../support/imageBuilder.ts';
import { MemorySink } from '../../support/memorySink.ts';
import { batOf, opened, rules } from '../../support/opened.ts';
import { sameBytes } from '../../support/openedChain.ts';
import { readFlat } from '../../support/readFlat.ts';

const identity = { id: mixedEndianId(3), made: new Date('2024-05-06T07:08:09Z') };
const parent = {
  id: mixedEndianId(4),
  name: 'base.vhd',
  absolutePath: 'C:\\disks\\base.vhd',
  relativePath: '..\\disks\\base.vhd',
  modified: new Date('2024-01-01T00:00:00Z'),
};

async function created(options: Partial<CreateDiskOptions> & Pick<CreateDiskOptions, 'type'>) {
  const sink = new MemorySink();
  const result = await createDisk(sink, { virtualSizeBytes: 40 * MIB, identity, ...options });
  expect(sink.state).toBe('closed');
  expect(result).toEqual({ fileBytes: sink.content.sizeBytes, writtenBytes: sink.writtenBytes });
  return sink.asFile('new.vhd');
}

const SIZES = [512, 3 * MIB, 40 * MIB + 512, 127 * GIB, 2040 * GIB];
const BLOCK_SIZES = [512 * KIB, MIB, 2 * MIB, 4 * MIB, 8 * MIB];

describe('createDisk', () => {
  test.each(SIZES)('a fixed disk of %i bytes is a hole and a footer', async (virtualSizeBytes) => {
    const file = await created({ type: 'fixed', virtualSizeBytes });
    expect(file.sizeBytes).toBe(virtualSizeBytes + 512);
    const image = await opened(file);
    expect(rules(image)).toEqual([]);
    expect(image).toMatchObject({
      type: 'fixed',
      virtualSizeBytes,
      id: toHex(identity.id),
      modified: identity.made,
    });
    expect(file.content.heldBytes).toBeLessThanOrEqual(16 * KIB);
  });

  for (const type of ['dynamic', 'differencing'] as const) {
    test.each(SIZES.flatMap((size) => BLOCK_SIZES.map((block) => [size, block] as const)))(
      `a ${type} disk of %i bytes in blocks of %i holds nothing and is sound`,
      async (virtualSizeBytes, blockSizeBytes) => {
        const options = {
          type,
          virtualSizeBytes,
          blockSizeBytes,
          ...(type === 'differencing' ? { parent } : {}),
        };
        const file = await created(options);
        const image = await opened(file);
        expect(rules(image)).toEqual([]);
        expect(image).toMatchObject({ type, virtualSizeBytes, blockSizeBytes, id: toHex(identity.id) });
        const bat = await batOf(image);
        expect(bat.length).toBe(Math.ceil(virtualSizeBytes / blockSizeBytes) * 4);
        expect(bat.every((byte) => byte === 0xff)).toBe(true);
        expect(checkBlocks(image, bat).findings).toEqual([]);
        // Both footers, and the file ends at 4 KiB as Windows leaves it.
        expect(file.sizeBytes % 4096).toBe(0);
        const [front, end] = [new Uint8Array(512), new Uint8Array(512)];
        await file.read(0, front);
        await file.read(file.sizeBytes - 512, end);
        expect(toHex(front)).toBe(toHex(end));
      },
    );
  }

  test('fact 9: a differencing disk has its path, table and other path where Windows has them', async () => {
    const file = await created({ type: 'differencing', virtualSizeBytes: GIB, parent });
    const at = async (offset: number, lengthBytes: number) => {
      const bytes = new Uint8Array(lengthBytes);
      await file.read(offset, bytes);
      return bytes;
    };
    expect(new TextDecoder().decode(await at(0, 8))).toBe('conectix');
    expect(new TextDecoder().decode(await at(0x200, 8))).toBe('cxsparse');
    expect(toHex(await at(0x1000, parent.absolutePath.length * 2))).toBe(toHex(utf16le(parent.absolutePath)));
    expect((await at(0x2000, 2048)).every((byte) => byte === 0xff)).toBe(true);
    expect(utf16(await at(0x3000, 64), true)).toBe(parent.relativePath);
    const image = await opened(file);
    expect(image.parent).toMatchObject({ id: toHex(parent.id), name: 'base.vhd', modified: parent.modified });
    expect(image.parent?.paths).toMatchObject([
      { platform: 'W2ku', path: parent.absolutePath, offset: 0x1000 },
      { platform: 'W2ru', path: parent.relativePath, offset: 0x3000 },
    ]);
  });

  test.each([
    ['absolute only', { absolutePath: parent.absolutePath }, ['W2ku']],
    ['relative only', { relativePath: parent.relativePath }, ['W2ru']],
    ['none', {}, []],
  ])('paths: %s', async (_what, paths, platforms) => {
    const { id, name, modified } = parent;
    const image = await opened(
      await created({ type: 'differencing', parent: { id, name, modified, ...paths } }),
    );
    expect(image.parent?.paths.map(({ platform }) => platform)).toEqual(platforms);
    expect(rules(image).filter((rule) => rule !== 'locators-none')).toEqual([]);
  });

  test('an empty child reads as its parent', async () => {
    const base = await opened({
      type: 'fixed',
      virtualSizeBytes: 4 * MIB,
      data: new Uint8Array(4 * MIB).fill(7),
    });
    const child = await opened(await created({ type: 'differencing', virtualSizeBytes: 4 * MIB, parent }));
    expect(sameBytes(await readFlat([child, base]), await readFlat([base]))).toBe(true);
  });

  test.each<[string, Partial<CreateDiskOptions>, string]>([
    ['no bytes', { virtualSizeBytes: 0 }, 'bad-request'],
    ['half a sector', { virtualSizeBytes: 4 * MIB + 256 }, 'bad-request'],
    ['no number', { virtualSizeBytes: Number.NaN }, 'bad-request'],
    ['more than 2040 GiB', { virtualSizeBytes: 2040 * GIB + 512 }, 'limit'],
    ['blocks of 256 KiB', { blockSizeBytes: 256 * KIB }, 'bad-request'],
    ['blocks of 3 MiB', { blockSizeBytes: 3 * MIB }, 'bad-request'],
    ['blocks of 16 MiB', { blockSizeBytes: 16 * MIB }, 'bad-request'],
    ['a parent of a dynamic disk', { parent }, 'bad-request'],
    ['no parent', { type: 'differencing' }, 'bad-request'],
    [
      'a parent without an id',
      { type: 'differencing', parent: { ...parent, id: new Uint8Array(16) } },
      'bad-request',
    ],
    [
      'a parent without any id',
      { type: 'differencing', parent: { ...parent, id: new Uint8Array(0) } },
      'bad-request',
    ],
    ['its own parent', { type: 'differencing', parent: { ...parent, id: identity.id } }, 'bad-request'],
    [
      'a path that no locator holds',
      { type: 'differencing', parent: { ...parent, relativePath: `.\\${'x'.repeat(40_000)}` } },
      'bad-request',
    ],
  ])('refuses %s, and leaves no file behind', async (_what, options, code) => {
    const sink = new MemorySink();
    const making = createDisk(sink, { type: 'dynamic', virtualSizeBytes: 4 * MIB, identity, ...options });
    await expect(making).rejects.toMatchObject({ code });
    expect(sink.state).toBe('aborted');
    expect(sink.writtenBytes).toBe(0);
  });

  test('a full target leaves no file behind', async () => {
    const sink = new MemorySink(1000);
    const making = createDisk(sink, { type: 'dynamic', virtualSizeBytes: 4 * GIB, identity });
    await expect(making).rejects.toMatchObject({ code: 'no-space' });
    expect(sink.state).toBe('aborted');
  });
});
