/** What the walk asks of the files: every look-up of a trace, answered from a cache of sectors or by a request. */
import { SECTOR_BYTES } from '../../base/units.ts';
import type { ReadTrace } from '../readTrace.ts';
import type { FileRequest, ReadRequests } from './fileRequests.ts';
import { requestOf } from './stepRequest.ts';
import type { TableCache } from './tableCache.ts';

/** In the order of the steps. `cache` keeps what was read, for this read and those that follow. */
export function walkRequests(trace: Pick<ReadTrace, 'steps'>, cache: TableCache): ReadRequests {
  const requests: FileRequest[] = [];
  let tableLookups = 0;
  let bitmapLookups = 0;
  for (const step of trace.steps) {
    const request = requestOf(step);
    if (!request) continue;
    if (request.kind === 'data') {
      requests.push(request);
      continue;
    }
    if (request.kind === 'table') tableLookups++;
    else bitmapLookups++;
    const { kind, layer } = request;
    const end = request.offset + request.lengthBytes;
    for (let offset = request.offset; offset < end; offset += SECTOR_BYTES) {
      if (!cache.ask(layer, offset)) requests.push({ kind, layer, offset, lengthBytes: SECTOR_BYTES });
    }
  }
  return { tableLookups, bitmapLookups, requests };
}
