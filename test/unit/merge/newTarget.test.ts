/** The empty target of a merge: a sound disk in every format, or nothing at all. */
import { beforeAll, describe, expect, test } from 'vitest';
import { toHex } from '../../../src/base/bytes.ts';
import { GIB, KIB, MIB, SECTOR_BYTES } from '../../../src/base/units.ts';
import { checkFile } from '../../../src/check/checkFile.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { JOURNAL_SUFFIX } from '../../../src/merge/mergeJournal.ts';
import { makeNewTarget, type NewTargetOptions } from '../../../src/merge/newTarget.ts';
import type { NewFormat } from '../../../src/merge/stretch.ts';
import type { DiskFolder } from '../../../src/storage/diskFolder.ts';
import { FaultyFile } from '../../../src/storage/faultyFile.ts';
import { MemoryFolder } from '../../../src/storage/memoryFolder.ts';
import type { RandomAccessFile } from '../../../src/storage/randomAccessFile.ts';
import { storageFault } from '../../../src/storage/storageErrors.ts';
import { crashEverywhere, filesOf } from '../../support/crashPoints.ts';
import { mixedEndianId } from '../../support/imageBuilder.ts';
import { batOf, opened } from '../../support/opened.ts';
import { sameBytes } from '../../support/openedChain.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

const NAME = 'new.vhd';
const PART = 'new.vhd.part';
const BYSTANDER = 'other.vhd';
const FORMATS: readonly NewFormat[] = ['raw', 'fixed', 'dynamic', 'differencing'];
const identity = { id: mixedEndianId(3), made: new Date('2024-05-06T07:08:09Z') };
const parent = {
  id: mixedEndianId(4),
  name: 'base.vhd',
  absolutePath: 'C:\\disks\\base.vhd',
  relativePath: '.\\base.vhd',
  modified: null,
};

function optionsFor(format: NewFormat, more: Partial<NewTargetOptions> = {}): NewTargetOptions {
  const virtualSizeBytes = 3 * MIB + 5 * SECTOR_BYTES;
  const stands = format === 'differencing' ? { parent } : {};
  return { newName: NAME, format, virtualSizeBytes, identity, ...stands, ...more };
}

async function names(folder: DiskFolder): Promise<string[]> {
  return (await folder.list()).map(({ name }) => name);
}

/** Nothing but what was there, and that as it was. */
async function expectOnly(folder: MemoryFolder, bystander: Uint8Array): Promise<void> {
  expect(await names(folder)).toEqual([BYSTANDER]);
  expect(sameBytes(folder.bytes(BYSTANDER), bystander)).toBe(true);
}

