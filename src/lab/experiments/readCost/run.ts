/** Counts what reads ask of the files at each depth, and lets the storage's figures make it time. */
import { microsecondsOf } from '../../../chain/cost/costOf.ts';
import { measureReads } from '../../../chain/cost/replay.ts';
import type { ExperimentTools } from '../experiment.ts';
import type { Figures, FigureTable } from '../figures.ts';
import { drawnLine } from '../growth.ts';
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
import { fitLine, pointOf } from '../statistics.ts';
import { numberText, timeUsText, valueText } from '../valueText.ts';

interface DepthFigures {
  readonly depth: number;
  /** µs of each read. */
  readonly times: Readonly<Record<WayId, readonly number[]>>;
  readonly counts: Readonly<Record<WayId, MeanCounts>>;
  /** µs of a read on this machine; null = not measured. */
  readonly measured: { readonly walk: number; readonly index: number } | null;
}

/** What the clock is asked for: enough reads for its steps of 0.1 ms. */
const MEASURED_READS = 200;

export async function run(setup: ExperimentSetup, tools: ExperimentTools): Promise<Figures> {
  const depths = await studyReads(setup, tools, (study) => look(study, setup, tools));
  const series = WAYS.map(({ id, label }) => {
    const points = depths.map(({ depth, times }) => pointOf(depth, times[id]));
    return { id, label, kind: 'modelled' as const, points, line: drawnLine(points) };
  });
  const size = valueText(setup.readBytes, 'bytes');
  return {
    caption: `time of a read of ${size}, median of ${numberText(setup.reads)}; whiskers from the 10th to the 90th percentile; counts are the engine’s, times those of “${setup.profile.name}”`,
    x: { label: 'differencing disks', unit: 'count', names: null },
    y: { label: 'time of a read', unit: 'us', names: null },
    series,
    tables: [countTable(depths), growthTable(series), ...measuredTable(depths)],
    work: workText(setup.reads, depths.length),
    scenarios: [],
  };
}

async function look(
  { depth, chain, reads, requests }: DepthStudy,
  { profile }: ExperimentSetup,
  { now }: ExperimentTools,
): Promise<DepthFigures> {
  const measure = async (way: 'walk' | 'index', clock: () => number) =>
    (
      await measureReads(
        chain,
        reads.slice(0, MEASURED_READS),
        { way, state: 'cold', cacheBytes: profile.cacheBytes },
        clock,
      )
    ).microsecondsPerRead;
  return {
    depth,
    times: byWay((id) => requests[id].map((each) => microsecondsOf(each.requests, profile))),
    counts: byWay((id) => meanCounts(requests[id])),
    measured: now ? { walk: await measure('walk', now), index: await measure('index', now) } : null,
  };
}

/** Rows by what is asked, a column for each depth. */
function countTable(depths: readonly DepthFigures[]): FigureTable {
  const row = (name: string, of: (counts: DepthFigures['counts']) => number) => [
    name,
    ...depths.map(({ counts }) => numberText(of(counts))),
  ];
  return {
    title: 'Asked for a read, on the average, by differencing disks',
    columns: ['', ...depths.map(({ depth }) => String(depth))],
    rows: [
      row('walk: look-ups in block tables', (counts) => counts['walk-cold'].tableLookups),
      row('walk: look-ups in bitmaps', (counts) => counts['walk-cold'].bitmapLookups),
      ...WAYS.map(({ id, label }) => row(`${label}: reads of files`, (counts) => counts[id].fileReads)),
    ],
  };
}

function growthTable(series: Figures['series']): FigureTable {
  return {
    title: 'Lines through the medians',
    columns: ['', 'a layer', 'at least', 'at most', 'without a layer', 'R²'],
    rows: series.map(({ label, points }) => {
      const line = fitLine(points);
      return line
        ? [
            label,
            ...[line.slope, line.slopeLow, line.slopeHigh, line.intercept].map(timeUsText),
            line.rSquared.toFixed(3),
          ]
        : [label, '–', '–', '–', '–', '–'];
    }),
  };
}

function measuredTable(depths: readonly DepthFigures[]): FigureTable[] {
  const row = (name: string, of: (measured: { walk: number; index: number }) => number) => [
    name,
    ...depths.map(({ measured }) => (measured ? timeUsText(of(measured)) : '–')),
  ];
  if (depths.every(({ measured }) => measured === null)) return [];
  return [
    {
      title: 'A cold read on this machine, on the average, by differencing disks',
      columns: ['', ...depths.map(({ depth }) => String(depth))],
      rows: [row('walk', ({ walk }) => walk), row('index', ({ index }) => index)],
    },
  ];
}
