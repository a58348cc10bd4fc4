import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { OpfsFolder } from '../../../src/storage/opfsFolder.ts';
import {
  expectBytes,
  failure,
  folderConformance,
  randomBytes,
  sinkConformance,
  storageConformance,
} from '../../support/storageConformance.ts';
import { RemoteFolder, startWorker } from './remote.ts';

const { worker, remote } = startWorker();
let folders = 0;
let folder = '';
const nextFolder = () => {
  folder = `test-${folders++}`;
};
nextFolder();

async function removeFolders(): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const names: string[] = [];
  for await (const name of root.keys()) if (name.startsWith('test-')) names.push(name);
  for (const name of names) await root.removeEntry(name, { recursive: true }).catch(() => {});
}

afterEach(nextFolder);
afterAll(async () => {
  worker.terminate();
  await removeFolders();
});

for (const access of ['read-write', 'read-only'] as const) {
  for (const now of [false, true]) {
    storageConformance(`OpfsFile, ${access}${now ? ', without waiting' : ''}`, {
      make: async (name, bytes) => {
        const here = new RemoteFolder(remote, folder, now);
        const file = await here.create(name);
        await file.write(0, bytes);
        await file.close();
        return here.open(name, access);
      },
      access,
      durable: true,
      // Across the worker's boundary nothing is without waiting; `now` uses it on the other side.
      readsNow: false,
      cleanUp: async () => nextFolder(),
    });
  }
}

folderConformance('OpfsFolder', { make: async () => new RemoteFolder(remote, folder) });

sinkConformance('An OpfsFolder', {
  make: (name) => new RemoteFolder(remote, folder).sink(name),
  bytes: async (name) => {
    const here = new RemoteFolder(remote, folder);
    if (!(await here.list()).some((entry) => entry.name === name)) return null;
    return new Uint8Array(await (await here.snapshot(name)).arrayBuffer());
  },
});

const put = async (here: RemoteFolder, name: string, bytes: Uint8Array) => {
  const file = await here.create(name);
  await file.write(0, bytes);
  await file.close();
};

describe('OpfsFolder', () => {
  it("says 'busy' of a file that is open for writing, here or in another worker", async () => {
    const here = new RemoteFolder(remote, folder);
    const file = await here.create('a.vhd');
    await failure('busy', () => here.open('a.vhd', 'read-only'));
    await failure('busy', () => here.open('a.vhd', 'read-write'));
    await failure('busy', () => here.remove('a.vhd'));
    await failure('busy', () => here.rename('a.vhd', 'b.vhd'));
    const second = startWorker();
    const there = new RemoteFolder(second.remote, folder);
    const error = await failure('busy', () => there.open('a.vhd', 'read-write'));
    expect(error.message).toContain('a.vhd');
    await failure('busy', () => there.remove('a.vhd'));
    await failure('busy', () => there.rename('a.vhd', 'b.vhd'));
    await file.close();
    await (await there.open('a.vhd', 'read-write')).close();
    second.worker.terminate();
  });

  it('lets a second worker read what is only read here', async () => {
    const here = new RemoteFolder(remote, folder);
    await put(here, 'a.vhd', randomBytes(1000, 1));
    const file = await here.open('a.vhd', 'read-only');
    const second = startWorker();
    const other = await new RemoteFolder(second.remote, folder).open('a.vhd', 'read-only');
    const target = new Uint8Array(1000);
    await other.read(0, target);
    expectBytes(target, randomBytes(1000, 1));
    await failure('busy', () => here.open('a.vhd', 'read-write'));
    await other.close();
    await file.close();
    second.worker.terminate();
  });

  it('gives a file for a download while it is open for reading', async () => {
    const here = new RemoteFolder(remote, folder);
    await put(here, 'a.vhd', randomBytes(5000, 2));
    const file = await here.open('a.vhd', 'read-only');
    expectBytes(new Uint8Array(await (await here.snapshot('a.vhd')).arrayBuffer()), randomBytes(5000, 2));
    await file.close();
  });

  it('keeps what was flushed when its worker dies', async () => {
    const second = startWorker();
    const file = await new RemoteFolder(second.remote, folder).create('a.vhd');
    await file.write(0, randomBytes(5000, 3));
    await file.flush();
    second.worker.terminate();
    const here = new RemoteFolder(remote, folder);
    // The dead worker's lock goes with it, a moment later.
    await expect
      .poll(() => here.open('a.vhd', 'read-only').then((opened) => opened.close(), String))
      .toBeUndefined();
    expectBytes(new Uint8Array(await (await here.snapshot('a.vhd')).arrayBuffer()), randomBytes(5000, 3));
  });

  it("says 'unsupported' where files cannot be opened: outside of workers", async () => {
    await put(new RemoteFolder(remote, folder), 'a.vhd', randomBytes(10, 4));
    const here = await OpfsFolder.open(folder);
    expect((await here.list()).map(({ name }) => name)).toEqual(['a.vhd']);
    await failure('unsupported', () => here.open('a.vhd', 'read-only'));
  });

  it('tells size and time of every file', async () => {
    const here = new RemoteFolder(remote, folder);
    const before = Date.now() - 5000;
    await put(here, 'a.vhd', randomBytes(1234, 5));
    const [entry] = await here.list();
    expect(entry?.sizeBytes).toBe(1234);
    expect(entry?.modifiedMs ?? 0).toBeGreaterThan(before);
  });
});
