/** A compacted file reads the same through its chain, and holds only what has to be kept. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { MIB } from '../../../src/base/units.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { compactImage } from '../../../src/export/compactImage.ts';
import { measureCompact } from '../../../src/export/measureCompact.ts';
import type { DiskImage } from '../../../src/formats/diskImage.ts';
import { checkBlocks } from '../../../src/formats/vhd/blockChecks.ts';
import type { MemoryFile } from '../../../src/storage/memoryFile.ts';
import type { RandomAccessFile } from '../../../src/storage/randomAccessFile.ts';
import {
  bitmapOf,
  buildImage,
  buildRandomChain,
  mixedEndianId,
  SECTOR,
  utf16le,
} from '../../support/imageBuilder.ts';
import { MemorySink } from '../../support/memorySink.ts';
import { batOf, opened, rules } from '../../support/opened.ts';
import { openFiles, passOver, sameBytes, waiting } from '../../support/openedChain.ts';
import { readFlat } from '../../support/readFlat.ts';
import { hasSharedImage, sharedImage } from '../../support/sharedImages.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

async function compacted(file: RandomAccessFile) {
  const image = await opened(file);
  const sink = new MemorySink();
  const result = await compactImage(image, sink, { module });
  expect(sink.state).toBe('closed');
  expect(result.fileBytes).toBe(sink.content.sizeBytes);
  expect(result.writtenBytes).toBe(sink.writtenBytes);
  const made = sink.asFile(file.name);
  return { image, result, made, again: await opened(made) };
}

interface HeldBlock {
  readonly bits: Uint8Array;
  readonly data: Uint8Array;
}

/** Allocated blocks, each with a byte a sector of the disk (its bit) and its data, by plain loops. */
async function blocksOf(image: DiskImage): Promise<Map<number, HeldBlock>> {
  const { tables, file } = image;
  if (tables.kind !== 'vhd-blocks') throw new Error('no blocks');
  const bat = await batOf(image);
  const blocks = new Map<number, HeldBlock>();
  for (let block = 0; block < tables.batEntries; block++) {
    const entry = new DataView(bat.buffer).getUint32(block * 4);
    if (entry === 0xffffffff) continue;
    const bitmap = new Uint8Array(tables.bitmapBytes);
    await file.read(entry * SECTOR, bitmap);
    const used = Math.min(tables.blockSizeBytes, image.virtualSizeBytes - block * tables.blockSizeBytes);
    const data = new Uint8Array(used);
    await file.read(entry * SECTOR + tables.bitmapBytes, data);
    const bits = Uint8Array.from({ length: used / SECTOR }, (_, i) =>
      (bitmap[i >> 3] ?? 0) & (0x80 >> (i & 7)) ? 1 : 0,
    );
    blocks.set(block, { bits, data });
  }
  return blocks;
}

/** What of a file must still be there, and nothing else. */
async function expectMinimal(before: DiskImage, after: DiskImage): Promise<void> {
  const old = await blocksOf(before);
  const kept = await blocksOf(after);
  for (const [block, { bits, data }] of old) {
    const isNeeded = before.type === 'differencing' ? bits.includes(1) : data.some((byte) => byte !== 0);
    expect(kept.has(block), `block ${block}`).toBe(isNeeded);
    const made = kept.get(block);
    if (!made) continue;
    if (before.type === 'differencing') {
      expect(sameBytes(made.bits, bits), `bitmap of block ${block}`).toBe(true);
      // Old bytes of sectors that the file does not hold must not travel.
      for (const [i, bit] of bits.entries()) if (bit === 0) data.fill(0, i * SECTOR, (i + 1) * SECTOR);
    }
    expect(sameBytes(made.data, data), `data of block ${block}`).toBe(true);
  }
  expect([...kept.keys()].filter((block) => !old.has(block))).toEqual([]);
  const bat = await batOf(after);
  const places = [...kept.keys()].map((block) => new DataView(bat.buffer).getUint32(block * 4));
  expect(places).toEqual([...places].sort((a, b) => a - b));
}

function identityOf({
  file,
  id,
  modified,
  maker,
  virtualSizeBytes,
  blockSizeBytes,
  parent,
  type,
}: DiskImage) {
  const paths = parent?.paths.map(({ platform, path }) => ({ platform, path }));
  const { creator, version } = maker ?? {};
  const same = { name: file.name, id, modified, creator, version, virtualSizeBytes, blockSizeBytes, type };
  return { ...same, parent: parent && { ...parent, paths } };
}

