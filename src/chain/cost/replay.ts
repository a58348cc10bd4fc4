/** Requests made for real, for the clock of this machine. */
import { must } from '../../base/assert.ts';
import { SECTOR_BYTES, type SectorRange } from '../../base/units.ts';
import type { RandomAccessFile } from '../../storage/randomAccessFile.ts';
import type { DiskChain } from '../diskChain.ts';
import type { FileRequest, ReadRequests } from './fileRequests.ts';
import { type ReadConditions, requestsOfReads } from './readWays.ts';

const MOST_AT_ONCE_BYTES = 1024 ** 2;

/**
 * One request after the other, past caches where the storage has any. What is longer than `target` is read in pieces into
 * the same place. Throws what the storage throws, except that a bitmap behind the end of its file is nothing to read.
 */
export async function replayRequests(
  chain: DiskChain,
  requests: readonly FileRequest[],
  target: Uint8Array = new Uint8Array(MOST_AT_ONCE_BYTES),
): Promise<void> {
  for (const request of requests) {
    const { file } = must(chain.layers[request.layer], 'a request names a layer of the chain');
    // Entries and bits come with their sectors, and a file may end within one.
    const end = request.offset + request.lengthBytes;
    const stop = request.kind === 'data' ? end : Math.min(end, file.sizeBytes);
    for (let at = request.offset; at < stop; at += target.length) {
      const part = target.subarray(0, Math.min(target.length, stop - at));
      if (file.readNow) readNow(file, request, at, part);
      else if (file.readFresh) await file.readFresh(at, part);
      else await file.read(at, part);
    }
  }
}

function readNow(file: RandomAccessFile, { kind }: FileRequest, at: number, part: Uint8Array): void {
  if (kind !== 'data' && file.readTableNow) file.readTableNow(at, part);
  else file.readNow?.(at, part);
}

/** The clock in browsers steps 0.1 ms: only all reads together are timed. `now` in milliseconds. */
export async function measureReads(
  chain: DiskChain,
  reads: readonly SectorRange[],
  conditions: ReadConditions,
  now: () => number,
): Promise<{ readonly microsecondsPerRead: number }> {
  const foretold = await requestsOfReads(chain, reads, conditions);
  const longest = Math.max(SECTOR_BYTES, ...reads.map((read) => read.sectorCount * SECTOR_BYTES));
  // Files of the user are read past the pages that are kept of them, which the engine's own reading does not do.
  const replays = conditions.way === 'walk' || chain.layers.some(({ file }) => file.readFresh);
  const target = new Uint8Array(replays ? MOST_AT_ONCE_BYTES : longest);
  const readOne = replays
    ? replayer(chain, foretold, conditions, target)
    : await reader(chain, reads, conditions, target);
  const start = now();
  for (const [i, read] of reads.entries()) await readOne(read, i);
  return { microsecondsPerRead: ((now() - start) * 1000) / Math.max(1, reads.length) };
}

type ReadOne = (read: SectorRange, i: number) => Promise<void>;

function replayer(
  chain: DiskChain,
  foretold: readonly ReadRequests[],
  { way }: ReadConditions,
  target: Uint8Array,
): ReadOne {
  return ({ firstSector, sectorCount }, i) => {
    if (way === 'walk') chain.walkInMemory(firstSector, sectorCount);
    return replayRequests(chain, foretold[i]?.requests ?? [], target);
  };
}

/** The engine's own reads; one that touches what a missing parent holds is made as far as there are files. */
async function reader(
  chain: DiskChain,
  reads: readonly SectorRange[],
  { state }: ReadConditions,
  target: Uint8Array,
): Promise<ReadOne> {
  const owners = new Uint8Array(target.length / SECTOR_BYTES);
  const misses: boolean[] = [];
  for (const { firstSector, sectorCount } of reads) {
    const extents = await chain.extents(firstSector, sectorCount);
    misses.push(extents.some(({ kind }) => kind === 'missing'));
  }
  return ({ firstSector, sectorCount }, i) => {
    if (state === 'cold') chain.forgetCaches();
    const part = target.subarray(0, sectorCount * SECTOR_BYTES);
    return misses[i] ? chain.readOwned(firstSector, part, owners) : chain.read(firstSector, part);
  };
}
