/**
 * Storage that fails in the middle of a write: at any call, once or for good, or for want of room. Invariants: each
 * sector reads as before or as written; this chain and the file opened anew tell the same; where the error says that
 * nothing changed, nothing did; the file stays sound, and the next write succeeds.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { DiskError } from '../../../src/base/errors.ts';
import type { DiskChain } from '../../../src/chain/diskChain.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { FaultyFile } from '../../../src/storage/faultyFile.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';
import type { RandomAccessFile } from '../../../src/storage/randomAccessFile.ts';
import { storageFault } from '../../../src/storage/storageErrors.ts';
import { buildImage } from '../../support/imageBuilder.ts';
import { openFiles, sameBytes } from '../../support/openedChain.ts';
import { buildRandomChain, type RandomChain } from '../../support/randomChain.ts';
import { concerns, openToWrite } from '../../support/writtenDisk.ts';

const SECTOR = 512;
let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

/** A file whose call number `failAt` (of writes, flushes and truncates) fails, after some of a write was done. */
class StumblingFile extends MemoryFile {
  calls = 0;
  failAt = Number.POSITIVE_INFINITY;
  /** Calls from `failAt` on that fail. */
  failures = 1;
  /** Share of a failing write's sectors that is done all the same. */
  doneShare = 0.5;

  override async write(offset: number, source: Uint8Array): Promise<void> {
    const done = Math.floor((source.length * this.doneShare) / SECTOR) * SECTOR;
    if (this.fails()) {
      await super.write(offset, this.doneShare === 1 ? source : source.subarray(0, done));
      throw storageFault('io', { action: 'write', file: this.name, offset, lengthBytes: source.length });
    }
    await super.write(offset, source);
  }

  override async flush(): Promise<void> {
    if (this.fails()) throw storageFault('io', { action: 'flush', file: this.name });
    await super.flush();
  }

  override async truncate(sizeBytes: number): Promise<void> {
    if (this.fails()) throw storageFault('io', { action: 'truncate', file: this.name });
    await super.truncate(sizeBytes);
  }

  private fails(): boolean {
    const call = this.calls++;
    return call >= this.failAt && call < this.failAt + this.failures;
  }
}

function chainOf(seed: number): RandomChain {
  const options = { blockSizes: [4096, 8192], virtualSizeBytes: 101 * SECTOR, layers: 1 + (seed % 3) };
  return buildRandomChain(seed, { ...options, base: 'dynamic' });
}

async function readAll(disk: DiskChain): Promise<Uint8Array> {
  const bytes = new Uint8Array(disk.sectorCount * SECTOR);
  await disk.read(0, bytes);
  return bytes;
}

function expectOldOrNew(found: Uint8Array, before: Uint8Array, written: Uint8Array, label: string): void {
  for (let at = 0; at < found.length; at += SECTOR) {
    const sector = found.subarray(at, at + SECTOR);
    const isRight = [before, written].some((each) => sameBytes(sector, each.subarray(at, at + SECTOR)));
    if (!isRight) expect.fail(`${label}: sector ${at / SECTOR} is neither old nor new`);
  }
}

interface Attempt {
  readonly label: string;
  readonly parents: readonly RandomAccessFile[];
  readonly leaf: MemoryFile;
  readonly disk: DiskChain;
  readonly before: Uint8Array;
}

/** One write over 40 sectors that must fail; then everything that must hold. Returns the error. */
async function expectFailedWrite(attempt: Attempt, heal: () => void): Promise<DiskError> {
  const { label, disk, before, leaf, parents } = attempt;
  const bytes = new Uint8Array(40 * SECTOR).fill(0x5a);
  const written = before.slice();
  written.set(bytes, 30 * SECTOR);
  const error = await disk.write(30, bytes).then(
    () => expect.fail(`${label}: the write succeeds`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DiskError)) throw error;
  heal();
  const found = await readAll(disk);
  expectOldOrNew(found, before, written, label);
  expect(error.problem.meaning, label).toMatch(/the sectors 30 to 69 of the disk reads as before/);
  if (!error.problem.meaning?.includes('or as written')) expect(sameBytes(found, before), label).toBe(true);
  const again = await openFiles(module, [leaf, ...parents]);
  const isLeaked = error.problem.meaning?.includes('may have room') ?? false;
  const rules = concerns(again).filter((rule) => !isLeaked || rule !== 'footer-missing');
  expect(rules, label).toEqual([]);

  expect(sameBytes(await readAll(again), found), `${label}: the file reads as the chain`).toBe(true);
  expect((await disk.trace(0, disk.sectorCount)).extents, label).toEqual(
    await disk.extents(0, disk.sectorCount),
  );
  await disk.write(30, bytes);
  expect(sameBytes(await readAll(disk), written), `${label}: the next write`).toBe(true);
  const healed = await openFiles(module, [leaf, ...parents]);
  expect(concerns(healed), label).toEqual([]);
  expect(sameBytes(await readAll(healed), written), `${label}: the next write, opened again`).toBe(true);
  return error;
}

