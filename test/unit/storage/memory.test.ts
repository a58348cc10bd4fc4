import { describe, expect, it } from 'vitest';
import { GIB, MIB, TIB } from '../../../src/base/units.ts';
import { folderSink } from '../../../src/storage/fileSink.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';
import { MemoryFolder } from '../../../src/storage/memoryFolder.ts';
import {
  expectBytes,
  folderConformance,
  randomBytes,
  sinkConformance,
  storageConformance,
} from '../../support/storageConformance.ts';

storageConformance('MemoryFile', {
  make: async (name, bytes) => MemoryFile.of(name, bytes),
  access: 'read-write',
  durable: false,
  readsNow: true,
});

storageConformance('MemoryFile opened for reading', {
  make: async (name, bytes) => MemoryFile.of(name, bytes, 'read-only'),
  access: 'read-only',
  durable: false,
  readsNow: true,
});

folderConformance('MemoryFolder', { make: async () => new MemoryFolder() });

let folder = new MemoryFolder();
sinkConformance('A MemoryFolder', {
  make: (name) => folderSink(folder, name),
  bytes: async (name) =>
    (await folder.list()).some((entry) => entry.name === name) ? folder.bytes(name) : null,
  cleanUp: async () => {
    folder = new MemoryFolder();
  },
});

describe('MemoryFile', () => {
  it('holds a 2 TiB file of a few written places in little memory', async () => {
    const file = new MemoryFile('huge.vhd');
    await file.truncate(2 * TIB);
    await file.write(0, randomBytes(1000, 1));
    await file.write(TIB + 3, randomBytes(1000, 2));
    await file.write(2 * TIB - 512, randomBytes(512, 3));
    expect(file.sizeBytes).toBe(2 * TIB);
    expect(file.content.heldBytes).toBeLessThan(MIB);
    const target = new Uint8Array(1003);
    file.readNow(TIB, target);
    expectBytes(target.subarray(3), randomBytes(1000, 2));
    file.readNow(1900 * GIB, target);
    expectBytes(target, new Uint8Array(1003));
  });

  it('gives memory back when it is cut', async () => {
    const file = MemoryFile.of('a.vhd', randomBytes(MIB, 4));
    await file.truncate(100);
    expect(file.content.heldBytes).toBeLessThan(MIB / 8);
  });

  it('shows in one open file what is written through another', async () => {
    const folder = new MemoryFolder();
    const writer = await folder.create('a.vhd');
    const reader = await folder.open('a.vhd', 'read-only');
    await writer.write(0, randomBytes(100, 5));
    expect(reader.sizeBytes).toBe(100);
    expectBytes(reader.bytes(), randomBytes(100, 5));
  });
});
