import { afterEach, describe, expect, it } from 'vitest';
import type { Outcome, PileView, Progress, SaveRequest } from '../../../src/engine/api.ts';
import { EngineClient } from '../../../src/engine/client.ts';

function okValue<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.error.code}: ${outcome.error.message}`);
  return outcome.value;
}

const clients: EngineClient[] = [];

function client(options: ConstructorParameters<typeof EngineClient>[0] = {}): EngineClient {
  const made = new EngineClient(options);
  clients.push(made);
  return made;
}

/** A client whose worker the test can reach, with short pings. */
function exposedClient(): { engine: EngineClient; workers: Worker[] } {
  const workers: Worker[] = [];
  const startWorker = () => {
    const worker = new Worker(new URL('../../../src/engine/worker.ts', import.meta.url), { type: 'module' });
    workers.push(worker);
    return worker;
  };
  return { engine: client({ startWorker, pingMilliseconds: 100, silentPings: 60 }), workers };
}

const DISK_BYTES = 128 * 2 ** 20;

/** A raw disk with data here and there, as a picker would give it. */
function rawDisk(): File {
  const head = new Uint8Array(2 ** 20);
  crypto.getRandomValues(head.subarray(512, 65_536));
  head.set([0xeb, 0x52, 0x90, ...new TextEncoder().encode('NTFS    ')]);
  head[510] = 0x55;
  head[511] = 0xaa;
  const hole = new Uint8Array(63 * 2 ** 20);
  return new File([head, hole, head, hole], 'disk.img', { lastModified: 5 });
}

async function diskInView(engine: EngineClient): Promise<PileView> {
  const source = { kind: 'blob', file: rawDisk(), path: 'folder/disk.img' } as const;
  const pile = okValue(await engine.run((api, job) => api.open([source], job)));
  okValue(await engine.run((api, job) => api.viewFrom(pile.leaves[0] ?? 0, job)));
  return pile;
}

async function sampleInView(engine: EngineClient): Promise<PileView> {
  const pile = okValue(await engine.api.openSample());
  okValue(await engine.run((api, job) => api.viewFrom(pile.leaves[0] ?? 0, job)));
  return pile;
}

function saveRequest(pile: PileView, name: string): SaveRequest {
  return { file: pile.leaves[0] ?? 0, format: 'raw', target: { kind: 'private', name } };
}

async function removeAll(): Promise<void> {
  const engine = client();
  const { files } = okValue(await engine.api.listPrivate());
  for (const { name } of files) okValue(await engine.api.removePrivate(name));
}

afterEach(async () => {
  for (const made of clients.splice(0)) made.close();
});

describe('the engine in its worker', () => {
  it('opens blobs as a picker gives them, and reads the disk', async () => {
    const engine = client();
    const file = rawDisk();
    const progress: Progress[] = [];
    const outcome = await engine.run(
      (api, job) => api.open([{ kind: 'blob', file, path: 'folder/disk.img' }], job),
      { onProgress: (each) => progress.push(each) },
    );
    const [view] = okValue(outcome).files;
    const expected = {
      path: 'folder/disk.img',
      format: 'raw',
      storage: 'user',
      virtualSizeBytes: DISK_BYTES,
    };
    expect(view).toMatchObject(expected);
    expect(progress.at(-1)).toMatchObject({ done: 1, unit: 'files' });
    okValue(await engine.run((api, job) => api.viewFrom(view?.id ?? 0, job)));
    const bytes = new Uint8Array(await file.slice(0, 2048).arrayBuffer());
    expect(okValue(await engine.api.readDisk(0, 4)).bytes).toEqual(bytes);
  });

  it('answers other calls within moments while a job runs, and tells the job’s progress', async () => {
    const engine = client();
    const pile = await diskInView(engine);
    const progress: Progress[] = [];
    let running = true;
    const saving = engine
      .run((api, job) => api.save(saveRequest(pile, 'responsive.img'), job), {
        onProgress: (each) => progress.push(each),
      })
      .finally(() => {
        running = false;
      });
    let answers = 0;
    while (running) {
      okValue(await engine.api.readDisk(0, 8));
      answers++;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const result = okValue(await saving);
    expect(result.fileBytes).toBe(DISK_BYTES);
    expect(result.writtenBytes).toBeLessThan(DISK_BYTES / 4);
    expect(answers).toBeGreaterThan(5);
    expect(progress.length).toBeGreaterThan(2);
    expect(progress.at(-1)?.done).toBe(DISK_BYTES);
    const file = okValue(await engine.api.privateFile('responsive.img'));
    expect(file.size).toBe(DISK_BYTES);
    const first = new Uint8Array(await file.slice(0, 4096).arrayBuffer());
    expect(first).toEqual(okValue(await engine.api.readDisk(0, 8)).bytes);
    await removeAll();
  }, 60_000);

  it('cancels a job through an abort signal, and leaves no file behind', async () => {
    const engine = client();
    const pile = await diskInView(engine);
    const controller = new AbortController();
    const outcome = await engine.run((api, job) => api.save(saveRequest(pile, 'cancelled.img'), job), {
      signal: controller.signal,
      onProgress: ({ done }) => void (done > 0 && controller.abort()),
    });
    expect(outcome).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(okValue(await engine.api.listPrivate()).files).toEqual([]);
    const already = await engine.run((api, job) => api.save(saveRequest(pile, 'never.img'), job), {
      signal: AbortSignal.abort(),
    });
    expect(already).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(okValue(await engine.api.listPrivate()).files).toEqual([]);
  }, 60_000);

  it('takes the sample into private storage, opens it there again and removes it', async () => {
    const engine = client();
    const pile = await sampleInView(engine);
    const before = okValue(await engine.api.readDisk(0, 64)).bytes;
    const ids = pile.files.map(({ id }) => id);
    const view = okValue(await engine.run((api, job) => api.takePrivate(ids, job)));
    expect(view.files.every(({ storage }) => storage === 'private')).toBe(true);
    okValue(await engine.run((api, job) => api.viewFrom(pile.leaves[0] ?? 0, job)));
    expect(okValue(await engine.api.readDisk(0, 64)).bytes).toEqual(before);
    okValue(await engine.api.closePile());
    const { files } = okValue(await engine.api.listPrivate());
    expect(files.map(({ open }) => open)).not.toContain(true);
    const sources = files.map(({ name }) => ({ kind: 'private', name }) as const);
    expect(okValue(await engine.run((api, job) => api.open(sources, job))).files).toHaveLength(
      pile.files.length,
    );
    okValue(await engine.api.closePile());
    await removeAll();
  }, 60_000);
});

describe('a worker that dies', () => {
  it('is noticed when it falls silent: calls end, the page is told, and a restart begins anew', async () => {
    const { engine, workers } = exposedClient();
    const deaths: string[] = [];
    engine.onDeath((problem) => deaths.push(problem.code));
    const pile = await diskInView(engine);
    const saving = engine.run((api, job) => api.save(saveRequest(pile, 'lost.img'), job));
    await new Promise((resolve) => setTimeout(resolve, 100));
    workers[0]?.terminate();
    expect(await saving).toMatchObject({ ok: false, error: { code: 'engine-failed' } });
    expect(deaths).toEqual(['engine-failed']);
    expect(await engine.api.readDisk(0, 1)).toMatchObject({ ok: false, error: { code: 'engine-failed' } });
    await engine.restart();
    expect(workers).toHaveLength(2);
    expect(okValue(await engine.run((api, job) => api.open([], job))).files).toEqual([]);
    await diskInView(engine);
    await removeAll();
  }, 60_000);

  it('is noticed when it cannot start', async () => {
    const startWorker = () => {
      const script = URL.createObjectURL(
        new Blob(['throw new Error("no worker today")'], { type: 'text/javascript' }),
      );
      return new Worker(script);
    };
    const engine = client({ startWorker });
    const deaths: string[] = [];
    engine.onDeath((problem) => deaths.push(problem.message));
    expect(await engine.api.openSample()).toMatchObject({ ok: false, error: { code: 'engine-failed' } });
    expect(deaths).toHaveLength(1);
    expect(deaths[0]).toContain('no worker today');
  });

  it('is not taken for one that works hard: silence is counted only while calls wait', async () => {
    const { engine } = exposedClient();
    const deaths: string[] = [];
    engine.onDeath((problem) => deaths.push(problem.code));
    await diskInView(engine);
    await new Promise((resolve) => setTimeout(resolve, 7000));
    okValue(await engine.api.readDisk(0, 8));
    expect(deaths).toEqual([]);
  });
});