describe('a write that fails', () => {
  it('at any call, once or several times, leaves every sector old or new', async () => {
    const meanings = new Set<string>();
    for (let seed = 1; seed <= 6; seed++) {
      const chain = chainOf(seed);
      const calls = await callsOf(chain);
      for (const [failures, doneShare] of [
        [1, 0.5],
        [1, 1],
        [3, 0.5],
        [100, 1],
      ] as const) {
        for (let failAt = 0; failAt < calls; failAt++) {
          const [first, ...parents] = chain.files.map((each) => each.file);
          const leaf = new StumblingFile(first?.name ?? '', first?.content.copy());
          const disk = await openToWrite(module, [leaf, ...parents]);
          const before = chain.truth[0] ?? new Uint8Array(0);
          // Fills the caches, so that what they hold must follow.
          expect(sameBytes(await readAll(disk), before)).toBe(true);
          leaf.failAt = failAt;
          leaf.failures = failures;
          leaf.doneShare = doneShare;
          const label = `seed ${seed}, call ${failAt}, ${failures} failures, ${doneShare} done`;
          const attempt = { label, parents, leaf, disk, before };
          const error = await expectFailedWrite(attempt, () => {
            leaf.failAt = Number.POSITIVE_INFINITY;
          });
          meanings.add(
            /before the write( or as written|\. The file may)?/.exec(error.problem.meaning ?? '')?.[1] ?? '',
          );
        }
      }
    }
    expect([...meanings].sort()).toEqual(['', ' or as written', '. The file may']);
  });

  async function callsOf(chain: RandomChain): Promise<number> {
    const [first, ...parents] = chain.files.map((each) => each.file);
    const leaf = new StumblingFile(first?.name ?? '', first?.content.copy());
    const disk = await openToWrite(module, [leaf, ...parents]);
    await disk.write(30, new Uint8Array(40 * SECTOR));
    return leaf.calls;
  }

  it('for want of room changes nothing and gives the room back, wherever the drive is full', async () => {
    for (let seed = 1; seed <= 4; seed++) {
      const chain = chainOf(seed);
      const [first, ...parents] = chain.files.map((each) => each.file);
      const fileBytes = first?.sizeBytes ?? 0;
      for (let room = 0; ; room += SECTOR) {
        const leaf = new MemoryFile(first?.name ?? '', first?.content.copy());
        const faulty = new FaultyFile(leaf);
        const disk = await openToWrite(module, [faulty, ...parents]);
        const before = chain.truth[0] ?? new Uint8Array(0);
        await readAll(disk);
        const label = `seed ${seed}, ${room} bytes of room`;
        faulty.faults.fullAtBytes = fileBytes + room;
        const probe = new MemoryFile('probe', leaf.content.copy());
        await (await openToWrite(module, [probe, ...parents])).write(30, new Uint8Array(40 * SECTOR).fill(1));
        if (probe.sizeBytes <= fileBytes + room) break;
        let sizeAfter = -1;
        const attempt = { label, parents, leaf, disk, before };
        const error = await expectFailedWrite(attempt, () => {
          sizeAfter = leaf.sizeBytes;
          faulty.faults.fullAtBytes = null;
        });
        expect(error.code, label).toBe('no-space');
        expect(error.problem.meaning, label).toMatch(/reads as before the write\.$/);
        expect(sizeAfter, label).toBe(fileBytes);
      }
    }
  });

  it('and whose table cannot be read back ends all writing, and says so', async () => {
    const empty = buildImage({ type: 'dynamic', virtualSizeBytes: 101 * SECTOR, blockSizeBytes: 4096 });
    const leaf = new StumblingFile('leaf.vhd', empty.content);
    const faulty = new FaultyFile(leaf);
    const disk = await openToWrite(module, [faulty]);
    // The first call behind the second flush is the table's.
    let flushes = 0;
    const flush = leaf.flush.bind(leaf);
    leaf.flush = async () => {
      await flush();
      if (++flushes < 2) return;
      leaf.failAt = leaf.calls;
      leaf.failures = 100;
      faulty.faults.unreadableFrom = 0;
    };
    await expect(disk.write(0, new Uint8Array(101 * SECTOR))).rejects.toMatchObject({ code: 'io' });
    faulty.faults.unreadableFrom = null;
    leaf.failures = 0;
    await expect(disk.write(0, new Uint8Array(SECTOR))).rejects.toThrow(/could not be read back/);
  });

  it('does not hold up the next one', async () => {
    const chain = chainOf(3);
    const [first, ...parents] = chain.files.map((each) => each.file);
    const leaf = new StumblingFile(first?.name ?? '', first?.content.copy());
    const disk = await openToWrite(module, [leaf, ...parents]);
    leaf.failAt = 0;
    const results = await Promise.allSettled([
      disk.write(0, new Uint8Array(SECTOR).fill(1)),
      disk.write(0, new Uint8Array(SECTOR).fill(2)),
      disk.flush(),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    const sector = new Uint8Array(SECTOR);
    await disk.read(0, sector);
    expect(sector[0]).toBe(2);
  });
});
