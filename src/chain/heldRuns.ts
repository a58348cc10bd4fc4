/**
 * What the newest layers of a chain hold of a stretch of the disk, put together for a merge: each sector once, from the
 * newest of them that has it. Files that answer at once are read in pieces that reach across small gaps, because a request
 * costs as much as many bytes; the pieces are taken apart in the core's memory.
 */
import { SECTOR_BYTES } from '../base/units.ts';
import { type DiskCore, EXTENT_FIELDS } from '../core/core.ts';
import type { ReadRequest } from '../storage/randomAccessFile.ts';
import type { LayerFiles } from './layerFiles.ts';

/** Sectors from the start of the stretch. */
export interface HeldRun {
  readonly from: number;
  readonly sectorCount: number;
}

/** A gap up to this is read through: a request costs about as much as reading it and taking the runs out of it. */
const READ_THROUGH_BYTES = 32 * 1024;

/** Runs of [firstSector, firstSector + sectorCount) that layers below `layerCount` hold, joined where they touch. */
export async function heldRuns(
  core: DiskCore,
  files: LayerFiles,
  firstSector: number,
  sectorCount: number,
  layerCount: number,
): Promise<HeldRun[]> {
  const runs: { from: number; sectorCount: number }[] = [];
  await eachAnswer(core, files, firstSector, sectorCount, (found) => {
    const { extents } = core;
    for (let i = 0; i < found * EXTENT_FIELDS; i += EXTENT_FIELDS) {
      if ((extents[i + 3] ?? 0) >= layerCount) continue;
      const from = (extents[i] ?? 0) - firstSector;
      const count = extents[i + 2] ?? 0;
      const before = runs.at(-1);
      if (before && before.from + before.sectorCount === from) before.sectorCount += count;
      else runs.push({ from, sectorCount: count });
    }
  });
  return runs;
}

/**
 * Fills those runs of `target`, which begins at `firstSector`, and leaves the rest of it as it is. `target` and `scratch`
 * lie in the staging memory; the larger `scratch`, the fewer the requests.
 */
export async function readHeld(
  core: DiskCore,
  files: LayerFiles,
  firstSector: number,
  target: Uint8Array,
  scratch: Uint8Array,
  layerCount: number,
): Promise<void> {
  const sectorCount = target.length / SECTOR_BYTES;
  const { readNow } = files;
  const requests: { readonly layer: number; readonly request: ReadRequest }[] = [];
  await eachAnswer(core, files, firstSector, sectorCount, (found) => {
    if (readNow) return readSpans(core, files, found, firstSector, target, scratch, layerCount);
    const { extents } = core;
    for (let i = 0; i < found * EXTENT_FIELDS; i += EXTENT_FIELDS) {
      const layer = extents[i + 3] ?? 0;
      if (layer >= layerCount) continue;
      const at = ((extents[i] ?? 0) - firstSector) * SECTOR_BYTES;
      const part = target.subarray(at, at + (extents[i + 2] ?? 0) * SECTOR_BYTES);
      requests.push({ layer, request: { offset: extents[i + 1] ?? 0, target: part } });
    }
  });
  const layers = new Set(requests.map(({ layer }) => layer));
  await Promise.all(
    [...layers].map((layer) =>
      files
        .file(layer)
        .readMany(requests.filter((each) => each.layer === layer).map(({ request }) => request)),
    ),
  );
}

/** Consecutive runs of one file, in extents of the last answer. */
interface Span {
  readonly first: number;
  end: number;
  readonly offset: number;
  endOffset: number;
  runs: number;
}

function readSpans(
  core: DiskCore,
  files: LayerFiles,
  found: number,
  firstSector: number,
  target: Uint8Array,
  scratch: Uint8Array,
  layerCount: number,
): void {
  const { extents } = core;
  const open = new Map<number, Span>();
  for (let i = 0; i < found; i++) {
    const at = i * EXTENT_FIELDS;
    const layer = extents[at + 3] ?? 0;
    if (layer >= layerCount) continue;
    const offset = extents[at + 1] ?? 0;
    const endOffset = offset + (extents[at + 2] ?? 0) * SECTOR_BYTES;
    const span = open.get(layer);
    const gap = span ? offset - span.endOffset : -1;
    if (span && gap >= 0 && gap <= READ_THROUGH_BYTES && endOffset - span.offset <= scratch.length) {
      span.end = i + 1;
      span.endOffset = endOffset;
      span.runs++;
      continue;
    }
    if (span) readSpan(core, files, layer, span, firstSector, target, scratch);
    open.set(layer, { first: i, end: i + 1, offset, endOffset, runs: 1 });
  }
  for (const [layer, span] of open) readSpan(core, files, layer, span, firstSector, target, scratch);
}

function readSpan(
  core: DiskCore,
  files: LayerFiles,
  layer: number,
  { first, end, offset, endOffset, runs }: Span,
  firstSector: number,
  target: Uint8Array,
  scratch: Uint8Array,
): void {
  const lengthBytes = endOffset - offset;
  if (runs === 1) {
    const at = ((core.extents[first * EXTENT_FIELDS] ?? 0) - firstSector) * SECTOR_BYTES;
    files.readNow?.[layer]?.(offset, target.subarray(at, at + lengthBytes));
    return;
  }
  const source = scratch.subarray(0, lengthBytes);
  files.readNow?.[layer]?.(offset, source);
  core.gatherRuns(first, end, layer, offset, source, firstSector, target);
}

/** `take` is told how many extents of the core answer the next part of the range, until all of it is answered. */
async function eachAnswer(
  core: DiskCore,
  files: LayerFiles,
  firstSector: number,
  sectorCount: number,
  take: (found: number) => void,
): Promise<void> {
  for (let done = 0; done < sectorCount; ) {
    const found = core.resolve(firstSector + done, sectorCount - done);
    if (found < 0) await files.loadPages(core, core.neededPages());
    if (found <= 0) continue;
    take(found);
    done += core.answeredSectors;
  }
}
