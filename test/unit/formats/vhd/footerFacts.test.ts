/** Facts 1 to 6, 15 to 17 and 19: what real footers say. */
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../src/base/bytes.ts';
import { geometryBytes, geometryOf } from '../../../../src/formats/vhd/geometry.ts';
import {
  bigEndianId,
  buildImage,
  fixChecksums,
  type ImageOptions,
  mixedEndianId,
} from '../../../support/imageBuilder.ts';
import { opened, refused, rules } from '../../../support/opened.ts';
import { readFlat } from '../../../support/readFlat.ts';

const KIB = 1024;
const GIB = 1024 ** 3;
const SMALL: ImageOptions = { type: 'dynamic', virtualSizeBytes: 64 * KIB, blockSizeBytes: 16 * KIB };

/** A small image with one block of known bytes. */
function withBlock(more: Partial<ImageOptions> = {}): ImageOptions {
  return { ...SMALL, blocks: [[1, { data: new Uint8Array(16 * KIB).fill(7) }]], ...more };
}

describe('fact 1: the byte order of unique ids', () => {
  test('the raw bytes are the identity, whoever wrote them', async () => {
    for (const creator of ['win ', 'vpc ', 'qemu', 'tap\0', 'd2v\0', 'new?']) {
      const id = bigEndianId(77);
      expect((await opened({ ...SMALL, creator, id })).id).toBe(toHex(id));
    }
  });

  test('Windows and disk2vhd are spelled mixed-endian, Virtual PC, qemu and Xen big-endian', async () => {
    const id = Uint8Array.from({ length: 16 }, (_, i) => i + 0x10);
    const spelled = async (creator: string) => (await opened({ ...SMALL, creator, id })).idText;
    const mixed = '13121110-1514-1716-1819-1a1b1c1d1e1f';
    const big = '10111213-1415-1617-1819-1a1b1c1d1e1f';
    for (const creator of ['win ', 'd2v\0', 'd2v ']) expect(await spelled(creator)).toBe(mixed);
    for (const creator of ['vpc ', 'qemu', 'qem2', 'tap\0']) expect(await spelled(creator)).toBe(big);
  });

  test('an unknown maker’s order is told by where the version digit of a random GUID stands', async () => {
    const orderOf = async (id: Uint8Array) =>
      (await opened({ ...SMALL, creator: 'new?', id })).maker?.idOrder;
    expect(await orderOf(bigEndianId(5))).toBe('big-endian');
    expect(await orderOf(mixedEndianId(5))).toBe('mixed-endian');
  });
});

describe('fact 2: which size is the disk’s size', () => {
  const current = 200 * KIB;
  const [cylinders, heads, sectors] = [5, 4, 17];
  const product = cylinders * heads * sectors * 512;
  const sizeFor = async (creator: string, geometry = [cylinders, heads, sectors] as const) =>
    (await opened({ ...SMALL, virtualSizeBytes: current, creator, geometry })).virtualSizeBytes;

  test.each(['vpc ', 'qemu'])('“%s” means the CHS product', async (creator) => {
    expect(await sizeFor(creator)).toBe(product);
  });

  test.each(['win ', 'qem2', 'd2v\0', 'tap\0', 'CTXS', 'new?'])(
    '“%s” means the current size',
    async (creator) => {
      expect(await sizeFor(creator)).toBe(current);
    },
  );

  test('the largest geometry always means the current size, and is no finding on a small disk', async () => {
    for (const creator of ['vpc ', 'qemu', 'win ', 'd2v\0']) {
      const image = await opened({
        ...SMALL,
        virtualSizeBytes: current,
        creator,
        geometry: [65535, 16, 255],
      });
      expect(image.virtualSizeBytes).toBe(current);
      expect(rules(image)).toEqual([]);
    }
  });

  test('one size and one geometry are two disks, 2,080,768 bytes apart, by their makers', async () => {
    const same = { virtualSizeBytes: 136_365_211_648, geometry: [65278, 16, 255] } as const;
    const bySize = await opened({ type: 'dynamic', ...same, creator: 'win ' });
    const byGeometry = await opened({ type: 'dynamic', ...same, creator: 'vpc ' });
    expect(bySize.virtualSizeBytes - byGeometry.virtualSizeBytes).toBe(2_080_768);
    expect(rules(byGeometry)).toEqual(['size-by-geometry']);
    expect(rules(bySize)).toEqual([]);
  });

  test('a product of 0 cannot be meant: the current size is taken and said', async () => {
    const image = await opened({ ...SMALL, creator: 'qemu', geometry: [0, 0, 0] });
    expect(image.virtualSizeBytes).toBe(64 * KIB);
    expect(rules(image)).toEqual(['geometry-empty']);
  });
});

