/** A merge streamed into a new file: any stretch, every format, against the flat disk of each layer, and by 7-Zip. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { toHex } from '../../../src/base/bytes.ts';
import { Prng } from '../../../src/base/prng.ts';
import { MIB } from '../../../src/base/units.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { wasmHasher } from '../../../src/export/hasher.ts';
import type { DiskImage } from '../../../src/formats/diskImage.ts';
import { mergeToSink } from '../../../src/merge/mergeToSink.ts';
import { newestHolders } from '../../support/heldSectors.ts';
import { SECTOR } from '../../support/imageBuilder.ts';
import { MemorySink } from '../../support/memorySink.ts';
import { openFiles, sameBytes } from '../../support/openedChain.ts';
import { readFlat } from '../../support/readFlat.ts';
import { SevenZipFolder } from '../../support/sevenZip.ts';
import {
  caseOf,
  FORMATS,
  heldBy,
  NEW_IDENTITY,
  NO_HASH,
  parentFor,
  soundFile,
  stretches,
  stretchFrom,
} from '../../support/stretchCase.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

/** By sector: what a differencing disk made of this stretch has to hold. */
async function wantedHolders(images: readonly DiskImage[], first: number, last: number) {
  const holders = await newestHolders(images.slice(first, last + 1));
  const sizes = images.map(({ virtualSizeBytes }) => virtualSizeBytes / SECTOR);
  const reach = Math.min(...sizes.slice(first, last + 1));
  const below = Math.min(sizes[first] ?? 0, sizes[last + 1] ?? 0);
  // A middle layer ends, and the layer below goes on: only written zeros hide it.
  const zeros = Math.max(0, below - reach);
  const held = Uint8Array.from(holders, (layer, sector) =>
    layer >= 0 || (sector >= reach && sector < below) ? 1 : 0,
  );
  return { holders, held, zeros };
}

const count = (marks: Uint8Array) => marks.reduce((sum, mark) => sum + mark, 0);

describe('mergeToSink: random chains, every stretch, every format', { timeout: 240_000 }, () => {
  const totals = { files: 0, zeros: 0, written: 0, bases: new Set<string>() };

  test.each(Array.from({ length: 12 }, (_, i) => i + 1))('seed %i', async (seed) => {
    const prng = new Prng(seed);
    const one = await caseOf(module, seed, {
      layers: 2 + (seed % 4),
      blockSizes: seed % 3 === 0 ? [2 ** 12, 2 ** 15, 2 ** 18] : [2 ** 16, 2 ** 19, 2 ** 20, 2 ** 21],
      virtualSizeBytes: (1 + prng.below(5000)) * SECTOR,
      sizesDiffer: seed % 2 === 0,
    });
    const { images, chain } = one;
    const base = images.at(-1) ?? expect.fail('a chain has a base');
    totals.bases.add(base.format === 'raw' ? 'raw' : base.type);
    for (const [first, last] of stretches(one)) {
      const truth = chain.truth[first] ?? expect.fail('a layer');
      // A whole disk is the same, wherever the stretch ends.
      for (const format of last === images.length - 1 ? FORMATS : (['differencing'] as const)) {
        const what = `layers ${first} to ${last} as ${format}`;
        const sink = new MemorySink();
        const hasher = format === 'differencing' ? null : await wasmHasher();
        const blockSizeBytes = 2 ** (19 + prng.below(5));
        const making = mergeToSink(stretchFrom(one, first, last), sink, {
          ...NO_HASH,
          format,
          parent: parentFor(one, last),
          blockSizeBytes,
          module,
          hasher,
        });
        const below = images.slice(last + 1);
        if (format === 'differencing' && (below.length === 0 || below[0]?.id === '')) {
          await expect(making, what).rejects.toMatchObject({ code: 'bad-request' });
          expect(sink.state).toBe('aborted');
          expect(sink.writtenBytes).toBe(0);
          continue;
        }
        const made = await making;
        const image = await soundFile(module, sink, format, what);
        expect(made, what).toMatchObject({
          fileBytes: sink.content.sizeBytes,
          writtenBytes: sink.writtenBytes,
          virtualSizeBytes: truth.length,
        });
        expect(image.virtualSizeBytes, what).toBe(truth.length);
        totals.files++;
        if (format !== 'differencing') {
          expect(sameBytes(await readFlat([image]), truth), what).toBe(true);
          expect(made.sha256).toBe(createHash('sha256').update(truth).digest('hex'));
          const holders = await newestHolders(images.slice(first));
          const held = holders.filter((layer) => layer >= 0).length;
          expect(made.copiedBytes, what).toBe(held * SECTOR);
          if (format !== 'raw') expect(image.id).toBe(toHex(NEW_IDENTITY.id));
          continue;
        }
        expect(sameBytes(await readFlat([image, ...below]), truth), what).toBe(true);
        expect(image).toMatchObject({
          id: images[first]?.id,
          modified: NEW_IDENTITY.made,
          blockSizeBytes,
          parent: { id: below[0]?.id, name: below[0]?.file.name },
        });
        const { held, zeros } = await wantedHolders(images, first, last);
        expect(sameBytes(await heldBy(image), held), `${what}: other sectors are held`).toBe(true);
        expect(made.copiedBytes, what).toBe(count(held) * SECTOR);
        expect(await straySectors(image, held), `${what}: bytes where no bit is set`).toBe(0);
        expect(made.sha256).toBe('');
        totals.zeros += zeros;
        totals.written += writtenZeros(truth, held);
        // And by our own core, from every file that stands on the new one.
        for (let leaf = 0; leaf <= first; leaf++) {
          const files = [...images.slice(leaf, first), image, ...below].map(({ file }) => file);
          const disk = await openFiles(module, files);
          const read = new Uint8Array(disk.sectorCount * SECTOR);
          await disk.read(0, read);
          expect(sameBytes(read, chain.truth[leaf] ?? new Uint8Array(0)), `${what}, from ${leaf}`).toBe(true);
        }
      }
    }
  });

  test('the seeds cover what is meant to be covered', () => {
    expect(totals.files).toBeGreaterThan(100);
    expect(totals.zeros, 'zeros that hide what lies below').toBeGreaterThan(0);
    expect(totals.written, 'written zeros').toBeGreaterThan(100);
    expect([...totals.bases].sort()).toEqual(['dynamic', 'fixed', 'raw']);
  });
});

