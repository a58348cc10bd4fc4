/** Merges that are held, stopped, cut off: what waits in private storage, how it goes on, and who has to wait for it. */
import { describe, expect, it } from 'vitest';
import type { Job, MergeProgress, WaitingMerge } from '../../../src/engine/api.ts';
import { okValue, type TestEngine, testEngine, testJob } from '../../support/enginePlatform.ts';
import {
  BASE,
  chain,
  engineOver,
  hashFrom,
  hashOf,
  inPlace,
  inPrivate,
  LEAF,
  type Merger,
  namesIn,
  ONE,
  opened,
  startInPlace,
  TWO,
} from '../../support/mergeEngine.ts';

const JOURNAL = `${BASE}.merge-journal`;
const NAMES = chain.map(({ name }) => name);

let jobs = 5000;

/** A job that calls back at the first progress of a stage. */
function jobAt(stage: MergeProgress['stage'], then: (id: number) => void): Job<MergeProgress> {
  const id = jobs++;
  let called = false;
  const report = (progress: MergeProgress) => {
    if (called || progress.stage !== stage) return;
    called = true;
    then(id);
  };
  return { id, report };
}

/** A merge of the whole chain into its base, cancelled when it begins that stage. */
async function stopped(test: Merger, stage: MergeProgress['stage'], prove = true): Promise<WaitingMerge> {
  const { engine, idOf } = test;
  const job = jobAt(stage, (id) => void engine.cancel(id));
  const outcome = await engine.merge(startInPlace(idOf(LEAF), 0, 3, prove), job);
  expect(outcome).toMatchObject({ ok: false, error: { code: 'cancelled' } });
  const waiting = okValue(await engine.waitingMerges());
  expect(waiting).toHaveLength(1);
  expect(structuredClone(waiting)).toEqual(waiting);
  const [merge] = waiting;
  if (!merge) throw new Error('one merge waits');
  return merge;
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
};

describe('a merge that is held', { timeout: 60_000 }, () => {
  it('goes no further until it is let go', async () => {
    const test = await inPrivate();
    const { engine, idOf } = test;
    let held = false;
    const job = jobAt('copying', (id) => {
      void engine.pauseMerge(id, true);
      held = true;
    });
    let ended = false;
    const merging = engine.merge(startInPlace(idOf(LEAF), 0, 3), job).finally(() => {
      ended = true;
    });
    while (!held) await turns(1);
    await turns(30);
    expect(ended).toBe(false);
    expect(await namesIn(test)).toContain(LEAF);
    okValue(await engine.pauseMerge(job.id, true));
    okValue(await engine.pauseMerge(job.id, false));
    test.pile = okValue(await merging).pile;
    expect(await hashFrom(test, idOf(BASE))).toBe(hashOf(LEAF));
    expect(await engine.pauseMerge(job.id, true)).toMatchObject({
      ok: false,
      error: { code: 'bad-request' },
    });
  });

  it('can be cancelled while it is held, and then waits', async () => {
    const test = await inPrivate();
    const { engine, idOf } = test;
    let held = false;
    const job = jobAt('copying', (id) => {
      void engine.pauseMerge(id, true);
      held = true;
    });
    const merging = engine.merge(startInPlace(idOf(LEAF), 0, 3), job);
    while (!held) await turns(1);
    await engine.cancel(job.id);
    expect(await merging).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(okValue(await engine.waitingMerges())).toHaveLength(1);
    expect(await hashFrom(test, idOf(LEAF))).toBe(hashOf(LEAF));
  });
});

