/** Where the bytes of a file go, against a list of its bytes; the parts always add up. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { checkBlockTable } from '../../../../src/check/blocks/checkBlockTable.ts';
import type { CheckContext, SpaceUse } from '../../../../src/check/fileCheck.ts';
import { loadCore } from '../../../../src/core/loadCoreNode.ts';
import type { DiskImage } from '../../../../src/formats/diskImage.ts';
import {
  buildImage,
  type ImageOptions,
  mixedEndianId,
  SECTOR,
  utf16le,
} from '../../../support/imageBuilder.ts';
import { opened } from '../../../support/opened.ts';

const BLOCK = 4096;
const UNUSED = 0xffff_ffff;

let context: CheckContext;
beforeAll(async () => {
  context = { module: await loadCore(), now: new Date('2026-01-01T00:00:00Z') };
});

/** Who has each byte: asked of every byte by itself. */
function spaceByBytes(
  image: DiskImage,
  entries: Uint32Array,
  reservedEnd: readonly [number, number][],
): SpaceUse {
  if (image.tables.kind !== 'vhd-blocks') throw new Error('not a block image');
  const { bitmapBytes } = image.tables;
  const fileBytes = image.file.sizeBytes;
  const owners = new Array<string>(fileBytes).fill('free');
  const claim = (from: number, to: number, owner: string) => {
    for (let at = Math.max(0, from); at < Math.min(to, fileBytes); at++)
      if (owners[at] === 'free') owners[at] = owner;
  };
  for (const { offset, lengthBytes } of image.structures) claim(offset, offset + lengthBytes, 'structure');
  const blocks = [...entries.entries()]
    .filter(([, entry]) => entry !== UNUSED)
    .sort(([a, x], [b, y]) => x - y || a - b);
  const ends: number[] = [];
  for (const [i, [block, entry]] of blocks.entries()) {
    const start = entry * SECTOR;
    const used = Math.min(BLOCK, image.virtualSizeBytes - block * BLOCK);
    const next = blocks[i + 1]?.[1];
    const tail =
      used < BLOCK && next !== undefined ? Math.min(BLOCK, next * SECTOR - start - bitmapBytes) : BLOCK;
    const end = start + bitmapBytes + Math.max(used, tail);
    claim(start, start + bitmapBytes, 'bitmap');
    claim(start + bitmapBytes, end, 'block');
    ends.push(Math.min(end, fileBytes));
  }
  for (const [from, to] of reservedEnd) claim(from, to, 'structure');
  const footer = image.structures.find(({ name }) => name === 'Footer')?.offset ?? fileBytes;
  const count = (owner: string) => owners.filter((each) => each === owner).length;
  let leakedBytes = 0;
  let gapBytes = 0;
  for (let at = 0; at < fileBytes; ) {
    let end = at;
    while (end < fileBytes && owners[end] === 'free') end++;
    const bytes = end - at;
    const limit = !ends.includes(at) ? 8192 : end === footer ? 3584 : 4096;
    const whole = Math.floor(end / SECTOR) * SECTOR - Math.ceil(at / SECTOR) * SECTOR;
    const leaked = bytes > limit ? Math.max(0, whole) : 0;
    leakedBytes += leaked;
    gapBytes += bytes - leaked;
    at = Math.max(end, at + 1);
  }
  return {
    fileBytes,
    structureBytes: count('structure'),
    bitmapBytes: count('bitmap'),
    blockBytes: count('block'),
    leakedBytes,
    gapBytes,
  };
}

const parent = {
  id: mixedEndianId(9),
  name: 'base.vhd',
  locators: [
    { platform: 'W2ku', data: utf16le('C:\\base.vhd'), space: 1024 },
    { platform: 'W2ru', data: utf16le('.\\base.vhd'), space: 512 },
  ],
};

function randomOptions(prng: Prng): ImageOptions {
  const blocks = 1 + prng.below(10);
  const order = Array.from({ length: blocks }, (_, block) => block).filter(() => prng.below(4) > 0);
  if (prng.below(2) === 0) order.reverse();
  const isChild = prng.below(2) === 0;
  return {
    type: isChild ? 'differencing' : 'dynamic',
    ...(isChild ? { parent } : {}),
    virtualSizeBytes: blocks * BLOCK - prng.below(8) * SECTOR,
    blockSizeBytes: BLOCK,
    layout: prng.below(2) === 0 ? 'packed' : 'windows10',
    gapSectors: () => (prng.below(3) === 0 ? prng.below(30) : 0),
    blocks: order.map((block) => [block, { data: new Uint8Array(BLOCK) }] as const),
    cutLastBlock: prng.below(2) === 0,
    ...(prng.below(3) === 0 ? { slackBytes: prng.below(20) * SECTOR } : {}),
    ...(prng.below(4) === 0 ? { endFooter: 0 } : prng.below(4) === 0 ? { endFooter: 511 } : {}),
  };
}

describe('the space of a file', () => {
  test('is what a list of its bytes gives, also where blocks lie on one another and on structures', async () => {
    let leaks = 0;
    for (let seed = 0; seed < 150; seed++) {
      const prng = new Prng(seed);
      const built = buildImage(randomOptions(prng));
      const bytes = built.bytes();
      const view = new DataView(bytes.buffer);
      const count = built.batEntries;
      for (let changes = seed % 2 === 0 ? 0 : prng.below(4); changes > 0; changes--) {
        const entry = prng.below(6) === 0 ? UNUSED : prng.below(bytes.length / SECTOR + 4);
        view.setUint32(built.batOffset + prng.below(count) * 4, entry);
      }
      const entries = Uint32Array.from({ length: count }, (_, i) => view.getUint32(built.batOffset + i * 4));
      const image = await opened(bytes);
      const { space } = await checkBlockTable(image, context);
      const aside: [number, number][] = [[built.batOffset, built.batOffset + 512]];
      for (const [i, offset] of built.locatorOffsets.entries())
        aside.push([offset, offset + (i === 0 ? 1024 : 512)]);
      expect(space, `seed ${seed}`).toEqual(spaceByBytes(image, entries, aside));
      if (!space) throw new Error('a table has space');
      const { fileBytes, structureBytes, bitmapBytes, blockBytes, leakedBytes, gapBytes } = space;
      expect(structureBytes + bitmapBytes + blockBytes + leakedBytes + gapBytes).toBe(fileBytes);
      if (leakedBytes > 0) leaks++;
    }
    expect(leaks).toBeGreaterThan(30);
  });

  test('a Windows 10 layout leaks nothing', async () => {
    const blocks = [4, 1, 0, 9].map((block) => [block, { data: new Uint8Array(2 ** 21) }] as const);
    for (const type of ['dynamic', 'differencing'] as const) {
      const options: ImageOptions = { type, virtualSizeBytes: 10 * 2 ** 21, blocks, layout: 'windows10' };
      const image = await opened(type === 'dynamic' ? options : { ...options, parent });
      const { space, blocks: summary } = await checkBlockTable(image, context);
      expect(summary?.strideSectors).toBe(4104);
      expect(space).toMatchObject({ leakedBytes: 0, bitmapBytes: 4 * 512, blockBytes: 4 * 2 ** 21 });
    }
  });
});