describe('makeNewTarget', () => {
  const sizes = [512, 3 * MIB, 40 * MIB + 512, 127 * GIB];
  const blockSizes = [512 * KIB, 2 * MIB, 4 * MIB];
  test.each(
    FORMATS.flatMap((format) =>
      sizes.flatMap((size) => {
        const hasBlocks = format === 'dynamic' || format === 'differencing';
        return (hasBlocks ? blockSizes : [undefined]).map((block) => [format, size, block] as const);
      }),
    ),
  )('%s, %i bytes, blocks of %s: sound, empty, open for writing', async (format, virtualSizeBytes, block) => {
    const folder = new MemoryFolder();
    const wanted = optionsFor(format, { virtualSizeBytes, ...(block ? { blockSizeBytes: block } : {}) });
    const { name, image } = await makeNewTarget(folder, wanted);
    expect(name).toBe(PART);
    expect(await names(folder)).toEqual([PART]);
    expect(image.file.access).toBe('read-write');
    expect(image).toMatchObject({
      format: format === 'raw' ? 'raw' : 'vhd',
      type: format === 'raw' ? 'fixed' : format,
      virtualSizeBytes,
      blockSizeBytes: block ?? null,
      id: format === 'raw' ? '' : toHex(identity.id),
    });
    expect(image.parent?.id).toBe(format === 'differencing' ? toHex(parent.id) : undefined);
    expect((await batOf(image)).every((byte) => byte === 0xff)).toBe(true);
    const { findings } = await checkFile(image, { module, now: new Date('2025-01-01') });
    expect(findings.map(({ rule }) => rule)).toEqual(format === 'raw' ? ['raw-by-hand'] : []);
    if (format === 'raw') expect(image.file.sizeBytes).toBe(virtualSizeBytes);
    if (format === 'fixed') expect(image.file.sizeBytes).toBe(virtualSizeBytes + 512);
    await image.file.write(0, new Uint8Array(512));
    await image.file.close();
  });

  test('a file with blocks has the usual block size and both footers', async () => {
    const folder = new MemoryFolder();
    const { image } = await makeNewTarget(folder, optionsFor('dynamic'));
    expect(image.blockSizeBytes).toBe(2 * MIB);
    const bytes = folder.bytes(PART);
    expect(toHex(bytes.subarray(0, 512))).toBe(toHex(bytes.subarray(bytes.length - 512)));
    expect(bytes.length % 4096).toBe(0);
  });

  test.each(FORMATS)('%s: what an earlier attempt left is replaced', async (format) => {
    const clean = new MemoryFolder();
    await makeNewTarget(clean, optionsFor(format));
    const folder = new MemoryFolder();
    folder.put(PART, new Uint8Array(9 * MIB).fill(7));
    await makeNewTarget(folder, optionsFor(format));
    expect(sameBytes(folder.bytes(PART), clean.bytes(PART))).toBe(true);
  });

  test.each(FORMATS)('%s: a file of the final name is never written over', async (format) => {
    const folder = new MemoryFolder();
    const [before, leftOver] = [new Uint8Array(700).fill(3), new Uint8Array(800).fill(4)];
    folder.put(NAME, before);
    folder.put(PART, leftOver);
    await expect(makeNewTarget(folder, optionsFor(format))).rejects.toMatchObject({ code: 'busy' });
    expect(await names(folder)).toEqual([NAME, PART]);
    expect(sameBytes(folder.bytes(NAME), before) && sameBytes(folder.bytes(PART), leftOver)).toBe(true);
  });

  test('a merge that waits under the name keeps its file', async () => {
    const folder = new MemoryFolder();
    const half = new Uint8Array(800).fill(4);
    folder.put(PART, half);
    folder.put(NAME + JOURNAL_SUFFIX, new Uint8Array(512));
    await expect(makeNewTarget(folder, optionsFor('dynamic'))).rejects.toMatchObject({ code: 'busy' });
    expect(sameBytes(folder.bytes(PART), half)).toBe(true);
  });

  test.each<[string, NewTargetOptions, string]>([
    ['no bytes', optionsFor('raw', { virtualSizeBytes: 0 }), 'bad-request'],
    ['half a sector', optionsFor('raw', { virtualSizeBytes: 256 }), 'bad-request'],
    ['a VHD above 2040 GiB', optionsFor('fixed', { virtualSizeBytes: 2041 * GIB }), 'limit'],
    ['blocks of 3 MiB', optionsFor('dynamic', { blockSizeBytes: 3 * MIB }), 'bad-request'],
    ['a dynamic disk with a parent', optionsFor('dynamic', { parent }), 'bad-request'],
    [
      'a parent without an id',
      optionsFor('differencing', { parent: { ...parent, id: new Uint8Array(16) } }),
      'bad-request',
    ],
    [
      'its parent’s id',
      optionsFor('differencing', { parent: { ...parent, id: identity.id } }),
      'bad-request',
    ],
    ['a name that is none', optionsFor('raw', { newName: '../new.vhd' }), 'bad-request'],
  ])('refuses %s, and leaves what was there', async (_what, options, code) => {
    const folder = new MemoryFolder();
    const leftOver = new Uint8Array(900).fill(5);
    folder.put(PART, leftOver);
    await expect(makeNewTarget(folder, options)).rejects.toMatchObject({ code });
    expect(await names(folder)).toEqual([PART]);
    expect(sameBytes(folder.bytes(PART), leftOver)).toBe(true);
  });

  test('a raw image has no limit of its own', async () => {
    const folder = new MemoryFolder();
    const virtualSizeBytes = 3000 * GIB;
    const { image } = await makeNewTarget(folder, optionsFor('raw', { virtualSizeBytes }));
    expect(image.virtualSizeBytes).toBe(virtualSizeBytes);
  });

  test.each(FORMATS)('%s: a fault in any operation leaves nothing behind', async (format) => {
    const bystander = new Uint8Array(900).fill(6);
    const whole = failingAt(new MemoryFolder(), -1);
    await makeNewTarget(whole.folder, optionsFor(format));
    const operations = whole.operations();
    expect(operations).toBeGreaterThan(2);
    for (let failAt = 0; failAt < operations; failAt++) {
      for (const leftOver of [false, true]) {
        const folder = new MemoryFolder();
        folder.put(BYSTANDER, bystander);
        if (leftOver) folder.put(PART, new Uint8Array(5000).fill(1));
        const making = makeNewTarget(failingAt(folder, failAt).folder, optionsFor(format));
        await expect(making, `operation ${failAt}`).rejects.toMatchObject({ code: 'no-space' });
        await expectOnly(folder, bystander);
      }
    }
  });

  test.each(['fixed', 'dynamic', 'differencing'] as const)(
    '%s: a drive that is full at any byte leaves nothing behind',
    async (format) => {
      const bystander = new Uint8Array(900).fill(6);
      const options = optionsFor(format, { virtualSizeBytes: 8 * KIB });
      const clean = new MemoryFolder();
      await makeNewTarget(clean, options);
      const { length } = clean.bytes(PART);
      for (let fullAtBytes = 0; fullAtBytes < length; fullAtBytes += 509) {
        const folder = new MemoryFolder();
        folder.put(BYSTANDER, bystander);
        const making = makeNewTarget(fullAt(folder, fullAtBytes), options);
        await expect(making, `full at ${fullAtBytes}`).rejects.toMatchObject({ code: 'no-space' });
        await expectOnly(folder, bystander);
      }
    },
  );

  test.each(FORMATS.flatMap((format) => [false, true].map((leftOver) => [format, leftOver] as const)))(
    '%s: power cut everywhere: nothing under the name, and it can be made again (left over: %s)',
    async (format, leftOver) => {
      const files = {
        [BYSTANDER]: new Uint8Array(900).fill(6),
        ...(leftOver ? { [PART]: new Uint8Array(5000).fill(1) } : {}),
      };
      const options = optionsFor(format, { virtualSizeBytes: 8 * KIB });
      const clean = new MemoryFolder();
      await makeNewTarget(clean, options);
      const wanted = clean.bytes(PART);
      const write = (folder: DiskFolder) => makeNewTarget(folder, options);
      const totals = await crashEverywhere({
        files,
        write,
        garbage: true,
        seeds: 4,
        exhaustiveChanges: 3,
        async check(survivor, { cutAt }) {
          const left = await filesOf(survivor);
          expect(Object.keys(left)).not.toContain(NAME);
          expect(sameBytes(left[BYSTANDER] ?? new Uint8Array(0), files[BYSTANDER])).toBe(true);
          // Durable once it has resolved, whatever becomes of what is not flushed.
          if (cutAt === null) expect(sameBytes(left[PART] ?? new Uint8Array(0), wanted)).toBe(true);
          const { image } = await write(survivor);
          expect(sameBytes(survivor.bytes(PART), wanted)).toBe(true);
          await image.file.close();
        },
      });
      expect(totals.operations).toBeGreaterThan(2);
      expect(totals.checked).toBeGreaterThan(totals.operations / 2);
    },
  );

  test('what was made opens again by its content', async () => {
    const folder = new MemoryFolder();
    for (const format of ['fixed', 'dynamic', 'differencing'] as const) {
      const newName = `${format}.vhd`;
      await makeNewTarget(folder, optionsFor(format, { newName }));
      const image = await opened(await folder.open(`${newName}.part`, 'read-only'));
      expect(image.type).toBe(format);
    }
  });
});

