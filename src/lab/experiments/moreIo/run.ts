/** Counts the requests of reads at each depth, and the files that their bytes are taken from. */
import { KIB, MIB, type SectorRange } from '../../../base/units.ts';
import { countsOf } from '../../../chain/cost/costOf.ts';
import type { DiskChain } from '../../../chain/diskChain.ts';
import type { ExperimentTools } from '../experiment.ts';
import type { FigureSeries, Figures, FigureTable } from '../figures.ts';
import { drawnLine } from '../growth.ts';
import { readPlaces } from '../readPlaces.ts';
import {
  byWay,
  type DepthStudy,
  type MeanCounts,
  meanCounts,
  studyReads,
  WAYS,
  type WayId,
  workText,
} from '../readStudy.ts';
import type { ExperimentSetup } from '../setup.ts';
import { exactPoint, meanOf, pointOf } from '../statistics.ts';
import { numberText, valueText } from '../valueText.ts';

interface DepthFigures {
  readonly depth: number;
  /** Requests of each read. */
  readonly requests: Readonly<Record<WayId, readonly number[]>>;
  readonly counts: Readonly<Record<WayId, MeanCounts>>;
  /** Files that each read takes data from. */
  readonly files: readonly number[];
  /** The same for reads of other sizes, where the chain is deepest. */
  readonly bySize: readonly { readonly readBytes: number; readonly files: readonly number[] }[];
}

const SIZES = [4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB] as const;

export async function run(setup: ExperimentSetup, tools: ExperimentTools): Promise<Figures> {
  const depths = await studyReads(setup, tools, (study) => look(study, setup, tools.signal));
  const size = valueText(setup.readBytes, 'bytes');
  return {
    caption: `requests to files for a read of ${size}, median of ${numberText(setup.reads)}; whiskers from the 10th to the 90th percentile; all of it counted`,
    x: { label: 'differencing disks', unit: 'count', names: null },
    y: { label: 'requests a read', unit: 'count', names: null },
    series: [...WAYS.map((way) => requestSeries(way, depths)), ...fileSeries(depths)],
    tables: [requestTable(depths), fileTable(depths, size), sizeTable(depths)],
    work: workText(setup.reads, depths.length),
    scenarios: [],
  };
}

async function look(
  { depth, chain, requests, isDeepest }: DepthStudy,
  setup: ExperimentSetup,
  signal: AbortSignal,
): Promise<DepthFigures> {
  const bySize: { readBytes: number; files: readonly number[] }[] = [];
  for (const readBytes of isDeepest ? SIZES : []) {
    signal.throwIfAborted();
    const places = readPlaces({ ...setup, readBytes }, chain.sectorCount);
    bySize.push({ readBytes, files: await filesWithData(chain, places) });
  }
  return {
    depth,
    requests: byWay((id) => requests[id].map((each) => each.requests.length)),
    counts: byWay((id) => meanCounts(requests[id])),
    files: requests['walk-cold'].map((each) => countsOf(each).filesWithData),
    bySize,
  };
}

async function filesWithData(chain: DiskChain, reads: readonly SectorRange[]): Promise<number[]> {
  const files: number[] = [];
  for (const { firstSector, sectorCount } of reads) {
    const extents = await chain.extents(firstSector, sectorCount);
    files.push(new Set(extents.filter(({ kind }) => kind === 'data').map(({ layer }) => layer)).size);
  }
  return files;
}

function requestSeries(
  { id, label }: { readonly id: WayId; readonly label: string },
  depths: readonly DepthFigures[],
): FigureSeries {
  const points = depths.map(({ depth, requests }) => pointOf(depth, requests[id]));
  return { id, label, kind: 'counted', points, line: drawnLine(points) };
}

/** Files with data, and how often they are two or more: a share of the reads, so that half of them is 0.5. */
function fileSeries(depths: readonly DepthFigures[]): FigureSeries[] {
  const files = depths.map(({ depth, files: each }) => pointOf(depth, each));
  const several = depths.map(({ depth, files: each }) =>
    exactPoint(
      depth,
      shareOf(each, (count) => count > 1),
      each.length,
    ),
  );
  return [
    {
      id: 'files-with-data',
      label: 'files with data',
      kind: 'counted',
      points: files,
      line: drawnLine(files),
    },
    {
      id: 'two-or-more',
      label: 'share from two files or more',
      kind: 'counted',
      points: several,
      line: null,
    },
  ];
}

function shareOf(values: readonly number[], is: (value: number) => boolean): number {
  return values.length === 0 ? 0 : values.filter(is).length / values.length;
}

function requestTable(depths: readonly DepthFigures[]): FigureTable {
  const row = (name: string, of: (figures: DepthFigures) => number) => [
    name,
    ...depths.map((each) => numberText(of(each))),
  ];
  return {
    title: 'Requests a read, on the average, by differencing disks',
    columns: ['', ...depths.map(({ depth }) => String(depth))],
    rows: [
      ...WAYS.map(({ id, label }) => row(label, ({ counts }) => counts[id].fileReads)),
      row('files asked for anything, walk, cold', ({ counts }) => counts['walk-cold'].filesAsked),
      row('files asked for anything, walk, warm', ({ counts }) => counts['walk-warm'].filesAsked),
    ],
  };
}

function fileTable(depths: readonly DepthFigures[], size: string): FigureTable {
  return {
    title: `Reads of ${size} by the files that they take data from`,
    columns: ['differencing disks', 'none', 'one', 'two', 'more', 'on the average'],
    rows: depths.map(({ depth, files }) => [String(depth), ...sharesOf(files)]),
  };
}

function sizeTable(depths: readonly DepthFigures[]): FigureTable {
  const deepest = depths.at(-1);
  return {
    title: `With ${deepest?.depth ?? 0} differencing disks, by the size of a read`,
    columns: ['read size', 'none', 'one', 'two', 'more', 'on the average'],
    rows: (deepest?.bySize ?? []).map(({ readBytes, files }) => [
      valueText(readBytes, 'bytes'),
      ...sharesOf(files),
    ]),
  };
}

/** Shares of reads with no, one, two, more files, and the mean. */
function sharesOf(files: readonly number[]): string[] {
  const share = (is: (count: number) => boolean) => `${numberText(shareOf(files, is) * 100)} %`;
  return [
    share((count) => count === 0),
    share((count) => count === 1),
    share((count) => count === 2),
    share((count) => count > 2),
    numberText(meanOf(files)),
  ];
}
