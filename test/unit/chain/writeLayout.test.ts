/**
 * What a write leaves in the file, byte by byte: where blocks go, which bits are set, where the footer is and what it
 * says; how often it is flushed; what is not written to at all.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { placeBlocks } from '../../../src/formats/vhd/allocateBlock.ts';
import { BlockWriter } from '../../../src/formats/vhd/blockWriter.ts';
import { createVhd } from '../../../src/formats/vhd/create.ts';
import { bitRuns, setBits } from '../../../src/formats/vhd/sectorBitmap.ts';
import { FaultyFile } from '../../../src/storage/faultyFile.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';
import {
  type BuiltImage,
  buildImage,
  type ImageOptions,
  mixedEndianId,
  SECTOR,
} from '../../support/imageBuilder.ts';
import { openFiles, sameBytes } from '../../support/openedChain.ts';
import { concerns, openToWrite, writableFile } from '../../support/writtenDisk.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

const MIB = 2 ** 20;
const noise = (bytes: number, seed = 1) => {
  const target = new Uint8Array(bytes);
  new Prng(seed).fill(target);
  return target;
};

/** A child of `sizeBytes` with blocks of 2 MiB, and its fixed parent of ones. */
function childOf(sizeBytes: number, more: Partial<ImageOptions> = {}) {
  const image = buildImage({
    type: 'differencing',
    virtualSizeBytes: sizeBytes,
    id: mixedEndianId(2),
    parent: { id: mixedEndianId(1), name: 'base.vhd' },
    ...more,
  });
  const data = new Uint8Array(sizeBytes).fill(1);
  const base = buildImage({ type: 'fixed', virtualSizeBytes: sizeBytes, id: mixedEndianId(1), data });
  return { image, leaf: writableFile(image.file('leaf.avhd')), base: base.file('base.vhd') };
}

function dynamicOf(sizeBytes: number, more: Partial<ImageOptions> = {}) {
  const image = buildImage({ type: 'dynamic', virtualSizeBytes: sizeBytes, id: mixedEndianId(2), ...more });
  return { image, leaf: writableFile(image.file('leaf.vhd')) };
}

/** BAT entry of a block, read from the file. */
function entryOf(image: BuiltImage, leaf: MemoryFile, block: number): number {
  const bytes = new Uint8Array(4);
  leaf.readNow(image.batOffset + block * 4, bytes);
  return new DataView(bytes.buffer).getUint32(0);
}

/** Sectors whose bit is set, as runs. */
function setRuns(leaf: MemoryFile, entry: number, bits: number): [number, number][] {
  const bitmap = new Uint8Array(Math.ceil(bits / 8 / SECTOR) * SECTOR);
  leaf.readNow(entry * SECTOR, bitmap);
  return bitRuns(bitmap, 0, bits).flatMap((run) => (run.isSet ? [[run.from, run.sectorCount]] : []));
}