/** A folder whose new files fail. */
class FailingFolder implements DiskFolder {
  constructor(
    private readonly folder: MemoryFolder,
    private readonly wrap: (file: RandomAccessFile) => RandomAccessFile,
    private readonly beforeCreate: () => void = () => undefined,
  ) {}

  async create(name: string): Promise<RandomAccessFile> {
    this.beforeCreate();
    return this.wrap(await this.folder.create(name));
  }

  open: DiskFolder['open'] = (name, access) => this.folder.open(name, access);
  list: DiskFolder['list'] = () => this.folder.list();
  rename: DiskFolder['rename'] = (source, target) => this.folder.rename(source, target);
  remove: DiskFolder['remove'] = (name) => this.folder.remove(name);
}

/** New files take so many bytes: what fits of a write is written. */
function fullAt(folder: MemoryFolder, fullAtBytes: number): DiskFolder {
  return new FailingFolder(folder, (file) => {
    const faulty = new FaultyFile(file);
    faulty.faults.fullAtBytes = fullAtBytes;
    return faulty;
  });
}

/** Of the operations on new files (create, write, truncate, flush) one fails as on a full drive; it counts them. */
function failingAt(folder: MemoryFolder, failAt: number) {
  let count = 0;
  const step = (action: 'create' | 'write' | 'truncate' | 'flush') => {
    if (count++ === failAt) throw storageFault('no-space', { action, file: PART });
  };
  const wrap = (file: RandomAccessFile): RandomAccessFile => ({
    name: file.name,
    get sizeBytes() {
      return file.sizeBytes;
    },
    access: file.access,
    durable: file.durable,
    readThroughBytes: file.readThroughBytes,
    read: (offset, target) => file.read(offset, target),
    readMany: (requests) => file.readMany(requests),
    async write(offset, source) {
      step('write');
      await file.write(offset, source);
    },
    async truncate(sizeBytes) {
      step('truncate');
      await file.truncate(sizeBytes);
    },
    async flush() {
      step('flush');
      await file.flush();
    },
    close: () => file.close(),
  });
  return { folder: new FailingFolder(folder, wrap, () => step('create')), operations: () => count };
}
