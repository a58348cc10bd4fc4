/** Takes files out of a volume: into a folder, a ZIP, or one file. */
import { DiskError } from '../base/errors.ts';
import { ProgressMeter } from '../base/progress.ts';
import type { ContentConsumer } from '../filesystems/filesHost.ts';
import type { Listing } from '../filesystems/listing.ts';
import type { Extraction } from '../filesystems/out/extraction.ts';
import { fileConsumer } from '../filesystems/out/filePlace.ts';
import { folderConsumer } from '../filesystems/out/folderPlace.ts';
import { type ExtractionPlan, planExtraction } from '../filesystems/out/planExtraction.ts';
import { zipConsumer } from '../filesystems/out/zipPlace.ts';
import type { ExtractReport, ExtractRequest, VolumeAt } from './filesApi.ts';
import { type FilesTools, knownVolume } from './filesListing.ts';
import type { Insides, KnownVolume } from './insides.ts';
import type { Pile } from './pile.ts';
import type { Platform } from './platform.ts';
import { openTarget } from './targets.ts';

/** Where contents go, once it is known what comes. */
export type OpenOutlet = (
  listing: Listing,
  plan: ExtractionPlan,
) => Promise<{ readonly extraction: Extraction; readonly name: string }>;

interface ExtractingEngine {
  readonly platform: Platform;
  readonly pile: Pile;
  readonly insides: Insides;
}

export async function extractFiles(
  { platform, pile, insides }: ExtractingEngine,
  request: ExtractRequest,
  tools: FilesTools,
): Promise<ExtractReport> {
  const { target } = request;
  const { signal } = tools;
  const open: OpenOutlet = async (listing, plan) => {
    if (target.kind === 'folder') {
      const folder = await platform.folderTarget(target.handle);
      return { extraction: await folderConsumer(folder, listing, plan, { signal }), name: folder.name };
    }
    if (target.kind === 'file') refuseMany(plan);
    const { sink, name } = await openTarget(platform, pile, target.target);
    try {
      if (target.kind === 'zip')
        return { extraction: await zipConsumer(sink, listing, plan, { signal }), name };
      const hasher = await platform.createHasher();
      return { extraction: fileConsumer(sink, { signal, hasher }), name };
    } catch (error) {
      await sink.abort();
      throw error;
    }
  };
  return extractInto(insides, request, request.paths, open, tools);
}

export async function extractInto(
  insides: Insides,
  place: VolumeAt,
  paths: readonly string[],
  open: OpenOutlet,
  tools: FilesTools,
): Promise<ExtractReport> {
  const startMs = performance.now();
  const known = await knownVolume(insides, place, tools);
  const plan = planExtraction(known.listing, paths);
  const { extraction, name } = await open(known.listing, plan);
  try {
    await readInto(insides, place, known, plan, extraction, tools);
    const { refused, skipped } = plan;
    const done = await extraction.finish();
    const seconds = (performance.now() - startMs) / 1000;
    return { name, ...done, failed: [...done.failed, ...refused], skipped, seconds };
  } catch (error) {
    await extraction.abort();
    throw error;
  }
}

async function readInto(
  insides: Insides,
  { at }: VolumeAt,
  { volume }: KnownVolume,
  { items, bytes }: ExtractionPlan,
  extraction: Extraction,
  { report, signal }: FilesTools,
): Promise<void> {
  if (items.length === 0) return;
  const meter = new ProgressMeter(report, 'Extracting', 'bytes', bytes);
  // What is written counts, not what is read: where it waits in between, reading is ahead.
  const told: ContentConsumer = {
    begin: (item) => extraction.begin(item),
    async write(item, offset, piece) {
      const goesOn = await extraction.write(item, offset, piece);
      meter.advanceTo(extraction.progress.bytes);
      return goesOn;
    },
    end: (item, end) => extraction.end(item, end),
  };
  const { host, point } = insides.seen(at);
  await host.read(point, volume, items, told, { signal });
  meter.finish();
}

function refuseMany({ items, refused }: ExtractionPlan): void {
  if (items.length === 1) return;
  const fault = refused[0]?.problem;
  throw new DiskError(
    fault ?? {
      code: 'bad-request',
      message: `One file was asked for; that is ${items.length}.`,
      remedy: 'Take several files out into a folder or a ZIP.',
    },
  );
}
