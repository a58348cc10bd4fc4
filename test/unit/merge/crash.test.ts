/**
 * The power goes at every write, flush, rename and removal of small merges: of what was not flushed any part is kept, lost,
 * or, of one sector, anything at all. After recovery the disk reads as before, every file that is left passes the check,
 * and nothing waits any more.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { type MergeRequest, runMerge } from '../../../src/merge/runMerge.ts';
import type { DiskFolder } from '../../../src/storage/diskFolder.ts';
import type { MemoryFolder } from '../../../src/storage/memoryFolder.ts';
import { type CrashPoint, crashEverywhere, type Files, filesOf } from '../../support/crashPoints.ts';
import { mixedEndianId } from '../../support/imageBuilder.ts';
import { checkIn, diskIn, mergeTools, recoverIn, stretchIn } from '../../support/mergeFolder.ts';
import { sameBytes } from '../../support/openedChain.ts';
import { buildRandomChain, type RandomChainOptions } from '../../support/randomChain.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

const counts = { cuts: 0, fates: 0, checked: 0, recovered: 0 };
afterAll(() => {
  console.log(
    `power cuts of merges: ${counts.cuts} operations, ${counts.fates} fates, ${counts.checked} survivors checked, ` +
      `${counts.recovered} cuts of recoveries`,
  );
});

interface Case {
  readonly name: string;
  readonly chain: RandomChainOptions & { readonly seed: number };
  readonly first: number;
  readonly last: number;
  readonly to?: 'differencing' | 'dynamic' | 'fixed' | 'raw';
}

/** Blocks of 4 and 8 KiB: a whole merge is a few dozen operations. */
const TINY = { blockSizes: [4096, 8192], virtualSizeBytes: 61 * 512, layers: 4 } as const;

const CASES: readonly Case[] = [
  {
    name: 'a child into a dynamic base',
    chain: { ...TINY, seed: 3, layers: 2, base: 'dynamic' },
    first: 0,
    last: 1,
  },
  {
    name: 'a child into a fixed base',
    chain: { ...TINY, seed: 4, layers: 2, base: 'fixed' },
    first: 0,
    last: 1,
  },
  { name: 'a child into a child, under a grandchild', chain: { ...TINY, seed: 5 }, first: 1, last: 2 },
  { name: 'a stretch into the base', chain: { ...TINY, seed: 6, base: 'dynamic' }, first: 1, last: 3 },
  { name: 'a stretch into a child', chain: { ...TINY, seed: 7 }, first: 0, last: 2 },
  { name: 'a stretch to a new child', chain: { ...TINY, seed: 8 }, first: 0, last: 1, to: 'differencing' },
  { name: 'a chain to a new dynamic disk', chain: { ...TINY, seed: 9 }, first: 0, last: 3, to: 'dynamic' },
  { name: 'a chain to a new fixed disk', chain: { ...TINY, seed: 10 }, first: 1, last: 3, to: 'fixed' },
  { name: 'a chain to a raw image', chain: { ...TINY, seed: 11 }, first: 0, last: 3, to: 'raw' },
];

const NEW = 'new.vhd';

async function requestOf(folder: DiskFolder, names: readonly string[], { first, last, to }: Case) {
  const stretch = await stretchIn(folder, names, first, last);
  const below = names[last + 1] ?? null;
  const request: MergeRequest = to
    ? {
        way: 'new-file',
        stretch,
        format: to,
        newName: NEW,
        blockSizeBytes: 2 ** 19,
        identity: { id: mixedEndianId(777), made: new Date('2024-01-01') },
        parent: below === null ? null : { name: below, relativePath: `.\\${below}`, modified: null },
      }
    : { way: 'in-place', stretch };
  return request;
}

