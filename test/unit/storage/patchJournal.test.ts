import { describe, expect, test } from 'vitest';
import { equalBytes } from '../../../src/base/bytes.ts';
import { Prng } from '../../../src/base/prng.ts';
import { FaultyFile } from '../../../src/storage/faultyFile.ts';
import { MemoryBytes, MemoryFile } from '../../../src/storage/memoryFile.ts';
import { MemoryFolder } from '../../../src/storage/memoryFolder.ts';
import type { Patch } from '../../../src/storage/patch.ts';
import {
  finishPatch,
  patchInPlace,
  undoPatch,
  unfinishedPatches,
} from '../../../src/storage/patchJournal.ts';
import { type CrashTotals, crashEverywhere, type Files, filesOf } from '../../support/crashPoints.ts';
import { patched, patchOver, randomPatch } from '../../support/patches.ts';
import { expectBytes, failure, randomBytes } from '../../support/storageConformance.ts';

const NAME = 'disk.vhd';
const UNDO = 'disk.vhd.undo';

/** What a patch may do to sectors and to the end of a file, small enough for every subset of lost sectors. */
const CASES: readonly (readonly [what: string, bytes: number, sizeAfter: number, [number, number][]])[] = [
  ['four bytes of one sector', 1536, 1536, [[600, 4]]],
  ['bytes on both sides of a sector’s end', 1536, 1536, [[510, 4]]],
  [
    'three places, two of them in one sector',
    2048,
    2048,
    [
      [0, 2],
      [100, 2],
      [1600, 448],
    ],
  ],
  ['the last byte of a file that ends within a sector', 1023, 1023, [[1022, 1]]],
  ['a file that grows by a footer', 1024, 1536, [[1024, 512]]],
  ['a file of 511 more bytes that grows', 1023, 1536, [[1000, 536]]],
  ['a file that grows and changes nowhere else', 700, 2000, []],
  ['a file that grows, with a change far behind its end', 512, 2560, [[2048, 512]]],
  ['a file that is cut at a sector', 2048, 1024, [[512, 512]]],
  ['a file that is cut within a sector', 2048, 900, [[100, 8]]],
  ['a file that is cut, with a change at the cut', 2048, 1000, [[990, 100]]],
  ['an empty file that gets its first bytes', 0, 100, [[0, 100]]],
  ['a file that is emptied', 900, 0, []],
];

const folderOf = (files: Files): MemoryFolder => {
  const folder = new MemoryFolder();
  for (const [name, bytes] of Object.entries(files)) folder.put(name, bytes);
  return folder;
};

const names = async (folder: MemoryFolder) => (await folder.list()).map(({ name }) => name);

/** What a recovery has to make of a survivor, and that doing it twice does no harm. */
async function recoverBothWays(survivor: MemoryFolder, before: Uint8Array, patch: Patch): Promise<string> {
  const after = patched(before, patch);
  const [unfinished, ...others] = await unfinishedPatches(survivor);
  expect(others).toEqual([]);
  const files = await filesOf(survivor);
  if (!unfinished) {
    const now = survivor.bytes(NAME);
    if (!equalBytes(now, before)) {
      expectBytes(now, after);
      return 'after';
    }
    // Whatever lies there of the first attempt, a second one goes through.
    if (patch.sizeBefore !== patch.sizeAfter || !equalBytes(before, after)) {
      await patchInPlace(survivor, NAME, patch);
      expectBytes(survivor.bytes(NAME), after);
    }
    return 'before';
  }
  expect(unfinished.file).toBe(NAME);
  const refused = await failure('bad-request', () => patchInPlace(survivor, NAME, patch));
  expect(refused.message).toContain(unfinished.undoName);
  const forth = folderOf(files);
  await finishPatch(forth, unfinished.undoName);
  expect(await unfinishedPatches(forth)).toEqual([]);
  expectBytes(forth.bytes(NAME), unfinished.state === 'applying' ? after : before);
  if (unfinished.state === 'applying') await finishPatch(forth, unfinished.undoName);
  const back = folderOf(files);
  await undoPatch(back, unfinished.undoName);
  expectBytes(back.bytes(NAME), before);
  expect(await names(back)).toEqual([NAME]);
  return unfinished.state;
}