describe('fact 3: geometry rounds down, and the last block is partial', () => {
  test('the specification’s algorithm never addresses more than the disk, and less than a cylinder too little', () => {
    for (let sectors = 1; sectors < 300_000_000; sectors = sectors * 1.013 + 1) {
      const count = Math.floor(sectors);
      const geometry = geometryOf(count);
      const product = geometryBytes(geometry) / 512;
      expect(product).toBeLessThanOrEqual(count);
      const isClipped = count > 65535 * 16 * 255;
      if (!isClipped) expect(count - product).toBeLessThan(geometry.heads * geometry.sectorsPerTrack);
    }
  });

  test('it gives the geometries that Windows 10 and qemu wrote', () => {
    expect(geometryOf(10_485_760 / 512)).toEqual({ cylinders: 301, heads: 4, sectorsPerTrack: 17 });
    expect(geometryOf(536_870_912 / 512)).toEqual({ cylinders: 1040, heads: 16, sectorsPerTrack: 63 });
    expect(geometryOf(136_365_211_648 / 512)).toEqual({ cylinders: 65278, heads: 16, sectorsPerTrack: 255 });
    expect(geometryOf(104_448 / 512)).toEqual({ cylinders: 3, heads: 4, sectorsPerTrack: 17 });
  });

  test('a disk that ends inside a block needs one more entry, and no byte behind its end', async () => {
    const virtualSizeBytes = 2 * 16 * KIB + 512;
    const data = new Uint8Array(512).fill(9);
    const image = await opened({ ...SMALL, virtualSizeBytes, blocks: [[2, { data }]], cutLastBlock: true });
    expect(image.tables).toMatchObject({ batEntries: 3 });
    const disk = await readFlat([image]);
    expect(disk.length).toBe(virtualSizeBytes);
    expect(disk.subarray(-512)).toEqual(data);
  });
});

describe('fact 5: limits and block sizes', () => {
  test.each([4, 512, 1024, 2048, 4096])('blocks of %i KiB are read', async (kib) => {
    const blockSizeBytes = kib * KIB;
    const data = new Uint8Array(blockSizeBytes).fill(3);
    const image = await opened({
      type: 'dynamic',
      virtualSizeBytes: 3 * blockSizeBytes,
      blockSizeBytes,
      blocks: [[1, { data }]],
    });
    expect(image.blockSizeBytes).toBe(blockSizeBytes);
    expect(Buffer.compare((await readFlat([image])).subarray(blockSizeBytes, 2 * blockSizeBytes), data)).toBe(
      0,
    );
  });

  test.each([0, 512, 2048, 3 * 2 ** 20, 2 ** 20 + 512, 2 ** 32 - 512])(
    'a block size of %i is refused',
    async (blockSizeBytes) => {
      const bytes = buildImage(SMALL).bytes();
      new DataView(bytes.buffer).setUint32(512 + 32, blockSizeBytes);
      fixChecksums(bytes);
      expect((await refused(bytes)).findings[0]).toMatchObject({
        rule: 'block-size',
        code: '0xC03A000B',
        offset: 544,
      });
    },
  );

  test('2040 GiB is sound, more is said to be over Windows’ limit, more than 2 TiB is refused', async () => {
    const sized = (virtualSizeBytes: number): ImageOptions => ({
      type: 'dynamic',
      virtualSizeBytes,
      geometry: [65535, 16, 255],
    });
    expect(rules(await opened(sized(2040 * GIB)))).toEqual([]);
    expect(rules(await opened(sized(2041 * GIB)))).toEqual(['size-over-limit']);
    const far = await refused({ ...SMALL, currentSize: 2n ** 63n });
    expect(far.findings[0]).toMatchObject({ rule: 'size-invalid', code: '0xC03A0012' });
    expect(rules(await refused({ ...SMALL, currentSize: 0n }))[0]).toBe('size-invalid');
    expect(rules(await refused({ ...SMALL, currentSize: 511n }))).toContain('size-invalid');
  });

  test('a disk of more than eight million blocks is refused, whatever its file holds', async () => {
    const most = {
      ...SMALL,
      blockSizeBytes: 2 ** 18,
      maxTableEntries: 4,
      geometry: [65535, 16, 255] as const,
    };
    expect(rules(await opened({ ...most, currentSize: BigInt(2040 * GIB) }))).not.toContain('block-count');
    const far = await refused({ ...most, blockSizeBytes: 2 ** 17, currentSize: BigInt(2040 * GIB) });
    expect(far.findings[0]).toMatchObject({ rule: 'block-count', code: '0xC03A000B' });
  });

  test('a size that is no whole number of sectors is rounded down and said', async () => {
    const image = await opened({ ...SMALL, currentSize: BigInt(64 * KIB + 100) });
    expect(image.virtualSizeBytes).toBe(64 * KIB);
    expect(rules(image)).toEqual(['size-not-sectors']);
  });
});

describe('fact 6: time stamps', () => {
  test('are seconds since 2000-01-01 00:00 UTC', async () => {
    expect((await opened({ ...SMALL, timeStamp: 86_400 })).modified).toEqual(
      new Date('2000-01-02T00:00:00Z'),
    );
    expect((await opened({ ...SMALL, timeStamp: 0xffff_ffff })).modified?.getUTCFullYear()).toBe(2136);
    expect((await opened({ ...SMALL, timeStamp: 0 })).modified).toBeNull();
  });
});

