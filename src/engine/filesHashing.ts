/** Hashes files at several points, and proves instead of reading where the layers' maps allow it. */
import { ProgressMeter } from '../base/progress.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import type { LayerRun } from '../filesystems/filesHost.ts';
import { RangeSet } from '../filesystems/ranges.ts';
import type { FileId } from './api.ts';
import { filesUnder, inspect } from './filesContents.ts';
import { type FilesTools, knownVolume } from './filesListing.ts';
import type { Insides, KnownVolume } from './insides.ts';

interface Hashed {
  /** Files that were read. */
  readonly hashed: number;
  /** Paths of files whose contents the maps prove, at some point, to be those of the next newer one. */
  readonly proven: ReadonlySet<string>;
  /** So many times. */
  readonly provenCount: number;
}

interface HashedFile {
  readonly sha256: string;
  /** Bytes of the disk, [start, end) pairs; null where they are too many to be told. */
  readonly ranges: Float64Array | null;
}

interface HashedPoint {
  readonly at: FileId;
  readonly known: KnownVolume;
  /** By path. */
  readonly files: Map<string, HashedFile>;
}

/** Every file at or under `path` (all of them where `only` is left out), at each of these points. */
export async function hashAtPoints(
  insides: Insides,
  volume: number,
  path: string,
  points: readonly FileId[],
  tools: FilesTools,
  only: (path: string) => boolean = () => true,
): Promise<Hashed> {
  const { signal } = tools;
  let hashed = 0;
  let provenCount = 0;
  const allProven = new Set<string>();
  const meter = new ProgressMeter(tools.report, 'Comparing contents', 'bytes', null);
  let newer: HashedPoint | null = null;
  let bytes = 0;
  for (const at of insides.newestFirst(points)) {
    if ((await insides.findVolume({ at, volume }, tools)) === null) continue;
    const known = await knownVolume(insides, { at, volume }, { signal, report: () => undefined });
    const point: HashedPoint = { at, known, files: new Map() };
    const from = known.listing.find(path);
    const wanted = from < 0 ? [] : filesUnder(known.listing, from);
    const entries = wanted.filter((entry) => only(known.listing.path(entry)));
    const proven = newer ? await provenFrom(insides, newer, point, entries) : new Map<string, HashedFile>();
    const hashes = insides.contentsOf({ at, volume });
    const unread = entries.filter((entry) => !proven.has(known.listing.path(entry)) && !hashes.has(entry));
    // Read before; where it lies was not kept.
    for (const entry of entries) {
      const sha256 = hashes.get(entry);
      if (sha256 !== undefined) point.files.set(known.listing.path(entry), { sha256, ranges: null });
    }
    const before = bytes;
    const report: FilesTools['report'] = ({ done }) => {
      bytes = before + done;
      meter.advanceTo(bytes);
    };
    await hashInto(insides, point, unread, { signal, report });
    for (const [name, file] of proven) point.files.set(name, file);
    for (const [name, { sha256 }] of point.files)
      insides.keepHash({ at, volume }, known.listing.find(name), sha256);
    hashed += unread.length;
    provenCount += proven.size;
    for (const name of proven.keys()) allProven.add(name);
    newer = point;
  }
  meter.finish();
  return { hashed, proven: allProven, provenCount };
}

async function hashInto(
  insides: Insides,
  { at, known, files }: HashedPoint,
  entries: readonly number[],
  tools: FilesTools,
): Promise<void> {
  const { volume, listing } = known;
  const wanted = { headBytes: 0, hash: true, runs: true };
  const found = await inspect(insides, { at, volume: volume.firstSector }, known, entries, wanted, tools);
  for (const { entry, sha256, runs, leftOutBytes = 0 } of found) {
    if (sha256 === null) continue;
    files.set(listing.path(entry), { sha256, ranges: leftOutBytes > 0 ? null : rangesOf(runs) });
  }
}

/**
 * Files whose way from the volume's start to their last byte reads the same at both points: the listing was read from the
 * same bytes, and no layer between holds any sector of their contents.
 */
async function provenFrom(
  insides: Insides,
  newer: HashedPoint,
  { at, known }: HashedPoint,
  entries: readonly number[],
): Promise<Map<string, HashedFile>> {
  const proven = new Map<string, HashedFile>();
  const span = insides.span(newer.at, at);
  if (known.listing !== newer.known.listing || span === null) return proven;
  const isSame = async (ranges: Float64Array) =>
    (await span.host.layersBetween(span.newer, span.older, ranges)).length === 0;
  const candidates = entries.flatMap((entry) => {
    const path = known.listing.path(entry);
    const file = newer.files.get(path);
    return file?.ranges ? [{ path, file, ranges: file.ranges }] : [];
  });
  const all = new RangeSet();
  for (const { ranges } of candidates) all.addAll(ranges);
  // Mostly nothing of any of them changed: one question for all.
  const areAllSame = await isSame(all.toRanges());
  for (const { path, file, ranges } of candidates)
    if (areAllSame || (await isSame(ranges))) proven.set(path, file);
  return proven;
}

function rangesOf(runs: readonly LayerRun[]): Float64Array {
  const set = new RangeSet();
  for (const { firstSector, sectorCount } of runs)
    set.add(firstSector * SECTOR_BYTES, (firstSector + sectorCount) * SECTOR_BYTES);
  return set.toRanges();
}
