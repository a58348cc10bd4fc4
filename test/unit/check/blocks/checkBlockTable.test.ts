/** The check of blocks against plain loops over the bytes of small files, and its bounds on hostile ones. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { grouped } from '../../../../src/base/units.ts';
import {
  type BlockTableCheck,
  blockCheckBytes,
  checkBlockTable,
} from '../../../../src/check/blocks/checkBlockTable.ts';
import type { CheckContext } from '../../../../src/check/fileCheck.ts';
import { loadCore } from '../../../../src/core/loadCoreNode.ts';
import type { DiskImage } from '../../../../src/formats/diskImage.ts';
import type { RandomAccessFile, ReadRequest } from '../../../../src/storage/randomAccessFile.ts';
import { buildImage, type ImageOptions, mixedEndianId, SECTOR } from '../../../support/imageBuilder.ts';
import { opened } from '../../../support/opened.ts';
import { hasSharedImage, sharedImage } from '../../../support/sharedImages.ts';
import { xenImage } from '../../../support/xenImage.ts';

let context: CheckContext;
beforeAll(async () => {
  context = { module: await loadCore(), now: new Date('2026-01-01T00:00:00Z') };
});

const parent = { id: mixedEndianId(9), name: 'base.vhd' };
const rulesOf = ({ findings }: BlockTableCheck) => [...new Set(findings.map(({ rule }) => rule))].sort();
const affectedBy = ({ findings }: BlockTableCheck, rule: string) =>
  findings.findLast((each) => each.rule === rule)?.affects;

/** The same image in storage that must be waited for; `reads` gets the length of every read. */
function waiting(image: DiskImage, reads: number[] = []): DiskImage {
  const { file } = image;
  const slow: RandomAccessFile = {
    name: file.name,
    sizeBytes: file.sizeBytes,
    access: 'read-only',
    durable: false,
    readThroughBytes: 0,
    read: async (offset, target) => {
      reads.push(target.length);
      await file.read(offset, target);
    },
    readMany: async (requests: readonly ReadRequest[]) => {
      for (const { target } of requests) reads.push(target.length);
      await Promise.resolve();
      await file.readMany(requests);
    },
    write: (offset, source) => file.write(offset, source),
    truncate: (sizeBytes) => file.truncate(sizeBytes),
    flush: () => file.flush(),
    close: () => file.close(),
  };
  return { ...image, file: slow };
}

interface RandomDisk {
  readonly options: ImageOptions;
  /** Per sector of the disk: 1 where its bit is clear over data that is not zero. */
  readonly hidden: Uint8Array;
  readonly emptyBlocks: number;
}

function randomDisk(prng: Prng, blockSizeBytes: number): RandomDisk {
  const blockSectors = blockSizeBytes / SECTOR;
  const blockCount = 1 + prng.below(6);
  const sectors = blockCount * blockSectors - prng.below(blockSectors);
  const hidden = new Uint8Array(sectors);
  let emptyBlocks = 0;
  const blocks = Array.from({ length: blockCount }, (_, block) => block)
    .filter(() => prng.below(5) > 0)
    .map((block) => {
      const bits = new Uint8Array(blockSectors).fill(1);
      const data = new Uint8Array(blockSizeBytes);
      const kind = prng.below(4);
      const held = Math.min(blockSectors, sectors - block * blockSectors);
      for (let s = 0; s < blockSectors; s++) {
        if (kind > 0 && prng.below(kind === 1 ? 40 : 3) === 0) bits[s] = 0;
        if (kind === 3) bits[s] = 0;
        // The last byte of a sector, so that none is passed over.
        if (prng.below(4) === 0) data[s * SECTOR + SECTOR - 1] = 1;
        if (s < held && !bits[s] && data[s * SECTOR + SECTOR - 1]) hidden[block * blockSectors + s] = 1;
      }
      if (!bits.subarray(0, held).includes(1)) emptyBlocks++;
      return [block, { bits, data }] as const;
    });
  const options: ImageOptions = {
    type: 'dynamic',
    virtualSizeBytes: sectors * SECTOR,
    blockSizeBytes,
    blocks,
  };
  return { options, hidden, emptyBlocks };
}