describe('fact 15: a footer lost in a crash', () => {
  test('with only the copy at offset 0 the disk is read, and the loss is a finding', async () => {
    const image = await opened(withBlock({ endFooter: 0 }));
    expect(rules(image)).toEqual(['footer-missing']);
    expect(image.findings[0]).toMatchObject({ severity: 'warning', code: '0xC03A0001' });
    expect((await readFlat([image]))[16 * KIB]).toBe(7);
  });

  test('with only the footer at the end the disk is read, and the loss is a finding', async () => {
    const image = await opened(withBlock({ footerCopy: false }));
    expect(rules(image)).toEqual(['footer-copy-missing']);
    expect((await readFlat([image]))[16 * KIB]).toBe(7);
  });

  test('with neither the file is refused, and both losses are named', async () => {
    const file = await refused(withBlock({ footerCopy: false, endFooter: 0 }));
    expect(file.format).toBe('vhd');
    expect(file.findings[0]).toMatchObject({ rule: 'footer-lost', code: '0xC03A0001' });
    expect(file.findings[0]?.message).toMatch(
      /no footer in the last 512 bytes.*no copy of it at the start: both are lost/,
    );
  });

  test('two whole footers that differ: the one at the end is used, and the fields are named', async () => {
    const bytes = buildImage(withBlock()).bytes();
    new DataView(bytes.buffer).setUint32(24, 1);
    bytes[84] = 1;
    fixChecksums(bytes);
    const image = await opened(bytes);
    expect(image.findings[0]?.message).toMatch(/differ in timeStamp, savedState\.$/);
    expect(rules(image)).toEqual(['footer-copy-differs']);
    expect(image.modified).toEqual(new Date((946_684_800 + 700_000_000) * 1000));
  });
});

describe('fact 16: a footer of 511 bytes', () => {
  test.each([{ type: 'fixed' } as const, withBlock()])('is read as any other', async (more) => {
    const built = buildImage({ ...SMALL, ...more, endFooter: 511 });
    expect(built.sizeBytes % 512).toBe(511);
    const image = await opened(built);
    expect(rules(image)).toEqual(['footer-511-bytes']);
    expect(image.virtualSizeBytes).toBe(64 * KIB);
    expect(image.structures.find((each) => each.name === 'Footer')).toMatchObject({
      lengthBytes: 511,
      offset: built.footerOffset,
    });
  });
});

describe('fact 17: features, saved state, data offset of fixed disks', () => {
  test('bit 1 is always set: without it, or with unknown bits, there is a note', async () => {
    expect(rules(await opened({ ...SMALL, features: 2 }))).toEqual([]);
    expect(rules(await opened({ ...SMALL, features: 0 }))).toEqual(['features-unknown']);
    expect(rules(await opened({ ...SMALL, features: 0x12 }))).toEqual(['features-unknown']);
    expect(rules(await opened({ ...SMALL, features: 3 }))).toEqual(['temporary-disk']);
  });

  test('a saved state (byte 84) is a warning, Xen’s hidden flag (byte 85) is nothing', async () => {
    expect(rules(await opened({ ...SMALL, savedState: 1 }))).toEqual(['saved-state']);
    expect(rules(await opened({ ...SMALL, hidden: 1, creator: 'tap\0' }))).toEqual([]);
  });

  test('a fixed disk’s data offset is all ones, and anything else is only noted', async () => {
    expect(rules(await opened({ ...SMALL, type: 'fixed' }))).toEqual([]);
    expect(rules(await opened({ ...SMALL, type: 'fixed', dataOffset: 512n }))).toEqual(['fixed-data-offset']);
  });
});

describe('fact 19: checksums', () => {
  test('every changed byte of a footer is noticed, and the whole copy is used instead', async () => {
    const whole = buildImage(withBlock());
    for (let at = 8; at < 512; at += 7) {
      const bytes = whole.bytes();
      bytes[whole.footerOffset + at] = (bytes[whole.footerOffset + at] ?? 0) ^ 0x10;
      const image = await opened(bytes);
      expect(rules(image)).toEqual(['footer-checksum']);
      expect(image.findings[0]).toMatchObject({ code: '0xC03A0002', severity: 'error' });
      expect(image.virtualSizeBytes).toBe(64 * KIB);
    }
  });

  test('every changed byte of the header is noticed', async () => {
    const whole = buildImage(withBlock());
    for (let at = 36; at < 1024; at += 13) {
      const bytes = whole.bytes();
      bytes[512 + at] = (bytes[512 + at] ?? 0) ^ 0x10;
      expect(rules(await opened(bytes))).toContain('header-checksum');
    }
  });

  test('with both footers’ checksums wrong the disk is still read', async () => {
    const built = buildImage(withBlock());
    const bytes = built.bytes();
    for (const footer of [0, built.footerOffset]) bytes[footer + 64] = (bytes[footer + 64] ?? 0) ^ 1;
    const image = await opened(bytes);
    expect(rules(image)).toEqual(['footer-checksum']);
    expect((await readFlat([image]))[16 * KIB]).toBe(7);
  });
});
