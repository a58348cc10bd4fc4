/** Merges as calls of the engine: the disk before is the disk after, and the pile shows what is left. */
import { describe, expect, it } from 'vitest';
import type { MergeProgress, MergeStart } from '../../../src/engine/api.ts';
import { fileToOpen, okValue, testEngine, testJob } from '../../support/enginePlatform.ts';
import type { MemorySink } from '../../support/memorySink.ts';
import {
  BASE,
  chain,
  childOf,
  engineOver,
  hashFrom,
  hashOf,
  inPrivate,
  LEAF,
  namesIn,
  ONE,
  opened,
  startInPlace,
  TWO,
} from '../../support/mergeEngine.ts';
import { sameBytes } from '../../support/openedChain.ts';

describe('a merge in place', { timeout: 60_000 }, () => {
  it.each([
    [0, 1, [BASE, ONE, TWO], TWO],
    [0, 3, [BASE], BASE],
    [1, 2, [BASE, LEAF, ONE], LEAF],
    [1, 3, [BASE, LEAF], LEAF],
  ] as const)('of layers %i to %i leaves the disk as it was', async (first, last, left, seenFrom) => {
    const test = await inPrivate();
    const { engine, idOf } = test;
    okValue(await engine.viewFrom(idOf(LEAF), testJob()));
    const done = okValue(await engine.merge(startInPlace(idOf(LEAF), first, last), testJob()));
    const layers = [LEAF, TWO, ONE, BASE];
    const removed = layers.slice(first, last);
    expect(done.report).toMatchObject({
      way: 'in-place',
      survivor: layers[last],
      removed,
      relinked: layers.slice(0, first).slice(-1),
      resumed: false,
      proof: {
        before: { sha256: hashOf(layers[first] ?? '') },
        after: { sha256: hashOf(layers[first] ?? '') },
      },
    });
    expect(done.text).toContain(hashOf(layers[first] ?? ''));
    expect(await namesIn(test)).toEqual([...left].sort());
    test.pile = done.pile;
    expect(done.pile.files.map(({ name }) => name).sort()).toEqual([...left].sort());
    expect(done.pile.files.flatMap(({ findings }) => findings)).toEqual([]);
    expect(await hashFrom(test, idOf(seenFrom))).toBe(hashOf(LEAF));
    okValue(await engine.viewFrom(idOf(seenFrom), testJob()));
    expect(structuredClone(done)).toEqual(done);
    // What a fresh start finds is the same.
    const again = await opened(await engineOver(test), left);
    expect(await hashFrom(again, again.idOf(seenFrom))).toBe(hashOf(LEAF));
  });

  it('relinks every file that stands on the newest one, open or not', async () => {
    const test = await inPrivate([childOf(TWO, 'branch.avhd')]);
    const { name, bytes } = childOf(TWO, 'unopened.avhd');
    test.folder.put(name, bytes);
    const done = okValue(await test.engine.merge(startInPlace(test.idOf(LEAF), 1, 2), testJob()));
    expect([...done.report.relinked].sort()).toEqual(['branch.avhd', LEAF, 'unopened.avhd']);
    const again = await opened(await engineOver(test), await namesIn(test));
    for (const each of ['branch.avhd', 'unopened.avhd']) {
      expect(again.pile.files.find((file) => file.name === each)?.findings).toEqual([]);
      expect(await hashFrom(again, again.idOf(each))).toBe(hashOf(TWO));
    }
  });

  it('says how far it is, stage by stage', async () => {
    const test = await inPrivate();
    const seen: MergeProgress[] = [];
    const job = { id: 901, report: (progress: MergeProgress) => void seen.push(progress) };
    okValue(await test.engine.merge(startInPlace(test.idOf(LEAF), 0, 3), job));
    expect([...new Set(seen.map(({ stage }) => stage))]).toEqual([
      'hashing before',
      'copying',
      'hashing after',
      'finishing',
    ]);
    const copying = seen.filter(({ stage }) => stage === 'copying');
    expect(copying.at(-1)).toMatchObject({ sha256Before: hashOf(LEAF) });
    expect(copying.at(-1)?.done).toBe(copying.at(-1)?.total);
    expect(copying.at(-1)?.nextBlock).toBe(copying.at(-1)?.blockCount);
  });

  it('takes the files for itself meanwhile', async () => {
    const test = await inPrivate([childOf(BASE, 'sibling.avhd')]);
    const { engine, idOf } = test;
    const asked: Promise<unknown>[] = [];
    const codes: unknown[] = [];
    const ask = (call: Promise<{ ok: boolean; error?: unknown }>) =>
      asked.push(call.then((outcome) => codes.push('error' in outcome ? outcome.error : null)));
    const job = {
      id: 902,
      report: ({ stage }: MergeProgress) => {
        if (stage !== 'copying' || asked.length > 0) return;
        void engine.pauseMerge(902, true);
        ask(engine.viewFrom(idOf(LEAF), testJob()));
        ask(engine.readFile(idOf(TWO), 0, 512));
        ask(engine.check([idOf(LEAF)], testJob()));
        ask(engine.removePrivate(TWO));
        ask(engine.removePrivate(`${TWO}.merge-journal`));
        ask(
          engine.planMerge({ leaf: idOf(LEAF), first: 0, last: 1, way: 'in-place', format: null }, testJob()),
        );
      },
    };
    const merging = engine.merge(startInPlace(idOf(LEAF), 0, 1, false), job);
    while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    const { files } = okValue(await engine.listPrivate());
    await Promise.all(asked);
    expect(okValue(await engine.waitingMerges())).toEqual([]);
    okValue(await engine.pauseMerge(902, false));
    okValue(await merging);
    const journal = `${TWO}.merge-journal`;
    expect(files.find(({ name }) => name === journal)?.mergePart).toBe(journal);
    expect(codes).toHaveLength(6);
    for (const problem of codes) expect(problem).toMatchObject({ code: 'busy' });
    expect(okValue(await engine.waitingMerges())).toEqual([]);
  });

  it('is refused while another job runs, and the files stay open', async () => {
    const test = await inPrivate();
    const { engine, idOf } = test;
    const checking = engine.check(null, testJob());
    const refused = await engine.merge(startInPlace(idOf(LEAF), 0, 1), testJob());
    expect(refused).toMatchObject({ ok: false, error: { code: 'busy' } });
    okValue(await checking);
    expect(await hashFrom(test, idOf(LEAF))).toBe(hashOf(LEAF));
    expect(okValue(await engine.waitingMerges())).toEqual([]);
  });
});