describe('a merge that was cancelled', { timeout: 60_000 }, () => {
  it.each(['copying', 'hashing after'] as const)('at “%s” waits, and is resumed', async (stage) => {
    const test = await inPrivate();
    const { engine, idOf } = test;
    const merge = await stopped(test, stage);
    expect(merge).toMatchObject({
      journal: JOURNAL,
      sources: [LEAF, TWO, ONE],
      target: BASE,
      newName: null,
      problem: null,
      canAbandon: true,
    });
    expect(merge.next).toContain('Resumed');
    // Whatever was copied, the newest file reads as before.
    expect(await hashFrom(test, idOf(LEAF))).toBe(hashOf(LEAF));
    const done = okValue(await engine.resumeMerge(JOURNAL, true, testJob()));
    expect(done.report).toMatchObject({ survivor: BASE, resumed: true, removed: [LEAF, TWO, ONE] });
    expect(done.report.proof?.after.sha256).toBe(hashOf(LEAF));
    expect(done.pile.files.map(({ name }) => name)).toEqual([BASE]);
    expect(okValue(await engine.waitingMerges())).toEqual([]);
    expect(await namesIn(test)).toEqual([BASE]);
    expect(await hashFrom(test, idOf(BASE))).toBe(hashOf(LEAF));
  });

  it.each(['copying', 'hashing after'] as const)('at “%s” can be given up', async (stage) => {
    const test = await inPrivate();
    const { engine, idOf } = test;
    await stopped(test, stage);
    test.pile = okValue(await engine.abandonMerge(JOURNAL, testJob()));
    expect(test.pile.files.map(({ name }) => name).sort()).toEqual([...NAMES].sort());
    expect(await namesIn(test)).toEqual([...NAMES].sort());
    expect(await hashFrom(test, idOf(LEAF))).toBe(hashOf(LEAF));
    expect(okValue(await engine.waitingMerges())).toEqual([]);
    const again = okValue(await engine.merge(startInPlace(idOf(LEAF), 0, 3), testJob()));
    expect(again.report.proof?.after.sha256).toBe(hashOf(LEAF));
  });

  it('keeps its files from every other change', async () => {
    const test = await inPrivate();
    const { engine, idOf } = test;
    await stopped(test, 'copying');
    const repair = { choices: {}, parent: null };
    const target = { kind: 'in-place' } as const;
    const busy = [
      await engine.merge(startInPlace(idOf(LEAF), 0, 1), testJob()),
      await engine.grow({ file: idOf(LEAF), virtualSizeBytes: 2 ** 30, target }, testJob()),
      await engine.removePrivate(JOURNAL),
      await engine.abandonMerge('other.merge-journal', testJob()),
      await engine.resumeMerge('other.merge-journal', true, testJob()),
    ];
    for (const name of NAMES) busy.push(await engine.removePrivate(name));
    const codes = busy.map((outcome) => (outcome.ok ? 'done' : outcome.error.code));
    expect(codes.slice(0, 5)).toEqual([
      'bad-request',
      expect.any(String),
      'busy',
      'bad-request',
      'bad-request',
    ]);
    expect(codes.slice(5)).toEqual(NAMES.map(() => 'busy'));
    const torn = await engine.repair({ ...repair, file: idOf(LEAF) }, target, testJob());
    expect(torn.ok).toBe(false);
    const plan = okValue(await engine.planMerge(inPlace(idOf(LEAF), 0, 3), testJob()));
    for (const { refusal } of plan.choices) expect(refusal).toMatchObject({ rule: 'merge-closed-file' });
    expect(plan.obstacles[0]?.message).toContain(`the merge of “${LEAF}” into “${BASE}”`);
    okValue(await engine.resumeMerge(JOURNAL, true, testJob()));
  });

  it('is told apart from disks in the list', async () => {
    const test = await inPrivate();
    await stopped(test, 'copying');
    const { files } = okValue(await test.engine.listPrivate());
    expect(files.filter(({ mergePart }) => mergePart !== undefined)).toMatchObject([
      { name: JOURNAL, mergePart: JOURNAL },
    ]);
  });

  it('to a new file waits as well, with its half-made file', async () => {
    const test = await inPrivate();
    const { engine, idOf } = test;
    const job = jobAt('copying', (id) => void engine.cancel(id));
    const request = { leaf: idOf(LEAF), first: 0, last: 3, way: 'new-file', format: 'dynamic' } as const;
    const target = { kind: 'private', name: 'new.vhd' } as const;
    const outcome = await engine.merge({ request, target, prove: true }, job);
    expect(outcome).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    const [merge] = okValue(await engine.waitingMerges());
    const journal = 'new.vhd.merge-journal';
    expect(merge).toMatchObject({ journal, newName: 'new.vhd', target: 'new.vhd.part', canAbandon: true });
    const { files } = okValue(await engine.listPrivate());
    expect(files.flatMap(({ name, mergePart }) => (mergePart ? [name] : []))).toEqual(
      [journal, 'new.vhd.part'].sort(),
    );
    expect(await engine.removePrivate('new.vhd.part')).toMatchObject({ ok: false, error: { code: 'busy' } });
    const done = okValue(await engine.resumeMerge(journal, true, testJob()));
    expect(done.report).toMatchObject({ survivor: 'new.vhd', resumed: true });
    const made = done.pile.files.find(({ name }) => name === 'new.vhd');
    expect(await hashFrom(test, made?.id ?? 0)).toBe(hashOf(LEAF));
  });
});

