/** The plan of a merge as a call of the engine: figures, both ways, obstacles, pictures, and where there is room. */
import { describe, expect, it } from 'vitest';
import type { MergeNode, MergePlanView, MergeRequest } from '../../../src/engine/api.ts';
import { fileToOpen, okValue, testEngine, testJob } from '../../support/enginePlatform.ts';
import {
  BASE,
  chain,
  childOf,
  inPlace,
  inPrivate,
  LEAF,
  type Merger,
  namesIn,
  ONE,
  TWO,
} from '../../support/mergeEngine.ts';

const sizeOf = (name: string) => chain.find((file) => file.name === name)?.bytes.length ?? 0;

async function planned({ engine }: Merger, request: MergeRequest): Promise<MergePlanView> {
  const plan = okValue(await engine.planMerge(request, testJob()));
  expect(structuredClone(plan)).toEqual(plan);
  expect(plan.choices.map(({ way }) => way)).toEqual(['in-place', 'new-file']);
  return plan;
}

const newFile = (
  leaf: number,
  first: number,
  last: number,
  format: MergeRequest['format'],
): MergeRequest => ({
  leaf,
  first,
  last,
  way: 'new-file',
  format,
});

/** `name → parent (role, layer)`, in order. */
function pictureText(nodes: readonly MergeNode[]): string[] {
  return nodes.map(({ name, parent, role, layer }) => {
    const under = parent === null ? '–' : (nodes[parent]?.name ?? '?');
    return `${name} → ${under} (${role}, ${layer})`;
  });
}

/** Distinct sectors that these files of the chain hold, in bytes. */
function heldBytes(names: readonly string[]): number {
  const held = new Set(
    chain.filter(({ name }) => names.includes(name)).flatMap(({ sectors }) => [...sectors.keys()]),
  );
  return held.size * 512;
}

describe('the plan of a merge in place', { timeout: 60_000 }, () => {
  it('tells what goes where, and writes nothing', async () => {
    const test = await inPrivate();
    const before = await namesIn(test);
    const plan = await planned(test, inPlace(test.idOf(LEAF), 0, 2));
    expect(plan).toMatchObject({
      sources: [LEAF, TWO],
      survivor: ONE,
      remove: [LEAF, TWO],
      relink: [],
      sourceBytes: sizeOf(LEAF) + sizeOf(TWO),
      copyBytes: heldBytes([LEAF, TWO]),
      suggestedName: null,
      freeBytes: null,
      gains: { depth: [4, 2] },
    });
    expect(plan.choices.map(({ refusal }) => refusal)).toEqual([null, null]);
    expect(plan.gains.lookups?.[0]).toBeGreaterThan(plan.gains.lookups?.[1] ?? 9);
    expect(plan.writeBytesPerSecond).toBeGreaterThan(0);
    expect(plan.proofSeconds).toBeGreaterThan(0);
    expect(await namesIn(test)).toEqual(before);
  });

  it('draws the chain with its branches, before and after', async () => {
    const test = await inPrivate([childOf(TWO, 'branch.avhd'), childOf(BASE, 'aside.avhd')]);
    const plan = await planned(test, inPlace(test.idOf(LEAF), 1, 2));
    expect(pictureText(plan.before)).toEqual([
      `${LEAF} → ${TWO} (stays, 0)`,
      `branch.avhd → ${TWO} (stays, null)`,
      `${TWO} → ${ONE} (merged, 1)`,
      `${ONE} → ${BASE} (target, 2)`,
      `aside.avhd → ${BASE} (stays, null)`,
      `${BASE} → – (stays, 3)`,
    ]);
    expect(pictureText(plan.after)).toEqual([
      `${LEAF} → ${ONE} (stays, 0)`,
      `branch.avhd → ${ONE} (stays, null)`,
      `${ONE} → ${BASE} (target, 2)`,
      `aside.avhd → ${BASE} (stays, null)`,
      `${BASE} → – (stays, 3)`,
    ]);
    expect([...plan.relink].sort()).toEqual(['branch.avhd', LEAF]);
    expect(plan.after.find(({ role }) => role === 'target')?.sizeBytes).toBe(plan.fileBytes);
  });

  it('names a sibling that the merge would ruin, open or not', async () => {
    const sibling = childOf(ONE, 'sibling.avhd');
    const opened = await inPrivate([sibling]);
    const unopened = await inPrivate();
    unopened.folder.put(sibling.name, sibling.bytes);
    for (const test of [opened, unopened]) {
      const plan = await planned(test, inPlace(test.idOf(LEAF), 0, 2));
      expect(plan.obstacles[0]).toMatchObject({
        rule: 'merge-sibling',
        severity: 'error',
        file: 'sibling.avhd',
      });
      expect(plan.choices[0]?.refusal?.rule).toBe('merge-sibling');
      expect(plan.choices[1]?.refusal).toBeNull();
      const start = { request: inPlace(test.idOf(LEAF), 0, 2), target: null, prove: false };
      expect(await test.engine.merge(start, testJob())).toMatchObject({
        ok: false,
        error: { code: 'bad-request' },
      });
    }
    const plan = await planned(opened, inPlace(opened.idOf(LEAF), 0, 2));
    expect(pictureText(plan.after)).toContain('sibling.avhd → – (stays, null)');
  });

  it('knows how much room there is in private storage', async () => {
    const quota = 20_000_000_000;
    const test = await inPrivate([], testEngine({ quotaBytes: async () => quota }));
    const used = chain.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const plan = await planned(test, inPlace(test.idOf(LEAF), 0, 1));
    expect(plan.freeBytes).toBe(quota - used);
    const full = await inPrivate([], testEngine({ quotaBytes: async () => used }));
    const tight = await planned(full, newFile(full.idOf(LEAF), 0, 3, 'fixed'));
    expect(tight.freeBytes).toBe(0);
    expect(tight.obstacles.map(({ rule }) => rule)).toContain('merge-no-room');
    expect(tight.choices[1]?.refusal?.rule).toBe('merge-no-room');
  });
});

