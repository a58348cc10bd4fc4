/** What each possible merge of a chain would buy a read, and what it would copy: from reads that are made of it now. */
import { must } from '../../base/assert.ts';
import { Pacer } from '../../base/pacer.ts';
import { SECTOR_BYTES, type SectorRange } from '../../base/units.ts';
import { microsecondsOf } from '../../chain/cost/costOf.ts';
import type { ReadRequests, ReadWay } from '../../chain/cost/fileRequests.ts';
import { requestsOfReads, tracesOf } from '../../chain/cost/readWays.ts';
import { measureReads } from '../../chain/cost/replay.ts';
import type { DriveCosts, StorageProfile } from '../../chain/cost/storageProfile.ts';
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
import { weighedWalk } from './weighedWalk.ts';

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
    const walks: Walk[] = [];
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

type Walk = readonly WalkedRun[];

async function walkOf(chain: DiskChain, read: SectorRange): Promise<Walk> {
  const traces = await tracesOf(chain, read);
  return traces.flatMap((trace) => walkedRuns(trace, chain.layers.length));
}

/** Cold walks over a chain in which the stretch is one file. */
function coldMeans(
  walks: readonly Walk[],
  images: readonly DiskImage[],
  stretch: MergedStretch,
  profile: StorageProfile,
): ReadMeans {
  const requests = walks.map((runs): ReadRequests => {
    const steps = mergedSteps(runs, images, stretch);
    return walkRequests({ steps }, new TableCache(profile.cacheBytes));
  });
  return meansOf(requests, profile);
}

async function offersOf(
  studied: StudiedChain,
  chain: DiskChain,
  walks: readonly Walk[],
  before: ReadMeans,
  { profile }: ExperimentSetup,
  tools: ExperimentTools,
): Promise<MergeOffer[]> {
  const { images } = studied;
  const saved = (from: number, to: number) => (from === 0 ? 0 : 1 - to / from);
  const few = fewOf(walks, candidatesOf(images.length).length * images.length);
  const stretches = candidatesOf(images.length, MOST_STEPS / stepsIn(few));
  const weighed = few.map((runs) => weighedWalk(runs, images, profile));
  const weigh = (stretch: MergedStretch) => meanOf(weighed.map((walk) => walk(stretch)));
  const fewBefore = weigh({ first: 0, last: 0 });
  const step = paced(tools, READ, WEIGHED, 'weighing merges', stretches.length);
  const candidates: Candidate[] = [];
  for (const stretch of stretches) {
    await step();
    candidates.push({
      ...stretch,
      saved: saved(fewBefore, weigh(stretch)),
      copyBytes: roughCopy(chain, stretch),
    });
  }
  const offers: MergeOffer[] = [];
  const chosen = chosenFrom(candidates);
  for (const [i, { first, last }] of chosen.entries()) {
    tools.advance(WEIGHED + ((WHOLE - WEIGHED) * i) / chosen.length, WHOLE, 'counting what merges copy');
    const means = coldMeans(walks, images, { first, last }, profile);
    const copy = await countCopy(images.slice(first, last), tools);
    offers.push({
      first,
      last,
      cold: means,
      savedShare: saved(before.microseconds, means.microseconds),
      copyBytes: copy.copyBytes,
      copySeconds: mergeSeconds(profile, copy),
      obstacle: obstacleOf(studied, { first, last }),
    });
  }
  return offers.sort((a, b) => b.savedShare - a.savedShare || a.copyBytes - b.copyBytes);
}

/** Files that all walks over all stretches together may ask to be weighed. */
const WEIGHING = 2e5;
/** Long reads have many runs each, and few of them are enough. */
const FEWEST_RUNS = 20;
const FEWEST_WALKS = 2;

/** Evenly from all reads. `filesOfRun`: that one run of a walk asks, over all stretches. */
function fewOf(walks: readonly Walk[], filesOfRun: number): readonly Walk[] {
  const runs = walks.reduce((sum, walk) => sum + walk.length, 0);
  const runsOfEach = Math.max(1, Math.floor(runs / Math.max(1, walks.length)));
  const runsWeighed = Math.max(FEWEST_RUNS, WEIGHING / filesOfRun);
  const count = Math.max(FEWEST_WALKS, Math.floor(runsWeighed / runsOfEach));
  if (count >= walks.length) return walks;
  return Array.from({ length: count }, (_, i) =>
    must(walks[Math.floor((i * walks.length) / count)], 'a walk'),
  );
}

/** Steps of the walks over all stretches. */
const MOST_STEPS = 3e6;

/** A walk of one run is not made anew for each stretch. */
function stepsIn(walks: readonly Walk[]): number {
  const stepsOf = (walk: Walk) =>
    walk.length === 1 ? 1 : walk.reduce((sum, { steps }) => sum + steps.length, 0);
  return walks.reduce((sum, walk) => sum + stepsOf(walk), 0);
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
