/** The worker that reads file systems, over real Blobs and real private storage. */
import { wrap } from 'comlink';
import { afterEach, describe, expect, it } from 'vitest';
import { browserFilesHost } from '../../../src/engine/browserFilesHost.ts';
import { FilesRemote } from '../../../src/engine/filesRemote.ts';
import { SPOOL_FOLDER } from '../../../src/engine/filesSpool.ts';
import type { FilesHost } from '../../../src/filesystems/filesHost.ts';
import { BlobFile } from '../../../src/storage/blobFile.ts';
import { JoinedFile } from '../../../src/storage/joinedFile.ts';
import type { RandomAccessFile } from '../../../src/storage/randomAccessFile.ts';
import {
  asBlob,
  asBlobFile,
  asFilesSource,
  differs,
  filesScene,
  keeping,
  lookInto,
  sha256,
} from '../../support/filesScene.ts';
import type { NestedFiles } from './files.worker.ts';

const small = filesScene(2);
const hosts: FilesHost[] = [];
let workers: Worker[] = [];

afterEach(() => {
  for (const host of hosts.splice(0)) host.close();
  workers = [];
});

const programsOwn = () =>
  new Worker(new URL('../../../src/engine/filesWorker.ts', import.meta.url), { type: 'module' });
const withoutStorage = () =>
  new Worker(new URL('./filesWithoutStorage.worker.ts', import.meta.url), { type: 'module' });

/** Starts the program's own worker, and keeps hold of it. */
async function hostOf(files: readonly RandomAccessFile[], startWorker = programsOwn): Promise<FilesHost> {
  const start = () => {
    const worker = startWorker();
    workers.push(worker);
    return worker;
  };
  const noFolder = () => Promise.reject(new Error('not asked for'));
  const host = browserFilesHost(await asFilesSource(files), noFolder, start);
  hosts.push(host);
  return host;
}

async function spoolNames(): Promise<string[]> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(SPOOL_FOLDER, { create: true });
  const names: string[] = [];
  for await (const name of folder.keys()) names.push(name);
  return names;
}

async function expectPoint(host: FilesHost, scene: typeof small, point: number): Promise<void> {
  const wanted = scene.contents[point] ?? new Map();
  const { volume, items } = await lookInto(host, point);
  expect(items.map(({ path }) => path).sort()).toEqual([...wanted.keys()].sort());
  const { found, consumer } = keeping();
  await host.read(point, volume, items, consumer);
  const inspected = await host.inspect(point, volume, items, { headBytes: 64, hash: true, runs: true });
  for (const [i, { path, sizeBytes }] of items.entries()) {
    const bytes = wanted.get(path) ?? new Uint8Array(0);
    expect(sizeBytes, path).toBe(bytes.length);
    expect(differs(found.get(path), bytes), `${path} at point ${point}`).toBe(false);
    expect(inspected[i]?.problem).toBe(null);
    expect(inspected[i]?.sha256, path).toBe(await sha256(bytes));
    expect(differs(inspected[i]?.head, bytes.subarray(0, 64)), path).toBe(false);
  }
  const changing = inspected[items.findIndex(({ path }) => path === 'folder/changing.bin')];
  expect(changing?.runs.some(({ layer }) => layer === point)).toBe(true);
}

describe('file systems in a worker', () => {
  it('come out of Blobs at every point as they were written, with hashes and places', async () => {
    const host = await hostOf(small.files.map(asBlobFile));
    for (const point of small.files.keys()) await expectPoint(host, small, point);
    expect(await host.layersBetween(0, 1, Float64Array.of(0, 24 * 2 ** 20))).toEqual([0]);
    expect(workers).toHaveLength(1);
    expect(typeof SharedArrayBuffer, 'this page shares no memory with its workers').toBe('undefined');
  });

  it('come out of files in memory and of split ones', async () => {
    const [leaf, middle, base] = small.files;
    if (!leaf || !middle || !base) throw new Error('three files');
    const bytes = base.bytes() as Uint8Array<ArrayBuffer>;
    const cut = Math.floor(bytes.length / 3);
    const parts = [bytes.subarray(0, cut), bytes.subarray(cut)];
    const split = new JoinedFile(
      base.name,
      parts.map((part, i) => new BlobFile(`part ${i}`, new Blob([part]))),
    );
    await expectPoint(await hostOf([asBlobFile(leaf), middle, split]), small, 0);
  });

  it('come out of private storage, from a worker of a worker', async () => {
    const worker = new Worker(new URL('./files.worker.ts', import.meta.url), { type: 'module' });
    const found = await wrap<NestedFiles>(worker).readMixed(`files ${crypto.randomUUID()}`);
    worker.terminate();
    for (const [path, bytes] of small.contents[0] ?? [])
      expect(differs(found.get(path), bytes), path).toBe(false);
    expect(found.size).toBe(3);
  });

  it('wait in private storage where more comes out than is taken in; nothing is left of it', async () => {
    const scene = filesScene(70);
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(SPOOL_FOLDER, { create: true });
    await folder.getFileHandle('left by a page that was closed', { create: true });
    const host = await hostOf(scene.files.map(asBlobFile));
    const { volume, items } = await lookInto(host, 0);
    let waiting: string[] = [];
    const { found, consumer } = keeping(async () => {
      if (waiting.length === 0) waiting = await spoolNames();
    });
    await host.read(0, volume, items, consumer);
    expect(waiting).toHaveLength(1);
    expect(waiting[0]).not.toContain('left');
    for (const [path, bytes] of scene.contents[0] ?? [])
      expect(differs(found.get(path), bytes), path).toBe(false);
    expect(await spoolNames()).toEqual([]);
  });
});