describe('the plan of a merge to a new file', { timeout: 60_000 }, () => {
  it('keeps every file and puts the new one before those that it stands for', async () => {
    const test = await inPrivate();
    const plan = await planned(test, newFile(test.idOf(LEAF), 1, 2, 'differencing'));
    const name = 'disk_2 merged.avhd';
    expect(plan).toMatchObject({ sources: [TWO, ONE], survivor: null, remove: [], suggestedName: name });
    expect(pictureText(plan.before)).toContain(`${ONE} → ${BASE} (merged, 2)`);
    expect(pictureText(plan.after)).toEqual([
      `${LEAF} → ${TWO} (stays, 0)`,
      `${name} → ${BASE} (new, null)`,
      `${TWO} → ${ONE} (stays, 1)`,
      `${ONE} → ${BASE} (stays, 2)`,
      `${BASE} → – (stays, 3)`,
    ]);
    test.folder.put(name, new Uint8Array(1));
    const again = await planned(test, newFile(test.idOf(LEAF), 1, 2, 'differencing'));
    expect(again.suggestedName).toBe('disk_2 merged 2.avhd');
  });

  it.each([
    ['dynamic', `disk_3 merged.vhd`],
    ['fixed', `disk_3 merged.vhd`],
    ['raw', `disk_3 merged.img`],
  ] as const)('%s stands alone', async (format, name) => {
    const test = await inPrivate();
    const plan = await planned(test, newFile(test.idOf(LEAF), 0, 3, format));
    expect(plan.suggestedName).toBe(name);
    expect(plan.after[0]).toMatchObject({ name, role: 'new', parent: null, sizeBytes: plan.fileBytes });
    expect(plan.gains.depth).toEqual([4, 1]);
    expect(plan.choices.map(({ refusal }) => refusal)).toEqual([null, null]);
  });
});

describe('a merge that cannot be', { timeout: 60_000 }, () => {
  it('in place, of files that the user picked: to a new file it can', async () => {
    const { engine } = testEngine({ quotaBytes: async () => 1e12 });
    const sources = chain.map(({ name, bytes }) => fileToOpen(`vm/${name}`, bytes));
    const pile = okValue(await engine.openFiles(sources, testJob()));
    const leaf = pile.files.find(({ name }) => name === LEAF)?.id ?? 0;
    const plan = okValue(await engine.planMerge(inPlace(leaf, 0, 1), testJob()));
    expect(plan.choices[0]?.refusal).toMatchObject({ rule: 'merge-closed-file' });
    expect(plan.choices[1]?.refusal).toBeNull();
    const start = { request: inPlace(leaf, 0, 1), target: null, prove: true };
    expect(await engine.merge(start, testJob())).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    const toNew = okValue(await engine.planMerge(newFile(leaf, 0, 3, 'dynamic'), testJob()));
    // Where the file goes that the user is going to pick, a page does not learn.
    expect(toNew).toMatchObject({ freeBytes: null, suggestedName: 'disk_3 merged.vhd', obstacles: [] });
  });

  it('in place, of a chain whose base is elsewhere', async () => {
    const test = testEngine();
    for (const { name, bytes } of chain.slice(1)) test.folder.put(name, bytes);
    const base = fileToOpen(BASE, chain[0]?.bytes ?? new Uint8Array(0));
    okValue(await test.engine.openFiles([base], testJob()));
    const sources = chain.slice(1).map(({ name }) => ({ kind: 'private' as const, name }));
    const pile = okValue(await test.engine.open(sources, testJob()));
    const leaf = pile.files.find(({ name }) => name === LEAF)?.id ?? 0;
    const plan = okValue(await test.engine.planMerge(inPlace(leaf, 0, 1), testJob()));
    expect(plan.choices[0]?.refusal?.message).toContain(`${BASE} lies below the merge`);
    expect(plan.choices[1]?.refusal).toBeNull();
  });

  it('because the request names none', async () => {
    const test = await inPrivate();
    const leaf = test.idOf(LEAF);
    const wrong: MergeRequest[] = [
      inPlace(leaf, 2, 1),
      inPlace(leaf, -1, 1),
      inPlace(leaf, 0, 4),
      inPlace(leaf, 0.5, 1),
      inPlace(99, 0, 1),
      { ...inPlace(leaf, 0, 1), format: 'dynamic' },
      newFile(leaf, 0, 1, null),
    ];
    for (const request of wrong) {
      const outcome = await test.engine.planMerge(request, testJob());
      expect(outcome, JSON.stringify(request)).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    }
    const target = { kind: 'private', name: 'x.vhd' } as const;
    for (const start of [
      { request: inPlace(leaf, 0, 1), target, prove: false },
      { request: newFile(leaf, 0, 3, 'dynamic'), target: null, prove: false },
    ]) {
      expect(await test.engine.merge(start, testJob())).toMatchObject({
        ok: false,
        error: { code: 'bad-request' },
      });
    }
    const single = okValue(await test.engine.planMerge(inPlace(leaf, 1, 1), testJob()));
    expect(single.choices[0]?.refusal?.rule).toBe('merge-one-file');
  });
});
