import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { TIB } from '../../../src/base/units.ts';
import { folderSink } from '../../../src/storage/fileSink.ts';
import { NodeFile } from '../../../src/storage/nodeFile.ts';
import { NodeFolder } from '../../../src/storage/nodeFolder.ts';
import {
  expectBytes,
  failure,
  folderConformance,
  randomBytes,
  sinkConformance,
  storageConformance,
} from '../../support/storageConformance.ts';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'disklab-storage-'));
let count = 0;
let folder = root;
const nextFolder = () => {
  folder = path.join(root, String(count++));
  fs.mkdirSync(folder);
};
beforeEach(nextFolder);
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

const place = (name: string, bytes: Uint8Array) => {
  const filePath = path.join(folder, name);
  fs.writeFileSync(filePath, bytes);
  return filePath;
};

storageConformance('NodeFile', {
  make: async (name, bytes) => new NodeFile(place(name, bytes), 'read-write'),
  access: 'read-write',
  durable: true,
  readsNow: true,
});

storageConformance('NodeFile opened for reading', {
  make: async (name, bytes) => new NodeFile(place(name, bytes)),
  access: 'read-only',
  durable: true,
  readsNow: true,
});

folderConformance('NodeFolder', { make: async () => new NodeFolder(folder) });

sinkConformance('A NodeFolder', {
  make: (name) => folderSink(new NodeFolder(folder), name),
  bytes: async (name) => {
    const filePath = path.join(folder, name);
    return fs.existsSync(filePath) ? new Uint8Array(fs.readFileSync(filePath)) : null;
  },
});

describe('NodeFile', () => {
  it("says 'vanished' of a file that is not there and 'bad-request' of a folder", async () => {
    const error = await failure('vanished', () => new NodeFile(path.join(folder, 'none.vhd')));
    expect(error.problem.where?.file).toBe('none.vhd');
    await failure('bad-request', () => new NodeFile(folder));
  });

  it("says 'changed' when the file was cut by somebody else", async () => {
    const filePath = place('a.vhd', randomBytes(10_000, 1));
    const file = new NodeFile(filePath);
    fs.truncateSync(filePath, 6000);
    const target = new Uint8Array(1000);
    await file.read(5000, target);
    const error = await failure('changed', () => file.read(5500, target));
    expect(error.problem.where).toEqual({ file: 'a.vhd', offset: 5500, lengthBytes: 1000 });
    expect(error.message).toContain('only 500 bytes');
    await file.close();
  });

  it('goes on reading a file that was removed, as the system allows', async () => {
    const filePath = place('a.vhd', randomBytes(100, 2));
    const file = new NodeFile(filePath);
    try {
      fs.unlinkSync(filePath);
    } catch {
      // Windows does not remove an open file.
    }
    const target = new Uint8Array(100);
    await file.read(0, target);
    expectBytes(target, randomBytes(100, 2));
    await file.close();
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    "says 'permission' of a file that may not be read (not as root, and not on Windows)",
    async () => {
      const filePath = place('secret.vhd', randomBytes(10, 3));
      fs.chmodSync(filePath, 0);
      await failure('permission', () => new NodeFile(filePath));
    },
  );

  it('reads behind 2 TiB of a sparse file', async () => {
    const filePath = path.join(folder, 'sparse.vhd');
    const file = new NodeFile(filePath, 'create');
    await file.truncate(2 * TIB);
    await file.write(2 * TIB - 512, randomBytes(512, 4));
    const target = new Uint8Array(1024);
    await file.read(2 * TIB - 1024, target);
    expectBytes(target.subarray(0, 512), new Uint8Array(512));
    expectBytes(target.subarray(512), randomBytes(512, 4));
    await file.close();
  });
});

describe('NodeFolder', () => {
  it('takes away what a killed run left of the same file', async () => {
    place('out.vhd.part', randomBytes(5000, 5));
    const sink = await folderSink(new NodeFolder(folder), 'out.vhd');
    await sink.write(0, randomBytes(10, 6));
    await sink.close();
    expect(fs.readdirSync(folder)).toEqual(['out.vhd']);
    expectBytes(fs.readFileSync(path.join(folder, 'out.vhd')), randomBytes(10, 6));
  });

  it("says 'vanished' of a folder that is not there", async () => {
    await failure('vanished', () => new NodeFolder(path.join(folder, 'none')).list());
    await failure('vanished', () => new NodeFolder(path.join(folder, 'none')).create('a.vhd'));
  });
});