/** Sectors that are held and zero. */
function writtenZeros(disk: Uint8Array, held: Uint8Array): number {
  let found = 0;
  for (const [sector, mark] of held.entries()) {
    if (mark && sameBytes(disk.subarray(sector * SECTOR, (sector + 1) * SECTOR), EMPTY)) found++;
  }
  return found;
}

const EMPTY = new Uint8Array(SECTOR);

/** Sectors in blocks of the file that it does not hold, and that are not zeros. */
async function straySectors({ tables, file }: DiskImage, held: Uint8Array): Promise<number> {
  if (tables.kind === 'flat') return expect.fail('no blocks');
  const bat = new Uint8Array(tables.batEntries * 4);
  await file.read(tables.batOffset, bat);
  const block = new Uint8Array(tables.blockSizeBytes);
  let found = 0;
  for (let i = 0; i < tables.batEntries; i++) {
    const entry = new DataView(bat.buffer).getUint32(i * 4);
    if (entry === 0xffffffff) continue;
    await file.read(entry * SECTOR + tables.bitmapBytes, block);
    const first = (i * tables.blockSizeBytes) / SECTOR;
    for (let at = 0; at < block.length / SECTOR; at++) {
      const sector = block.subarray(at * SECTOR, (at + 1) * SECTOR);
      if (!held[first + at] && !sameBytes(sector, EMPTY)) found++;
    }
  }
  return found;
}

describe('mergeToSink: 7-Zip reads a differencing result with its parents', { timeout: 240_000 }, () => {
  // Chains that 7-Zip reads before the merge: it refuses a leaf whose last block was cut at the disk's end.
  test.each([21, 22, 25, 30])('seed %i', async (seed) => {
    const base = seed % 3 === 0 ? 'fixed' : 'dynamic';
    const one = await caseOf(module, seed, {
      layers: 3 + (seed % 2),
      base,
      forSevenZip: true,
      virtualSizeBytes: 5 * MIB + seed * SECTOR,
    });
    const { chain, images } = one;
    let compared = 0;
    for (const [first, last] of stretches(one)) {
      if (last === images.length - 1) continue;
      const sink = new MemorySink();
      const parent = parentFor(one, last);
      await mergeToSink(stretchFrom(one, first, last), sink, {
        ...NO_HASH,
        format: 'differencing',
        parent,
        blockSizeBytes: 2 ** (19 + (seed % 4)),
        module,
      });
      const files = chain.files.map(({ name, bytes }) => ({ name, bytes: bytes.bytes() }));
      // The new file has the place and the name of the newest of the stretch, so what stands on it is read as well.
      const merged = files.filter((_, layer) => layer < first || layer > last);
      const name = files[first]?.name ?? '';
      const bytes = sink.asFile(name).bytes();
      const sevenZip = await SevenZipFolder.with([...merged, { name, bytes }]);
      for (const leaf of new Set([0, first])) {
        const truth = chain.truth[leaf] ?? new Uint8Array(0);
        let wrong = -1;
        const size = sevenZip.read(files[leaf]?.name ?? '', (offset, piece) => {
          if (wrong < 0 && !sameBytes(piece, truth.subarray(offset, offset + piece.length))) wrong = offset;
        });
        expect(size).toBe(truth.length);
        expect(wrong, `layers ${first} to ${last}, from ${leaf}: offset read otherwise`).toBe(-1);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(2);
  });
});
