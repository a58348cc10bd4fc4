/** The proof: the hash that anybody else computes, and the pieces in which two disks differ. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { type Progress, ProgressMeter } from '../../../src/base/progress.ts';
import { MIB, type SectorRange } from '../../../src/base/units.ts';
import type { DiskPiece } from '../../../src/chain/diskPass.ts';
import { openChain } from '../../../src/chain/openChain.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { hashDisk, type PassedDisk } from '../../../src/export/hashDisk.ts';
import { type Hasher, wasmHasher } from '../../../src/export/hasher.ts';
import { openRaw } from '../../../src/formats/raw/open.ts';
import { type BlockProof, differingPieces, proveDisk } from '../../../src/merge/proof.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';
import { buildRandomChain, SECTOR } from '../../support/imageBuilder.ts';
import { openFiles } from '../../support/openedChain.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

async function diskOf(bytes: Uint8Array): Promise<PassedDisk> {
  const image = await openRaw(MemoryFile.of('disk.img', bytes, 'read-only'));
  if (!('tables' in image)) throw new Error('a raw disk');
  return openChain(module, [image], { complete: true, stagingBytes: 2 * MIB });
}

/** Without the hash of the whole, which takes most of the time. */
async function prove(bytes: Uint8Array): Promise<BlockProof> {
  const hasher: Hasher = { update: () => undefined, digest: () => '', close: () => undefined };
  return proveDisk(await diskOf(bytes), { hasher });
}

function noise(seed: number, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  const words = new Uint32Array(bytes.buffer, 0, lengthBytes >> 2);
  const prng = new Prng(seed);
  for (let i = 0; i < words.length; i += 128) words[i] = prng.next();
  return bytes;
}

describe('the hash', { timeout: 60_000 }, () => {
  test.each([0, 1, 2, 3])('is that of the whole disk, and hashDisk’s (seed %i)', async (seed) => {
    const { files, truth } = buildRandomChain(seed, { virtualSizeBytes: (9000 + seed * 111) * SECTOR });
    const open = () =>
      openFiles(
        module,
        files.map(({ file }) => file),
        true,
        { stagingBytes: 2 * MIB },
      );
    const proof = await proveDisk(await open(), { hasher: await wasmHasher() });
    const disk = truth[0] ?? new Uint8Array(0);
    expect(proof.sha256).toBe(createHash('sha256').update(disk).digest('hex'));
    expect(await hashDisk(await open(), { hasher: await wasmHasher() })).toBe(proof.sha256);
    expect(proof).toMatchObject({
      virtualSizeBytes: disk.length,
      blocks: Math.ceil(disk.length / (2 * MIB)),
    });
    expect(proof.digests).toHaveLength(proof.blocks);
  });

  test('goes on where the caller lets it, tells how far it is, and stops when it is told to', async () => {
    const bytes = noise(1, 5 * MIB);
    let asked = 0;
    const gate = async () => {
      asked++;
    };
    const told: Progress[] = [];
    const meter = new ProgressMeter((each) => told.push(each), 'Hashing', 'bytes', bytes.length);
    await proveDisk(await diskOf(bytes), { hasher: await wasmHasher(), gate, meter });
    expect(asked).toBe(3);
    expect(told.at(-1)?.done).toBe(bytes.length);
    const stop = new AbortController();
    let closed = false;
    const hasher = { ...(await wasmHasher()), close: () => (closed = true) };
    const stopped = proveDisk(await diskOf(bytes), {
      hasher,
      signal: stop.signal,
      gate: async () => stop.abort(new Error('stopped')),
    });
    await expect(stopped).rejects.toThrow('stopped');
    expect(closed).toBe(true);
  });

  test('has no answer where a parent is missing', async () => {
    const { files } = buildRandomChain(5, { layers: 2, virtualSizeBytes: 3 * MIB });
    const orphan = await openFiles(
      module,
      files.slice(0, 1).map(({ file }) => file),
      false,
      { stagingBytes: 2 * MIB },
    );
    await expect(proveDisk(orphan, { hasher: await wasmHasher() })).rejects.toMatchObject({
      code: 'parent-missing',
    });
  });
});

describe('pieces that differ', () => {
  const PIECE = (2 * MIB) / SECTOR;
  const range = (firstPiece: number, pieces: number): SectorRange => ({
    firstSector: firstPiece * PIECE,
    sectorCount: pieces * PIECE,
  });

  test('are those with another byte: each subset of five pieces, the last one partial', async () => {
    const bytes = noise(2, 8 * MIB + SECTOR);
    // A piece of zeros is told without being hashed.
    bytes.fill(0, 4 * MIB, 6 * MIB);
    const before = await prove(bytes);
    expect(differingPieces(before, before)).toEqual([]);
    for (let subset = 1; subset < 32; subset++) {
      const other = bytes.slice();
      const wanted: number[] = [];
      for (let piece = 0; piece < 5; piece++) {
        if (!(subset & (1 << piece))) continue;
        wanted.push(piece);
        const at = Math.min(
          piece * 2 * MIB + ((subset * 7919) % (2 * MIB)),
          other.length - 1 - (subset % SECTOR),
        );
        const inPiece = Math.max(at, piece * 2 * MIB);
        other[inPiece] = (other[inPiece] ?? 0) ^ 0x10;
      }
      const found = differingPieces(before, await prove(other));
      const pieces = found.flatMap(({ firstSector, sectorCount }) =>
        Array.from({ length: Math.ceil(sectorCount / PIECE) }, (_, i) => firstSector / PIECE + i),
      );
      expect(pieces, `subset ${subset}`).toEqual(wanted);
      const last = found.at(-1);
      expect((last?.firstSector ?? 0) + (last?.sectorCount ?? 0)).toBeLessThanOrEqual(bytes.length / SECTOR);
    }
  });

  test('touching one another are told as one', async () => {
    const bytes = noise(3, 10 * MIB);
    const other = bytes.slice();
    for (const piece of [0, 2, 3]) other[piece * 2 * MIB] = 99;
    expect(differingPieces(await prove(bytes), await prove(other))).toEqual([range(0, 1), range(2, 2)]);
  });

  test('are all that one disk has beyond the other, also where it is zeros', async () => {
    const bytes = new Uint8Array(5 * MIB);
    const short = await prove(bytes.subarray(0, 2 * MIB));
    const cut = await prove(bytes.subarray(0, 2 * MIB + SECTOR));
    const long = await prove(bytes);
    const behind = { firstSector: PIECE, sectorCount: (3 * MIB) / SECTOR };
    expect(differingPieces(short, long)).toEqual([behind]);
    expect(differingPieces(long, short)).toEqual([behind]);
    expect(differingPieces(cut, long)).toEqual([behind]);
  });

  test('of more pieces than there was room for at first', async () => {
    const count = 1500;
    const zeros = new Uint8Array(SECTOR);
    async function* passes(): AsyncGenerator<DiskPiece, void, undefined> {
      for (let i = 0; i < count; i++) {
        const bytes = i === 1300 ? Uint8Array.from(zeros, () => 7) : zeros;
        yield {
          firstSector: i * PIECE,
          bytes,
          zero: i !== 1300,
          unallocated: false,
          heldSectors: 1,
          missing: [],
        };
      }
    }
    const disk: PassedDisk = { sectorCount: count * PIECE, passes, isZero: () => true };
    const proof = await proveDisk(disk, { hasher: await wasmHasher() });
    expect(proof.blocks).toBe(count);
    expect([...proof.digests].flatMap((digest, i) => (digest === 0n ? [] : [i]))).toEqual([1300]);
  });
});
