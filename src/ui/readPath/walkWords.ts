/** Steps of a read in words: the list that stands behind the drawing, and the line under it. */
import { hexOffset } from '../../base/bytes.ts';
import { grouped, SECTOR_BYTES, sizeText } from '../../base/units.ts';
import type { TraceExtent, TraceStep } from '../../engine/api.ts';
import { NO_BLOCK } from './walkModel.ts';

/** `name` is the file of the step's layer; `lastLayer` the oldest file that is here. */
export function stepWords(step: TraceStep, name: string, lastLayer: number): string {
  const file = `layer ${step.layer}, ${name}`;
  switch (step.action) {
    case 'bat-lookup': {
      const entry = `entry ${grouped(step.block)} of the block table at ${hexOffset(step.entryOffset)}`;
      return step.entry === NO_BLOCK
        ? `${file}: ${entry} is unused, the file does not hold the block`
        : `${file}: ${entry} says sector ${grouped(step.entry)}, the block is in this file`;
    }
    case 'bitmap-lookup': {
      const bit = `the bitmap at ${hexOffset(step.bitmapOffset)}${step.cached ? ', in memory,' : ''}`;
      const what = step.sectorCount === 1 ? 'the sector' : `${grouped(step.sectorCount)} sectors`;
      return `${file}: ${bit} says ${step.present ? `1, this file answers ${what}` : `0, the parent is asked for ${what}`}`;
    }
    case 'fall-to-parent':
      return step.layer < lastLayer
        ? `from layer ${step.layer} on to its parent, layer ${step.layer + 1}`
        : `layer ${step.layer} asks its parent, which is not here: there is no answer`;
    case 'read-data':
      return `${file}: ${sizeText(step.sectorCount * SECTOR_BYTES)} are read at ${hexOffset(step.fileOffset)}`;
    case 'fill-zero':
      return `${file}: no file holds it, ${sizeText(step.sectorCount * SECTOR_BYTES)} read as zeros`;
  }
}

/** The bytes that a step looks at, in the file of its layer; null where it looks at none. */
export function stepBytes(step: TraceStep): { offset: number; lengthBytes: number } | null {
  switch (step.action) {
    case 'bat-lookup':
      return { offset: step.entryOffset, lengthBytes: 4 };
    case 'bitmap-lookup':
      return {
        offset: step.bitmapOffset,
        lengthBytes: Math.floor(((step.sectorInBlock % 8) + step.sectorCount - 1) / 8) + 1,
      };
    case 'read-data':
      return { offset: step.fileOffset, lengthBytes: step.sectorCount * SECTOR_BYTES };
    default:
      return null;
  }
}

export const EXTENT_WORDS: Readonly<Record<TraceExtent['kind'], string>> = {
  data: 'data',
  zero: 'written zeros',
  unallocated: 'in no file, zeros',
  missing: 'missing, parent not here',
};
