import { createHash } from 'node:crypto';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { type LabStart, type LabView, NOW, type PileView, type Scenario } from '../../../src/engine/api.ts';
import { scenarioLink } from '../../../src/lab/history/scenarioLink.ts';
import { scenarioText } from '../../../src/lab/history/scenarioText.ts';
import { US_PER_SECOND } from '../../../src/lab/labTime.ts';
import { chainOf, nodesOf } from '../../../src/lab/machine/tree.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';
import { bytesIn } from '../../support/builtMachine.ts';
import { fileToOpen, okValue, type TestEngine, testEngine, testJob } from '../../support/enginePlatform.ts';
import { smallScenario } from '../../support/smallScenario.ts';
import { chainFiles, sha256 } from '../../support/vhdFiles.ts';

const MIB = 2 ** 20;

/** Two checkpoints with writes between them, and a branch. */
function scenario(): Scenario {
  const write = (seconds: number, firstSector: number) => ({
    atUs: seconds * US_PER_SECOND,
    command: { do: 'write', disk: 'disk0', firstSector, sectorCount: 40, seed: firstSector } as const,
  });
  const take = (seconds: number, name: string) => ({
    atUs: seconds * US_PER_SECOND,
    command: { do: 'take', name } as const,
  });
  return smallScenario({
    name: 'A test',
    machineName: 'LAB-TEST',
    settings: { ...smallScenario().settings, memoryBytes: MIB },
    commands: [
      { atUs: US_PER_SECOND, command: { do: 'start' } },
      write(2, 100),
      take(3, 'one'),
      write(6, 2000),
      take(7, 'two'),
      write(12, 5000),
    ],
    endUs: 15 * US_PER_SECOND,
  });
}

async function opened(test: TestEngine, storage: 'memory' | 'private' = 'memory'): Promise<LabView> {
  const start: LabStart = { from: 'scenario', scenario: scenario(), storage };
  return okValue(await test.engine.labOpen(start, testJob()));
}

const advance = { untilUs: 20 * US_PER_SECOND, budgetMs: 60_000 };

