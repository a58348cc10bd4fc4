/** Merges in a real browser's private storage, through the real worker: held, killed in the middle, listed, resumed. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import type {
  MergeProgress,
  MergeStart,
  Outcome,
  PileView,
  Progress,
  WaitingMerge,
} from '../../../src/engine/api.ts';
import { EngineClient } from '../../../src/engine/client.ts';
import { type BlockContent, buildImage, mixedEndianId, SECTOR } from '../../support/imageBuilder.ts';

const MIB = 2 ** 20;
const SIZE_BYTES = 100 * MIB + 3 * SECTOR;
const SECTORS_IN_BLOCK = (2 * MIB) / SECTOR;
const [BASE, CHILD] = ['base.vhd', 'child.avhd'];
const JOURNAL = `${BASE}.merge-journal`;

function okValue<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.error.code}: ${outcome.error.message}`);
  return outcome.value;
}

/** Random data, in runs of sectors where `share` is less than 1. */
function block(prng: Prng, share: number): BlockContent {
  const data = new Uint8Array(2 * MIB);
  prng.fill(data);
  const bits = new Uint8Array(SECTORS_IN_BLOCK);
  for (let sector = 0; sector < SECTORS_IN_BLOCK; ) {
    const run = 1 + prng.below(256);
    if (share === 1 || prng.fraction() < share) bits.fill(1, sector, sector + run);
    sector += run;
  }
  return share === 1 ? { data } : { data, bits };
}

/** A child of some 90 MiB, more than one batch, whose blocks its parent has in part. */
function chainFiles(): { name: string; bytes: Uint8Array }[] {
  const prng = new Prng(77);
  const base = buildImage({
    type: 'dynamic',
    virtualSizeBytes: SIZE_BYTES,
    id: mixedEndianId(1),
    blocks: Array.from({ length: 10 }, (_, i) => [i * 5, block(prng, 1)] as const),
  });
  const child = buildImage({
    type: 'differencing',
    virtualSizeBytes: SIZE_BYTES,
    id: mixedEndianId(2),
    parent: { id: mixedEndianId(1), name: BASE },
    blocks: Array.from({ length: 46 }, (_, i) => [i, block(prng, i % 3 === 0 ? 1 : 0.6)] as const),
  });
  return [
    { name: BASE, bytes: base.bytes() },
    { name: CHILD, bytes: child.bytes() },
  ];
}

const files = chainFiles();

async function putFiles(): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle('disks', { create: true });
  for (const { name, bytes } of files) {
    const stream = await (await folder.getFileHandle(name, { create: true })).createWritable();
    await stream.write(new Uint8Array(bytes));
    await stream.close();
  }
}

async function clear(): Promise<void> {
  const root = await navigator.storage.getDirectory();
  await vi.waitFor(() => root.removeEntry('disks', { recursive: true }).catch(unlessGone), {
    timeout: 10_000,
  });
}

function unlessGone(error: unknown): void {
  if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
}

/** What the engine told last, for the log of a test that failed. */
let toldLast = 'nothing';

const clients: EngineClient[] = [];

function client(): EngineClient {
  const made = new EngineClient();
  clients.push(made);
  return made;
}

async function openChain(engine: EngineClient): Promise<PileView> {
  const sources = [CHILD, BASE].map((name) => ({ kind: 'private', name }) as const);
  return okValue(await engine.run((api, job) => api.open(sources, job)));
}

const idOf = (pile: PileView, name: string) => pile.files.find((file) => file.name === name)?.id ?? 0;

function start(pile: PileView): MergeStart {
  const request = { leaf: idOf(pile, CHILD), first: 0, last: 1, way: 'in-place', format: null } as const;
  return { request, target: null, prove: true };
}

async function hashFrom(engine: EngineClient, pile: PileView, name: string): Promise<string> {
  const request = {
    file: idOf(pile, name),
    format: 'raw',
    target: { kind: 'private', name: 'hash.img' },
  } as const;
  const onProgress = ({ phase, done }: Progress) => {
    toldLast = `${phase}: ${done} bytes`;
  };
  const { sha256 } = okValue(await engine.run((api, job) => api.save(request, job), { onProgress }));
  toldLast = `hashed as seen from ${name}`;
  okValue(await engine.api.removePrivate('hash.img'));
  return sha256;
}

async function namesLeft(engine: EngineClient): Promise<string[]> {
  return okValue(await engine.api.listPrivate()).files.map(({ name }) => name);
}

/** A merge whose progress the test sees; `id` is known with the first of it. */
function merging(
  engine: EngineClient,
  pile: PileView,
  onProgress: (progress: MergeProgress, id: number) => void,
) {
  let id = 0;
  return engine.run(
    (api, job) => {
      id = job.id;
      return api.merge(start(pile), job);
    },
    {
      onProgress: (progress: MergeProgress) => {
        toldLast = `merging: ${progress.stage}, ${progress.done} of ${progress.total} ${progress.unit}`;
        onProgress(progress, id);
      },
    },
  );
}

async function waiting(engine: EngineClient): Promise<readonly WaitingMerge[]> {
  return okValue(await engine.api.waitingMerges());
}

beforeEach(async ({ onTestFailed }) => {
  toldLast = 'nothing';
  onTestFailed(() => console.log(`The engine told last: ${toldLast}`));
  await clear();
  await putFiles();
});

afterEach(async () => {
  for (const made of clients.splice(0)) made.close();
  await clear();
});

const LONG = { timeout: 180_000 };

