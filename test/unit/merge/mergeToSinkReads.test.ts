/** A merge to a new file is one pass: what it reads and writes, and what it costs. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { GIB, KIB, MIB } from '../../../src/base/units.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { mergeToSink } from '../../../src/merge/mergeToSink.ts';
import type { RandomAccessFile } from '../../../src/storage/randomAccessFile.ts';
import { newestHolders, sectorPlaces } from '../../support/heldSectors.ts';
import { buildImage, mixedEndianId, SECTOR } from '../../support/imageBuilder.ts';
import { MemorySink } from '../../support/memorySink.ts';
import { opened } from '../../support/opened.ts';
import { openFiles, sameBytes, waiting } from '../../support/openedChain.ts';
import type { RandomChainOptions } from '../../support/randomChain.ts';
import { caseOf, NO_HASH, parentFor, soundFile, stretchFrom } from '../../support/stretchCase.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

describe('mergeToSink: one pass', { timeout: 240_000 }, () => {
  for (const waits of [false, true]) {
    test.each([31, 32, 33, 34])(
      `each sector is read once, from the newest that has it (waiting: ${waits}, seed %i)`,
      async (seed) => {
        const counted: CountedFile[] = [];
        const one = await caseOf(
          module,
          seed,
          { layers: 4, base: 'dynamic', sizesDiffer: seed % 2 === 0 },
          (file) => {
            const made = new CountedFile(file, waits);
            counted.push(made);
            return made.file;
          },
        );
        for (const format of ['differencing', 'dynamic'] as const) {
          const [first, last] = format === 'differencing' ? [0, 2] : [0, 3];
          const images = one.images.slice(first, last + 1);
          const holders = await newestHolders(images);
          const places = await Promise.all(images.map(sectorPlaces));
          for (const { counts } of counted) counts.fill(0);
          await mergeToSink(stretchFrom(one, first, last), new MemorySink(), {
            ...NO_HASH,
            format,
            parent: parentFor(one, last),
            blockSizeBytes: 2 ** (19 + (seed % 3)),
            module,
          });
          let copied = 0;
          for (const [layer, ofLayer] of places.entries()) {
            const reads = counted[layer]?.counts ?? new Uint8Array(0);
            for (const [sector, place] of ofLayer.entries()) {
              if (place < 0) continue;
              const times = reads[place / SECTOR] ?? 0;
              const wanted = holders[sector] === layer;
              copied += wanted ? 1 : 0;
              if (times > 1 || (wanted && times !== 1))
                expect.fail(`${format}: sector ${sector} of layer ${layer} was read ${times} times`);
            }
          }
          expect(copied).toBe(holders.filter((layer) => layer >= 0).length);
        }
      },
    );
  }

  test('a disk of many windows, read ahead: the same file as without waiting', async () => {
    const options: RandomChainOptions = {
      layers: 3,
      base: 'dynamic',
      virtualSizeBytes: 150 * MIB + 7 * SECTOR,
    };
    const files: Uint8Array[] = [];
    for (const wrap of [(file: RandomAccessFile) => file, waiting]) {
      const one = await caseOf(module, 41, options, wrap);
      const sink = new MemorySink();
      await mergeToSink(stretchFrom(one, 0, 1), sink, {
        ...NO_HASH,
        format: 'differencing',
        parent: parentFor(one, 1),
        module,
      });
      const image = await soundFile(module, sink, 'differencing', 'merged');
      const below = one.images.slice(2).map(({ file }) => file);
      const disk = await openFiles(module, [image.file, ...below]);
      const read = new Uint8Array(disk.sectorCount * SECTOR);
      await disk.read(0, read);
      expect(sameBytes(read, one.chain.truth[0] ?? new Uint8Array(0))).toBe(true);
      files.push(sink.asFile('merged').bytes());
    }
    const [now, later] = files;
    expect(now && later && sameBytes(now, later)).toBe(true);
    expect(now?.length).toBeGreaterThan(48 * MIB);
  });

  test('writes ascend; the table and the footer come last', async () => {
    const one = await caseOf(module, 42, { layers: 3, base: 'dynamic' });
    const writes: [offset: number, lengthBytes: number][] = [];
    const sink = new MemorySink();
    const { write } = sink;
    sink.write = (offset, source) => {
      writes.push([offset, source.length]);
      return write.call(sink, offset, source);
    };
    await mergeToSink(stretchFrom(one, 0, 1), sink, {
      ...NO_HASH,
      format: 'differencing',
      parent: parentFor(one, 1),
      blockSizeBytes: 2 ** 19,
      module,
    });
    const table = writes.at(-2) ?? expect.fail('a table');
    const image = await soundFile(module, sink, 'differencing', 'merged');
    expect(table[0]).toBe(image.tables.kind === 'vhd-blocks' && image.tables.batOffset);
    const others = writes.filter((each) => each !== table);
    for (const [i, [offset]] of others.entries()) {
      const [before, lengthBytes] = others[i - 1] ?? [0, 0];
      expect(offset).toBeGreaterThanOrEqual(before + lengthBytes);
    }
    expect(others.length).toBeGreaterThan(6);
  });

  test('an almost empty disk of 2040 GiB costs what it holds', async () => {
    const shape = { virtualSizeBytes: 2040 * GIB, blockSizeBytes: 2 * MIB };
    const noise = new Uint8Array(2 * MIB);
    new Prng(1).fill(noise);
    const half = Uint8Array.from({ length: 4096 }, (_, i) => i % 2);
    const base = buildImage({ ...shape, type: 'dynamic', id: mixedEndianId(1) });
    const parent = { id: mixedEndianId(1), name: 'base.vhd' };
    const child = buildImage({
      ...shape,
      type: 'differencing',
      id: mixedEndianId(2),
      parent,
      blocks: [
        [3, { data: noise, bits: half }],
        [1_044_479, { data: noise, bits: half }],
      ],
    });
    const images = await Promise.all([opened(child.file('child.vhd')), opened(base.file('base.vhd'))]);
    const sink = new MemorySink();
    const one = { images };
    const made = await mergeToSink(
      { ...one, names: ['child.vhd', 'base.vhd'], complete: true, first: 0, last: 0, children: [] },
      sink,
      { ...NO_HASH, format: 'differencing', parent: { name: 'base.vhd', modified: null }, module },
    );
    expect(made.copiedBytes).toBe(2 * 2048 * SECTOR);
    // Two blocks, the table of a million entries, structures.
    expect(made.writtenBytes).toBeLessThan(2 * 2 * MIB + 4 * 1_044_480 + 64 * KIB);
  });
});

/** Counts how often each sector of a file is read. */
class CountedFile {
  readonly counts: Uint8Array;
  readonly file: RandomAccessFile;

  constructor(file: RandomAccessFile, waits: boolean) {
    this.counts = new Uint8Array(Math.ceil(file.sizeBytes / SECTOR));
    const note = (offset: number, target: Uint8Array) => {
      for (let at = offset; at < offset + target.length; at += SECTOR) {
        const sector = Math.floor(at / SECTOR);
        this.counts[sector] = (this.counts[sector] ?? 0) + 1;
      }
    };
    const { readNow } = file;
    const counted: RandomAccessFile = {
      name: file.name,
      sizeBytes: file.sizeBytes,
      access: file.access,
      durable: file.durable,
      readThroughBytes: 0,
      async read(offset, target) {
        note(offset, target);
        await file.read(offset, target);
      },
      async readMany(requests) {
        for (const { offset, target } of requests) note(offset, target);
        await file.readMany(requests);
      },
      write: (offset, source) => file.write(offset, source),
      truncate: (sizeBytes) => file.truncate(sizeBytes),
      flush: () => file.flush(),
      close: () => file.close(),
    };
    this.file =
      waits || !readNow
        ? waiting(counted)
        : {
            ...counted,
            readNow(offset, target) {
              note(offset, target);
              readNow.call(file, offset, target);
            },
          };
  }
}