describe.each(['memory', 'private'] as const)('a lab in %s', (storage) => {
  it('plays its scenario, and goes on', async () => {
    const test = testEngine();
    const view = await opened(test, storage);
    expect(view).toMatchObject({ scenarioName: 'A test', storage, nowUs: 15 * US_PER_SECOND });
    expect(view.machine.checkpoints.map(({ name }) => name)).toEqual(['one', 'two']);
    expect(view.history).toMatchObject({ commands: 6, done: 6, canSeek: true });
    const later = okValue(await test.engine.labAdvance(advance));
    expect(later.nowUs).toBe(advance.untilUs);
    const renamed = okValue(await test.engine.labDo({ do: 'rename', checkpoint: 'two', name: 'second' }));
    expect(renamed.machine.checkpoints.map(({ name }) => name)).toEqual(['one', 'second']);
    const back = okValue(await test.engine.labUndo(testJob()));
    expect(back.machine.checkpoints.map(({ name }) => name)).toEqual(['one', 'two']);
    const early = okValue(await test.engine.labSeek(4 * US_PER_SECOND, testJob()));
    expect(early.machine.checkpoints.map(({ name }) => name)).toEqual(['one']);
    expect(early.history).toMatchObject({ commands: 6, done: 3 });
    const forked = okValue(await test.engine.labFork());
    expect(forked.history).toMatchObject({ commands: 3, done: 3 });
    okValue(await test.engine.labClose());
    expect(await test.engine.labFork()).toMatchObject({ ok: false, error: { code: 'bad-request' } });
  });

  it('shows what it holds without a change to the run', async () => {
    const [looked, alone] = [testEngine(), testEngine()];
    await opened(looked, storage);
    await opened(alone, storage);
    const { engine } = looked;
    const { machine } = okValue(await engine.labAdvance({ ...advance, budgetMs: 0 }));
    const [one] = machine.checkpoints;
    const holdings = okValue(await engine.labHoldings('disk0', 64));
    expect(holdings.rows.map(({ node }) => node)).toEqual([NOW, machine.checkpoints[1]?.id, one?.id]);
    expect(okValue(await engine.labFiles(NOW))).toEqual({ node: NOW, files: null });
    expect(okValue(await engine.labPages())).toBeNull();
    okValue(await engine.labAsk({ do: 'delete', checkpoint: one?.id ?? '' }));
    // Written before the first checkpoint: it falls through Now and the second one.
    const { trace, layers } = okValue(await engine.labTrace(NOW, 'disk0', 100, 1));
    expect(layers.map(({ node }) => node)).toEqual([NOW, machine.checkpoints[1]?.id, one?.id]);
    expect(layers.map(({ name }) => name)).toEqual(['Now', 'two', 'one']);
    expect(trace.extents).toMatchObject([{ kind: 'data', layer: 2, firstSector: 100 }]);
    expect(okValue(await engine.labTrace(NOW, 'disk0', 5000, 1)).trace.extents).toMatchObject([{ layer: 0 }]);
    const order = okValue(await engine.labSavedOrder(one?.id ?? ''));
    expect(order?.pageCount).toBe(MIB / 4096);
    expect(order?.pages.length).toBeGreaterThan(10);
    expect(okValue(await engine.labSavedOrder(NOW))).toBeNull();
    const hashes = okValue(await engine.labHashes(testJob()));
    expect(hashes.map(({ node }) => node)).toEqual([NOW, machine.checkpoints[1]?.id, one?.id]);
    expect(new Set(hashes.map((each) => each.sha256)).size).toBe(3);
    expect(okValue(await alone.engine.labHashes(testJob()))).toEqual(hashes);
    const ends = [];
    for (const test of [looked, alone]) {
      okValue(await test.engine.labAdvance(advance));
      ends.push(okValue(await test.engine.labDo({ do: 'pull-plug', seed: 3 })));
      ends.push(okValue(await test.engine.labDo({ do: 'power-on' })));
    }
    expect(ends[0]).toEqual(ends[2]);
    expect(ends[1]).toEqual(ends[3]);
  });

  it('can be read while its host has no power: it is what the cut left', async () => {
    const test = testEngine();
    const { engine } = test;
    const { machine } = await opened(test, storage);
    const [one] = machine.checkpoints;
    const before = okValue(await engine.labHashes(testJob()));
    okValue(await engine.labDo({ do: 'pull-plug', seed: 3 }));
    const holdings = okValue(await engine.labHoldings('disk0', 64));
    expect(holdings.rows.map(({ node }) => node)).toEqual([NOW, machine.checkpoints[1]?.id, one?.id]);
    expect(okValue(await engine.labHashes(testJob()))[2]).toEqual(before[2]);
    expect(okValue(await engine.labFiles(one?.id ?? ''))).toEqual({ node: one?.id, files: null });
    expect(okValue(await engine.labExplore(testJob())).files).toHaveLength(3);
    expect(okValue(await engine.labZip(testJob())).size).toBeGreaterThan(1000);
    const on = okValue(await engine.labDo({ do: 'power-on' }));
    expect(on.hostOn).toBe(true);
    okValue(await engine.labDo({ do: 'lose-file', file: one?.files.disk0 ?? '' }));
    okValue(await engine.labDo({ do: 'pull-plug', seed: 4 }));
    const without = okValue(await engine.labHoldings('disk0', 64));
    expect(without.rows.map(({ node }) => node)).toEqual([NOW, machine.checkpoints[1]?.id]);
    const unread = okValue(await engine.labHashes(testJob()));
    expect(unread.map((each) => each.sha256)).toEqual([null, null, null]);
    for (const { problem } of unread) expect(problem).toContain('LAB-TEST.vhd');
  });

  it('hashes no checkpoint that was deleted and waits for its merge', async () => {
    const test = testEngine();
    const { machine } = await opened(test, storage);
    okValue(await test.engine.labDo({ do: 'shut-down' }));
    okValue(await test.engine.labDo({ do: 'policy', policy: 'when-idle' }));
    okValue(await test.engine.labDo({ do: 'apply', checkpoint: 'one', takeFirst: false }));
    const view = okValue(await test.engine.labDo({ do: 'delete', checkpoint: 'one' }));
    expect(view.machine.checkpoints.map(({ deletedAtUs }) => deletedAtUs !== null)).toEqual([true, false]);
    const hashes = okValue(await test.engine.labHashes(testJob()));
    expect(hashes.map(({ node }) => node)).toEqual([NOW, machine.checkpoints[1]?.id]);
  });

  it('exports a checkpoint as one disk', async () => {
    const test = testEngine();
    const { machine } = await opened(test, storage);
    const hashes = okValue(await test.engine.labHashes(testJob()));
    for (const { node, sha256: expected } of hashes) {
      const target = { kind: 'private', name: 'out.img' } as const;
      const request = { node, disk: 'disk0', format: 'raw', target } as const;
      const saved = okValue(await test.engine.labExport(request, testJob()));
      expect(saved.sha256).toBe(expected);
      expect(createHash('sha256').update(test.folder.bytes(saved.name)).digest('hex')).toBe(expected);
    }
    for (const [node, disk] of [
      ['none', 'disk0'],
      [machine.checkpoints[0]?.id ?? '', 'disk7'],
    ] as const) {
      const request = { node, disk, format: 'raw', target: { kind: 'private', name: 'x' } } as const;
      const refused = await test.engine.labExport(request, testJob());
      expect(refused).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    }
    expect((await test.folder.list()).map(({ name }) => name)).not.toContain('x');
  });

  it('gives its files as a zip that is taken in again as it was, or as a new machine', async () => {
    const test = testEngine();
    const { machine } = await opened(test, storage);
    const hashes = okValue(await test.engine.labHashes(testJob()));
    const zip = okValue(await test.engine.labZip(testJob()));
    expect(zip.name).toBe('LAB-TEST.zip');
    const files = unzipSync(new Uint8Array(await zip.arrayBuffer()));
    const sources = Object.keys(files).map((path) => ({ kind: 'private' as const, name: path }));
    const other = testEngine({
      newId: countedIds(),
      openSource: async (source) => {
        const name = source.kind === 'private' ? source.name : '';
        const own = name.slice(name.lastIndexOf('/') + 1);
        const file = MemoryFile.of(own, files[name] ?? new Uint8Array(0), 'read-only');
        return { file, path: `downloads/LAB-TEST/${name}`, storage: 'user', changedMs: null, handle: null };
      },
    });
    for (const how of ['restore', 'copy'] as const) {
      const start: LabStart = { from: 'folder', files: sources, how, storage };
      const view = okValue(await other.engine.labOpen(start, testJob()));
      expect(view.machine.id === machine.id).toBe(how === 'restore');
      expect(view.machine.checkpoints.map(({ id }) => id)).toEqual(machine.checkpoints.map(({ id }) => id));
      expect(view.history.canSeek).toBe(false);
      expect(okValue(await other.engine.labHashes(testJob()))).toEqual(hashes);
      const shared = await other.engine.labShare();
      expect(shared).toMatchObject({ ok: false, error: { code: 'unsupported' } });
    }
    const memory: LabStart = { from: 'folder', files: sources, how: 'register', storage: 'memory' };
    const refused = await other.engine.labOpen(memory, testJob());
    expect(refused).toMatchObject({ ok: false, error: { code: 'bad-request' } });
  });

  it('opens its disks as a pile, whose chains read as its checkpoints do; the lab goes on', async () => {
    const test = testEngine();
    const { machine } = await opened(test, storage);
    okValue(await test.engine.openSample());
    const hashes = okValue(await test.engine.labHashes(testJob()));
    const pile = okValue(await test.engine.labExplore(testJob()));
    expect(pile.files).toHaveLength(3);
    expect(pile.leaves).toHaveLength(1);
    okValue(await test.engine.labDo({ do: 'write', disk: 'disk0', firstSector: 0, sectorCount: 9, seed: 1 }));
    for (const { node, sha256: expected } of hashes) {
      const name = nodesOf(machine).find(({ id }) => id === node)?.files.disk0 ?? '';
      expect(await hashIn(test, pile, `LAB-TEST/${name}`)).toBe(expected);
    }
    const now = okValue(await test.engine.labHashes(testJob()));
    expect(now[0]?.sha256).not.toBe(hashes[0]?.sha256);
    okValue(await test.engine.closePile());
    okValue(await test.engine.labAdvance(advance));
  });
});

