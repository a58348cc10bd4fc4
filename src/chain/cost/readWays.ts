/** What many reads of a disk ask of its files, one after the other: by the walk or by the index, cold or warm. */
import type { SectorRange } from '../../base/units.ts';
import type { DiskChain } from '../diskChain.ts';
import type { ReadTrace } from '../readTrace.ts';
import type { CacheState, ReadRequests, ReadWay } from './fileRequests.ts';
import { TableCache } from './tableCache.ts';
import { walkRequests } from './walkRequests.ts';

export interface ReadConditions {
  readonly way: ReadWay;
  /** `cold`: everything is forgotten before each read. `warm`: the same reads were all made once before. */
  readonly state: CacheState;
  /** For the walk: of tables and bitmaps. The index keeps what the chain was opened with, see `indexCaches`. */
  readonly cacheBytes: number;
  /** Asked between two reads. */
  readonly pause?: () => Promise<void> | undefined;
}

/**
 * Parallel to `reads`. The core's own caches change on the way: nobody else may read from `chain` meanwhile, and a chain
 * that is to be read by the index, warm, is left as all the reads leave it.
 */
export async function requestsOfReads(
  chain: DiskChain,
  reads: readonly SectorRange[],
  { way, state, cacheBytes, pause }: ReadConditions,
): Promise<ReadRequests[]> {
  const cache = new TableCache(cacheBytes);
  chain.forgetCaches();
  const goThrough = async () => {
    const requests: ReadRequests[] = [];
    for (const { firstSector, sectorCount } of reads) {
      await pause?.();
      if (state === 'cold') forget(chain, cache, way);
      requests.push(
        way === 'index'
          ? await chain.traceIndex(firstSector, sectorCount)
          : await walkOf(chain, firstSector, sectorCount, cache),
      );
    }
    return requests;
  };
  if (state === 'warm') await goThrough();
  return goThrough();
}

function forget(chain: DiskChain, cache: TableCache, way: ReadWay): void {
  if (way === 'index') chain.forgetCaches();
  else cache.clear();
}

/** Traces of a range of any length: one that is too long for a trace is walked in pieces. */
export async function tracesOf(
  chain: DiskChain,
  { firstSector, sectorCount }: SectorRange,
): Promise<ReadTrace[]> {
  const traces: ReadTrace[] = [];
  let piece = sectorCount;
  for (let done = 0; done < sectorCount; ) {
    piece = Math.min(piece, sectorCount - done);
    const trace = await chain.trace(firstSector + done, piece);
    if (!trace.complete && piece > 1) {
      piece = Math.ceil(piece / 2);
      continue;
    }
    traces.push(trace);
    done += piece;
  }
  return traces;
}

/** `walkRequests` of a range of any length. */
export async function walkOf(
  chain: DiskChain,
  firstSector: number,
  sectorCount: number,
  cache: TableCache,
): Promise<ReadRequests> {
  const traces = await tracesOf(chain, { firstSector, sectorCount });
  const parts = traces.map((trace) => walkRequests(trace, cache));
  return {
    tableLookups: parts.reduce((sum, part) => sum + part.tableLookups, 0),
    bitmapLookups: parts.reduce((sum, part) => sum + part.bitmapLookups, 0),
    requests: parts.flatMap((part) => part.requests),
  };
}

/**
 * How `openChain` is told to keep `cacheBytes`: half for owner maps, half for the bitmaps that they are painted from. The
 * core keeps no less than one read needs.
 */
export function indexCaches(cacheBytes: number): { readonly ownerBytes: number; readonly pageBytes: number } {
  const pageBytes = Math.floor(cacheBytes / 2);
  return { ownerBytes: cacheBytes - pageBytes, pageBytes };
}