/** Counts what was met, so that a test shows that it met it. */
function tally() {
  const met = new Map<string, number>();
  return {
    met,
    add: (what: string) => met.set(what, (met.get(what) ?? 0) + 1),
  };
}

describe.each([
  ['unflushed sectors lost', false],
  ['besides, the sector in flight holds anything', true],
])('a power cut, %s', (_, garbage) => {
  test.each(CASES)('while patching: %s', async (what, size, sizeAfter, ranges) => {
    const before = randomBytes(size, 1);
    const patch = patchOver(before, sizeAfter, ranges);
    const { met, add } = tally();
    const totals = await crashEverywhere({
      files: { [NAME]: before },
      write: (folder) => patchInPlace(folder, NAME, patch),
      check: async (survivor) => {
        add(await recoverBothWays(survivor, before, patch));
      },
      // A slot is eight sectors: all their subsets once, else by seed.
      exhaustiveChanges: what === 'four bytes of one sector' ? 8 : 5,
      garbage,
    });
    expect(totals.checked).toBeGreaterThan(30);
    expect([...met.keys()].sort()).toEqual(['after', 'applying', 'before']);
  });

  test.each(CASES)('while taking back: %s', async (_what, size, sizeAfter, ranges) => {
    const before = randomBytes(size, 2);
    const patch = patchOver(before, sizeAfter, ranges);
    const folder = folderOf({ [NAME]: before });
    await patchInPlace(folder, NAME, patch);
    const { met, add } = tally();
    await crashEverywhere({
      files: await filesOf(folder),
      write: (drive) => undoPatch(drive, UNDO),
      check: async (survivor) => {
        add(await recoverBothWays(survivor, before, patch));
      },
      exhaustiveChanges: 5,
      garbage,
    });
    expect([...met.keys()].sort()).toEqual(['after', 'before', 'undoing']);
  });

  test.each(CASES)('while recovering from one: %s', async (_what, size, sizeAfter, ranges) => {
    const before = randomBytes(size, 3);
    const patch = patchOver(before, sizeAfter, ranges);
    const recoveries: CrashTotals[] = [];
    await crashEverywhere({
      files: { [NAME]: before },
      write: (folder) => patchInPlace(folder, NAME, patch),
      seeds: 2,
      exhaustiveChanges: 1,
      garbage,
      check: async (survivor) => {
        const [unfinished] = await unfinishedPatches(survivor);
        if (!unfinished) return;
        for (const recover of [finishPatch, undoPatch]) {
          recoveries.push(
            await crashEverywhere({
              files: await filesOf(survivor),
              write: (folder) => recover(folder, unfinished.undoName),
              check: async (again) => {
                await recoverBothWays(again, before, patch);
              },
              seeds: 2,
              exhaustiveChanges: 2,
              garbage,
            }),
          );
        }
      },
    });
    expect(recoveries.length).toBeGreaterThan(3);
  });
});

test('a power cut in patches made by seed', async () => {
  let checked = 0;
  for (let seed = 0; seed < 40; seed++) {
    const prng = new Prng(seed);
    const { bytes, patch } = randomPatch(prng, 9);
    if (patch.changes.length === 0 && patch.sizeAfter === patch.sizeBefore) continue;
    const totals = await crashEverywhere({
      files: { [NAME]: bytes },
      write: async (folder) => undoPatch(folder, (await patchInPlace(folder, NAME, patch)).undoName),
      check: async (survivor) => {
        await recoverBothWays(survivor, bytes, patch);
      },
      seeds: 6,
      exhaustiveChanges: 3,
      garbage: seed % 2 === 1,
    });
    checked += totals.checked;
  }
  expect(checked).toBeGreaterThan(2000);
});