/** GUIDs that are all different. */
function countedIds(): () => Uint8Array {
  let count = 0;
  return () => Uint8Array.from({ length: 16 }, (_, i) => (i === 0 ? ++count : 9));
}

async function hashIn({ engine, folder }: TestEngine, pile: PileView, path: string): Promise<string> {
  const file = pile.files.find((each) => each.path === path)?.id ?? 0;
  const target = { kind: 'private', name: 'hash.img' } as const;
  const saved = okValue(await engine.save({ file, format: 'raw', target }, testJob()));
  await folder.remove(saved.name);
  return saved.sha256;
}

describe('a scenario', () => {
  it('handed out as text and as a link plays to the same hashes', async () => {
    const test = testEngine();
    await opened(test);
    okValue(await test.engine.labAdvance(advance));
    okValue(await test.engine.labDo({ do: 'delete', checkpoint: 'one' }));
    const end = okValue(await test.engine.labAdvance({ untilUs: 60 * US_PER_SECOND, budgetMs: 60_000 }));
    const hashes = okValue(await test.engine.labHashes(testJob()));
    const { link, text, fileName } = okValue(await test.engine.labShare());
    expect(fileName).toBe('A test.json');
    for (const start of [
      { from: 'text', text, storage: 'memory' },
      { from: 'link', link, storage: 'memory' },
      { from: 'text', text, storage: 'private' },
    ] as const) {
      const other = testEngine();
      const view = okValue(await other.engine.labOpen(start, testJob()));
      expect(view.machine).toEqual(end.machine);
      expect(okValue(await other.engine.labHashes(testJob()))).toEqual(hashes);
    }
  });

  it('that cannot be read leaves the lab as it is', async () => {
    const test = testEngine();
    const view = await opened(test);
    for (const start of [
      { from: 'text', text: '{', storage: 'memory' },
      { from: 'link', link: 'lab=!!', storage: 'private' },
    ] as const) {
      const refused = await test.engine.labOpen(start, testJob());
      expect(refused).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    }
    expect(okValue(await test.engine.labAdvance({ untilUs: view.nowUs, budgetMs: 0 }))).toEqual(view);
    expect(scenarioText(scenario())).toContain('LAB-TEST');
    expect(scenarioLink(scenario())).toMatch(/^lab=/);
  });

  it('reports simulated seconds, and is given up when it is cancelled', async () => {
    const test = testEngine();
    const phases = new Set<string>();
    const start: LabStart = { from: 'scenario', scenario: null, storage: 'private' };
    const job = testJob(({ phase, unit }, id) => {
      phases.add(`${phase} ${unit}`);
      void test.engine.cancel(id);
    });
    const cancelled = await test.engine.labOpen(start, job);
    expect(cancelled).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect([...phases]).toEqual(['Playing the scenario seconds']);
    expect(test.lab.isHeld).toBe(false);
  });
});

