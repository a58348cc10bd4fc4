/** What each possible merge of a chain would buy a read, and what it would copy: from reads that are made of it now. */
import { must } from '../../base/assert.ts';
import { Pacer } from '../../base/pacer.ts';
import { SECTOR_BYTES, type SectorRange } from '../../base/units.ts';
import { microsecondsOf } from '../../chain/cost/costOf.ts';
import type { ReadRequests, ReadWay } from '../../chain/cost/fileRequests.ts';
import { requestsOfReads } from '../../chain/cost/readWays.ts';
import { measureReads } from '../../chain/cost/replay.ts';
import type { DriveCosts } from '../../chain/cost/storageProfile.ts';
import { TableCache } from '../../chain/cost/tableCache.ts';
import { walkRequests } from '../../chain/cost/walkRequests.ts';
import type { DiskChain } from '../../chain/diskChain.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import { obstaclesOf } from '../../merge/planMerge.ts';
import { mergeSeconds } from '../plan/mergeTime.ts';
import type { AdviceFigures, MergeOffer, ReadMeans } from './chainAdvice.ts';
import { type Candidate, candidatesOf, chosenFrom } from './chooseOffers.ts';
import { countCopy } from './countCopy.ts';
import type { ExperimentTools, StudiedChain } from './experiment.ts';
import { type MergedStretch, mergedSteps, type WalkedRun, walkedRuns } from './mergedWalk.ts';
import { readPlaces } from './readPlaces.ts';
import { meanCounts } from './readStudy.ts';
import type { ExperimentSetup } from './setup.ts';
import { meanOf } from './statistics.ts';
import { differencingDisksOf, openAtDepth } from './studiedChain.ts';

/** Parts of the whole. */
const WHOLE = 1000;
const READ = 300;
const WEIGHED = 600;
/** Reads that the clock is asked for. */
const MEASURED_READS = 200;

/** Throws what the storage throws, and the signal's reason. Nobody else may read from the files' tables meanwhile. */
export async function adviseChain(
  studied: StudiedChain,
  setup: ExperimentSetup,
  tools: ExperimentTools,
): Promise<AdviceFigures> {
  const { signal, now } = tools;
  const { profile } = setup;
  const differencingDisks = differencingDisksOf(studied);
  const chain = await openAtDepth(studied, differencingDisks, profile.cacheBytes, tools);
  try {
    const reads = readPlaces(setup, chain.sectorCount);
    const step = paced(tools, 0, READ, 'reading the chain', reads.length * 5);
    const made = async (way: ReadWay, state: 'cold' | 'warm') =>
      meansOf(
        await requestsOfReads(chain, reads, { way, state, cacheBytes: profile.cacheBytes, pause: step }),
        profile,
      );
    const walkCold = await made('walk', 'cold');
    const walkWarm = await made('walk', 'warm');
    const indexCold = await made('index', 'cold');
    const walks: WalkedRun[][][] = [];
    for (const read of reads) {
      await step();
      walks.push(await walkOf(chain, read));
    }
    const offers = await offersOf(studied, chain, walks, walkCold, setup, tools);
    signal.throwIfAborted();
    const conditions = { way: 'walk', state: 'cold', cacheBytes: profile.cacheBytes } as const;
    const measured = now && (await measureReads(chain, reads.slice(0, MEASURED_READS), conditions, now));
    tools.advance(WHOLE, WHOLE, 'done');
    return {
      differencingDisks,
      reads: reads.length,
      readBytes: (reads[0]?.sectorCount ?? 0) * SECTOR_BYTES,
      walkCold,
      walkWarm,
      indexCold,
      measuredMicroseconds: measured?.microsecondsPerRead ?? null,
      offers,
    };
  } finally {
    chain.close();
  }
}

/** Gives way, and tells how far it came: `of` steps take the whole from `from` to `to`. */
function paced(
  tools: ExperimentTools,
  from: number,
  to: number,
  phase: string,
  of: number,
): () => Promise<void> {
  const pacer = new Pacer();
  let done = 0;
  return async () => {
    done++;
    if (!pacer.due) return;
    tools.advance(from + ((to - from) * Math.min(done, of)) / of, WHOLE, phase);
    await pacer.rest(tools.signal);
  };
}

function meansOf(requests: readonly ReadRequests[], costs: DriveCosts): ReadMeans {
  const { tableLookups, bitmapLookups, fileReads } = meanCounts(requests);
  const microseconds = meanOf(requests.map((each) => microsecondsOf(each.requests, costs)));
  return { lookups: tableLookups + bitmapLookups, fileReads, microseconds };
}

