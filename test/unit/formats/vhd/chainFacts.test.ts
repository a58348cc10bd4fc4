/** Facts 4 and 20 to 23: what a read through a chain must answer. */
import { beforeAll, describe, expect, test } from 'vitest';
import { openChain } from '../../../../src/chain/openChain.ts';
import type { CoreModule } from '../../../../src/core/core.ts';
import { loadCore } from '../../../../src/core/loadCoreNode.ts';
import {
  type BlockContent,
  type ImageOptions,
  mixedEndianId,
  SECTOR,
} from '../../../support/imageBuilder.ts';
import { opened } from '../../../support/opened.ts';

let core: CoreModule;
beforeAll(async () => {
  core = await loadCore();
});

const BLOCK = 16 * SECTOR;
const PARENT: ImageOptions = {
  type: 'dynamic',
  virtualSizeBytes: 4 * BLOCK,
  blockSizeBytes: BLOCK,
  blocks: [0, 1].map((block) => [block, { data: new Uint8Array(BLOCK).fill(0xaa) }] as const),
};

function child(
  blocks: readonly (readonly [number, BlockContent])[],
  virtualSizeBytes = 4 * BLOCK,
): ImageOptions {
  const parent = { id: mixedEndianId(1), name: 'parent.vhd' };
  return {
    type: 'differencing',
    virtualSizeBytes,
    blockSizeBytes: BLOCK,
    blocks,
    parent,
    id: mixedEndianId(2),
  };
}

/** First byte of each sector of the disk as seen from the first image. */
async function sectorsOf(...layers: ImageOptions[]): Promise<number[]> {
  const images = await Promise.all(layers.map((layer) => opened(layer)));
  const chain = await openChain(core, images, { complete: true });
  const disk = new Uint8Array(chain.sectorCount * SECTOR);
  await chain.read(0, disk);
  return Array.from({ length: chain.sectorCount }, (_, sector) => disk[sector * SECTOR] ?? -1);
}

/** A block with `byte` in the sectors of `held` and stale bytes everywhere else. */
function block(byte: number, held: readonly number[]): BlockContent {
  const bits = new Uint8Array(16);
  const data = new Uint8Array(BLOCK).fill(0xee);
  for (const sector of held) {
    bits[sector] = 1;
    data.fill(byte, sector * SECTOR, (sector + 1) * SECTOR);
  }
  return { bits, data };
}

const run = (count: number, byte: number) => new Array<number>(count).fill(byte);

describe('fact 4: parent and child of different sizes', () => {
  test('behind the end of a smaller parent the child reads zeros, whatever lies behind it in the parent’s file', async () => {
    const smaller: ImageOptions = { ...PARENT, virtualSizeBytes: BLOCK + 3 * SECTOR };
    expect(await sectorsOf(child([]), smaller)).toEqual([...run(19, 0xaa), ...run(45, 0)]);
  });

  test('a larger grandparent does not shine through behind the end of a smaller parent', async () => {
    const middle: ImageOptions = { ...child([], BLOCK + 3 * SECTOR), id: mixedEndianId(1) };
    expect(await sectorsOf(child([]), middle, PARENT)).toEqual([...run(19, 0xaa), ...run(45, 0)]);
  });

  test('a larger parent is read up to the child’s size', async () => {
    expect(await sectorsOf(child([], BLOCK), PARENT)).toEqual(run(16, 0xaa));
  });
});

describe('fact 20: the most significant bit is the first sector', () => {
  test('one bit answers for its sector alone, for each of a block’s', async () => {
    for (let sector = 0; sector < 16; sector++) {
      const expected = [...run(32, 0xaa), ...run(32, 0)];
      expected[sector] = 0x11;
      expect(await sectorsOf(child([[0, block(0x11, [sector])]]), PARENT)).toEqual(expected);
    }
  });

  test('a bitmap is whole sectors: a small block’s data is 512 bytes behind its bitmap', async () => {
    const image = await opened(PARENT);
    expect(image.tables).toMatchObject({ bitmapBytes: 512 });
  });
});

describe('fact 21: a written zero hides the parent', () => {
  test('set bits over zeros read as zeros, clear bits ask the parent', async () => {
    const expected = [...run(32, 0xaa), ...run(32, 0)];
    for (const sector of [3, 4, 9]) expected[sector] = 0;
    expect(await sectorsOf(child([[0, block(0, [3, 4, 9])]]), PARENT)).toEqual(expected);
  });
});

describe('fact 22: bitmaps of dynamic disks say nothing', () => {
  test('sectors of an allocated block are read whether their bits are set or clear', async () => {
    const stray: ImageOptions = { ...PARENT, blocks: [[0, { ...block(0x22, [1, 2]), bits: run16([2]) }]] };
    const expected = [...run(16, 0xee), ...run(48, 0)];
    expected[1] = 0x22;
    expected[2] = 0x22;
    expect(await sectorsOf(stray)).toEqual(expected);
    expect(await sectorsOf(child([]), stray)).toEqual(expected);
  });
});

function run16(set: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: 16 }, (_, i) => (set.includes(i) ? 1 : 0));
}

describe('fact 23: partial bitmaps', () => {
  test('a few sectors of a child’s block do not take the rest of the block from the parent', async () => {
    const expected = [...run(32, 0xaa), ...run(32, 0)];
    for (const sector of [5, 6, 15]) expected[sector] = 0x33;
    const fresh = block(0x44, [0]);
    expected[48] = 0x44;
    expect(
      await sectorsOf(
        child([
          [0, block(0x33, [5, 6, 15])],
          [3, fresh],
        ]),
        PARENT,
      ),
    ).toEqual(expected);
  });
});