describe('private storage', () => {
  it('keeps the machine when the lab is closed, and opens it as after a power cut', async () => {
    const test = testEngine();
    expect(okValue(await test.engine.labInStorage())).toBeNull();
    const { machine } = await opened(test, 'private');
    const open = okValue(await test.engine.labInStorage());
    expect(open).toMatchObject({ machineName: 'LAB-TEST', checkpoints: 2 });
    okValue(await test.engine.labClose());
    expect(okValue(await test.engine.labInStorage())).toMatchObject({
      machineName: 'LAB-TEST',
      checkpoints: 2,
    });
    const again = okValue(await test.engine.labOpen({ from: 'private' }, testJob()));
    expect(again.machine.checkpoints).toEqual(machine.checkpoints);
    expect(again.history.canSeek).toBe(false);
    okValue(await test.engine.labRemoveStored());
    expect(await test.lab.folder.list()).toEqual([]);
    expect(okValue(await test.engine.labInStorage())).toBeNull();
    const nothing = await test.engine.labOpen({ from: 'private' }, testJob());
    expect(nothing).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    expect(test.lab.isHeld).toBe(false);
  });

  it('is said to be busy while another page has it', async () => {
    const test = testEngine();
    test.lab.isHeld = true;
    const start: LabStart = { from: 'scenario', scenario: scenario(), storage: 'private' };
    for (const outcome of [
      await test.engine.labOpen(start, testJob()),
      await test.engine.labInStorage(),
      await test.engine.labRemoveStored(),
    ])
      expect(outcome).toMatchObject({ ok: false, error: { code: 'busy' } });
  });

  it('gives its place to the next machine', async () => {
    const test = testEngine();
    const first = await opened(test, 'private');
    const other = { ...scenario(), machineName: 'OTHER', seed: 99 };
    const start: LabStart = { from: 'scenario', scenario: other, storage: 'private' };
    const second = okValue(await test.engine.labOpen(start, testJob()));
    expect(second.machine.id).not.toBe(first.machine.id);
    const names = (await test.lab.folder.list()).map(({ name }) => name);
    expect(names.filter((name) => name.endsWith('.vhd'))).toEqual(['Virtual Hard Disks/OTHER.vhd']);
  });

  it('is not emptied for a folder that cannot be imported', async () => {
    const test = testEngine();
    await opened(test, 'private');
    const before = await test.lab.folder.list();
    const start: LabStart = { from: 'folder', files: [], how: 'copy', storage: 'private' };
    const refused = await test.engine.labOpen(start, testJob());
    expect(refused).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    expect(await test.lab.folder.list()).toEqual(before);
    expect(await bytesIn(test.lab.folder, 'Virtual Hard Disks/LAB-TEST.vhd')).not.toHaveLength(0);
  });
});

