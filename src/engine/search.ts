/** Searches bytes in the disk as seen or in one file, with progress and cancel; a cancelled search keeps its hits. */
import { DiskError } from '../base/errors.ts';
import { Pacer } from '../base/pacer.ts';
import { ProgressMeter, type Report } from '../base/progress.ts';
import { MIB, SECTOR_BYTES } from '../base/units.ts';
import type { DiskChain } from '../chain/diskChain.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import { CELL_MISSING, CELL_UNALLOCATED, type SearchQuery, type SearchResult } from './api.ts';
import { filePieces } from './filePieces.ts';
import { type FindAll, StreamSearch } from './streamSearch.ts';

export const LONGEST_NEEDLE_BYTES = 4096;
export const MOST_HITS = 100_000;

const CHUNK_BYTES = 2 * MIB;

export interface SearchTools {
  readonly findAll: FindAll;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** A run of known bytes; what lies between two pieces is missing. */
interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly zero: boolean;
}

export async function searchDisk(
  chain: DiskChain,
  query: SearchQuery,
  tools: SearchTools,
): Promise<SearchResult> {
  const missing = { bytes: 0 };
  const sizeBytes = chain.sectorCount * SECTOR_BYTES;
  const firstSector = Math.floor(checked(query, sizeBytes).fromOffset / SECTOR_BYTES);
  return searchPieces(
    diskPieces(chain, firstSector, tools.signal, missing),
    query,
    sizeBytes,
    tools,
    missing,
  );
}

export async function searchFile(
  file: RandomAccessFile,
  query: SearchQuery,
  tools: SearchTools,
): Promise<SearchResult> {
  const { fromOffset } = checked(query, file.sizeBytes);
  return searchPieces(known(filePieces(file, fromOffset, tools.signal)), query, file.sizeBytes, tools, {
    bytes: 0,
  });
}

function checked(query: SearchQuery, sizeBytes: number): SearchQuery {
  const needles = needlesOf(query);
  const sound =
    needles.every((needle) => needle.length > 0 && needle.length <= LONGEST_NEEDLE_BYTES) &&
    Number.isInteger(query.limit) &&
    query.limit > 0 &&
    Number.isInteger(query.fromOffset) &&
    query.fromOffset >= 0 &&
    query.fromOffset <= sizeBytes;
  if (!sound) {
    throw new DiskError({
      code: 'bad-request',
      message: `A search takes 1 to ${LONGEST_NEEDLE_BYTES} bytes and starts inside the ${sizeBytes} bytes that are there.`,
    });
  }
  return query;
}

function needlesOf(query: SearchQuery): Uint8Array[] {
  return query.alternative ? [query.needle, query.alternative] : [query.needle];
}

async function searchPieces(
  pieces: AsyncIterable<Piece>,
  query: SearchQuery,
  endOffset: number,
  tools: SearchTools,
  missing: { readonly bytes: number },
): Promise<SearchResult> {
  const { fromOffset } = query;
  const search = new StreamSearch(
    needlesOf(query),
    fromOffset,
    Math.min(query.limit, MOST_HITS),
    tools.findAll,
  );
  const meter = new ProgressMeter(tools.report, 'Searching', 'bytes', endOffset - fromOffset);
  const pacer = new Pacer();
  let complete = false;
  try {
    for await (const { offset, bytes, zero } of pieces) {
      // The first piece may begin at its sector, before the byte that the search begins with.
      const ahead = Math.max(0, fromOffset - offset);
      search.feed(offset + ahead, bytes.subarray(ahead), zero);
      meter.advanceTo(offset + bytes.length - fromOffset);
      if (search.full) break;
      await pacer.step(tools.signal);
    }
    if (!search.full) search.endRun();
    complete = !search.full;
  } catch (error) {
    if (!(error instanceof DiskError) || error.code !== 'cancelled') throw error;
  }
  meter.finish();
  return {
    hits: search.hits,
    searchedTo: complete ? endOffset : Math.min(search.searchedTo, endOffset),
    complete,
    missingBytes: missing.bytes,
  };
}

async function* known(pieces: AsyncIterable<{ offset: number; bytes: Uint8Array }>): AsyncGenerator<Piece> {
  for await (const { offset, bytes } of pieces) yield { offset, bytes, zero: false };
}

/**
 * The disk's bytes in order; sectors without an answer are left out and counted. It reads into buffers of its own: the
 * chain's memory for whole passes serves one pass at a time, and a search runs beside whatever the page asks.
 */
async function* diskPieces(
  chain: DiskChain,
  firstSector: number,
  signal: AbortSignal,
  missing: { bytes: number },
): AsyncGenerator<Piece> {
  const chunkSectors = CHUNK_BYTES / SECTOR_BYTES;
  const buffers = [0, 1].map(() => ({
    bytes: new Uint8Array(CHUNK_BYTES),
    owners: new Uint8Array(chunkSectors),
  }));
  const start = (turn: number) => {
    const first = firstSector + turn * chunkSectors;
    const count = Math.min(chunkSectors, chain.sectorCount - first);
    const buffer = buffers[turn % 2];
    if (count <= 0 || !buffer) return null;
    const bytes = buffer.bytes.subarray(0, count * SECTOR_BYTES);
    const owners = buffer.owners.subarray(0, count);
    const reading = chain.readOwned(first, bytes, owners).then(() => ({ first, bytes, owners }));
    // Its fault is thrown when its turn comes, or not at all where the search stops before.
    reading.catch(() => undefined);
    return reading;
  };
  let next = start(0);
  try {
    for (let turn = 1; next !== null; turn++) {
      const { first, bytes, owners } = await next;
      signal.throwIfAborted();
      next = start(turn);
      yield* ownedRuns(first, bytes, owners, missing);
    }
  } finally {
    await next?.catch(() => undefined);
  }
}

function* ownedRuns(
  firstSector: number,
  bytes: Uint8Array,
  owners: Uint8Array,
  missing: { bytes: number },
): Generator<Piece> {
  for (let start = 0; start < owners.length; ) {
    const isMissing = owners[start] === CELL_MISSING;
    let end = start + 1;
    while (end < owners.length && (owners[end] === CELL_MISSING) === isMissing) end++;
    if (isMissing) missing.bytes += (end - start) * SECTOR_BYTES;
    else {
      const offset = (firstSector + start) * SECTOR_BYTES;
      const zero = owners.subarray(start, end).every((owner) => owner === CELL_UNALLOCATED);
      yield { offset, bytes: bytes.subarray(start * SECTOR_BYTES, end * SECTOR_BYTES), zero };
    }
    start = end;
  }
}
