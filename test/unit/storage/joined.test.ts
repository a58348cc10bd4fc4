import { describe, expect, it } from 'vitest';
import { BlobFile } from '../../../src/storage/blobFile.ts';
import { FaultyFile } from '../../../src/storage/faultyFile.ts';
import { JoinedFile } from '../../../src/storage/joinedFile.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';
import { expectBytes, failure, randomBytes, storageConformance } from '../../support/storageConformance.ts';

/** `bytes` in pieces of these sizes, the rest in a last one. */
function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    pieces.push(bytes.slice(at, at + size));
    at += size;
  }
  return [...pieces, bytes.slice(at)];
}

const memoryParts = (bytes: Uint8Array, sizes: readonly number[]) =>
  cut(bytes, sizes).map((piece, i) => MemoryFile.of(`a.v0${i}`, piece, 'read-only'));

storageConformance('JoinedFile of memory', {
  make: async (name, bytes) => new JoinedFile(name, memoryParts(bytes, [100, 0, 1, 200_000, 5])),
  access: 'read-only',
  durable: false,
  readsNow: true,
});

storageConformance('JoinedFile of blobs', {
  make: async (name, bytes) =>
    new JoinedFile(
      name,
      cut(bytes, [300_000, 7]).map((piece) => new BlobFile('part', new Blob([piece.slice()]))),
    ),
  access: 'read-only',
  durable: false,
  readsNow: false,
});

describe('JoinedFile', () => {
  it('reads every range of small parts, empty ones among them', async () => {
    const bytes = randomBytes(12, 1);
    for (const sizes of [[], [1], [3, 0, 4], [0, 0, 12], [12], [1, 1, 1, 1, 1, 1]]) {
      const file = new JoinedFile('a.vhd', memoryParts(bytes, sizes));
      for (let offset = 0; offset <= 12; offset++) {
        for (let end = offset; end <= 12; end++) {
          const target = new Uint8Array(end - offset);
          await file.read(offset, target);
          expectBytes(target, bytes.subarray(offset, end));
        }
      }
    }
  });

  it('says in which part a byte stands', () => {
    const file = new JoinedFile('a.vhd', memoryParts(randomBytes(30, 2), [10, 10]));
    const named = [0, 9, 10, 29].map((offset) => {
      const { file: part, offset: inPart } = file.partAt(offset);
      return [part.name, inPart];
    });
    expect(named).toEqual([
      ['a.v00', 0],
      ['a.v00', 9],
      ['a.v01', 0],
      ['a.v02', 9],
    ]);
  });

  it('fails as its part does, and names it', async () => {
    const parts = memoryParts(randomBytes(30, 3), [10, 10]).map((part) => new FaultyFile(part));
    const file = new JoinedFile('a.vhd', parts);
    if (parts[1]) parts[1].faults.vanished = true;
    await file.read(0, new Uint8Array(10));
    const error = await failure('vanished', () => file.read(5, new Uint8Array(10)));
    expect(error.problem.where?.file).toBe('a.v01');
  });
});
