/** The plan of a merge as the page shows it: figures, ways, pictures, and how long it takes here. */
import { must } from '../base/assert.ts';
import { ProgressMeter } from '../base/progress.ts';
import { openChain } from '../chain/openChain.ts';
import type { Finding } from '../formats/finding.ts';
import { gainsOf } from '../merge/gains.ts';
import type { MergePlan } from '../merge/mergePlan.ts';
import { inOrder } from '../merge/obstacles.ts';
import { planMerge, roomObstacle } from '../merge/planMerge.ts';
import type { MergeWay, NewFormat } from '../merge/stretch.ts';
import type { MergeChoice, MergeGains, MergePlanView, MergeRequest } from './api.ts';
import type { WorkTools } from './checking.ts';
import type { Workshop } from './inPlace.ts';
import { readRate, secondsOf, writeRate } from './measuring.ts';
import { freeMergeName, mergedName } from './mergeNames.ts';
import { allObstacles, type WhereFilesAre, whereFilesAre } from './mergeObstacles.ts';
import { mergePicture } from './mergePicture.ts';
import { hashRate } from './mergeRates.ts';
import { isAllPrivate, type StretchOfFiles, stretchOf } from './mergeStretch.ts';

export async function planMergeOf(
  workshop: Workshop,
  request: MergeRequest,
  tools: WorkTools,
): Promise<MergePlanView> {
  const { platform, pile } = workshop;
  const { way, format, blockSizeBytes } = request;
  const { module, signal } = tools;
  const stretch = await stretchOf(platform, pile, request);
  const where = await whereFilesAre(workshop, stretch);
  const phase = 'Looking at what is to be copied';
  const meter = new ProgressMeter(tools.report, phase, 'bytes', countedBytes(stretch, way));
  const wanted = {
    way,
    format,
    closed: where.closed,
    ...(blockSizeBytes === undefined ? {} : { blockSizeBytes }),
  };
  const bare = await planMerge(stretch, wanted, { module, meter, signal });
  meter.finish();
  const rates = await ratesOf(workshop, stretch, bare, tools);
  const freeBytes = await freeBytesOf(workshop, stretch, way);
  const suggestedName = format === null ? null : await nameFor(workshop, stretch, format);
  const obstacles = inOrder([...where.found[way], ...bare.obstacles, ...roomFindings(bare, freeBytes)]);
  const plan = { ...bare, obstacles };
  return {
    ...plan,
    choices: choicesOf(stretch, where, plan),
    ...mergePicture(pile.trees(), stretch.ids, plan, suggestedName ?? ''),
    gains: await gains(stretch, plan, tools),
    ...rates,
    freeBytes,
    suggestedName,
  };
}

/** What counting goes over: the disk of the sources, and where they are several each of them once more. */
function countedBytes({ images, first, last }: StretchOfFiles, way: MergeWay): number {
  const sizes = images
    .slice(first, way === 'in-place' ? last : last + 1)
    .map(({ virtualSizeBytes }) => virtualSizeBytes);
  const counted = sizes.length > 1 ? sizes : [];
  return counted.reduce((sum, _size, layer) => sum + Math.min(...sizes.slice(0, layer + 1)), sizes[0] ?? 0);
}

/** For the other way the plain questions are asked, with the format that suits it best. */
function choicesOf(stretch: StretchOfFiles, where: WhereFilesAre, plan: MergePlan): MergeChoice[] {
  const { images, last, complete } = stretch;
  const endsInBase = complete && last === images.length - 1;
  return (['in-place', 'new-file'] as const).map((way) => {
    const format = way === 'in-place' ? null : endsInBase ? 'dynamic' : 'differencing';
    const obstacles = way === plan.way ? plan.obstacles : allObstacles(stretch, way, format, where);
    return { way, refusal: obstacles.find(({ severity }) => severity === 'error') ?? null };
  });
}

function roomFindings(plan: MergePlan, freeBytes: number | null): Finding[] {
  const obstacle = freeBytes === null ? null : roomObstacle(plan, freeBytes);
  return obstacle ? [obstacle] : [];
}

interface Rates {
  readonly readBytesPerSecond: number | null;
  readonly writeBytesPerSecond: number | null;
  readonly seconds: number | null;
  readonly proofSeconds: number | null;
}

async function ratesOf(
  { platform }: Workshop,
  { images, first }: StretchOfFiles,
  { copyBytes }: MergePlan,
  { signal }: WorkTools,
): Promise<Rates> {
  const largest = [...images.slice(first)].sort((a, b) => b.file.sizeBytes - a.file.sizeBytes)[0];
  const readBytesPerSecond = await readRate(must(largest, 'a stretch has files').file, signal);
  const folder = await platform.privateFolder().catch(() => null);
  const writeBytesPerSecond = folder && (await writeRate(folder, signal));
  const hashBytesPerSecond = await hashRate(platform, signal);
  const seconds = secondsOf(
    { readBytes: copyBytes, writeBytes: copyBytes },
    readBytesPerSecond,
    writeBytesPerSecond,
  );
  // Holes are hashed as well, but not read.
  const heldBytes = images.slice(first).reduce((sum, { file }) => sum + file.sizeBytes, 0);
  const diskBytes = must(images[first], 'a newest layer').virtualSizeBytes;
  const readSeconds = readBytesPerSecond ? Math.min(diskBytes, heldBytes) / readBytesPerSecond : 0;
  const proofSeconds = diskBytes / hashBytesPerSecond + readSeconds;
  return { readBytesPerSecond, writeBytesPerSecond, seconds, proofSeconds };
}

/** Files of the user go to a file that he picks: how much room is there a page does not learn. */
async function freeBytesOf(
  { platform, pile }: Workshop,
  stretch: StretchOfFiles,
  way: MergeWay,
): Promise<number | null> {
  const quotaBytes = await platform.quotaBytes();
  if (quotaBytes === null || !(way === 'in-place' || isAllPrivate(pile, stretch))) return null;
  const files = await (await platform.privateFolder()).list();
  return Math.max(0, quotaBytes - files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
}

async function nameFor({ platform }: Workshop, stretch: StretchOfFiles, format: NewFormat): Promise<string> {
  const wanted = mergedName(stretch.names[stretch.first] ?? '', format);
  const folder = await platform.privateFolder().catch(() => null);
  return folder ? freeMergeName(folder, wanted) : wanted;
}

/** Bitmaps that are read unasked to count what each layer answers: as many as the page reads for its map. */
const COUNTED_BITMAPS = 20_000;

async function gains(
  { images, complete, first, last }: StretchOfFiles,
  { way, format }: MergePlan,
  { module, signal }: WorkTools,
): Promise<MergeGains> {
  const disk = await openChain(module, images, { complete, signal });
  const bitmaps = images.reduce(
    (sum, { type }, layer) =>
      sum + (type === 'differencing' ? (disk.blockSummary(layer)?.allocated ?? 0) : 0),
    0,
  );
  const layers = bitmaps <= COUNTED_BITMAPS ? (await disk.survey(undefined, signal)).layers : null;
  return gainsOf(layers, images.length, first, last, way, format);
}
