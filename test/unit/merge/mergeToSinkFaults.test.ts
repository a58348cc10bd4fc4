/** A merge to a new file: what it refuses, how it stops, and what a fault or a power cut leaves. */
import { beforeAll, describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { DiskError } from '../../../src/base/errors.ts';
import { type Progress, ProgressMeter } from '../../../src/base/progress.ts';
import { MIB } from '../../../src/base/units.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { wasmHasher } from '../../../src/export/hasher.ts';
import { type MergeToSinkOptions, mergeToSink } from '../../../src/merge/mergeToSink.ts';
import type { Stretch } from '../../../src/merge/stretch.ts';
import type { DiskFolder } from '../../../src/storage/diskFolder.ts';
import { type FileSink, folderSink } from '../../../src/storage/fileSink.ts';
import { MemoryFolder } from '../../../src/storage/memoryFolder.ts';
import { crashEverywhere } from '../../support/crashPoints.ts';
import { mixedEndianId, SECTOR } from '../../support/imageBuilder.ts';
import { MemorySink } from '../../support/memorySink.ts';
import { sameBytes, waiting } from '../../support/openedChain.ts';
import { readFlat } from '../../support/readFlat.ts';
import {
  caseOf,
  FORMATS,
  NO_HASH,
  parentFor,
  type StretchCase,
  soundFile,
  stretchFrom,
} from '../../support/stretchCase.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

describe('mergeToSink: what it refuses, and how it stops', () => {
  const differencing = (one: StretchCase, more: Partial<MergeToSinkOptions> = {}): MergeToSinkOptions => ({
    ...NO_HASH,
    format: 'differencing',
    parent: parentFor(one, 1),
    blockSizeBytes: 2 ** 19,
    module,
    ...more,
  });
  const usual = () => caseOf(module, 51, { layers: 3, base: 'dynamic' });

  test('a file below that is not here is named by the id that is sought', async () => {
    const one = await usual();
    const sink = new MemorySink();
    const stretch = { ...stretchFrom(one, 0, 1), images: one.images.slice(0, 2), complete: false };
    await mergeToSink(stretch, sink, differencing(one));
    const image = await soundFile(module, sink, 'differencing', 'merged');
    expect(image.parent?.id).toBe(one.images[2]?.id);
    expect(
      sameBytes(await readFlat([image, ...one.images.slice(2)]), one.chain.truth[0] ?? new Uint8Array(0)),
    ).toBe(true);
  });

  test('a file linked by hand is named by its own id', async () => {
    const one = await usual();
    const [leaf, middle, base] = one.images;
    if (!leaf || !middle || !base) return expect.fail('three layers');
    const other = { ...base, id: toHex(mixedEndianId(99)) };
    const sink = new MemorySink();
    await mergeToSink({ ...stretchFrom(one, 0, 1), images: [leaf, middle, other] }, sink, differencing(one));
    const image = await soundFile(module, sink, 'differencing', 'merged');
    expect(fromHex(image.parent?.id ?? '')).toEqual(mixedEndianId(99));
  });

  test.each<[string, (one: StretchCase) => [Stretch, MergeToSinkOptions]]>([
    ['a stretch that ends in the base', (one) => [stretchFrom(one, 0, 2), differencing(one)]],
    [
      'a child that nobody named a parent for',
      (one) => [stretchFrom(one, 0, 1), differencing(one, { parent: null })],
    ],
    ['blocks of 3 MiB', (one) => [stretchFrom(one, 0, 1), differencing(one, { blockSizeBytes: 3 * MIB })]],
    [
      'a dynamic disk in blocks of 3 MiB',
      (one) => [stretchFrom(one, 0, 2), differencing(one, { format: 'dynamic', blockSizeBytes: 3 * MIB })],
    ],
  ])('refuses %s, and writes nothing', async (_what, request) => {
    const sink = new MemorySink();
    const [stretch, options] = request(await usual());
    await expect(mergeToSink(stretch, sink, options)).rejects.toMatchObject({ code: 'bad-request' });
    expect(sink).toMatchObject({ state: 'aborted', writtenBytes: 0 });
  });

  test('a sector without an answer ends an export', async () => {
    const one = await usual();
    const sink = new MemorySink();
    const stretch = { ...stretchFrom(one, 0, 1), images: one.images.slice(0, 2), complete: false };
    const making = mergeToSink(stretch, sink, differencing(one, { format: 'raw' }));
    await expect(making).rejects.toMatchObject({ code: 'parent-missing' });
    expect(sink.state).toBe('aborted');
  });

  test.each(FORMATS)('%s: a full target at any write leaves nothing behind', async (format) => {
    const one = await caseOf(module, 52, { layers: 3, base: 'dynamic', virtualSizeBytes: 2 * MIB });
    const options = differencing(one, { format });
    const stretch = stretchFrom(one, 0, format === 'differencing' ? 1 : 2);
    const whole = new MemorySink();
    let writes = 0;
    await mergeToSink(
      stretch,
      failingSink(whole, () => ++writes < 0),
      options,
    );
    expect(writes).toBeGreaterThan(0);
    for (let failAt = 1; failAt <= writes; failAt++) {
      const sink = new MemorySink();
      let at = 0;
      const making = mergeToSink(
        stretch,
        failingSink(sink, () => ++at === failAt),
        options,
      );
      await expect(making).rejects.toMatchObject({ code: 'no-space' });
      expect(sink.state).toBe('aborted');
    }
  });

  test.each(FORMATS)('%s: a source that vanishes ends it, and lets go of the hasher', async (format) => {
    let gone = false;
    const one = await caseOf(module, 53, { layers: 3, base: 'dynamic' }, (file) => ({
      ...waiting(file),
      sizeBytes: file.sizeBytes,
      async readMany(requests) {
        if (gone) throw new DiskError({ code: 'vanished', message: 'It is gone.' });
        await file.readMany(requests);
      },
    }));
    const sink = new MemorySink();
    let closed = 0;
    const hasher = { ...(await wasmHasher()), close: () => void closed++ };
    const stretch = stretchFrom(one, 0, format === 'differencing' ? 1 : 2);
    gone = true;
    const making = mergeToSink(stretch, sink, differencing(one, { format, hasher }));
    await expect(making).rejects.toMatchObject({ code: 'vanished' });
    expect(sink.state).toBe('aborted');
    expect(closed).toBe(1);
  });

  test.each(FORMATS)('%s: a gate holds it between blocks, and a cancel there ends it', async (format) => {
    const one = await caseOf(module, 54, { layers: 3, base: 'dynamic', virtualSizeBytes: 6 * MIB });
    const sink = new MemorySink();
    const stopped = new AbortController();
    let asked = 0;
    let held: (() => void) | null = null;
    const reached = new Promise<void>((resolve) => {
      held = resolve;
    });
    let open: () => void = () => undefined;
    const gate = async () => {
      if (++asked !== 2) return;
      held?.();
      await new Promise<void>((resolve) => {
        open = resolve;
      });
      stopped.signal.throwIfAborted();
    };
    const stretch = stretchFrom(one, 0, format === 'differencing' ? 1 : 2);
    const options = differencing(one, { format, gate, signal: stopped.signal });
    const making = mergeToSink(stretch, sink, options);
    making.catch(() => undefined);
    await reached;
    const before = sink.writtenBytes;
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(sink).toMatchObject({ state: 'open', writtenBytes: before });
    expect(asked).toBe(2);
    stopped.abort(new DiskError({ code: 'cancelled', message: 'Enough.' }));
    open();
    await expect(making).rejects.toMatchObject({ code: 'cancelled' });
    expect(sink.state).toBe('aborted');
  });

  test.each(FORMATS)('%s: progress counts the bytes of the disk to its end', async (format) => {
    const one = await usual();
    const size = one.images[0]?.virtualSizeBytes ?? 0;
    const told: Progress[] = [];
    let clock = 0;
    const meter = new ProgressMeter(
      (progress) => told.push(progress),
      'Merging',
      'bytes',
      size,
      () => clock++ * 1000,
    );
    const stretch = stretchFrom(one, 0, format === 'differencing' ? 1 : 2);
    await mergeToSink(stretch, new MemorySink(), differencing(one, { format, meter }));
    const done = told.map((progress) => progress.done);
    expect(done.length).toBeGreaterThan(3);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(size);
  });
});

describe('mergeToSink into a folder', { timeout: 240_000 }, () => {
  const NAME = 'new.vhd';
  const BYSTANDER = 'other.vhd';

  test.each(FORMATS)(
    '%s: power cut everywhere: under the name there is nothing, or all of it',
    async (format) => {
      const one = await caseOf(module, 5, {
        layers: 3,
        blockSizes: [2 ** 12],
        virtualSizeBytes: 300 * SECTOR,
        base: 'dynamic',
      });
      const write = async (folder: DiskFolder) =>
        mergeToSink(stretchFrom(one, 0, format === 'differencing' ? 1 : 2), await folderSink(folder, NAME), {
          ...NO_HASH,
          format,
          parent: parentFor(one, 1),
          blockSizeBytes: 2 ** 19,
          module,
        });
      const whole = new MemoryFolder();
      await write(whole);
      const wanted = whole.bytes(NAME);
      const files = { [BYSTANDER]: new Uint8Array(900).fill(4) };
      let complete = 0;
      const totals = await crashEverywhere({
        files,
        write,
        garbage: true,
        seeds: 4,
        exhaustiveChanges: 3,
        async check(survivor) {
          expect(sameBytes(survivor.bytes(BYSTANDER), files[BYSTANDER])).toBe(true);
          const isThere = (await survivor.list()).some(({ name }) => name === NAME);
          if (!isThere) return;
          complete++;
          expect(sameBytes(survivor.bytes(NAME), wanted)).toBe(true);
        },
      });
      expect(complete).toBeGreaterThan(0);
      expect(totals.checked).toBeGreaterThan(totals.operations / 2);
    },
  );
});

/** Fails as a full drive does where `fails` says so. */
function failingSink(sink: MemorySink, fails: () => boolean): FileSink {
  const step = () => {
    if (fails()) throw new DiskError({ code: 'no-space', message: 'The target is full.' });
  };
  return {
    name: sink.name,
    async write(offset, source) {
      step();
      await sink.write(offset, source);
    },
    async truncate(sizeBytes) {
      step();
      await sink.truncate(sizeBytes);
    },
    close: () => sink.close(),
    abort: () => sink.abort(),
  };
}
