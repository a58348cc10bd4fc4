/** Steps of a read in words: the list that stands behind the drawing, and the line under it. */
import { hexOffset } from '../../base/bytes.ts';
import { grouped, SECTOR_BYTES, sizeText } from '../../base/units.ts';
import type { TraceStep } from '../../engine/api.ts';
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
