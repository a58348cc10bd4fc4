/** Requests counted, and counted requests turned into time. */
import type { FileRequest, ReadCounts, ReadRequests } from './fileRequests.ts';
import { type DriveCosts, requestNs } from './storageProfile.ts';

export const NS_PER_US = 1000;

export function countsOf({ tableLookups, bitmapLookups, requests }: ReadRequests): ReadCounts {
  const reads = { table: 0, bitmap: 0, data: 0 };
  const asked = new Set<number>();
  const withData = new Set<number>();
  let readBytes = 0;
  for (const { kind, layer, lengthBytes } of requests) {
    reads[kind]++;
    readBytes += lengthBytes;
    asked.add(layer);
    if (kind === 'data') withData.add(layer);
  }
  return {
    tableLookups,
    bitmapLookups,
    tableReads: reads.table,
    bitmapReads: reads.bitmap,
    dataReads: reads.data,
    readBytes,
    filesAsked: asked.size,
    filesWithData: withData.size,
  };
}

/**
 * One request after the other on a drive that holds all files. A request seeks unless it begins in the file where the one
 * before it ended; the first one always does, as nobody knows where the drive stands.
 */
export function microsecondsOf(requests: readonly FileRequest[], costs: DriveCosts): number {
  return nanosecondsOf(requests, costs) / NS_PER_US;
}

/** The same, whole: sums of it do not depend on their order. */
export function nanosecondsOf(requests: readonly FileRequest[], costs: DriveCosts): number {
  let ns = 0;
  let before: FileRequest | null = null;
  for (const request of requests) {
    const goesOn = before?.layer === request.layer && before.offset + before.lengthBytes === request.offset;
    ns += requestNs(costs, request.lengthBytes, !goesOn);
    before = request;
  }
  return ns;
}