describe('a merge to a new file', { timeout: 60_000 }, () => {
  const toNew = (leaf: number, more: Partial<MergeStart['request']>, prove = true): MergeStart => ({
    request: { leaf, first: 0, last: 3, way: 'new-file', format: 'dynamic', ...more },
    target: { kind: 'private', name: 'merged.vhd' },
    prove,
  });

  it.each(['dynamic', 'fixed', 'raw'] as const)('%s, in private storage', async (format) => {
    const test = await inPrivate();
    const before = chain.map(({ name }) => test.folder.bytes(name));
    const done = okValue(await test.engine.merge(toNew(test.idOf(LEAF), { format }), testJob()));
    expect(done.report).toMatchObject({ survivor: 'merged.vhd', format, removed: [], relinked: [] });
    expect(done.report.proof?.after.sha256).toBe(hashOf(LEAF));
    test.pile = done.pile;
    expect(await hashFrom(test, test.idOf('merged.vhd'))).toBe(hashOf(LEAF));
    for (const [i, { name }] of chain.entries()) {
      expect(sameBytes(test.folder.bytes(name), before[i] ?? new Uint8Array(0))).toBe(true);
    }
    expect(await namesIn(test)).toEqual([...chain.map(({ name }) => name), 'merged.vhd'].sort());
  });

  it('a differencing disk that stands where the stretch stood', async () => {
    const test = await inPrivate();
    const start = toNew(test.idOf(LEAF), { first: 0, last: 1, format: 'differencing' });
    const done = okValue(await test.engine.merge(start, testJob()));
    const made = done.pile.files.find(({ name }) => name === 'merged.vhd');
    expect(made).toMatchObject({ type: 'differencing', parent: test.idOf(ONE) });
    // It can stand in for the newest file because it carries that one's id.
    expect(made?.findings.map(({ rule }) => rule)).toEqual(['duplicate-id']);
    test.pile = done.pile;
    expect(await hashFrom(test, made?.id ?? 0)).toBe(hashOf(LEAF));
  });

  it('takes a name that is free', async () => {
    const test = await inPrivate();
    const start = toNew(test.idOf(LEAF), {}, false);
    okValue(await test.engine.merge(start, testJob()));
    const second = okValue(await test.engine.merge(start, testJob()));
    expect(second.report.survivor).toBe('merged 2.vhd');
    expect(second.report.proof).toBeNull();
  });

  it.each(['dynamic', 'fixed', 'raw', 'differencing'] as const)(
    '%s, that the user picked',
    async (format) => {
      const { test, idOf, sinks } = await picked();
      const handle = { name: 'picked.vhd' } as FileSystemFileHandle;
      const last = format === 'differencing' ? 1 : 3;
      const request = { leaf: idOf(LEAF), first: 0, last, way: 'new-file', format } as const;
      const seen: MergeProgress[] = [];
      const job = { id: 903, report: (progress: MergeProgress) => void seen.push(progress) };
      const start = { request, target: { kind: 'handle', handle }, prove: true } as const;
      const done = okValue(await test.engine.merge(start, job));
      expect(done.report).toMatchObject({ survivor: 'picked.vhd', format, resumed: false });
      expect(done.report.proof).toMatchObject({
        before: { sha256: hashOf(LEAF) },
        after: { sha256: hashOf(LEAF) },
      });
      expect(done.report.filesAfter[0]?.name).toBe('picked.vhd');
      expect(sinks.get('picked.vhd')?.state).toBe('closed');
      expect([...new Set(seen.map(({ stage }) => stage))]).toEqual([
        'hashing before',
        'copying',
        'hashing after',
      ]);
      expect(done.pile.files).toHaveLength(4);
    },
  );

  it('says so where the picked file does not read back as it was written', async () => {
    const { test, idOf, spoil } = await picked();
    spoil.on = true;
    const handle = { name: 'picked.img' } as FileSystemFileHandle;
    const request = { leaf: idOf(LEAF), first: 0, last: 3, way: 'new-file', format: 'raw' } as const;
    const start = { request, target: { kind: 'handle', handle }, prove: true } as const;
    const outcome = await test.engine.merge(start, testJob());
    expect(outcome).toMatchObject({ ok: false, error: { code: 'corrupt' } });
    if (!outcome.ok) expect(outcome.error.message).toContain('differs from sector 0 on');
  });

  it('cancelled while it is read back takes it away again', async () => {
    const { test, idOf } = await picked();
    let removed = 0;
    const handle = { name: 'picked.img', remove: async () => void removed++ } as FileSystemFileHandle;
    const request = { leaf: idOf(LEAF), first: 0, last: 3, way: 'new-file', format: 'raw' } as const;
    for (const target of [{ kind: 'handle', handle } as const, { kind: 'private', name: 'x.img' } as const]) {
      const job = {
        id: 904,
        report: ({ stage }: MergeProgress) => void (stage === 'hashing after' && test.engine.cancel(904)),
      };
      const outcome = await test.engine.merge({ request, target, prove: true }, job);
      expect(outcome).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    }
    expect(removed).toBe(1);
    expect(await namesIn(test)).toEqual([]);
  });

  it('of picked files into private storage is streamed, and cancelled leaves nothing', async () => {
    const { test, idOf } = await picked();
    const start = toNew(idOf(LEAF), {});
    const done = okValue(await test.engine.merge(start, testJob()));
    expect(await hashFrom(test, done.pile.files.find(({ name }) => name === 'merged.vhd')?.id ?? 0)).toBe(
      hashOf(LEAF),
    );
    const job = testJob(({ phase }, id) => void (phase === 'Copying' && test.engine.cancel(id)));
    const cancelled = await test.engine.merge(start, job);
    expect(cancelled).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(await namesIn(test)).toEqual(['merged.vhd']);
    expect(okValue(await test.engine.waitingMerges())).toEqual([]);
  });
});

/** The chain as files of the user, and picked targets that can be read back. */
async function picked() {
  const spoil = { on: false };
  let sinks: Map<string, MemorySink> = new Map();
  const test = testEngine({
    openSource: async (source) => {
      if (source.kind === 'private') {
        const file = await test.folder.open(source.name, 'read-only');
        return { file, path: source.name, storage: 'private', changedMs: null, handle: null };
      }
      const sink = sinks.get(source.path);
      if (!sink) throw new Error('nothing was written there');
      if (spoil.on) sink.content.write(512 * 1000, new Uint8Array(512).fill(9));
      return {
        file: sink.asFile(source.path),
        path: source.path,
        storage: 'user',
        changedMs: 1,
        handle: null,
      };
    },
  });
  ({ sinks } = test);
  const pile = okValue(
    await test.engine.openFiles(
      chain.map(({ name, bytes }) => fileToOpen(name, bytes)),
      testJob(),
    ),
  );
  const idOf = (name: string) => pile.files.find((file) => file.name === name)?.id ?? 0;
  return { test, pile, idOf, sinks, spoil };
}
