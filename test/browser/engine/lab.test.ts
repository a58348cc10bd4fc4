/** The lab in a real browser, through the real worker: in private storage, killed in the middle, held by one tab, handed out. */
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LabStart, LabView, Outcome } from '../../../src/engine/api.ts';
import { EngineClient } from '../../../src/engine/client.ts';
import { smallScenario } from '../../support/smallScenario.ts';

const SECOND = 1_000_000;
const MIB = 2 ** 20;
const FOLDERS = ['lab-disks', 'lab-snapshots', 'lab-machines', 'picked'];

function okValue<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.error.code}: ${outcome.error.message}`);
  return outcome.value;
}

const scenario = smallScenario({
  machineName: 'LAB-TEST',
  settings: { ...smallScenario().settings, memoryBytes: MIB },
  disks: [{ type: 'dynamic', virtualSizeBytes: 40 * MIB, blockSizeBytes: MIB / 2 }],
  guest: { kind: 'file-server', load: 10 },
  volume: true,
  commands: [
    { atUs: SECOND, command: { do: 'start' } },
    { atUs: 2 * SECOND, command: { do: 'take', name: 'one' } },
    { atUs: 4 * SECOND, command: { do: 'take', name: 'two' } },
    { atUs: 5 * SECOND, command: { do: 'delete', checkpoint: 'one' } },
  ],
  endUs: 5 * SECOND + 1000,
});

async function clear(): Promise<void> {
  const root = await navigator.storage.getDirectory();
  for (const name of FOLDERS) {
    await vi.waitFor(() => root.removeEntry(name, { recursive: true }).catch(unlessGone), {
      timeout: 10_000,
    });
  }
}

function unlessGone(error: unknown): void {
  if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
}

const clients: EngineClient[] = [];

function client(): EngineClient {
  const made = new EngineClient();
  clients.push(made);
  return made;
}

function open(engine: EngineClient, start: LabStart): Promise<Outcome<LabView>> {
  return engine.run((api, job) => api.labOpen(start, job));
}

async function hashes(engine: EngineClient): Promise<readonly (string | null)[]> {
  const all = okValue(await engine.run((api, job) => api.labHashes(job)));
  for (const { problem } of all) expect(problem).toBeNull();
  return all.map(({ sha256 }) => sha256);
}

beforeEach(clear);
afterEach(async () => {
  for (const each of clients.splice(0)) each.close();
  await clear();
});

describe('a lab in private storage', () => {
  it('reads the same as one in memory', async () => {
    const [one, other] = [client(), client()];
    const view = okValue(await open(one, { from: 'scenario', scenario, storage: 'private' }));
    const inMemory = okValue(await open(other, { from: 'scenario', scenario, storage: 'memory' }));
    expect(view.machine).toEqual(inMemory.machine);
    expect(view.guest).toEqual(inMemory.guest);
    expect(await hashes(one)).toEqual(await hashes(other));
    const { files } = okValue(await one.api.labFiles('NOW'));
    expect(files?.length).toBeGreaterThan(0);
  });

  it('whose page is killed in the middle of a merge opens again, and its checkpoints read as before', async () => {
    const before = client();
    okValue(await open(before, { from: 'scenario', scenario, storage: 'private' }));
    let merging = okValue(await before.api.labAdvance({ untilUs: 5 * SECOND + 2000, budgetMs: 10 }));
    for (let us = 5 * SECOND; !merging.merges.some(({ copiedBytes }) => copiedBytes > 0); us += 2000) {
      if (us > 60 * SECOND) throw new Error('nothing is merged');
      merging = okValue(await before.api.labAdvance({ untilUs: us, budgetMs: 1000 }));
    }
    expect(merging.merges.some(({ state }) => state === 'merging' || state === 'catching up')).toBe(true);
    const two = merging.machine.checkpoints.find(({ name }) => name === 'two')?.id;
    const all = okValue(await before.run((api, job) => api.labHashes(job)));
    before.close();
    const after = client();
    const again = await vi.waitFor(async () => okValue(await open(after, { from: 'private' })), {
      timeout: 10_000,
    });
    expect(again.machine.checkpoints.map(({ name }) => name)).toContain('two');
    const now = okValue(await after.run((api, job) => api.labHashes(job)));
    const hashOf = (list: typeof all, node: string | undefined) => list.find((each) => each.node === node);
    expect(hashOf(now, two)).toEqual(hashOf(all, two));
    const end = okValue(await after.api.labAdvance({ untilUs: 600 * SECOND, budgetMs: 20_000 }));
    expect(end.machine.checkpoints.map(({ name }) => name)).toEqual(['two']);
    const merged = okValue(await after.run((api, job) => api.labHashes(job)));
    expect(hashOf(merged, two)).toEqual(hashOf(all, two));
  });

  it('is held by one tab at a time', async () => {
    const [one, other] = [client(), client()];
    okValue(await open(one, { from: 'scenario', scenario, storage: 'private' }));
    const refused = await open(other, { from: 'private' });
    expect(refused).toMatchObject({ ok: false, error: { code: 'busy' } });
    expect(await other.api.labInStorage()).toMatchObject({ ok: false, error: { code: 'busy' } });
    okValue(await one.api.labClose());
    expect(okValue(await other.api.labInStorage())).toMatchObject({
      machineName: 'LAB-TEST',
      checkpoints: 1,
    });
    okValue(await other.api.labRemoveStored());
    expect(okValue(await one.api.labInStorage())).toBeNull();
  });
});

describe('what is handed out', () => {
  it('is a folder that is taken in again in the middle of its merge, and reads the same', async () => {
    const engine = client();
    okValue(await open(engine, { from: 'scenario', scenario, storage: 'private' }));
    const expected = await hashes(engine);
    const root = await navigator.storage.getDirectory();
    const picked = await root.getDirectoryHandle('picked', { create: true });
    const saved = okValue(await engine.run((api, job) => api.labSaveFolder(picked, job)));
    expect(saved.files).toBeGreaterThan(4);
    const machine = await picked.getDirectoryHandle('LAB-TEST');
    const files: Extract<LabStart, { from: 'folder' }>['files'][number][] = [];
    let bytes = 0;
    for await (const folder of machine.values()) {
      if (folder.kind !== 'directory') continue;
      for await (const handle of folder.values()) {
        if (handle.kind !== 'file') continue;
        files.push({ kind: 'handle', handle, path: `LAB-TEST/${folder.name}/${handle.name}` });
        bytes += (await handle.getFile()).size;
      }
    }
    expect([files.length, bytes]).toEqual([saved.files, saved.bytes]);
    const other = client();
    okValue(await open(other, { from: 'folder', files, how: 'restore', storage: 'memory' }));
    expect(await hashes(other)).toEqual(expected);
  });

  it('is a zip with every file of the machine', async () => {
    const engine = client();
    const view = okValue(await open(engine, { from: 'scenario', scenario, storage: 'memory' }));
    const zip = okValue(await engine.run((api, job) => api.labZip(job)));
    const files = unzipSync(new Uint8Array(await zip.arrayBuffer()));
    const expected = view.files.filter(({ name }) => !name.endsWith('.part'));
    expect(Object.keys(files).sort()).toEqual(expected.map(({ name }) => name).sort());
    for (const { name, sizeBytes } of expected) expect(files[name]?.length).toBe(sizeBytes);
  });

  it('is a pile of the machine’s disks, from private storage too, while the lab goes on', async () => {
    const engine = client();
    const view = okValue(await open(engine, { from: 'scenario', scenario, storage: 'private' }));
    const pile = okValue(await engine.run((api, job) => api.labExplore(job)));
    expect(pile.files).toHaveLength(view.files.filter(({ kind }) => kind === 'disk').length);
    expect(pile.leaves).toHaveLength(1);
    okValue(await engine.api.labAdvance({ untilUs: view.nowUs + SECOND, budgetMs: 10_000 }));
    const leaf = pile.leaves[0] ?? 0;
    const chain = okValue(await engine.run((api, job) => api.viewFrom(leaf, job)));
    expect(chain.complete).toBe(true);
  });
});