describe('a disk without a parent', () => {
  test.each([4096, 65_536, 2 ** 19, 2 ** 21])(
    'names the sectors whose clear bits hide data, blocks of %i bytes',
    async (blockSizeBytes) => {
      let hiding = 0;
      for (let seed = 0; seed < (blockSizeBytes > 2 ** 19 ? 4 : 25); seed++) {
        const { options, hidden } = randomDisk(new Prng(seed), blockSizeBytes);
        const image = await opened(options);
        const check = await checkBlockTable(image, context);
        const count = hidden.reduce((sum, each) => sum + each, 0);
        const named = check.findings.filter(({ rule }) => rule === 'clear-bits-over-data');
        expect(named.length > 0, `seed ${seed}`).toBe(count > 0);
        expect(rulesOf(check)).toEqual(count > 0 ? ['clear-bits-over-data'] : []);
        if (count === 0) continue;
        hiding++;
        const whole = named.length > 3 ? named.slice(3) : named;
        expect(whole.reduce((sum, { affects }) => sum + (affects?.sectorCount ?? 0), 0)).toBe(count);
        for (const { firstSector, sectorCount } of named.flatMap(({ affects }) => affects?.ranges ?? [])) {
          const range = hidden.subarray(firstSector, firstSector + sectorCount);
          expect(range.length === sectorCount && range.every((each) => each === 1)).toBe(true);
          // A block's finding begins with the block.
          if ((firstSector * SECTOR) % blockSizeBytes !== 0) expect(hidden[firstSector - 1]).toBe(0);
        }
        expect(await checkBlockTable(waiting(image), context)).toEqual(check);
      }
      expect(hiding).toBeGreaterThan(1);
    },
  );

  test('reads data only where bits are clear, in small windows', async () => {
    const blockSizeBytes = 2 ** 22;
    const bits = new Uint8Array(blockSizeBytes / SECTOR).fill(1);
    bits.fill(0, 4000, 6000);
    bits[100] = 0;
    const data = new Uint8Array(blockSizeBytes);
    const blocks = [
      [0, { data: data.fill(1) }],
      [1, { data: new Uint8Array(blockSizeBytes), bits }],
    ] as const;
    const image = await opened({ type: 'dynamic', virtualSizeBytes: 2 ** 23, blockSizeBytes, blocks });
    const reads: number[] = [];
    const check = await checkBlockTable(waiting(image, reads), context);
    expect(check.findings).toEqual([]);
    // Header, table, two bitmaps, and 2001 sectors in windows of 256 KiB.
    expect(check.readBytes).toBe(1024 + 8 + 2 * 1024 + 2001 * SECTOR);
    expect(Math.max(...reads)).toBeLessThanOrEqual(2 ** 18);
    expect(reads.reduce((sum, each) => sum + each, 0)).toBe(check.readBytes);
  });

  test('bits behind the end of the disk and in the padding are as makers write them: no finding', async () => {
    const built = buildImage({
      type: 'dynamic',
      virtualSizeBytes: 3 * SECTOR,
      blockSizeBytes: 4096,
      blocks: [[0, { data: new Uint8Array(4096) }]],
    });
    const bytes = built.bytes();
    const bitmap = built.places.get(0) ?? 0;
    bytes.fill(0xff, bitmap, bitmap + SECTOR);
    expect((await checkBlockTable(await opened(bytes), context)).findings).toEqual([]);
  });
});

describe('a differencing disk', () => {
  test('counts blocks without a set bit, and reads no data', async () => {
    for (let seed = 0; seed < 60; seed++) {
      const { options, emptyBlocks } = randomDisk(new Prng(seed), 8192);
      const image = await opened({ ...options, type: 'differencing', parent });
      const check = await checkBlockTable(image, context);
      const named = check.findings.filter(({ rule }) => rule === 'block-without-sectors');
      expect(named.length, `seed ${seed}`).toBe(emptyBlocks > 3 ? 4 : emptyBlocks);
      if (emptyBlocks > 3) expect(named.at(-1)?.message).toContain(`${emptyBlocks} blocks in all`);
      expect(check.findings.every(({ severity }) => severity === 'note')).toBe(true);
      const blocks = check.blocks?.allocated ?? 0;
      expect(check.readBytes).toBe(1024 + check.bat.length + blocks * SECTOR);
    }
  });
});

describe('Xen’s map', () => {
  test('is no finding where it is true, stale, or summed as older tools did', async () => {
    const data = new Uint8Array(4096).fill(1);
    const options: ImageOptions = {
      type: 'dynamic',
      virtualSizeBytes: 16 * 4096,
      blockSizeBytes: 4096,
      blocks: [
        [1, { data }],
        [9, { data }],
      ],
    };
    const sound = xenImage(options, [1, 9]);
    expect((await checkBlockTable(await opened(sound.bytes), context)).findings).toEqual([]);
    const stale = xenImage(options, [1, 5]);
    stale.bytes[stale.headerOffset + 28] = 1;
    expect((await checkBlockTable(await opened(stale.bytes), context)).findings).toEqual([]);
    // 0x80 counts as -128 in version 1.1.
    const eight = xenImage({ ...options, blocks: [[8, { data }]] }, [8]);
    const signed = eight.bytes;
    const view = new DataView(signed.buffer);
    view.setUint32(eight.headerOffset + 20, 0x0001_0001);
    expect(rulesOf(await checkBlockTable(await opened(signed), context))).toEqual(['batmap-checksum']);
    view.setUint32(eight.headerOffset + 24, ~-128 >>> 0);
    expect((await checkBlockTable(await opened(signed), context)).findings).toEqual([]);
    const { space } = await checkBlockTable(await opened(sound.bytes), context);
    expect(space?.leakedBytes).toBe(0);
  });
});

