import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { must } from '../../../src/base/assert.ts';
import { MIB } from '../../../src/base/units.ts';
import { BlobFile } from '../../../src/storage/blobFile.ts';
import { openUserFile, permissionOf, userSink } from '../../../src/storage/userFile.ts';
import {
  failure,
  randomBytes,
  sinkConformance,
  storageConformance,
} from '../../support/storageConformance.ts';

const SHARED = { access: 'read-only', durable: false, readsNow: false } as const;

storageConformance('BlobFile of a Blob', {
  make: async (name, bytes) => new BlobFile(name, new Blob([bytes])),
  ...SHARED,
});

storageConformance('BlobFile of a File', {
  make: async (name, bytes) => new BlobFile(name, new File([bytes], name)),
  ...SHARED,
});

/** A handle of private storage stands in for a picked one: same interface, no picker. */
const root = await navigator.storage.getDirectory();
const folder = await root.getDirectoryHandle('user-file-test', { create: true });

async function handleOf(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<FileSystemFileHandle> {
  const handle = await folder.getFileHandle(name, { create: true });
  const stream = await handle.createWritable();
  await stream.write(bytes);
  await stream.close();
  return handle;
}

async function clear(): Promise<void> {
  const names: string[] = [];
  for await (const name of folder.keys()) names.push(name);
  for (const name of names) await folder.removeEntry(name);
}

async function bytesOf(name: string): Promise<Uint8Array | null> {
  for await (const handle of folder.values()) {
    if (handle.name === name && handle.kind === 'file') {
      return new Uint8Array(await (await handle.getFile()).arrayBuffer());
    }
  }
  return null;
}

afterEach(clear);
afterAll(() => root.removeEntry('user-file-test', { recursive: true }));

storageConformance('A picked file', {
  make: async (name, bytes) => openUserFile(await handleOf(name, bytes)),
  ...SHARED,
});

sinkConformance('A picked file', {
  // As the picker does: it makes an empty file for a new name.
  make: async (name) => userSink(await folder.getFileHandle(name, { create: true })),
  bytes: bytesOf,
});

describe('a picked file', () => {
  it("says 'changed' when it was written after it was opened", async () => {
    const handle = await handleOf('a.vhd', randomBytes(3 * MIB, 1));
    const file = await openUserFile(handle);
    await file.read(0, new Uint8Array(100));
    // Time stamps of files may have steps of a second.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await handleOf('a.vhd', randomBytes(2 * MIB, 2));
    const error = await failure('changed', () => file.read(2 * MIB, new Uint8Array(MIB)));
    expect(error.problem.where).toEqual({ file: 'a.vhd', offset: 2 * MIB, lengthBytes: MIB });
    expect(error.problem.remedy).toContain('open it again');
  });

  it("says 'vanished' when it was removed after it was opened", async () => {
    const file = await openUserFile(await handleOf('a.vhd', randomBytes(3 * MIB, 3)));
    await folder.removeEntry('a.vhd');
    const error = await failure('vanished', () => file.read(0, new Uint8Array(2 * MIB)));
    expect(error.problem.where?.file).toBe('a.vhd');
    await failure('vanished', () => file.read(0, new Uint8Array(10)));
  });

  it("says 'vanished' when it is gone before it is opened", async () => {
    const handle = await handleOf('a.vhd', randomBytes(10, 4));
    await folder.removeEntry('a.vhd');
    await failure('vanished', () => openUserFile(handle));
  });

  it('tells a withdrawn permission from a change', async () => {
    const handle = await handleOf('a.vhd', randomBytes(2 * MIB, 5));
    const opened = await handle.getFile();
    let refuse = false;
    // A handle whose permission is taken back after the first call, as the browser's site settings do.
    const stubbed = Object.create(handle, {
      name: { value: 'a.vhd' },
      getFile: {
        value: async () => {
          if (refuse) throw new DOMException('not allowed', 'NotAllowedError');
          return opened;
        },
      },
    });
    const file = await openUserFile(stubbed);
    refuse = true;
    await folder.removeEntry('a.vhd');
    await failure('permission', () => file.read(0, new Uint8Array(100)));
  });

  it('has a permission to ask for, granted without pickers', async () => {
    expect(await permissionOf(await handleOf('a.vhd', randomBytes(10, 6)), 'readwrite')).toBe('granted');
  });
});

describe('saving to a picked file', () => {
  it('removes the empty file of the picker when it is given up', async () => {
    const sink = await userSink(await folder.getFileHandle('new.vhd', { create: true }));
    expect((await bytesOf('new.vhd'))?.length).toBe(0);
    await sink.abort();
    expect(await bytesOf('new.vhd')).toBe(null);
  });

  it('reports a failed write at the next call, with its offset', async () => {
    const handle = await folder.getFileHandle('full.vhd', { create: true });
    const stream = await handle.createWritable();
    const stubbed = Object.create(handle, {
      name: { value: 'full.vhd' },
      getFile: { value: () => handle.getFile() },
      createWritable: {
        value: async () => ({
          write: async () => {
            throw new DOMException('full', 'QuotaExceededError');
          },
          abort: () => stream.abort(),
        }),
      },
    });
    const sink = await userSink(stubbed);
    const error = await failure('no-space', async () => {
      for (let at = 0; ; at += MIB) await sink.write(at, new Uint8Array(MIB));
    });
    expect(must(error.problem.where, 'a place').file).toBe('full.vhd');
    await sink.abort();
  });
});