describe.each(CASES)('$name', (each) => {
  const { seed, ...options } = each.chain;
  const { files, truth } = buildRandomChain(seed, options);
  const names = files.map(({ name }) => name);
  const before: Files = Object.fromEntries(files.map(({ name, file }) => [name, file.bytes()]));
  const left = each.to ? names : [...names.slice(0, each.first), ...names.slice(each.last)];
  const made = each.to
    ? [NEW, ...(each.to === 'differencing' ? names.slice(each.last + 1) : [])]
    : left.slice(each.first);

  async function checkFinished(folder: MemoryFolder): Promise<void> {
    const expected = truth[each.first] ?? new Uint8Array(0);
    expect(sameBytes(await diskIn(module, folder, made), expected), 'the merged disk').toBe(true);
    for (const [from, name] of left.entries()) {
      const layer = names.indexOf(name);
      // The parent's own state is gone: it is the child's now.
      const state = !each.to && layer === each.last ? each.first : layer;
      const seen = await diskIn(module, folder, left.slice(from));
      expect(sameBytes(seen, truth[state] ?? new Uint8Array(0)), `seen from ${name}`).toBe(true);
    }
  }

  /** Not begun, or finished: nothing in between is left. */
  async function checkRecovered(folder: MemoryFolder): Promise<void> {
    const there = (await folder.list()).map(({ name }) => name);
    const isFinished = each.to ? there.includes(NEW) : !there.includes(names[each.first] ?? '');
    const expected = isFinished ? new Set([...left, ...made]) : new Set(names);
    expect(new Set(there.filter((name) => !name.endsWith('.part')))).toEqual(expected);
    if (isFinished) await checkFinished(folder);
    for (const [from] of isFinished ? [] : names.entries()) {
      const seen = await diskIn(module, folder, names.slice(from));
      expect(sameBytes(seen, truth[from] ?? new Uint8Array(0)), `seen from layer ${from}`).toBe(true);
    }
    for (const name of there) {
      if (name.endsWith('.img') || name.endsWith('.part') || (name === NEW && each.to === 'raw')) continue;
      expect(await checkIn(module, folder, name), name).toEqual(sound.get(name) ?? []);
    }
  }

  const sound = new Map<string, string[]>();
  const write = async (folder: DiskFolder) =>
    runMerge(folder, await requestOf(folder, names, each), mergeTools(module, { batchBytes: 8192 }));
  const recover = (folder: DiskFolder) => recoverIn(folder, mergeTools(module));

  async function check(survivor: MemoryFolder, _point: CrashPoint): Promise<void> {
    await recover(survivor);
    await checkRecovered(survivor);
    const once = await filesOf(survivor);
    expect(await recover(survivor)).toEqual([]);
    for (const [name, bytes] of Object.entries(await filesOf(survivor)))
      expect(sameBytes(bytes, once[name] ?? new Uint8Array(0)), `${name} after a second recovery`).toBe(true);
  }

  it('survives a cut at every operation', async () => {
    const whole = await filesInFolder(before);
    for (const name of names) if (!name.endsWith('.img')) sound.set(name, await checkIn(module, whole, name));
    for (const garbage of [false, true]) {
      const totals = await crashEverywhere({
        files: before,
        write,
        check,
        garbage,
        seeds: 3,
        exhaustiveChanges: 2,
      });
      counts.cuts += totals.operations;
      counts.fates += totals.fates;
      counts.checked += totals.checked;
    }
  }, 300_000);

  it('survives a cut at every operation of a recovery', async () => {
    let cut = 0;
    const again = async (survivor: MemoryFolder) => {
      // Some will do: each is a crash test of its own.
      if (cut++ % 23 !== 11) return;
      const files = await filesOf(survivor);
      const totals = await crashEverywhere({
        files,
        write: recover,
        check,
        garbage: true,
        seeds: 1,
        exhaustiveChanges: 1,
      });
      counts.recovered += totals.operations;
      counts.checked += totals.checked;
    };
    await crashEverywhere({
      files: before,
      write,
      check: again,
      garbage: true,
      seeds: 0,
      exhaustiveChanges: 0,
    });
    expect(cut).toBeGreaterThan(23);
  }, 300_000);
});

async function filesInFolder(files: Files): Promise<MemoryFolder> {
  const { powered } = await import('../../support/crashPoints.ts');
  return powered(files).afterCut(() => 'kept');
}
