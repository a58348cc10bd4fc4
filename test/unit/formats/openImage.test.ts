/** What a file is, is told by its content; whatever its header says, little of it is read. */
import { describe, expect, test } from 'vitest';
import { crc32c } from '../../../src/base/checksum.ts';
import { DiskError } from '../../../src/base/errors.ts';
import { openImage } from '../../../src/formats/openImage.ts';
import { openRaw } from '../../../src/formats/raw/open.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';
import type { ReadRequest } from '../../../src/storage/randomAccessFile.ts';
import {
  buildImage,
  fixChecksums,
  type ImageOptions,
  mixedEndianId,
  utf16le,
} from '../../support/imageBuilder.ts';
import { opened, refused, rules } from '../../support/opened.ts';

const SMALL: ImageOptions = { type: 'dynamic', virtualSizeBytes: 65_536, blockSizeBytes: 16_384 };

function disk(bytes: number, ...texts: readonly (readonly [offset: number, text: string])[]): Uint8Array {
  const all = new Uint8Array(bytes);
  for (const [offset, text] of texts)
    for (let i = 0; i < text.length; i++) all[offset + i] = text.charCodeAt(i);
  return all;
}

describe('names are never asked', () => {
  test('a VHD named .img, .vhdx or .txt is a VHD; a raw disk named .vhd is a raw disk', async () => {
    for (const name of ['a.img', 'b.vhdx', 'c.txt', 'd']) {
      expect((await opened(buildImage(SMALL).file(name))).format).toBe('vhd');
    }
    const raw = disk(1024, [510, '\x55\xaa'], [450, '\x07'], [458, '\x01']);
    expect(await opened(MemoryFile.of('not.vhd', raw))).toMatchObject({
      format: 'raw',
      type: 'fixed',
      id: '',
    });
  });
});

describe('raw disks', () => {
  test.each<[string, Uint8Array]>([
    ['a partition table', disk(1024, [510, '\x55\xaa'], [446, '\x80'], [450, '\x83'], [458, '\x01'])],
    ['an empty partition table', disk(1024, [510, '\x55\xaa'])],
    ['a GUID partition table', disk(2048, [512, 'EFI PART'])],
    ['a GUID partition table of 4096-byte sectors', disk(8192, [4096, 'EFI PART'])],
    ['NTFS', disk(1024, [3, 'NTFS    '], [510, '\x55\xaa'])],
    ['exFAT', disk(1024, [3, 'EXFAT   '], [510, '\x55\xaa'])],
    ['FAT16', disk(1024, [0x36, 'FAT16   '], [510, '\x55\xaa'])],
    ['FAT32', disk(1024, [0x52, 'FAT32   '], [510, '\x55\xaa'])],
    ['ext4', disk(4096, [0x438, '\x53\xef'])],
    ['ISO 9660', disk(65_536, [0x8001, 'CD001'])],
  ])('%s is recognised', async (_what, bytes) => {
    const image = await opened(bytes);
    expect(image).toMatchObject({
      format: 'raw',
      virtualSizeBytes: bytes.length,
      tables: { kind: 'flat', dataOffset: 0 },
    });
    expect(image.findings).toEqual([]);
  });

  test('bytes behind the last whole sector are left out, with a finding at them', async () => {
    const image = await opened(disk(1100, [510, '\x55\xaa']));
    expect(image.virtualSizeBytes).toBe(1024);
    expect(image.findings[0]).toMatchObject({ rule: 'raw-size-not-sectors', offset: 1024, lengthBytes: 76 });
  });

  test('anything else is no disk, unless the user says so', async () => {
    const file = MemoryFile.of('letter.txt', disk(2000, [0, 'Dear reader']));
    const unknown = await refused(file);
    expect(unknown.format).toBe('unknown');
    expect(unknown.findings[0]?.message).toContain('“Dear rea”');
    expect(await openRaw(file)).toMatchObject({ format: 'raw', virtualSizeBytes: 1536 });
    expect(rules(await openRaw(file))).toEqual(['raw-by-hand', 'raw-size-not-sectors']);
  });

  test.each([0, 1, 510, 511])('a file of %i bytes is refused, by hand too', async (length) => {
    const file = MemoryFile.of('tiny', new Uint8Array(length));
    expect(rules(await refused(file))).toEqual(['file-empty']);
    expect(rules(await openRaw(file))).toEqual(['file-empty']);
  });

  test('random bytes behind 55 AA are no partition table', async () => {
    const bytes = disk(1024, [510, '\x55\xaa'], [446, '\x13'], [450, 'abcdefghijkl']);
    expect((await refused(bytes)).format).toBe('unknown');
  });
});

