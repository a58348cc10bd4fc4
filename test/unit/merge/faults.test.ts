/** Faults that are no power cut: at every operation the drive is full, or fails. The chain reads as before; then it goes on. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { pendingMerges } from '../../../src/merge/mergeJournal.ts';
import { abandonMerge, resumeMerge, runMerge } from '../../../src/merge/runMerge.ts';
import type { MemoryFolder } from '../../../src/storage/memoryFolder.ts';
import { FailingFolder } from '../../support/failingFolder.ts';
import { checkIn, diskIn, folderOf, mergeTools, recoverIn, stretchIn } from '../../support/mergeFolder.ts';
import { sameBytes } from '../../support/openedChain.ts';
import { buildRandomChain } from '../../support/randomChain.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

const TINY = { blockSizes: [4096, 8192], virtualSizeBytes: 61 * 512, layers: 4 } as const;

/** Where a merge whose operation `failAt` fails leaves the folder; null when there is no such operation. */
async function failedAt(seed: number, first: number, last: number, failAt: number) {
  const { files, truth } = buildRandomChain(seed, { ...TINY, base: 'dynamic' });
  const names = files.map(({ name }) => name);
  const folder = folderOf(files.map(({ file }) => file));
  const failing = new FailingFolder(folder, failAt, failAt % 2 === 0 ? 'no-space' : 'io');
  const stretch = await stretchIn(folder, names, first, last);
  const merging = runMerge(failing, { way: 'in-place', stretch }, mergeTools(module, { batchBytes: 8192 }));
  const fault: unknown = await merging.then(
    () => null,
    (error: unknown) => error,
  );
  return failing.operations <= failAt ? null : { folder, names, truth, fault };
}

async function sameAs(folder: MemoryFolder, names: readonly string[], disk: Uint8Array | undefined) {
  return sameBytes(await diskIn(module, folder, names), disk ?? new Uint8Array(0));
}

describe.each([
  { seed: 21, first: 1, last: 2 },
  { seed: 22, first: 0, last: 3 },
])('layers $first to $last, seed $seed', ({ seed, first, last }) => {
  it('reads as before where any operation fails, and is finished afterwards', async () => {
    let cases = 0;
    for (let failAt = 0; ; failAt++) {
      const left = await failedAt(seed, first, last, failAt);
      if (!left) break;
      cases++;
      const { folder, names, truth, fault } = left;
      expect(fault, `operation ${failAt}`).not.toBeNull();
      const there = new Set((await folder.list()).map(({ name }) => name));
      const [waiting] = await pendingMerges(folder);
      // Files only go once the target has taken over.
      if (waiting?.state?.phase !== 'relinked' && waiting?.state?.phase !== 'copied') {
        for (const from of names.keys())
          expect(
            from > first && from <= last ? true : await sameAs(folder, names.slice(from), truth[from]),
          ).toBe(true);
        expect(names.every((name) => there.has(name))).toBe(true);
      }
      await recoverIn(folder, mergeTools(module));
      const isMerged = waiting !== undefined;
      const after = isMerged ? [...names.slice(0, first), ...names.slice(last)] : names;
      for (let from = 0; from <= first; from++)
        expect(await sameAs(folder, after.slice(from), truth[from]), `operation ${failAt}`).toBe(true);
      for (const name of isMerged ? [names[last] ?? ''] : [])
        expect(await checkIn(module, folder, name), `operation ${failAt}`).toEqual([]);
      expect(await pendingMerges(folder)).toEqual([]);
    }
    expect(cases).toBeGreaterThan(20);
  }, 120_000);

  it('is given up after any fault before the end', async () => {
    let given = 0;
    for (let failAt = 0; ; failAt++) {
      const left = await failedAt(seed, first, last, failAt);
      if (!left) break;
      const { folder, names, truth } = left;
      const [waiting] = await pendingMerges(folder);
      if (!waiting?.head) continue;
      const giving = abandonMerge(folder, waiting.name, { module });
      const fault: unknown = await giving.then(
        () => null,
        (error: unknown) => error,
      );
      if (fault) {
        expect(fault).toMatchObject({ code: 'bad-request' });
        await resumeMerge(folder, waiting.name, mergeTools(module));
        continue;
      }
      given++;
      expect((await folder.list()).map(({ name }) => name).sort()).toEqual([...names].sort());
      for (let from = 0; from <= first; from++)
        expect(await sameAs(folder, names.slice(from), truth[from]), `operation ${failAt}`).toBe(true);
      for (const name of names) expect(await checkIn(module, folder, name), name).toEqual([]);
    }
    expect(given).toBeGreaterThan(5);
  }, 120_000);
});

it('goes on after a stop at any batch, and says what it copied in all', async () => {
  const { files, truth } = buildRandomChain(23, { ...TINY, base: 'dynamic' });
  const names = files.map(({ name }) => name);
  for (let stopAt = 0; ; stopAt++) {
    const folder = folderOf(files.map(({ file }) => file));
    const stretch = await stretchIn(folder, names, 0, 3);
    const controller = new AbortController();
    let batches = 0;
    const gate = async () => {
      if (batches++ === stopAt) controller.abort(new Error('stopped'));
    };
    const tools = mergeTools(module, { batchBytes: 4096, gate, signal: controller.signal });
    const ended = await runMerge(folder, { way: 'in-place', stretch }, tools).then(
      () => true,
      () => false,
    );
    const [waiting] = await pendingMerges(folder);
    if (waiting) {
      expect(await sameAs(folder, names, truth[0])).toBe(true);
      const report = await resumeMerge(folder, waiting.name, mergeTools(module));
      expect(report.resumed).toBe(true);
      expect(report.proof).not.toBeNull();
    }
    const after = waiting || ended ? names.slice(3) : names;
    expect(await sameAs(folder, after, truth[0])).toBe(true);
    if (ended) break;
  }
}, 60_000);