describe('without private storage', () => {
  it('what is too much waits in Blobs, whole', async () => {
    const scene = filesScene(70);
    const before = await spoolNames();
    const host = await hostOf(scene.files.map(asBlobFile), withoutStorage);
    const { volume, items } = await lookInto(host, 1);
    const { found, consumer } = keeping(() => new Promise((resolve) => setTimeout(resolve)));
    await host.read(1, volume, items, consumer);
    for (const [path, bytes] of scene.contents[1] ?? [])
      expect(differs(found.get(path), bytes), path).toBe(false);
    expect(await spoolNames()).toEqual(before);
  });
});

describe('a worker that is ended', () => {
  it('by a cancel in the middle rejects at once, and the next call works', async () => {
    const host = await hostOf(filesScene(40).files.map(asBlobFile));
    const { volume, items } = await lookInto(host, 0);
    const controller = new AbortController();
    let writes = 0;
    const { consumer } = keeping(() => {
      if (++writes === 3) controller.abort();
    });
    const read = host.read(0, volume, items, consumer, { signal: controller.signal });
    await expect(read).rejects.toMatchObject({ code: 'cancelled' });
    const before = writes;
    expect((await lookInto(host, 2)).items).toHaveLength(3);
    expect(writes).toBe(before);
    expect(workers).toHaveLength(2);
  });

  it('from outside is replaced at the next call', async () => {
    const files = small.files.map(asBlobFile);
    const host = await hostOf(files);
    await lookInto(host, 0);
    workers[0]?.terminate();
    expect((await lookInto(host, 1)).items).toHaveLength(3);
    expect(workers).toHaveLength(2);
  });

  it('by a fault rejects the call that runs', async () => {
    const host = await hostOf(filesScene(40).files.map(asBlobFile));
    const { volume, items } = await lookInto(host, 0);
    const { consumer } = keeping(() => {
      workers[0]?.dispatchEvent(new ErrorEvent('error', { message: 'out of memory', cancelable: true }));
    });
    await expect(host.read(0, volume, items, consumer)).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining('out of memory'),
    });
    expect((await lookInto(host, 0)).items).toHaveLength(3);
  });

  it('because it cannot be started is a fault of that call', async () => {
    const source = await asFilesSource(small.files.map(asBlobFile));
    const broken = () =>
      new Worker(URL.createObjectURL(new Blob(['throw new Error("no")'])), { type: 'module' });
    const host = browserFilesHost(source, () => Promise.reject(new Error('not asked for')), broken);
    await expect(host.volumes(0)).rejects.toMatchObject({ code: 'io' });
    expect(host).toBeInstanceOf(FilesRemote);
  });
});

describe('a file that goes away', () => {
  it('is a fault of the call, with the file', async () => {
    const root = await navigator.storage.getDirectory();
    const name = `gone ${crypto.randomUUID()}`;
    const handle = await root.getFileHandle(name, { create: true });
    const writable = await handle.createWritable();
    const [leaf, ...rest] = small.files;
    if (!leaf) throw new Error('a leaf');
    await writable.write(asBlob(leaf));
    await writable.close();
    const file = await handle.getFile();
    const host = await hostOf([new BlobFile(leaf.name, file), ...rest.map(asBlobFile)]);
    await root.removeEntry(name);
    const error = await host.volumes(0).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ problem: { where: { file: leaf.name } } });
    expect(['vanished', 'changed']).toContain(error instanceof Error && 'code' in error && error.code);
  });
});