/** Engines over what a cut would leave at each flush of a merge of layers 0 to 2, with nothing lost. */
async function cuts(): Promise<TestEngine[]> {
  const test = await inPrivate();
  const left: TestEngine[] = [];
  const copies: Promise<void>[] = [];
  test.folder.onFlush = () => {
    const again = testEngine();
    copies.push(test.folder.copyInto(again.folder));
    left.push(again);
  };
  okValue(await test.engine.merge(startInPlace(test.idOf(LEAF), 1, 3), testJob()));
  await Promise.all(copies);
  return left;
}

describe('a merge that was cut off', { timeout: 120_000 }, () => {
  it('is listed on the next start, and finished or given up, at every flush', async () => {
    const phases = new Set<unknown>();
    let resumed = 0;
    let abandoned = 0;
    let over = 0;
    for (const left of await cuts()) {
      const names = (await namesIn(left)).filter(
        (name) => !name.includes('merge-journal') && !name.includes('.undo'),
      );
      const waiting = okValue(await left.engine.waitingMerges());
      for (const [round, wanted] of (['resume', 'abandon'] as const).entries()) {
        const test = await opened(round === 0 ? await engineOver(left) : left, names);
        const [merge] = waiting;
        if (!merge) {
          over++;
        } else if (wanted === 'resume') {
          phases.add(merge.phase);
          expect(merge.problem).toBeNull();
          test.pile = okValue(await test.engine.resumeMerge(merge.journal, true, testJob())).pile;
          expect(await namesIn(test).then(disks)).toEqual([BASE, LEAF]);
          resumed++;
        } else {
          const outcome = await test.engine.abandonMerge(merge.journal, testJob());
          expect(outcome.ok, merge.phase ?? '').toBe(merge.canAbandon);
          // It takes over already: files above may not find their parent before it is finished.
          if (!outcome.ok) continue;
          test.pile = outcome.value;
          abandoned++;
        }
        expect(await hashFrom(test, test.idOf(LEAF))).toBe(hashOf(LEAF));
      }
    }
    expect([...phases].sort()).toEqual(['copied', 'copying', 'planned', 'relinked']);
    console.info(`${resumed} cuts resumed, ${abandoned} given up, ${over} with nothing waiting`);
    expect(abandoned).toBeLessThan(resumed);
    expect(abandoned).toBeGreaterThan(0);
  });

  it('never began where its journal is not whole: the journal goes', async () => {
    const test = testEngine();
    for (const { name, bytes } of chain) test.folder.put(name, bytes);
    test.folder.put(JOURNAL, new Uint8Array(8192));
    expect(okValue(await test.engine.waitingMerges())).toEqual([]);
    expect(await namesIn(test)).toEqual([...NAMES].sort());
  });

  it('with a damaged journal is told, and the journal can be removed', async () => {
    const test = await inPrivate();
    test.folder.put(JOURNAL, new Uint8Array(20_000).fill(0x5a));
    const [merge] = okValue(await test.engine.waitingMerges());
    expect(merge).toMatchObject({
      journal: JOURNAL,
      target: BASE,
      phase: null,
      problem: { code: 'corrupt' },
      canAbandon: false,
    });
    expect(await test.engine.resumeMerge(JOURNAL, true, testJob())).toMatchObject({
      ok: false,
      error: { code: 'corrupt' },
    });
    expect(await test.engine.removePrivate(BASE)).toMatchObject({ ok: false, error: { code: 'busy' } });
    okValue(await test.engine.removePrivate(JOURNAL));
    expect(okValue(await test.engine.waitingMerges())).toEqual([]);
  });

  it('whose file is gone says which', async () => {
    const test = await inPrivate();
    await stopped(test, 'copying');
    const again = await engineOver(test);
    await again.folder.remove(TWO);
    const [merge] = okValue(await again.engine.waitingMerges());
    expect(merge).toMatchObject({ problem: { code: 'vanished' }, canAbandon: false });
    expect(merge?.problem?.message).toContain(TWO);
    expect(await again.engine.resumeMerge(JOURNAL, true, testJob())).toMatchObject({
      ok: false,
      error: { code: 'changed' },
    });
  });
});

function disks(names: readonly string[]): string[] {
  return names.filter((name) => !name.endsWith('.undo'));
}