describe('the work of a check', () => {
  test('is told as it goes on, and never more than was said before', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const { options } = randomDisk(new Prng(seed), 4096);
      const image = await opened({ ...options, type: seed % 2 === 0 ? 'dynamic' : 'differencing', parent });
      let told = 0;
      const check = await checkBlockTable(image, { ...context, advance: (bytes) => (told += bytes) });
      expect(told).toBe(check.bat.length + (check.blocks?.allocated ?? 0) * SECTOR);
      expect(told).toBeLessThanOrEqual(blockCheckBytes(image));
    }
    const fixed = await opened({ type: 'fixed', virtualSizeBytes: 4096 });
    expect(blockCheckBytes(fixed)).toBe(0);
    expect(await checkBlockTable(fixed, context)).toMatchObject({ findings: [], space: null, blocks: null });
  });

  test('ends with the signal’s reason', async () => {
    const { options } = randomDisk(new Prng(1), 65_536);
    const image = await opened(options);
    const reason = new Error('enough');
    await expect(checkBlockTable(image, { ...context, signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    const controller = new AbortController();
    const slow = waiting(image);
    const checking = checkBlockTable(slow, {
      ...context,
      signal: controller.signal,
      advance: () => controller.abort(reason),
    });
    await expect(checking).rejects.toBe(reason);
  });
});

describe('a hostile table', () => {
  test.each(['dynamic', 'differencing'] as const)(
    'of half a million blocks at one place, %s, costs no read of a bitmap and gives few findings',
    async (type) => {
      const count = 2 ** 19;
      const built = buildImage({
        type,
        virtualSizeBytes: count * 4096,
        blockSizeBytes: 4096,
        geometry: [65535, 16, 255],
        ...(type === 'differencing' ? { parent } : {}),
        slackBytes: 8192,
      });
      const bat = new Uint8Array(count * 4);
      const view = new DataView(bat.buffer);
      const place = (built.footerOffset - 8192) / SECTOR;
      for (let block = 0; block < count; block++) view.setUint32(block * 4, place);
      built.content.write(built.batOffset, bat);
      const check = await checkBlockTable(await opened(built), context);
      expect(rulesOf(check)).toEqual(['blocks-overlap']);
      expect(check.findings.length).toBe(4);
      expect(check.findings.at(-1)?.message).toContain(
        `${grouped((count * (count - 1)) / 2)} pairs of blocks`,
      );
      expect(affectedBy(check, 'blocks-overlap')).toEqual({
        sectorCount: count * 8,
        ranges: [{ firstSector: 0, sectorCount: count * 8 }],
      });
      expect(check.badBlocks.length).toBe(count);
      expect(check.readBytes).toBe(1024 + bat.length);
    },
  );

  test('that leads nowhere names the sectors of all its blocks', async () => {
    const built = buildImage({ type: 'dynamic', virtualSizeBytes: 50 * 4096, blockSizeBytes: 4096 });
    const bytes = built.bytes();
    for (let block = 0; block < 50; block += 2) {
      new DataView(bytes.buffer).setUint32(built.batOffset + block * 4, 10_000_000 + block * 100);
    }
    const check = await checkBlockTable(await opened(bytes), context);
    expect(rulesOf(check)).toEqual(['block-outside-file']);
    const affected = affectedBy(check, 'block-outside-file');
    expect(affected?.sectorCount).toBe(25 * 8);
    expect(affected?.ranges).toEqual(
      Array.from({ length: 16 }, (_, i) => ({ firstSector: i * 16, sectorCount: 8 })),
    );
  });
});

describe('a real VHD', () => {
  const REAL: readonly (readonly [string, readonly string[]])[] = [
    ['windows10-dynamic-gpt.vhd.gz', []],
    ['virtualpc-dynamic.vhd.bz2', []],
    ['d2v-zerofilled.vhd.bz2', []],
    ['dfvfs-image.vhd.gz', []],
    ['dfvfs-image-differential.vhd.gz', ['bits-beyond-disk']],
  ];
  for (const [packed, rules] of REAL) {
    test.skipIf(!hasSharedImage(packed))(`${packed} raises no alarm`, async () => {
      const check = await checkBlockTable(await opened(sharedImage(packed)), context);
      expect(rulesOf(check)).toEqual(rules);
      expect(check.findings.every(({ severity }) => severity === 'note')).toBe(true);
      expect(check.space?.leakedBytes).toBe(0);
    });
  }
});
