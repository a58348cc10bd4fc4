import { describe, expect, it } from 'vitest';
import { FaultyFile } from '../../../src/storage/faultyFile.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';
import { expectBytes, failure, randomBytes, storageConformance } from '../../support/storageConformance.ts';

storageConformance('FaultyFile without faults', {
  make: async (name, bytes) => new FaultyFile(MemoryFile.of(name, bytes)),
  access: 'read-write',
  durable: false,
  readsNow: true,
});

const make = () => new FaultyFile(MemoryFile.of('a.vhd', randomBytes(1000, 1)));

describe('FaultyFile', () => {
  it('fails every kind of read from a byte on, and none before it', async () => {
    const file = make();
    file.faults.unreadableFrom = 600;
    const target = new Uint8Array(100);
    await file.read(500, target);
    expectBytes(target, randomBytes(1000, 1).subarray(500, 600));
    for (const read of [
      () => file.read(501, target),
      () => file.readNow?.(600, target),
      () => file.readMany([{ offset: 900, target }]),
    ]) {
      const error = await failure('io', read);
      expect(error.problem.where?.file).toBe('a.vhd');
    }
    file.faults.unreadableFrom = null;
    await file.read(900, target);
  });

  it("says 'changed' where the file shrank behind its back", async () => {
    const file = make();
    file.faults.shrunkTo = 100;
    await file.read(0, new Uint8Array(100));
    await failure('changed', () => file.read(50, new Uint8Array(100)));
  });

  it("says 'vanished' and 'permission' to every call", async () => {
    for (const [fault, code] of [
      ['vanished', 'vanished'],
      ['permissionWithdrawn', 'permission'],
    ] as const) {
      const file = make();
      file.faults[fault] = true;
      await failure(code, () => file.read(0, new Uint8Array(1)));
      await failure(code, () => file.readNow?.(0, new Uint8Array(1)));
      await failure(code, () => file.write(0, new Uint8Array(1)));
      await failure(code, () => file.truncate(1));
      await failure(code, () => file.flush());
    }
  });

  it('is full at a byte: what fits is written', async () => {
    const file = make();
    file.faults.fullAtBytes = 1010;
    await file.write(1000, new Uint8Array(10));
    await failure('no-space', () => file.write(1005, new Uint8Array(10).fill(1)));
    expect(file.sizeBytes).toBe(1010);
    await failure('no-space', () => file.write(5000, new Uint8Array(10)));
    expect(file.sizeBytes).toBe(1010);
  });

  it('fails a flush', async () => {
    const file = make();
    file.faults.flushFails = true;
    await failure('io', () => file.flush());
  });

  it('counts what was asked of it', async () => {
    const file = make();
    await file.read(0, new Uint8Array(10));
    await file.readMany([
      { offset: 0, target: new Uint8Array(5) },
      { offset: 9, target: new Uint8Array(5) },
    ]);
    await file.write(0, new Uint8Array(3));
    await file.flush();
    expect(file.counts).toEqual({ reads: 3, readBytes: 20, writes: 1, writtenBytes: 3, flushes: 1 });
  });
});