describe('the bits of a write', () => {
  it('of a differencing disk are those of the written sectors, zeros among them', async () => {
    const { image, leaf, base } = childOf(5 * MIB);
    const disk = await openToWrite(module, [leaf, base]);
    await disk.write(5, new Uint8Array(2 * SECTOR));
    await disk.write(100, noise(SECTOR));
    await disk.write(4090, new Uint8Array(10 * SECTOR));
    expect(setRuns(leaf, entryOf(image, leaf, 0), 4096)).toEqual([
      [5, 2],
      [100, 1],
      [4090, 6],
    ]);
    expect(setRuns(leaf, entryOf(image, leaf, 1), 4096)).toEqual([[0, 4]]);
    expect(entryOf(image, leaf, 2)).toBe(0xffffffff);
    const read = new Uint8Array(8 * SECTOR);
    await disk.read(4, read);
    // Written zeros hide the parent’s ones; sectors beside them do not.
    const wanted = new Uint8Array(8 * SECTOR).fill(1);
    wanted.fill(0, SECTOR, 3 * SECTOR);
    expect(sameBytes(read, wanted)).toBe(true);
  });

  it('of a dynamic disk are all that the disk has of a new block; the rest of it is zeros', async () => {
    // The old footer and the slack before it are not zeros, and the block comes to lie over them.
    for (const layout of ['windows10', 'packed'] as const) {
      for (const blockSizeBytes of [2 ** 19, 2 ** 21, 2 ** 22]) {
        const blocks = [[0, { data: noise(blockSizeBytes) }]] as const;
        const sectors = (blockSizeBytes / SECTOR) * 2 + 9;
        const slack = layout === 'packed' ? { slackBytes: 5 * SECTOR } : {};
        const { image, leaf } = dynamicOf(sectors * SECTOR, { layout, blockSizeBytes, blocks, ...slack });
        const before = image.footerOffset - (layout === 'packed' ? 5 * SECTOR : 3584);
        leaf.content.write(before, new Uint8Array(image.footerOffset - before).fill(0xee));
        const disk = await openToWrite(module, [leaf]);
        const perBlock = blockSizeBytes / SECTOR;
        await disk.write(sectors - 1, noise(SECTOR));
        await disk.write(perBlock + 7, noise(SECTOR));
        expect(setRuns(leaf, entryOf(image, leaf, 1), perBlock)).toEqual([[0, perBlock]]);
        expect(setRuns(leaf, entryOf(image, leaf, 2), perBlock)).toEqual([[0, 9]]);
        const wanted = new Uint8Array(sectors * SECTOR);
        wanted.set(noise(blockSizeBytes));
        wanted.set(noise(SECTOR), (perBlock + 7) * SECTOR);
        wanted.set(noise(SECTOR), (sectors - 1) * SECTOR);
        const read = new Uint8Array(wanted.length);
        await (await openFiles(module, [leaf])).read(0, read);
        expect(sameBytes(read, wanted), `${layout}, ${blockSizeBytes}`).toBe(true);
      }
    }
  });

  it('runs and setting agree with single bits, for every range of 40 bits', () => {
    const prng = new Prng(3);
    for (let from = 0; from < 40; from++) {
      for (let count = 1; count <= 40 - from; count++) {
        const bitmap = Uint8Array.from(
          { length: 5 },
          () => [0, 0xff, prng.next() & 0xff][prng.below(3)] ?? 0,
        );
        const bit = (i: number) => ((bitmap[i >> 3] ?? 0) >> (7 - (i & 7))) & 1;
        const bits = Array.from({ length: 40 }, (_, i) => bit(i));
        const told = bitRuns(bitmap, from, count).flatMap((run) =>
          Array(run.sectorCount).fill(run.isSet ? 1 : 0),
        );
        expect(told).toEqual(bits.slice(from, from + count));
        setBits(bitmap, from, count);
        expect(Array.from({ length: 40 }, (_, i) => bit(i))).toEqual(bits.fill(1, from, from + count));
      }
    }
  });
});