describe('patchInPlace', () => {
  const before = randomBytes(3000, 4);
  const patch = patchOver(before, 2500, [
    [0, 10],
    [511, 2],
    [2400, 50],
  ]);

  test('makes the change, keeps an undo file, and takes it back', async () => {
    const folder = folderOf({ [NAME]: before });
    expect(await patchInPlace(folder, NAME, patch)).toEqual({ undoName: UNDO });
    expectBytes(folder.bytes(NAME), patched(before, patch));
    expect(await unfinishedPatches(folder)).toEqual([]);
    await finishPatch(folder, UNDO);
    expectBytes(folder.bytes(NAME), patched(before, patch));
    await undoPatch(folder, UNDO);
    expectBytes(folder.bytes(NAME), before);
    expect(await names(folder)).toEqual([NAME]);
  });

  test('takes several changes back, the last one first', async () => {
    const folder = folderOf({ [NAME]: before, [UNDO]: Uint8Array.of(1, 2, 3), other: before });
    const first = await patchInPlace(folder, NAME, patch);
    const middle = folder.bytes(NAME);
    const second = await patchInPlace(folder, NAME, patchOver(middle, 2500, [[5, 1]]));
    expect([first.undoName, second.undoName]).toEqual(['disk.vhd 2.undo', 'disk.vhd 3.undo']);
    const error = await failure('changed', () => undoPatch(folder, first.undoName));
    expect(error.message).toContain('at 0x5');
    await undoPatch(folder, second.undoName);
    await undoPatch(folder, first.undoName);
    expectBytes(folder.bytes(NAME), before);
    expectBytes(folder.bytes(UNDO), Uint8Array.of(1, 2, 3));
  });

  test.each([
    ['another byte where the patch changes one', 512],
    ['another byte in the last sector of the patch', 2449],
  ])('refuses %s', async (_what, at) => {
    const bytes = before.slice();
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    const folder = folderOf({ [NAME]: bytes });
    const error = await failure('changed', () => patchInPlace(folder, NAME, patch));
    expect(error.problem.where?.offset).toBe(at);
    expectBytes(folder.bytes(NAME), bytes);
    expect(await names(folder)).toEqual([NAME]);
  });

  test('refuses another size, and a patch that changes nothing', async () => {
    const folder = folderOf({ [NAME]: before.subarray(0, 2999) });
    await failure('changed', () => patchInPlace(folder, NAME, patch));
    const nothing: Patch = { sizeBefore: 2999, sizeAfter: 2999, changes: [] };
    await failure('bad-request', () => patchInPlace(folder, NAME, nothing));
    expect(await names(folder)).toEqual([NAME]);
  });

  test('refuses to keep more than 1 GiB, before anything is written', async () => {
    const content = new MemoryBytes();
    content.truncate(2 ** 31);
    const folder = new MemoryFolder();
    folder.put(NAME, content);
    const cut: Patch = { sizeBefore: 2 ** 31, sizeAfter: 2 ** 30 - 512, changes: [] };
    const error = await failure('limit', () => patchInPlace(folder, NAME, cut));
    expect(error.message).toContain('1 GiB');
    expect(await names(folder)).toEqual([NAME]);
  });

  test('keeps a long tail in pieces, and gives it back', async () => {
    const bytes = randomBytes(5 * 2 ** 20 + 77, 5);
    const folder = folderOf({ [NAME]: bytes });
    const { undoName } = await patchInPlace(
      folder,
      NAME,
      patchOver(bytes, 700_001, [[2 ** 20 - 700_000, 9]]),
    );
    expect(folder.bytes(NAME).length).toBe(700_001);
    await undoPatch(folder, undoName);
    expect(Buffer.compare(folder.bytes(NAME), bytes)).toBe(0);
  });

  test('ends before the file is touched when it is cancelled', async () => {
    const folder = folderOf({ [NAME]: before });
    const signal = AbortSignal.abort();
    await expect(patchInPlace(folder, NAME, patch, { signal })).rejects.toThrow();
    expect(await names(folder)).toEqual([NAME]);
    expectBytes(folder.bytes(NAME), before);
  });

  test('passes over files that only look like undo files', async () => {
    const folder = folderOf({
      [NAME]: before,
      'x.undo': randomBytes(20_000, 6),
      'y.undo': new Uint8Array(3),
    });
    expect(await unfinishedPatches(folder)).toEqual([]);
    await failure('corrupt', () => finishPatch(folder, 'x.undo'));
    await failure('corrupt', () => undoPatch(folder, 'y.undo'));
    expect((await names(folder)).length).toBe(3);
  });
});

