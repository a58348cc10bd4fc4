/** What a reader without tables in memory reads for a step of the walk: entries and bits come with their sectors. */
import { SECTOR_BYTES } from '../../base/units.ts';
import type { TraceStep } from '../readTrace.ts';
import type { FileRequest } from './fileRequests.ts';

const ENTRY_BYTES = 4;

/** Whole sectors for an entry or for the bits of the step's run; null = the step reads nothing. */
export function requestOf(step: TraceStep): FileRequest | null {
  const { layer, sectorInBlock, sectorCount } = step;
  switch (step.action) {
    case 'bat-lookup':
      return sectorsAround('table', layer, step.entryOffset, ENTRY_BYTES);
    case 'bitmap-lookup': {
      const bits = (sectorInBlock % 8) + Math.max(1, sectorCount);
      return sectorsAround('bitmap', layer, step.bitmapOffset, Math.ceil(bits / 8));
    }
    case 'read-data':
      return { kind: 'data', layer, offset: step.fileOffset, lengthBytes: sectorCount * SECTOR_BYTES };
    case 'fall-to-parent':
    case 'fill-zero':
      return null;
  }
}

function sectorsAround(
  kind: FileRequest['kind'],
  layer: number,
  offset: number,
  lengthBytes: number,
): FileRequest {
  const first = offset - (offset % SECTOR_BYTES);
  const sectors = Math.ceil((offset + lengthBytes - first) / SECTOR_BYTES);
  return { kind, layer, offset: first, lengthBytes: sectors * SECTOR_BYTES };
}