describe('VHDX', () => {
  function vhdx(change: (bytes: Uint8Array) => void = () => {}): Uint8Array {
    const bytes = disk(0x30000, [0, 'vhdxfile']);
    bytes.set(utf16le('Test 1.0'), 8);
    for (const [offset, sequence] of [
      [0x10000, 4n],
      [0x20000, 9n],
    ] as const) {
      const view = new DataView(bytes.buffer, offset, 4096);
      bytes.set(
        [...'head'].map((char) => char.charCodeAt(0)),
        offset,
      );
      view.setBigUint64(8, sequence, true);
      bytes.set(mixedEndianId(Number(sequence)), offset + 32);
      view.setUint32(4, 0, true);
      view.setUint32(4, crc32c(bytes.subarray(offset, offset + 4096)), true);
    }
    change(bytes);
    return bytes;
  }

  test('of two whole headers the one with the higher sequence is told', async () => {
    const file = await refused(vhdx());
    expect(rules(file)).toEqual(['vhdx-not-supported']);
    expect(file.findings[0]?.message).toMatch(/“Test 1.0”.*sequence 9/);
  });

  test('a header whose CRC-32C is wrong does not count', async () => {
    const file = await refused(vhdx((bytes) => bytes.fill(1, 0x20100, 0x20101)));
    expect(file.findings[0]?.message).toContain('sequence 4');
  });

  test('with both headers damaged, or cut anywhere, it is still named', async () => {
    const torn = vhdx((bytes) => bytes.fill(1, 0x10100, 0x20101));
    expect(rules(await refused(torn))).toEqual(['vhdx-not-supported', 'vhdx-header-invalid']);
    for (const length of [8, 500, 0x10000, 0x10fff, 0x20800]) {
      expect((await refused(vhdx().subarray(0, length))).findings.map(({ rule }) => rule)).toContain(
        'vhdx-not-supported',
      );
    }
  });

  test('CRC-32C is Castagnoli’s', () => {
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  });
});

/** Counts what is read; nothing of a file of any size is held. */
class CountingFile extends MemoryFile {
  readBytes = 0;
  batches = 0;

  static around(file: MemoryFile): CountingFile {
    return new CountingFile(file.name, file.content, 'read-only');
  }

  override async readMany(requests: readonly ReadRequest[]): Promise<void> {
    this.batches++;
    for (const { target } of requests) this.readBytes += target.length;
    return super.readMany(requests);
  }
}

describe('reading is bounded', () => {
  test('a 2040 GiB disk is opened in two batches of reads and less than 256 KiB', async () => {
    const parent = {
      id: mixedEndianId(1),
      name: 'a',
      locators: ['W2ku', 'W2ru'].map((platform) => ({ platform, data: utf16le('.\\a') })),
    };
    const file = CountingFile.around(
      buildImage({
        type: 'differencing',
        virtualSizeBytes: 2040 * 2 ** 30,
        geometry: [65535, 16, 255],
        parent,
      }).file('big.vhd'),
    );
    expect(rules(await opened(file))).toEqual([]);
    expect(file.batches).toBeLessThanOrEqual(3);
    expect(file.readBytes).toBeLessThan(256 * 1024);
  });

  test('eight locators of 4 GiB each cost at most 64 KiB each', async () => {
    const locators = Array.from({ length: 8 }, () => ({
      platform: 'W2ru',
      data: utf16le('.\\a'),
      length: 0xffff_ffff,
      offset: 0n,
    }));
    const built = buildImage({ ...SMALL, type: 'differencing', parent: { id: mixedEndianId(1), locators } });
    built.content.truncate(6 * 2 ** 30);
    const bytes = CountingFile.around(built.file('greedy.vhd'));
    await openImage(bytes);
    expect(bytes.readBytes).toBeLessThan(10 * 65_536);
  });

  test('only the storage’s own faults are thrown', async () => {
    const file = buildImage(SMALL).file('gone.vhd');
    await file.close();
    await expect(openImage(file)).rejects.toBeInstanceOf(DiskError);
  });

  test('an absurd table of a small disk takes no more entries than the disk has blocks', async () => {
    const bytes = buildImage({ ...SMALL, maxTableEntries: 0xffff_ffff }).bytes();
    fixChecksums(bytes);
    expect((await opened(bytes)).tables).toMatchObject({ batEntries: 4 });
  });
});