/** Reads so often, then no more. */
function failingAfter(file: MemoryFile, reads: number, fault: Error, slow: boolean): RandomAccessFile {
  let left = reads;
  const count = () => {
    if (--left < 0) throw fault;
  };
  const readNow = (offset: number, target: Uint8Array) => {
    count();
    file.readNow(offset, target);
  };
  return {
    ...waiting(file),
    read: async (offset, target) => readNow(offset, target),
    async readMany(requests) {
      count();
      await file.readMany(requests);
    },
    ...(slow ? {} : { readNow }),
  };
}

describe('compactImage', { timeout: 60_000 }, () => {
  test.each(Array.from({ length: 24 }, (_, seed) => seed))(
    'every file of a random chain reads the same through the chain (seed %i)',
    async (seed) => {
      const small = {
        blockSizes: [2 ** 12, 2 ** 14, 2 ** 16],
        virtualSizeBytes: (300 + seed * 97) * SECTOR,
      };
      const { files, truth } = buildRandomChain(seed, {
        ...(seed % 8 > 0 ? small : {}),
        strayBaseBits: seed % 2 > 0,
      });
      const layers: RandomAccessFile[] = files.map(({ file }) => file);
      for (const [layer, { file }] of files.entries()) {
        const image = await opened(file).catch(() => null);
        if (image?.tables.kind !== 'vhd-blocks') continue;
        const { result, made, again } = await compacted(file);
        expect(rules(again)).toEqual(rules(image).filter((rule) => rule === 'locators-none'));
        expect(identityOf(again)).toEqual(identityOf(image));
        const check = checkBlocks(again, await batOf(again));
        expect(check.findings).toEqual([]);
        expect(check.summary.allocated).toBe(result.keptBlocks);
        expect(check.summary.aligned4k).toBe(true);
        expect(result.keptBlocks + result.droppedBlocks).toBe(
          checkBlocks(image, await batOf(image)).summary.allocated,
        );
        await expectMinimal(image, again);
        const measured = await measureCompact(image, { module });
        expect(measured).toEqual({
          readBytes: result.readBytes,
          writeBytes: result.writtenBytes,
          fileBytes: result.fileBytes,
          exact: true,
          blocks: result.keptBlocks,
          newFiles: 1,
          freedBytes: file.sizeBytes - result.fileBytes,
        });
        // Compacting again changes nothing.
        expect(sameBytes((await compacted(made)).made.bytes(), made.bytes())).toBe(true);
        // Storage that must be waited for gives the same file.
        const slow = new MemorySink();
        await compactImage(await opened(waiting(file)), slow, { module });
        expect(sameBytes(slow.asFile('slow').bytes(), made.bytes())).toBe(true);
        layers[layer] = made;
      }
      for (const [layer, expected] of truth.entries()) {
        const disk = await openFiles(module, layers.slice(layer));
        expect(sameBytes(await passOver(disk, { chunkBytes: MIB }), expected), `layer ${layer}`).toBe(true);
      }
    },
  );

  test('fact 21: written zeros over a parent’s data are kept', async () => {
    const sizeBytes = 4 * MIB;
    const base = buildImage({
      type: 'fixed',
      virtualSizeBytes: sizeBytes,
      id: mixedEndianId(1),
      data: new Uint8Array(sizeBytes).fill(9),
    });
    const bits = new Uint8Array(4096);
    bits.fill(1, 100, 130);
    const child = buildImage({
      type: 'differencing',
      virtualSizeBytes: sizeBytes,
      id: mixedEndianId(2),
      parent: { id: mixedEndianId(1), name: 'base.vhd' },
      blocks: [
        [0, { bits, data: new Uint8Array(2 * MIB) }],
        [1, { bits: new Uint8Array(4096), data: new Uint8Array(2 * MIB).fill(5) }],
      ],
    });
    const { result, again } = await compacted(child.file('child.avhd'));
    expect(result).toMatchObject({ keptBlocks: 1, droppedBlocks: 1 });
    const parent = await opened(base.file('base.vhd'));
    const disk = await readFlat([again, parent]);
    for (let sector = 0; sector < disk.length / SECTOR; sector++) {
      const expected = sector >= 100 && sector < 130 ? 0 : 9;
      if (disk[sector * SECTOR] !== expected) expect.fail(`sector ${sector} is ${disk[sector * SECTOR]}`);
    }
  });

  test('bits of sectors that the disk does not have are left behind', async () => {
    const bits = new Uint8Array(8).fill(1);
    const data = new Uint8Array(4096).fill(6);
    const child = buildImage({
      type: 'differencing',
      // Two whole blocks and three sectors of a third.
      virtualSizeBytes: 19 * SECTOR,
      blockSizeBytes: 4096,
      parent: { id: mixedEndianId(1), name: 'base.vhd' },
      blocks: [
        [2, { bits, data }],
        [0, { bits, data }],
      ],
    });
    const { made, again } = await compacted(child.file('child.avhd'));
    const bat = new DataView((await batOf(again)).buffer);
    const bitmapOfBlock = (block: number) => {
      const bitmap = new Uint8Array(512);
      made.readNow(bat.getUint32(block * 4) * SECTOR, bitmap);
      return bitmap;
    };
    expect(bitmapOfBlock(0)).toEqual(bitmapOf(512, 8));
    expect(bitmapOfBlock(2)).toEqual(bitmapOf(512, 3));
    const behind = new Uint8Array(5 * SECTOR);
    made.readNow((bat.getUint32(8) + 1 + 3) * SECTOR, behind);
    expect(behind.every((byte) => byte === 0)).toBe(true);
  });

  test('parent locators are copied byte for byte, unknown ones too', async () => {
    const secret = new Uint8Array(700);
    new Prng(4).fill(secret);
    const locators = [
      { platform: 'W2ku', data: utf16le('C:\\disks\\base.vhd'), space: 4096 },
      { platform: 'Mac ', data: secret, space: 2 },
      { platform: 'W2ru', data: utf16le('.\\base.vhd'), space: 65536 },
      { platform: 'Zz9~', data: secret.subarray(0, 33), space: 1000 },
      { platform: 'MacX', data: new TextEncoder().encode('file://localhost/base.vhd'), space: 1 },
    ];
    const child = buildImage({
      type: 'differencing',
      virtualSizeBytes: 4 * MIB,
      parent: { id: mixedEndianId(1), name: 'C:\\disks\\base.vhd', timeStamp: 12345, locators },
      hidden: 1,
      savedState: 1,
      creator: 'tap\0',
      creatorVersion: 0x0001_0003,
    });
    const { image, made, again } = await compacted(child.file('child.vhd'));
    expect(identityOf(again)).toEqual(identityOf(image));
    const header = new Uint8Array(1024);
    await made.read(512, header);
    const stored = locators.map(({ platform, data }, i) => {
      const view = new DataView(header.buffer, 576 + i * 24, 24);
      const found = new Uint8Array(view.getUint32(8));
      made.readNow(Number(view.getBigUint64(16)), found);
      expect(new TextDecoder().decode(header.subarray(576 + i * 24, 580 + i * 24))).toBe(platform);
      expect(sameBytes(found, data), platform).toBe(true);
      return view.getUint32(4);
    });
    // The space as it was, in the maker's own unit; 1000 is neither sectors nor bytes.
    expect(stored).toEqual([4096, 2, 65536, 512, 1]);
    const footer = new Uint8Array(512);
    await made.read(made.sizeBytes - 512, footer);
    expect([footer[84], footer[85]]).toEqual([1, 1]);
    // Nothing lies on top of anything else.
    expect(rules(again)).not.toContain('structures-overlap');
  });

  test.skipIf(!hasSharedImage('windows10-dynamic-gpt.vhd.gz'))(
    'Windows’ own file stays what it is',
    async () => {
      const file = sharedImage('windows10-dynamic-gpt.vhd.gz');
      const { image, again } = await compacted(file);
      expect(again.file.sizeBytes).toBeLessThanOrEqual(file.sizeBytes);
      expect(sameBytes(await readFlat([again]), await readFlat([image]))).toBe(true);
      expect(identityOf(again)).toEqual(identityOf(image));
      await expectMinimal(image, again);
    },
  );

  test.skipIf(!hasSharedImage('virtualpc-dynamic.vhd.bz2'))(
    'what Virtual PC counts and Windows does not is kept',
    async () => {
      const file = sharedImage('virtualpc-dynamic.vhd.bz2');
      const { image, again } = await compacted(file);
      expect(identityOf(again)).toEqual(identityOf(image));
      await expectMinimal(image, again);
      if (again.tables.kind !== 'vhd-blocks') throw new Error('no blocks');
      const footer = new DataView((again.file as MemoryFile).bytes().slice(0, 512).buffer);
      const header = new Uint8Array(1024);
      await again.file.read(512, header);
      const needed = Math.ceil(Number(footer.getBigUint64(48)) / again.tables.blockSizeBytes);
      expect(new DataView(header.buffer).getUint32(28)).toBeGreaterThanOrEqual(needed);
    },
  );

  test('Xen’s block map goes with its disk, and says nothing that is not so', async () => {
    const built = buildImage({
      type: 'dynamic',
      virtualSizeBytes: 6 * MIB,
      creator: 'tap\0',
      layout: 'packed',
      blocks: [],
    });
    const bytes = built.bytes();
    const grown = new Uint8Array(bytes.length + 4096);
    grown.set(bytes.subarray(0, built.footerOffset));
    const at = built.batOffset + 512;
    grown.set(new TextEncoder().encode('tdbatmap'), at);
    new DataView(grown.buffer).setUint32(at + 16, 1);
    grown.set(bytes.subarray(built.footerOffset), grown.length - 512);
    const image = await opened(grown);
    const names = (each: DiskImage) => each.structures.map(({ name }) => name);
    expect(names(image)).toContain('Xen block map');
    const sink = new MemorySink();
    await compactImage(image, sink, { module });
    const again = await opened(sink.asFile('again.vhd'));
    expect(names(again)).toContain('Xen block map');
    expect(rules(again)).toEqual([]);
  });

  test.each(['fixed', 'raw'] as const)('refuses a %s disk', async (kind) => {
    const built = buildImage({ type: 'fixed', virtualSizeBytes: MIB, endFooter: kind === 'raw' ? 0 : 512 });
    const disk = await openFiles(module, [built.file('base')]);
    const [image] = disk.layers;
    const sink = new MemorySink();
    await expect(compactImage(image as DiskImage, sink, { module })).rejects.toMatchObject({
      code: 'bad-request',
    });
    expect(sink.state).toBe('aborted');
  });

  test.each([
    ['behind the end of the file', 0x00ff_ffff],
    ['on top of the header', 1],
    ['on top of another block', null],
  ])('a block %s is no data to carry on, and no file stays', async (_what, entry) => {
    const built = buildImage({
      type: 'dynamic',
      virtualSizeBytes: 8 * MIB,
      blocks: [
        [0, { data: new Uint8Array(2 * MIB).fill(1) }],
        [3, { data: new Uint8Array(2 * MIB).fill(2) }],
      ],
    });
    const bytes = built.bytes();
    const view = new DataView(bytes.buffer);
    view.setUint32(built.batOffset + 12, entry ?? view.getUint32(built.batOffset));
    const sink = new MemorySink();
    await expect(compactImage(await opened(bytes), sink, { module })).rejects.toMatchObject({
      code: 'corrupt',
    });
    expect(sink.state).toBe('aborted');
    expect(sink.writtenBytes).toBe(0);
  });

  test.each([false, true])(
    'whichever read fails, it ends with that, and no file stays (waiting: %s)',
    async (slow) => {
      const { files } = buildRandomChain(4, {
        layers: 2,
        base: 'dynamic',
        blockSizes: [2 ** 16],
        virtualSizeBytes: 900 * SECTOR,
      });
      const fault = new Error('the drive is gone');
      for (const { file } of files) {
        const image = await opened(slow ? waiting(file) : file);
        for (let reads = 0; ; reads++) {
          const sink = new MemorySink();
          const run = compactImage({ ...image, file: failingAfter(file, reads, fault, slow) }, sink, {
            module,
          });
          const outcome = await run.catch((error: unknown) => error);
          if (outcome !== fault) {
            expect(sink.state).toBe('closed');
            expect(reads).toBeGreaterThan(2);
            break;
          }
          expect(sink.state).toBe('aborted');
        }
      }
    },
  );

  test('stops at a cancel', async () => {
    const { files } = buildRandomChain(3, { layers: 1, base: 'dynamic' });
    const image = await opened(files[0]?.file ?? new Uint8Array(0));
    const sink = new MemorySink();
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(compactImage(image, sink, { module, signal: controller.signal })).rejects.toThrow('enough');
    expect(sink.state).toBe('aborted');
  });
});
