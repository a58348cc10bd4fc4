/** Reading files out of a volume to look at them: where they live, what they hold, whether they are the same elsewhere. */
import { must } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import { ProgressMeter } from '../base/progress.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import type { ReadItem } from '../filesystems/fileSystem.ts';
import type { InspectedFile, InspectOptions, LayerRun } from '../filesystems/filesHost.ts';
import { joinRuns } from '../filesystems/layerRuns.ts';
import type { Listing } from '../filesystems/listing.ts';
import type { FileInspection, FolderPlaces, PathAt, PreviewBytes, VolumeAt } from './filesApi.ts';
import { type FilesTools, knownVolume } from './filesListing.ts';
import type { Insides, KnownVolume } from './insides.ts';

/** What one call of `preview` gives. */
const LARGEST_PREVIEW_BYTES = 64 * 1024 * 1024;
/** Of the first bytes that an inspection gives back. */
const HEAD_BYTES = 64 * 1024;

export async function inspectFile(
  insides: Insides,
  place: PathAt,
  tools: FilesTools,
): Promise<FileInspection> {
  const known = await knownVolume(insides, place, tools);
  const { listing } = known;
  const entry = fileAt(insides, known, place);
  const [found] = await inspect(insides, place, known, [entry], ALL, tools);
  const {
    sizeBytes,
    sha256,
    head,
    runs,
    leftOutBytes = 0,
    problem,
  } = must(found, 'every file that is asked for comes back');
  if (sha256 !== null) insides.keepHash(place, entry, sha256);
  return {
    path: place.path,
    sizeBytes,
    modifiedMs: orNull(listing.modifiedMs(entry)),
    fileNumber: orNull(listing.data.fileNumbers[entry] ?? Number.NaN),
    sha256,
    head,
    runs,
    shares: sharesOf(runs),
    leftOutBytes,
    problem,
  };
}

const ALL: InspectOptions = { headBytes: HEAD_BYTES, hash: true, runs: true };

export async function inspectFolder(
  insides: Insides,
  place: PathAt,
  tools: FilesTools,
): Promise<FolderPlaces> {
  const known = await knownVolume(insides, place, tools);
  const files = filesUnder(known.listing, entryAt(insides, known, place));
  const wanted = { headBytes: 0, hash: false, runs: true };
  const found = await inspect(insides, place, known, files, wanted, tools);
  const runs = joinRuns(found.flatMap((file) => file.runs));
  const failed = found.filter(({ problem }) => problem !== null).length;
  const leftOutBytes = found.reduce((sum, file) => sum + (file.leftOutBytes ?? 0), 0);
  return { files: files.length, runs, shares: sharesOf(runs), leftOutBytes, failed };
}

export async function preview(
  insides: Insides,
  place: PathAt,
  mostBytes: number,
  tools: FilesTools,
): Promise<PreviewBytes> {
  if (!(mostBytes > 0 && mostBytes <= LARGEST_PREVIEW_BYTES)) {
    throw new DiskError({
      code: 'bad-request',
      message: `${mostBytes} bytes were asked for; a preview gives ${LARGEST_PREVIEW_BYTES}.`,
    });
  }
  const known = await knownVolume(insides, place, tools);
  const entry = fileAt(insides, known, place);
  const wanted = { headBytes: mostBytes, hash: false, runs: false };
  const [found] = await inspect(insides, place, known, [entry], wanted, tools);
  const { head, problem } = must(found, 'every file that is asked for comes back');
  return { bytes: head, sizeBytes: known.listing.sizeBytes(entry), problem };
}

/** Reads these files once; progress counts their bytes. */
export async function inspect(
  insides: Insides,
  { at }: VolumeAt,
  { volume, listing }: KnownVolume,
  entries: readonly number[],
  wanted: InspectOptions,
  { report, signal }: FilesTools,
): Promise<InspectedFile[]> {
  if (entries.length === 0) return [];
  const items = entries.map((entry) => itemOf(listing, entry));
  const total = items.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const meter = new ProgressMeter(report, 'Reading', 'bytes', total);
  const onAdvance = (bytes: number) => meter.advanceTo(bytes);
  const { host, point } = insides.seen(at);
  const found = await host.inspect(point, volume, items, wanted, { signal, onAdvance });
  meter.finish();
  return found;
}

function itemOf(listing: Listing, entry: number): ReadItem {
  return { entry, path: listing.path(entry), sizeBytes: listing.sizeBytes(entry) };
}

/** Throws 'bad-request' where the path leads nowhere. */
function entryAt(insides: Insides, { listing }: KnownVolume, { at, path }: PathAt): number {
  const entry = listing.find(path);
  if (entry >= 0) return entry;
  throw new DiskError({
    code: 'bad-request',
    message: `There is no “${path}” in the volume as seen from ${insides.nameOf(at)}.`,
    remedy: 'Look at another point of the chain, or in another folder.',
  });
}

/** The same, and throws 'bad-request' where it is not a file. */
function fileAt(insides: Insides, known: KnownVolume, place: PathAt): number {
  const entry = entryAt(insides, known, place);
  if (known.listing.kind(entry) === 'file') return entry;
  throw new DiskError({
    code: 'bad-request',
    message: `“${place.path}” is a ${known.listing.kind(entry)}: only files have contents.`,
  });
}

/** Files (not links, not devices) at or under an entry. */
export function filesUnder(listing: Listing, entry: number): number[] {
  return listing.under(entry).filter((each) => listing.kind(each) === 'file');
}

function sharesOf(runs: readonly LayerRun[]): FileInspection['shares'] {
  const bytes = new Map<number, number>();
  for (const { layer, sectorCount } of runs)
    if (layer >= 0) bytes.set(layer, (bytes.get(layer) ?? 0) + sectorCount * SECTOR_BYTES);
  return [...bytes].sort(([a], [b]) => a - b).map(([layer, share]) => ({ layer, bytes: share }));
}

export function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
