/** Where in which file the bytes of one step of the walk are, for the hex view. */
import { SECTOR_BYTES } from '../../base/units.ts';
import type { FileId, ReadTrace } from '../../engine/api.ts';
import type { ByteRange } from './selection.svelte.ts';

const BAT_ENTRY_BYTES = 4;

/** null for steps that touch no bytes and have no neighbour that does. A fall shows what sent it down. */
export function stepPlace(trace: ReadTrace, index: number, layers: readonly FileId[]): ByteRange | null {
  for (let i = index; i >= 0; i--) {
    const step = trace.steps[i];
    if (!step) return null;
    const target = layers[step.layer];
    if (target === undefined) return null;
    switch (step.action) {
      case 'bat-lookup':
        return { target, offset: step.entryOffset, lengthBytes: BAT_ENTRY_BYTES };
      case 'bitmap-lookup':
        return {
          target,
          offset: step.bitmapOffset,
          lengthBytes: Math.ceil((step.sectorCount + (step.sectorInBlock % 8)) / 8),
        };
      case 'read-data':
        return { target, offset: step.fileOffset, lengthBytes: step.sectorCount * SECTOR_BYTES };
    }
  }
  return null;
}