describe('a merge in private storage', LONG, () => {
  it('leaves one file with the disk as it was', async () => {
    const engine = client();
    const pile = await openChain(engine);
    const before = await hashFrom(engine, pile, CHILD);
    okValue(await engine.run((api, job) => api.viewFrom(idOf(pile, CHILD), job)));
    const stages = new Set<string>();
    const done = okValue(await merging(engine, pile, ({ stage }) => stages.add(stage)));
    expect([...stages]).toEqual(['hashing before', 'copying', 'hashing after', 'finishing']);
    expect(done.report).toMatchObject({ survivor: BASE, removed: [CHILD] });
    expect(done.report.proof).toMatchObject({ before: { sha256: before }, after: { sha256: before } });
    expect(await hashFrom(engine, done.pile, BASE)).toBe(before);
    expect(await namesLeft(engine)).toEqual([BASE]);
  });

  it('of files of the user goes to one that he picks, is read back and proven', async () => {
    const engine = client();
    const sources = files.map(
      ({ name, bytes }) =>
        ({ kind: 'blob', file: new File([new Uint8Array(bytes)], name), path: `vm/${name}` }) as const,
    );
    const pile = okValue(await engine.run((api, job) => api.open(sources, job)));
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle('picked.vhd', { create: true });
    const leaf = idOf(pile, CHILD);
    const request = { leaf, first: 0, last: 1, way: 'new-file', format: 'dynamic' } as const;
    const plan = okValue(await engine.run((api, job) => api.planMerge(request, job)));
    expect(plan).toMatchObject({ freeBytes: null, suggestedName: 'child merged.vhd' });
    expect(plan.readBytesPerSecond).toBeGreaterThan(0);
    expect(plan.proofSeconds).toBeGreaterThan(0);
    const before = await hashFrom(engine, pile, CHILD);
    const start = { request, target: { kind: 'handle', handle }, prove: true } as const;
    const { report } = okValue(await engine.run((api, job) => api.merge(start, job)));
    expect(report.proof).toMatchObject({ before: { sha256: before }, after: { sha256: before } });
    const made = await handle.getFile();
    expect(report.filesAfter[0]).toEqual({ name: 'picked.vhd', sizeBytes: made.size });
    expect(made.size).toBeLessThanOrEqual(plan.fileBytes);
    await root.removeEntry('picked.vhd');
  });

  it('held between two batches and then killed is listed, and goes on where it was', async () => {
    const engine = client();
    const pile = await openChain(engine);
    const before = await hashFrom(engine, pile, CHILD);
    let reports = 0;
    let copying = false;
    const outcome = merging(engine, pile, ({ stage }, id) => {
      reports++;
      if (stage !== 'copying') return;
      copying = true;
      void engine.api.pauseMerge(id, true);
    });
    await vi.waitFor(() => expect(copying).toBe(true), { timeout: 60_000 });
    // Held, it reports nothing more.
    for (let seen = -1; seen !== reports; ) {
      seen = reports;
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
    expect(await engine.api.readFile(idOf(pile, CHILD), 0, 512)).toMatchObject({
      ok: false,
      error: { code: 'busy' },
    });
    await engine.restart();
    expect(await outcome).toMatchObject({ ok: false, error: { code: 'engine-failed' } });

    const [merge] = await waiting(engine);
    expect(merge).toMatchObject({ journal: JOURNAL, problem: null, canAbandon: true });
    // A page that is slow to say so holds it only before the disk is hashed again.
    expect(['copying', 'copied']).toContain(merge?.phase);
    expect(merge?.copiedBytes).toBeGreaterThan(32 * MIB);
    expect(await hashFrom(engine, await openChain(engine), CHILD)).toBe(before);
    const seen: MergeProgress[] = [];
    const resumed = await engine.run((api, job) => api.resumeMerge(JOURNAL, true, job), {
      onProgress: (progress: MergeProgress) => seen.push(progress),
    });
    const { report, pile: after } = okValue(resumed);
    expect(seen.find(({ stage }) => stage !== 'hashing before')?.nextBlock).toBeGreaterThan(0);
    expect(report).toMatchObject({ resumed: true, survivor: BASE });
    expect(report.proof?.after.sha256).toBe(before);
    expect(after.files.map(({ name }) => name)).toEqual([BASE]);
    expect(await namesLeft(engine)).toEqual([BASE]);
    expect(await waiting(engine)).toEqual([]);
  });

  it.each([0, 100, 300])('killed %i ms into copying recovers', async (delayMs) => {
    const engine = client();
    const pile = await openChain(engine);
    const before = await hashFrom(engine, pile, CHILD);
    let copying = false;
    const outcome = merging(engine, pile, ({ stage }) => {
      copying ||= stage === 'copying';
    });
    await vi.waitFor(() => expect(copying).toBe(true), { timeout: 60_000, interval: 5 });
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    await engine.restart();
    const { ok } = await outcome;
    const [merge] = await waiting(engine);
    console.info(
      `killed after ${delayMs} ms: ${merge ? `waits, ${merge.phase}` : ok ? 'done' : 'not begun'}`,
    );
    if (merge) {
      const resumed = await engine.run((api, job) => api.resumeMerge(merge.journal, true, job));
      expect(okValue(resumed).report.survivor).toBe(BASE);
    } else expect(ok).toBe(true);
    const sources = [{ kind: 'private', name: BASE } as const];
    const left = okValue(await engine.run((api, job) => api.open(sources, job)));
    expect(await hashFrom(engine, left, BASE)).toBe(before);
    expect(await namesLeft(engine)).toEqual([BASE]);
  });
});
