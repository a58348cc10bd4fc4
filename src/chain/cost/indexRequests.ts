/** What this program asks of the files for a read, in order, without reading the data. */
import { SECTOR_BYTES } from '../../base/units.ts';
import { type DiskCore, EXTENT_FIELDS } from '../../core/core.ts';
import { LAYER_MISSING, type PageRequest } from '../../core/records.ts';
import type { LayerFiles } from '../layerFiles.ts';
import { ReadPlan } from '../readPlan.ts';
import type { FileRequest, ReadRequests } from './fileRequests.ts';

/** Used within one turn only. */
const PLAN = new ReadPlan();

/** Pieces of bitmap that are not in memory are read, and are there afterwards, as after the read itself. */
export async function indexRequests(
  core: DiskCore,
  files: LayerFiles,
  firstSector: number,
  sectorCount: number,
): Promise<ReadRequests> {
  const requests: FileRequest[] = [];
  let tableLookups = 0;
  let bitmapLookups = 0;
  let done = 0;
  while (done < sectorCount) {
    const found = core.resolve(firstSector + done, sectorCount - done);
    if (found < 0) {
      const pages = core.neededPages();
      bitmapLookups += pages.length;
      addPages(requests, core, files, pages);
      await files.loadPages(core, pages);
    } else {
      tableLookups += found;
      addReads(requests, core, files, found, firstSector + done);
      done += found > 0 ? core.answeredSectors : 0;
    }
  }
  return { tableLookups, bitmapLookups, requests };
}

function addPages(
  requests: FileRequest[],
  core: DiskCore,
  files: LayerFiles,
  pages: readonly PageRequest[],
): void {
  const lengthBytes = core.pageSizeBytes;
  const asked = files.readNow ? pages : byLayer(pages);
  for (const { layer, fileOffset } of asked)
    requests.push({ kind: 'bitmap', layer, offset: fileOffset, lengthBytes });
}

function addReads(
  requests: FileRequest[],
  core: DiskCore,
  files: LayerFiles,
  found: number,
  firstSector: number,
): void {
  const { extents } = core;
  const runs = Array.from({ length: found }, (_, i) => ({
    targetSector: (extents[i * EXTENT_FIELDS] ?? 0) - firstSector,
    offset: extents[i * EXTENT_FIELDS + 1] ?? 0,
    sectorCount: extents[i * EXTENT_FIELDS + 2] ?? 0,
    layer: extents[i * EXTENT_FIELDS + 3] ?? 0,
  }));
  const add = (layer: number, offset: number, _at: number, sectorCount: number) => {
    requests.push({ kind: 'data', layer, offset, lengthBytes: sectorCount * SECTOR_BYTES });
  };
  if (!files.readNow) {
    for (const run of byLayer(runs))
      if (run.layer < LAYER_MISSING) add(run.layer, run.offset, 0, run.sectorCount);
    return;
  }
  PLAN.clear();
  for (const run of runs) PLAN.add(run.layer, run.offset, run.targetSector, run.sectorCount);
  PLAN.paint(
    (layer) => files.file(layer).readThroughBytes,
    add,
    () => {},
  );
}

/** Files that have to be waited for are asked one by one for everything that is wanted of them, in the order of the first. */
function byLayer<T extends { readonly layer: number }>(items: readonly T[]): T[] {
  const lists = new Map<number, T[]>();
  for (const item of items) {
    const list = lists.get(item.layer);
    if (list) list.push(item);
    else lists.set(item.layer, [item]);
  }
  return [...lists.values()].flat();
}
