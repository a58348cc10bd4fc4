/** Listing volumes: at one point, and at more points where something between them changed. */
import { DiskError } from '../base/errors.ts';
import { ProgressMeter, type Report } from '../base/progress.ts';
import { Listing, ROOT_ENTRY } from '../filesystems/listing.ts';
import type { Volume } from '../volumes/volume.ts';
import type { FileId } from './api.ts';
import type { ListedPoint, OpenedVolume, VolumeAt } from './filesApi.ts';
import { type Insides, type KnownVolume, onDisk } from './insides.ts';

/** What a job of these calls is given. */
export interface FilesTools {
  readonly report: Report;
  readonly signal: AbortSignal;
}

export async function openVolume(
  insides: Insides,
  place: VolumeAt,
  tools: FilesTools,
): Promise<OpenedVolume> {
  const startMs = performance.now();
  const { listing, read } = await knownVolume(insides, place, tools);
  const { files, folders, bytes } = listing.totalsOf(ROOT_ENTRY);
  const { facts, warnings } = read;
  return { facts, files, folders, bytes, warnings, seconds: (performance.now() - startMs) / 1000 };
}

/** As `Insides.mustKnow`, listing it where it was not. */
export async function knownVolume(
  insides: Insides,
  place: VolumeAt,
  tools: FilesTools,
): Promise<KnownVolume> {
  return insides.known(place) ?? learn(insides, place, await insides.volume(place, tools), tools);
}

/**
 * A point is not listed where no layer between it and the nearest one that is known holds any sector that the other's
 * listing was read from: the same bytes give the same listing.
 */
async function learn(
  insides: Insides,
  place: VolumeAt,
  volume: Volume,
  tools: FilesTools,
): Promise<KnownVolume> {
  const same = await sameAsAnother(insides, place, volume);
  const known = same ? { ...same, volume } : await listVolume(insides, place, volume, tools);
  insides.keep(place, known);
  return known;
}

async function listVolume(
  insides: Insides,
  { at }: VolumeAt,
  volume: Volume,
  { report, signal }: FilesTools,
): Promise<KnownVolume> {
  const meter = new ProgressMeter(report, 'Listing files', 'files', null);
  const onAdvance = (entries: number) => meter.advanceTo(entries);
  const { host, point } = insides.seen(at);
  const read = await host.list(point, volume, { signal, onAdvance });
  const listing = new Listing(read.listing);
  meter.advanceTo(listing.count);
  meter.finish();
  return { volume, listing, read };
}

async function sameAsAnother(
  insides: Insides,
  { at, volume: firstSector }: VolumeAt,
  volume: Volume,
): Promise<KnownVolume | null> {
  const { host, point: here, layers } = insides.seen(at);
  const others = layers
    .map((layer, point) => ({ point, known: insides.known({ at: layer, volume: firstSector }) }))
    .sort((a, b) => Math.abs(a.point - here) - Math.abs(b.point - here));
  // Only the nearest: further ones lie behind more layers.
  const nearest = others.find(({ known }) => known !== null);
  if (!nearest?.known || !isSameVolume(nearest.known.volume, volume)) return null;
  const ranges = onDisk(nearest.known.read.touched, volume);
  const [newer, older] = [Math.min(here, nearest.point), Math.max(here, nearest.point)];
  const changed = await host.layersBetween(newer, older, ranges);
  return changed.length === 0 ? nearest.known : null;
}

/** The reader sees as many bytes, and is the same. */
function isSameVolume(one: Volume, other: Volume): boolean {
  return one.sectorCount === other.sectorCount && one.content.kind === other.content.kind;
}

/** Newest first. */
export async function listPoints(
  insides: Insides,
  volume: number,
  points: readonly FileId[],
  tools: FilesTools,
): Promise<ListedPoint[]> {
  const listed: ListedPoint[] = [];
  for (const at of insides.newestFirst(points)) {
    tools.signal.throwIfAborted();
    const startMs = performance.now();
    const { state, problem } = await listPoint(insides, { at, volume }, tools);
    listed.push({ at, state, seconds: (performance.now() - startMs) / 1000, problem });
  }
  return listed;
}

async function listPoint(
  insides: Insides,
  place: VolumeAt,
  tools: FilesTools,
): Promise<Pick<ListedPoint, 'state' | 'problem'>> {
  try {
    const volume = await insides.findVolume(place, tools);
    if (!volume) return { state: 'no-volume', problem: null };
    const { listing } = insides.known(place) ?? (await learn(insides, place, volume, tools));
    return { state: isShared(insides, place, listing) ? 'same' : 'listed', problem: null };
  } catch (error) {
    if (!(error instanceof DiskError) || error.code === 'cancelled') throw error;
    return { state: 'failed', problem: error.problem };
  }
}

/** It is the listing of a newer point as well. */
function isShared(insides: Insides, { at, volume }: VolumeAt, listing: Listing): boolean {
  const { layers, point } = insides.seen(at);
  return layers.slice(0, point).some((layer) => insides.known({ at: layer, volume })?.listing === listing);
}