describe('the user’s own chain', () => {
  const chain = chainFiles({ seed: 5, depth: 2, sizeBytes: 4 * MIB, blockSizeBytes: MIB / 2 });

  async function piled(test: TestEngine): Promise<PileView> {
    const files = chain.map(({ name, bytes }) => fileToOpen(name, bytes));
    return okValue(await test.engine.openFiles(files, testJob()));
  }

  it('is read through a new differencing disk, and stays as it was whatever the lab does', async () => {
    const test = testEngine();
    const pile = await piled(test);
    const leaf = pile.leaves[0] ?? 0;
    const start: LabStart = { from: 'chain', leaf, storage: 'memory' };
    const view = okValue(await test.engine.labOpen(start, testJob()));
    expect(view.machine.name).toBe('disk_2');
    expect(chainOf(view.machine, NOW, 'disk0')).toHaveLength(4);
    const [now] = okValue(await test.engine.labHashes(testJob()));
    expect(now?.sha256).toBe(sha256(chain[2]?.disk ?? Buffer.alloc(0)));
    okValue(await test.engine.labDo({ do: 'start' }));
    okValue(await test.engine.labDo({ do: 'take', name: 'mine' }));
    okValue(
      await test.engine.labDo({ do: 'write', disk: 'disk0', firstSector: 0, sectorCount: 64, seed: 4 }),
    );
    okValue(await test.engine.closePile());
    okValue(await test.engine.labAdvance({ untilUs: 5 * US_PER_SECOND, budgetMs: 60_000 }));
    const hashes = okValue(await test.engine.labHashes(testJob()));
    expect(hashes[0]?.sha256).not.toBe(now?.sha256);
    expect(hashes[1]?.sha256).toBe(now?.sha256);
    for (const { bytes, name } of chain) expect(sha256(bytes)).toBe(HASHES.get(name));
    const explored = okValue(await test.engine.labExplore(testJob()));
    expect(explored.files).toHaveLength(5);
    expect(explored.leaves).toHaveLength(1);
    const name = `disk_2/${view.machine.now?.files.disk0}`;
    expect(await hashIn(test, explored, name)).toBe(now?.sha256);
    const shared = await test.engine.labShare();
    expect(shared).toMatchObject({ ok: false, error: { code: 'unsupported' } });
  });

  const HASHES = new Map(chain.map(({ name, bytes }) => [name, sha256(bytes)]));

  it('is refused where its parent is not here, and where it is a raw disk', async () => {
    const test = testEngine();
    const orphan = chain[2];
    const files = [
      fileToOpen('orphan.avhd', orphan?.bytes ?? new Uint8Array(0)),
      fileToOpen('noise.img', new Uint8Array(MIB).fill(0x5a)),
    ];
    const pile = okValue(await test.engine.openFiles(files, testJob()));
    const raw = okValue(await test.engine.openAsRaw(pile.others[0]?.id ?? 0));
    const idOf = (path: string) => raw.files.find((file) => file.path === path)?.id ?? 0;
    for (const [path, code] of [
      ['orphan.avhd', 'parent-missing'],
      ['noise.img', 'bad-request'],
    ] as const) {
      const start: LabStart = { from: 'chain', leaf: idOf(path), storage: 'memory' };
      expect(await test.engine.labOpen(start, testJob())).toMatchObject({ ok: false, error: { code } });
    }
  });
});