describe('a new block', () => {
  it('lies as Windows 10 lays it: data at 4 KiB, stride 4104, the file ends at 4 KiB', async () => {
    const { image, leaf, base } = childOf(9 * MIB, { blocks: [[1, { data: noise(2 * MIB) }]] });
    const disk = await openToWrite(module, [leaf, base]);
    for (const block of [3, 0, 4]) await disk.write(block * 4096, noise(SECTOR));
    const entries = [1, 3, 0, 4].map((block) => entryOf(image, leaf, block));
    const first = entries[0] ?? 0;
    expect(entries).toEqual([first, first + 4104, first + 8208, first + 12312]);
    expect((first + 1) % 8).toBe(0);
    expect(leaf.sizeBytes % 4096).toBe(0);
    expect(disk.blockSummary(0)).toEqual({ allocated: 4, total: 5, strideSectors: 4104, aligned4k: true });
  });

  it('lies packed in a packed file, also several of one write', async () => {
    const { image, leaf } = dynamicOf(9 * MIB, { layout: 'packed', blocks: [[1, { data: noise(2 * MIB) }]] });
    const disk = await openToWrite(module, [leaf]);
    await disk.write(2 * 4096, noise(5 * MIB));
    await disk.write(0, noise(SECTOR));
    const entries = [1, 2, 3, 4, 0].map((block) => entryOf(image, leaf, block));
    const first = entries[0] ?? 0;
    expect(entries).toEqual([0, 1, 2, 3, 4].map((i) => first + i * 4097));
    expect(leaf.sizeBytes).toBe((first + 5 * 4097 + 1) * SECTOR);
  });

  it('goes where our own writer would put it, in a file without blocks too', async () => {
    for (const blockSizeBytes of [2 ** 19, 2 ** 20, 2 ** 21]) {
      const vhd = createVhd({
        type: 'differencing',
        virtualSizeBytes: 20 * MIB,
        blockSizeBytes,
        id: mixedEndianId(3),
        modified: null,
        parent: { id: mixedEndianId(1), name: 'base.vhd', relativePath: '.\\base.vhd', modified: null },
      });
      const empty = new MemoryFile('leaf.avhd');
      await (await BlockWriter.start(empty, vhd)).finish();
      const { base } = childOf(20 * MIB);
      const disk = await openToWrite(module, [empty, base]);
      const whole = new MemoryFile('whole.avhd');
      const writer = await BlockWriter.start(whole, vhd);
      for (let block = 0; block < 4; block++) {
        const data = noise(blockSizeBytes, block);
        await disk.write((block * blockSizeBytes) / SECTOR, data);
        const bitmap = new Uint8Array(vhd.blocks?.bitmapBytes ?? 0).fill(
          0xff,
          0,
          blockSizeBytes / SECTOR / 8,
        );
        await writer.add(block, bitmap, data);
      }
      await writer.finish();
      expect(sameBytes(empty.bytes(), whole.bytes()), `${blockSizeBytes}`).toBe(true);
    }
  });

  it('behind a last block that is cut short leaves that one its room, of zeros', async () => {
    for (const layout of ['windows10', 'packed'] as const) {
      const blocks = [[2, { data: noise(MIB) }]] as const;
      const { image, leaf } = dynamicOf(5 * MIB, { layout, blocks, cutLastBlock: true });
      const disk = await openToWrite(module, [leaf]);
      await disk.write(0, noise(SECTOR));
      const entry = entryOf(image, leaf, 2);
      expect(entryOf(image, leaf, 0) - entry).toBe(layout === 'packed' ? 4097 : 4104);
      const room = new Uint8Array(MIB).fill(1);
      leaf.readNow((entry + 1) * SECTOR + MIB, room);
      expect(room.every((byte) => byte === 0)).toBe(true);
      expect(concerns(await openFiles(module, [leaf]))).toEqual([]);
    }
  });

  it('behind more than slack is not put over what may be there', async () => {
    const { image, leaf, base } = childOf(5 * MIB, {
      blocks: [[0, { data: noise(2 * MIB) }]],
      slackBytes: 65536,
    });
    const unknown = noise(65536, 9);
    leaf.content.write(image.footerOffset - 65536, unknown);
    await (await openToWrite(module, [leaf, base])).write(4096, noise(SECTOR));
    const after = new Uint8Array(65536);
    leaf.readNow(image.footerOffset - 65536, after);
    expect(sameBytes(after, unknown)).toBe(true);
    expect(concerns(await openFiles(module, [leaf, base]))).toEqual([]);
  });

  it('is refused where sector numbers end', () => {
    const tables = {
      kind: 'vhd-blocks',
      batOffset: 1536,
      batEntries: 2 ** 20,
      blockSizeBytes: 2 * MIB,
      bitmapBytes: 512,
    } as const;
    const endAt = (footerOffset: number) => ({
      footer: new Uint8Array(512),
      footerOffset,
      hasFooter: true,
      contentEnd: footerOffset,
      fileBytes: footerOffset + 512,
      lastEntry: null,
    });
    const last = 2 ** 41 - 2 * MIB - 512;
    expect(placeBlocks('a.vhd', tables, endAt(last), false, 1).entries).toEqual([last / 512]);
    for (const [offset, count] of [
      [last + 512, 1],
      [last - 2 * MIB, 2],
      [2 ** 41, 1],
    ] as const) {
      const place = () => placeBlocks('a.vhd', tables, endAt(offset), false, count);
      expect(place).toThrow(expect.objectContaining({ code: 'limit' }));
    }
  });
});

describe('the footer', () => {
  it('moves as it is: time stamp, id and odd bytes stay', async () => {
    for (const endFooter of [512, 511] as const) {
      const { image, leaf, base } = childOf(5 * MIB, {
        endFooter,
        hidden: 1,
        creator: 'tap\0',
        slackBytes: 0,
      });
      const before = new Uint8Array(endFooter);
      leaf.readNow(image.footerOffset, before);
      const disk = await openToWrite(module, [leaf, base]);
      await disk.write(0, noise(5 * MIB));
      const after = new Uint8Array(endFooter);
      leaf.readNow(leaf.sizeBytes - endFooter, after);
      expect(sameBytes(after, before)).toBe(true);
      const copy = new Uint8Array(512);
      leaf.readNow(0, copy);
      expect(sameBytes(copy.subarray(0, endFooter), before)).toBe(true);
      expect(leaf.sizeBytes).toBeGreaterThan(image.sizeBytes + 6 * MIB);
    }
  });

  it('that was lost at the end is back after the first new block', async () => {
    const { leaf, base } = childOf(5 * MIB, { endFooter: 0, blocks: [[0, { data: noise(2 * MIB) }]] });
    const disk = await openToWrite(module, [leaf, base]);
    expect(concerns(disk)).toEqual(['footer-missing']);
    await disk.write(4096, noise(SECTOR));
    expect(concerns(await openFiles(module, [leaf, base]))).toEqual([]);
  });
});