describe('an undo file', () => {
  const before = randomBytes(2000, 7);
  const patch = patchOver(before, 2600, [
    [3, 5],
    [1900, 300],
  ]);
  const applied = async () => {
    const folder = folderOf({ [NAME]: before });
    await patchInPlace(folder, NAME, patch);
    return folder;
  };

  test('that lost a byte is refused, or still gives back every byte; never anything else', async () => {
    const folder = await applied();
    const undo = folder.bytes(UNDO);
    let refused = 0;
    for (let at = 0; at < undo.length; at += at < 64 || (at > 8192 && at < 8300) ? 1 : 211) {
      const damaged = undo.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      folder.put(UNDO, damaged);
      folder.put(NAME, patched(before, patch));
      const error = await undoPatch(folder, UNDO).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      if (error === null) {
        expectBytes(folder.bytes(NAME), before);
        continue;
      }
      refused++;
      expect(error).toMatchObject({ code: 'corrupt' });
      expectBytes(folder.bytes(NAME), patched(before, patch));
    }
    expect(refused).toBeGreaterThan(20);
  });

  test('cut short anywhere is refused', async () => {
    const folder = await applied();
    const undo = folder.bytes(UNDO);
    for (let size = 0; size < undo.length; size += 97) {
      folder.put(UNDO, undo.subarray(0, size));
      await failure('corrupt', () => undoPatch(folder, UNDO));
    }
    expectBytes(folder.bytes(NAME), patched(before, patch));
  });

  test('is not used on a file of another size, or that was changed since', async () => {
    const folder = await applied();
    const changed = patched(before, patch);
    folder.put(NAME, changed.subarray(0, 2599));
    await failure('changed', () => undoPatch(folder, UNDO));
    // In the same sector as a change, but not of it: giving the sector back would lose this byte.
    changed[9] = (changed[9] ?? 0) ^ 1;
    folder.put(NAME, changed);
    const error = await failure('changed', () => undoPatch(folder, UNDO));
    expect(error.problem.where?.offset).toBe(9);
    expectBytes(folder.bytes(NAME), changed);
  });
});

/** A folder whose files fail on command. */
class FaultyFolder extends MemoryFolder {
  fullAtBytes: number | null = null;
  flushFailsFrom: number | null = null;
  private flushes = 0;

  override async open(name: string, access: 'read-only' | 'read-write'): Promise<MemoryFile> {
    return this.wrap(await super.open(name, access));
  }

  override async create(name: string): Promise<MemoryFile> {
    return this.wrap(await super.create(name));
  }

  private wrap(file: MemoryFile): MemoryFile {
    const faulty = new FaultyFile(file);
    if (file.name === NAME) faulty.faults.fullAtBytes = this.fullAtBytes;
    const flush = async () => {
      faulty.faults.flushFails = this.flushFailsFrom !== null && this.flushes++ >= this.flushFailsFrom;
      await faulty.flush();
    };
    const wrapped = new MemoryFile(file.name, file.content, file.access);
    wrapped.write = (offset, source) => faulty.write(offset, source);
    wrapped.flush = flush;
    return wrapped;
  }
}

describe('a fault while patching', () => {
  const before = randomBytes(2048, 8);
  const patch = patchOver(before, 4096, [
    [0, 4],
    [3584, 512],
  ]);

  test('no space for the file: it goes back to what it was, and no undo file stays', async () => {
    const folder = new FaultyFolder();
    folder.put(NAME, before);
    folder.fullAtBytes = 3600;
    await failure('no-space', () => patchInPlace(folder, NAME, patch));
    expectBytes(folder.bytes(NAME), before);
    expect(await names(folder)).toEqual([NAME]);
  });

  test('flushing fails from some moment on: before, or to be finished', async () => {
    for (let from = 0; from < 4; from++) {
      const folder = new FaultyFolder();
      folder.put(NAME, before);
      folder.flushFailsFrom = from;
      const error = await failure('io', () => patchInPlace(folder, NAME, patch));
      folder.flushFailsFrom = null;
      const [unfinished] = await unfinishedPatches(folder);
      if (unfinished) {
        expect(error.problem.meaning).toContain(UNDO);
        await undoPatch(folder, unfinished.undoName);
      }
      expectBytes(folder.bytes(NAME), before);
      expect(await names(folder)).toEqual([NAME]);
    }
  });
});
