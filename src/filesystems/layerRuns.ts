/** Which file of the chain answers stretches of a point's disk. */
import { must } from '../base/assert.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import type { DiskChain } from '../chain/diskChain.ts';
import type { TraceExtent } from '../chain/readTrace.ts';
import type { ByteRanges } from './diskWindow.ts';
import type { LayerRun } from './filesHost.ts';

/** Sectors that are asked for at once: a bound for the answer, whatever the files hold. */
const PIECE_SECTORS = 65_536;
const LAYER_OF_GAP = { unallocated: -1, missing: -2 } as const;

interface FoundRuns {
  readonly runs: readonly LayerRun[];
  /** Bytes of stretches that are not told, because there are more than `mostRuns`. */
  readonly leftOutBytes: number;
}

/**
 * `ranges` are bytes of `disk`, the disk of point `point`. Sectors that they touch in part count whole; neighbours that one
 * layer answers are joined.
 */
export async function layerRunsOf(
  disk: DiskChain,
  point: number,
  ranges: ByteRanges,
  mostRuns: number,
): Promise<FoundRuns> {
  const runs: { readonly firstSector: number; sectorCount: number; readonly layer: number }[] = [];
  let leftOut = 0;
  for await (const { kind, layer, firstSector, sectorCount } of answersOf(disk, ranges)) {
    const from =
      kind === 'data' ? layer + point : kind === 'missing' ? LAYER_OF_GAP.missing : LAYER_OF_GAP.unallocated;
    const before = runs.at(-1);
    if (before && before.layer === from && before.firstSector + before.sectorCount === firstSector)
      before.sectorCount += sectorCount;
    else if (runs.length < mostRuns) runs.push({ firstSector, sectorCount, layer: from });
    else leftOut += sectorCount;
  }
  return { runs, leftOutBytes: leftOut * SECTOR_BYTES };
}

/** The runs of several files of one disk, in its order, each sector once: files share tables that lead to them. */
export function joinRuns(runs: readonly LayerRun[]): LayerRun[] {
  const joined: { readonly firstSector: number; sectorCount: number; readonly layer: number }[] = [];
  let done = 0;
  for (const { firstSector, sectorCount, layer } of [...runs].sort((a, b) => a.firstSector - b.firstSector)) {
    const from = Math.max(done, firstSector);
    const end = firstSector + sectorCount;
    if (end <= from) continue;
    const before = joined.at(-1);
    if (before && before.layer === layer && from === done) before.sectorCount += end - from;
    else joined.push({ firstSector: from, sectorCount: end - from, layer });
    done = end;
  }
  return joined;
}

/**
 * Layers from `newer` up to, and not with, `older` that make the disk at point `newer` another one than at point `older` in
 * these stretches: empty = it reads the same. A layer makes a difference where it answers a sector at `newer`, and where its
 * disk has another size than its parent's: what one of the two does not reach reads otherwise.
 *
 * `disk` is the one of point `newer`; `sectorCounts` are the sizes of all layers' disks. A layer that writes what was there
 * before counts as well: nothing is read to find out.
 */
export async function layersThatDiffer(
  disk: DiskChain,
  newer: number,
  older: number,
  sectorCounts: readonly number[],
  ranges: ByteRanges,
): Promise<number[]> {
  const found = new Set<number>();
  const most = older - newer;
  for (let i = 0; i < ranges.length; i += 2) {
    const end = Math.ceil((ranges[i + 1] ?? 0) / SECTOR_BYTES);
    for (let layer = newer; layer < older; layer++) {
      const own = sectorCountOf(sectorCounts, layer);
      const parents = sectorCountOf(sectorCounts, layer + 1);
      if (own !== parents && end > Math.min(own, parents)) found.add(layer);
    }
  }
  for await (const { kind, layer } of answersOf(disk, ranges)) {
    if (kind === 'data' && newer + layer < older) found.add(newer + layer);
    if (found.size === most) break;
  }
  return [...found].sort((a, b) => a - b);
}

function sectorCountOf(sectorCounts: readonly number[], layer: number): number {
  return must(sectorCounts[layer], 'a layer of the chain');
}

/** What answers these bytes, sector by sector in runs, each sector once; what lies past the disk's end is left out. */
async function* answersOf(disk: DiskChain, ranges: ByteRanges): AsyncGenerator<TraceExtent, void, undefined> {
  let done = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    const end = Math.min(disk.sectorCount, Math.ceil((ranges[i + 1] ?? 0) / SECTOR_BYTES));
    let at = Math.max(done, Math.floor((ranges[i] ?? 0) / SECTOR_BYTES));
    while (at < end) {
      const sectorCount = Math.min(PIECE_SECTORS, end - at);
      yield* await disk.extents(at, sectorCount);
      at += sectorCount;
    }
    done = Math.max(done, end);
  }
}