describe('flushes', () => {
  it('are three for all new blocks of a write, one for new bits, none in place', async () => {
    const { leaf, base } = childOf(40 * MIB, {
      blocks: [[0, { data: noise(2 * MIB), bits: new Uint8Array(4096) }]],
    });
    const faulty = new FaultyFile(leaf);
    const disk = await openToWrite(module, [faulty, base]);
    const flushes = async (first: number, count: number) => {
      const before = faulty.counts.flushes;
      await disk.write(first, noise(count * SECTOR));
      return faulty.counts.flushes - before;
    };
    expect(await flushes(10, 4)).toBe(1);
    expect(await flushes(10, 4)).toBe(0);
    expect(await flushes(12, 4)).toBe(1);
    expect(await flushes(100, 15 * 4096)).toBe(3);
    expect(await flushes(90, 15 * 4096)).toBe(1);
    expect(await flushes(90, 15 * 4096)).toBe(0);
    const before = faulty.counts.flushes;
    await disk.flush();
    expect(faulty.counts.flushes - before).toBe(1);
  });
});

describe('what is not written to', () => {
  it('a file open for reading only, a chain opened for reading, sectors that are not there', async () => {
    const { image, leaf, base } = childOf(5 * MIB);
    const reading = openToWrite(module, [image.file('leaf.avhd'), base]);
    await expect(reading).rejects.toMatchObject({
      code: 'permission',
      problem: { where: { file: 'leaf.avhd' } },
    });
    const disk = await openFiles(module, [leaf, base]);
    await expect(disk.write(0, new Uint8Array(512))).rejects.toMatchObject({ code: 'permission' });
    await disk.flush();
    const written = await openToWrite(module, [leaf, base]);
    for (const [first, bytes] of [
      [-1, 512],
      [0, 0],
      [0, 511],
      [5 * 2048, 512],
      [5 * 2048 - 1, 1024],
    ] as const) {
      const write = written.write(first, new Uint8Array(bytes));
      await expect(write).rejects.toMatchObject({ code: 'bad-request' });
    }
    expect(sameBytes(leaf.bytes(), image.bytes())).toBe(true);
  });

  it('a file with errors, or without the second footer that a cut needs', async () => {
    const blocks = [[0, { data: noise(2 * MIB) }]] as const;
    const spoilt: [string, (image: BuiltImage) => void][] = [
      ['footer-copy-missing', ({ content }) => content.write(0, new Uint8Array(512))],
      [
        'footer-copy-differs',
        ({ content }) =>
          content.write(0, buildImage({ type: 'dynamic', virtualSizeBytes: MIB }).bytes().subarray(0, 512)),
      ],
      ['header-checksum', ({ content }) => content.write(512 + 1000, Uint8Array.of(1))],
      [
        'block-outside-file',
        ({ content, batOffset }) => content.write(batOffset + 4, Uint8Array.of(1, 0, 0, 0)),
      ],
      [
        'block-over-structure',
        ({ content, batOffset }) => content.write(batOffset + 4, Uint8Array.of(0, 0, 0, 1)),
      ],
    ];
    for (const [rule, spoil] of spoilt) {
      const { image, leaf, base } = childOf(5 * MIB, { blocks });
      spoil(image);
      const before = leaf.bytes();
      const found = concerns(await openFiles(module, [leaf, base]));
      expect(found, rule).toContain(rule);
      const opened = openToWrite(module, [leaf, base]);
      await expect(opened, rule).rejects.toMatchObject({ code: 'corrupt' });
      await expect(opened, rule).rejects.toThrow(/leaf\.avhd is not written to: /);
      expect(sameBytes(leaf.bytes(), before)).toBe(true);
    }
  });
});
