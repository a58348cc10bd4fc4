/** Reads of one chain at several depths: what each of them asks of the files, four ways. */
import { Pacer } from '../../base/pacer.ts';
import type { SectorRange } from '../../base/units.ts';
import { countsOf } from '../../chain/cost/costOf.ts';
import type { CacheState, ReadRequests, ReadWay } from '../../chain/cost/fileRequests.ts';
import { requestsOfReads } from '../../chain/cost/readWays.ts';
import type { DiskChain } from '../../chain/diskChain.ts';
import type { ExperimentTools } from './experiment.ts';
import { readPlaces } from './readPlaces.ts';
import type { ExperimentSetup } from './setup.ts';
import { meanOf } from './statistics.ts';
import { depthsOf, openAtDepth, sharedSectors, studied } from './studiedChain.ts';
import { disksText, numberText } from './valueText.ts';

/** The ways in the order in which they are shown. */
export const WAYS = [
  { id: 'walk-cold', label: 'walk, cold', way: 'walk', state: 'cold' },
  { id: 'walk-warm', label: 'walk, warm', way: 'walk', state: 'warm' },
  { id: 'index-cold', label: 'index, cold', way: 'index', state: 'cold' },
  { id: 'index-warm', label: 'index, warm', way: 'index', state: 'warm' },
] as const satisfies readonly {
  readonly id: string;
  readonly label: string;
  readonly way: ReadWay;
  readonly state: CacheState;
}[];
export type WayId = (typeof WAYS)[number]['id'];

export function byWay<T>(make: (id: WayId) => T): Record<WayId, T> {
  return {
    'walk-cold': make('walk-cold'),
    'walk-warm': make('walk-warm'),
    'index-cold': make('index-cold'),
    'index-warm': make('index-warm'),
  };
}

/** `500 reads × 10 depths × 4 ways`. */
export function workText(reads: number, depths: number): string {
  return `${numberText(reads)} reads × ${depths} ${depths === 1 ? 'depth' : 'depths'} × ${WAYS.length} ways`;
}

export interface DepthStudy {
  /** Differencing disks. */
  readonly depth: number;
  readonly isDeepest: boolean;
  readonly chain: DiskChain;
  readonly reads: readonly SectorRange[];
  /** Parallel to `reads`. */
  readonly requests: Readonly<Record<WayId, readonly ReadRequests[]>>;
}

/** Parts of the whole that making the chain takes, and what is done with each depth afterwards. */
const WHOLE = 1000;
const MAKING = 150;

/**
 * `look` gets each depth in turn, the least first; its chain is closed afterwards. The same reads are made at every depth.
 * Throws 'bad-request' where the chain in view is asked for and none is, and what the storage throws.
 */
export async function studyReads<T>(
  setup: ExperimentSetup,
  tools: ExperimentTools,
  look: (study: DepthStudy) => Promise<T>,
): Promise<T[]> {
  const { signal } = tools;
  const making = {
    ...tools,
    advance: (done: number, of: number, phase: string) => tools.advance((done / of) * MAKING, WHOLE, phase),
  };
  const chain = await studied(setup, making);
  try {
    const depths = depthsOf(chain, setup.depth);
    const reads = readPlaces(setup, sharedSectors(chain, depths));
    // What a depth takes grows with it.
    const weights = depths.map((depth) => depth + 2);
    const whole = weights.reduce((sum, weight) => sum + weight, 0);
    const results: T[] = [];
    let before = 0;
    for (const [i, depth] of depths.entries()) {
      signal.throwIfAborted();
      const weight = weights[i] ?? 0;
      const done = (share: number) => MAKING + ((WHOLE - MAKING) * (before + share * weight)) / whole;
      const disk = await openAtDepth(chain, depth, setup.profile.cacheBytes, tools);
      try {
        const requests = await fourWays(disk, reads, setup, signal, (share) =>
          tools.advance(done(share), WHOLE, `reading with ${disksText(depth)}`),
        );
        results.push(await look({ depth, isDeepest: i === depths.length - 1, chain: disk, reads, requests }));
      } finally {
        disk.close();
      }
      before += weight;
    }
    tools.advance(WHOLE, WHOLE, 'done');
    return results;
  } finally {
    await chain.close();
  }
}

async function fourWays(
  chain: DiskChain,
  reads: readonly SectorRange[],
  { profile }: ExperimentSetup,
  signal: AbortSignal,
  advance: (share: number) => void,
): Promise<Record<WayId, ReadRequests[]>> {
  const pacer = new Pacer();
  const found = byWay((): ReadRequests[] => []);
  for (const [i, { id, way, state }] of WAYS.entries()) {
    // Warm reads are all made twice.
    const times = state === 'warm' ? 2 : 1;
    let made = 0;
    const pause = () => {
      made++;
      if (!pacer.due) return undefined;
      advance((i + made / (reads.length * times)) / WAYS.length);
      return pacer.rest(signal);
    };
    found[id] = await requestsOfReads(chain, reads, { way, state, cacheBytes: profile.cacheBytes, pause });
  }
  return found;
}

export interface MeanCounts {
  readonly tableLookups: number;
  readonly bitmapLookups: number;
  /** Requests that reach files. */
  readonly fileReads: number;
  readonly readBytes: number;
  readonly filesAsked: number;
  readonly filesWithData: number;
}

export function meanCounts(requests: readonly ReadRequests[]): MeanCounts {
  const counts = requests.map(countsOf);
  const mean = (of: (count: (typeof counts)[number]) => number) => meanOf(counts.map(of));
  return {
    tableLookups: mean(({ tableLookups }) => tableLookups),
    bitmapLookups: mean(({ bitmapLookups }) => bitmapLookups),
    fileReads: mean(({ tableReads, bitmapReads, dataReads }) => tableReads + bitmapReads + dataReads),
    readBytes: mean(({ readBytes }) => readBytes),
    filesAsked: mean(({ filesAsked }) => filesAsked),
    filesWithData: mean(({ filesWithData }) => filesWithData),
  };
}