/** In pieces that a trace has room for. */
async function walkOf(chain: DiskChain, { firstSector, sectorCount }: SectorRange): Promise<WalkedRun[][]> {
  const pieces: WalkedRun[][] = [];
  let piece = sectorCount;
  for (let done = 0; done < sectorCount; ) {
    piece = Math.min(piece, sectorCount - done);
    const trace = await chain.trace(firstSector + done, piece);
    if (!trace.complete && piece > 1) {
      piece = Math.ceil(piece / 2);
      continue;
    }
    pieces.push(walkedRuns(trace, chain.layers.length));
    done += piece;
  }
  return pieces;
}

/** Cold walks over a chain in which the stretch is one file. */
function coldMeans(
  walks: readonly (readonly (readonly WalkedRun[])[])[],
  images: readonly DiskImage[],
  stretch: MergedStretch,
  costs: DriveCosts,
  cacheBytes: number,
): ReadMeans {
  const requests = walks.map((pieces): ReadRequests => {
    const steps = mergedSteps(pieces.flat(), images, stretch);
    return walkRequests({ steps }, new TableCache(cacheBytes));
  });
  return meansOf(requests, costs);
}

async function offersOf(
  studied: StudiedChain,
  chain: DiskChain,
  walks: readonly (readonly (readonly WalkedRun[])[])[],
  before: ReadMeans,
  { profile }: ExperimentSetup,
  tools: ExperimentTools,
): Promise<MergeOffer[]> {
  const { images } = studied;
  const saved = (from: ReadMeans, to: ReadMeans) =>
    from.microseconds === 0 ? 0 : 1 - to.microseconds / from.microseconds;
  const cold = (some: typeof walks, stretch: MergedStretch) =>
    coldMeans(some, images, stretch, profile, profile.cacheBytes);

  const stretches = candidatesOf(images.length);
  const few = fewOf(walks, stretches.length * images.length);
  const fewBefore = cold(few, { first: 0, last: 0 });
  const step = paced(tools, READ, WEIGHED, 'weighing merges', stretches.length);
  const candidates: Candidate[] = [];
  for (const stretch of stretches) {
    await step();
    candidates.push({
      ...stretch,
      saved: saved(fewBefore, cold(few, stretch)),
      copyBytes: roughCopy(chain, stretch),
    });
  }
  const offers: MergeOffer[] = [];
  const chosen = chosenFrom(candidates);
  for (const [i, { first, last }] of chosen.entries()) {
    tools.advance(WEIGHED + ((WHOLE - WEIGHED) * i) / chosen.length, WHOLE, 'counting what merges copy');
    const means = cold(walks, { first, last });
    const copy = await countCopy(images.slice(first, last), tools);
    offers.push({
      first,
      last,
      cold: means,
      savedShare: saved(before, means),
      copyBytes: copy.copyBytes,
      copySeconds: mergeSeconds(profile, copy),
      obstacle: obstacleOf(studied, { first, last }),
    });
  }
  return offers.sort((a, b) => b.savedShare - a.savedShare || a.copyBytes - b.copyBytes);
}

/** Files that all walks over all stretches together may ask to be weighed. */
const WEIGHING = 2e5;
const FEWEST_WALKS = 20;

/** Evenly from all reads. */
function fewOf<T>(walks: readonly T[], costOfEach: number): readonly T[] {
  const count = Math.max(FEWEST_WALKS, Math.floor(WEIGHING / costOfEach));
  if (count >= walks.length) return walks;
  return Array.from({ length: count }, (_, i) =>
    must(walks[Math.floor((i * walks.length) / count)], 'a walk'),
  );
}

/** At most so much, from block tables alone: enough to tell which merges are worth counting. */
function roughCopy(chain: DiskChain, { first, last }: MergedStretch): number {
  let bytes = 0;
  for (let layer = first; layer < last; layer++)
    bytes += (chain.blockSummary(layer)?.allocated ?? 0) * (chain.layers[layer]?.blockSizeBytes ?? 0);
  return bytes;
}

/** The first that refuses it. */
function obstacleOf(
  { images, complete, siblings }: StudiedChain,
  { first, last }: MergedStretch,
): string | null {
  const names = images.map(({ file }) => file.name);
  const stretch = { images, names, complete, first, last, children: siblings ?? [] };
  const found = obstaclesOf(stretch, { way: 'in-place', format: null, closed: [] });
  return found.find(({ severity }) => severity === 'error')?.message ?? null;
}
