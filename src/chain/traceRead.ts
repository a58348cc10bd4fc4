/** One read, walked from the newest file to the oldest, with every look-up on the way. */
import { must } from '../base/assert.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import { type DiskCore, EXTENT_FIELDS } from '../core/core.ts';
import { type CoreStep, LAYER_MISSING, LAYER_UNALLOCATED } from '../core/records.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { LayerFiles } from './layerFiles.ts';
import type { ReadTrace, TraceExtent, TraceStep } from './readTrace.ts';

/** Longest range of one trace, sectors: what one table of the core holds in the worst case. */
export const TRACE_LIMIT_SECTORS = 32000;
const TRACE_LIMIT_STEPS = 8192;

export async function traceRead(
  core: DiskCore,
  files: LayerFiles,
  images: readonly DiskImage[],
  firstSector: number,
  sectorCount: number,
): Promise<ReadTrace> {
  const limit = Math.min(sectorCount, TRACE_LIMIT_SECTORS);
  const fresh = new Set<string>();
  const extents: TraceExtent[] = [];
  const steps: TraceStep[] = [];
  let dropped = false;
  let done = 0;
  while (done < limit && !dropped) {
    const found = core.walk(firstSector + done, limit - done, true);
    if (found < 0) {
      const requests = core.neededPages();
      for (const { layer, unit } of requests) fresh.add(`${layer}:${unit}`);
      await files.loadPages(core, requests);
      continue;
    }
    for (let i = 0; i < found; i++) join(extents, extentOf(core.extents, i * EXTENT_FIELDS));
    const taken = core.steps();
    dropped = taken.dropped || steps.length + taken.steps.length > TRACE_LIMIT_STEPS;
    for (const step of taken.steps) steps.push(stepOf(step, images, fresh));
    done += core.answeredSectors;
  }
  const fileReads = extents
    .filter((extent) => extent.kind === 'data')
    .map(({ layer, fileOffset, sectorCount: count }) => ({
      layer,
      offset: fileOffset,
      lengthBytes: count * SECTOR_BYTES,
    }));
  return {
    firstSector,
    sectorCount: done,
    extents,
    steps,
    fileReads,
    complete: done === sectorCount && !dropped,
  };
}

/** Adds a run, joined to the one before where the answer goes on without a break. */
function join(extents: TraceExtent[], next: TraceExtent): void {
  const before = extents.at(-1);
  const goesOn =
    before &&
    before.kind === next.kind &&
    before.layer === next.layer &&
    (before.kind !== 'data' || before.fileOffset + before.sectorCount * SECTOR_BYTES === next.fileOffset);
  if (goesOn) extents[extents.length - 1] = { ...before, sectorCount: before.sectorCount + next.sectorCount };
  else extents.push(next);
}

function extentOf(table: Float64Array, at: number): TraceExtent {
  const layer = table[at + 3] ?? LAYER_UNALLOCATED;
  const kind = layer === LAYER_MISSING ? 'missing' : layer === LAYER_UNALLOCATED ? 'unallocated' : 'data';
  return {
    kind,
    layer: kind === 'data' ? layer : -1,
    firstSector: table[at] ?? 0,
    sectorCount: table[at + 2] ?? 0,
    fileOffset: table[at + 1] ?? -1,
  };
}

function stepOf(step: CoreStep, images: readonly DiskImage[], fresh: ReadonlySet<string>): TraceStep {
  const { layer, block, sectorInBlock, sectorCount, value, fileOffset } = step;
  const place = { layer, block, sectorInBlock, sectorCount };
  switch (step.action) {
    case 'bat-lookup': {
      const { tables } = must(images[layer], 'a step names a layer of the chain');
      const batOffset = tables.kind === 'flat' ? 0 : tables.batOffset;
      return { ...place, action: 'bat-lookup', entryOffset: batOffset + fileOffset, entry: value };
    }
    case 'bitmap-lookup': {
      const cached = !fresh.has(`${layer}:${step.unit}`);
      return { ...place, action: 'bitmap-lookup', bitmapOffset: fileOffset, present: value === 1, cached };
    }
    case 'read-data':
      return { ...place, action: 'read-data', fileOffset };
    case 'fall-to-parent':
    case 'fill-zero':
      return { ...place, action: step.action };
  }
}
