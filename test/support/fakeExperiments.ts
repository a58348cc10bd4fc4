/** Made-up experiments for tests of the page: what they ask, what they would find, and what a chain would be told. */
import { Prng } from '../../src/base/prng.ts';
import { GIB, KIB, MIB } from '../../src/base/units.ts';
import type {
  ChainAdvice,
  ExperimentAbout,
  ExperimentResult,
  ExperimentSetup,
  FigurePoint,
  Progress,
} from '../../src/engine/api.ts';
import { USUAL_SETUP } from '../../src/lab/experiments/controls.ts';
import { fitLine } from '../../src/lab/experiments/statistics.ts';
import { smallScenario } from './smallScenario.ts';

export const READ_ABOUT: ExperimentAbout = {
  id: 'read-cost',
  number: 1,
  question: 'Is the read cost proportional to the number of differencing disks?',
  lead: 'The literature says yes and no. Predict first, then run it on real files in this tab.',
  claims: [
    {
      text: 'The impact on the read performance is directly proportional to the number of differencing disks',
      isQuote: true,
      sources: ['P'],
    },
    { text: 'there is a performance hit, but it is minimal', isQuote: true, sources: ['A'] },
  ],
  predictions: [
    { id: 'proportional', label: 'proportional', shape: 'proportional' },
    { id: 'levels-off', label: 'levels off', shape: 'levels-off' },
    { id: 'flat', label: 'flat', shape: 'flat' },
    { id: 'explodes', label: 'explodes', shape: 'explodes' },
  ],
  controls: [
    'depth',
    'changedPercent',
    'runBytes',
    'spread',
    'blockSizeBytes',
    'disk',
    'reads',
    'readBytes',
    'pattern',
    'profile',
  ],
  setup: USUAL_SETUP,
  method: [
    'Each depth is a chain of real files; every read is walked by the engine and its trace counted.',
    'Counted requests are made time by the figures of the storage.',
  ],
};

export const MERGE_ABOUT: ExperimentAbout = {
  id: 'two-descendants',
  number: 5,
  question: 'Does a checkpoint with two descendants merge when it is deleted?',
  lead: 'Its file is still read by two others.',
  claims: [
    {
      text: 'A checkpoint with two descendants does not merge when it is deleted',
      isQuote: false,
      sources: ['A'],
    },
  ],
  predictions: [
    { id: 'merges', label: 'It merges into both descendants', shape: null },
    { id: 'waits', label: 'It waits until one of the two is gone', shape: null },
  ],
  controls: ['guest', 'load', 'policy', 'profile'],
  setup: { ...USUAL_SETUP, seed: 12 },
  method: ['A lab is played for each number of descendants; its log says what was merged.'],
};

export const FAKE_ABOUTS: readonly ExperimentAbout[] = [MERGE_ABOUT, READ_ABOUT];

const DEPTHS = [1, 2, 4, 8, 12, 16, 24, 32, 48, 64];

function pointsOf(seed: number, base: number, slope: number, spread: number): FigurePoint[] {
  const prng = new Prng(seed);
  return DEPTHS.map((x) => {
    const median = (base + slope * x) * (1 + (prng.fraction() - 0.5) * 0.02);
    return { x, median, low: median * (1 - spread), high: median * (1 + spread), count: 500 };
  });
}

export function readResult({ seed, profile }: ExperimentSetup): ExperimentResult {
  const cold = pointsOf(seed, 180, 410, 0.11);
  const warm = pointsOf(seed + 1, 181, 0.4, 0.12);
  const index = pointsOf(seed + 2, 263, 0, 0.1);
  return {
    figures: {
      caption: '4 KiB random reads, median of 500; whiskers from the 10th to the 90th percentile',
      x: { label: 'differencing disks', unit: 'count', names: null },
      y: { label: 'time of a read', unit: 'us', names: null },
      series: [
        { id: 'walk-cold', label: 'walk, cold', kind: 'modelled', points: cold, line: fitLine(cold) },
        { id: 'walk-warm', label: 'walk, cached', kind: 'modelled', points: warm, line: fitLine(warm) },
        { id: 'index-cold', label: 'index, cold', kind: 'modelled', points: index, line: fitLine(index) },
      ],
      tables: [
        {
          title: 'Lookups of a read',
          columns: ['way', 'at 1', 'at 64'],
          rows: [
            ['walk, cold', '1.9', '66.1'],
            ['index, cold', '1', '1'],
          ],
        },
      ],
      work: '500 reads × 10 depths × 3 ways',
      scenarios: [{ label: '8 checkpoints, live merge', scenario: smallScenario() }],
    },
    verdict: {
      headline: 'True while caches are cold. Once the tables are in memory, depth costs almost nothing.',
      findings: [
        {
          lead: 'Cold walk:',
          text: `proportional, R² 0.998, 0.41 ms a layer on ${profile.name} (0.40 to 0.43).`,
        },
        { lead: 'Tables cached:', text: '0.0004 ms a layer.' },
      ],
      claims: [
        { holds: 'partly', why: 'It does with cold caches, and does not with the tables in memory.' },
        { holds: 'no', why: 'At 64 disks a cold read takes 45 × as long as at 1.' },
      ],
      fits: 'proportional',
      answers: {
        proportional: 'The cold walk grows by the same amount with every disk.',
        'levels-off': 'Nothing levels off: the last disk costs as much as the first.',
        flat: 'Only with cached tables.',
        explodes: 'It grows, but evenly.',
      },
    },
  };
}

export function mergeResult(): ExperimentResult {
  const exact = (x: number, value: number | null): FigurePoint => ({
    x,
    median: value,
    low: value,
    high: value,
    count: 1,
  });
  return {
    figures: {
      caption: 'Seconds from the deletion to the end of its merge',
      x: { label: 'descendants', unit: 'count', names: ['none', 'one', 'two'] },
      y: { label: 'until merged', unit: 'seconds', names: null },
      series: [
        {
          id: 'merge',
          label: 'merge',
          kind: 'simulated',
          points: [exact(0, 4), exact(1, 6.5), exact(2, null)],
          line: null,
        },
      ],
      tables: [],
      work: '3 labs of 10 min each',
      scenarios: [{ label: 'two descendants', scenario: smallScenario() }],
    },
    verdict: {
      headline: 'It waits: with two descendants nothing was merged in 10 min.',
      findings: [{ lead: 'One descendant:', text: 'merged after 6.5 s.' }],
      claims: [{ holds: 'yes', why: 'No merge began while two files read it.' }],
      fits: 'waits',
      answers: { merges: 'Nothing was merged.', waits: 'It is the second that keeps it.' },
    },
  };
}

export function fakeResult(about: string, setup: ExperimentSetup): ExperimentResult {
  return about === 'read-cost' ? readResult(setup) : mergeResult();
}

export function fakeAdvice(leaf: number): ChainAdvice {
  const cold = { lookups: 9.2, fileReads: 10.1, microseconds: 2240 };
  return {
    name: 'SRV-FILE01',
    leaf,
    differencingDisks: 5,
    reads: 500,
    readBytes: 4 * KIB,
    walkCold: cold,
    walkWarm: { lookups: 9.2, fileReads: 1, microseconds: 181 },
    indexCold: { lookups: 1, fileReads: 1, microseconds: 262 },
    measuredMicroseconds: 94,
    offers: [
      {
        first: 0,
        last: 5,
        cold: { lookups: 1.8, fileReads: 2.2, microseconds: 420 },
        savedShare: 0.81,
        copyBytes: 12.4 * GIB,
        copySeconds: 52,
        obstacle: 'web.vhd, which stands on SRV-FILE01.vhd, would be ruined.',
      },
      {
        first: 0,
        last: 3,
        cold: { lookups: 4.1, fileReads: 4.7, microseconds: 874 },
        savedShare: 0.61,
        copyBytes: 2.1 * GIB,
        copySeconds: 9.4,
        obstacle: null,
      },
      {
        first: 0,
        last: 1,
        cold: { lookups: 8.1, fileReads: 9, microseconds: 2010 },
        savedShare: 0.1,
        copyBytes: 402 * MIB,
        copySeconds: 1.7,
        obstacle: null,
      },
    ],
  };
}

export const HALF_RUN: Progress = {
  phase: 'Reading at depth 16',
  done: 620,
  total: 1000,
  unit: 'steps',
  perSecond: 130,
  secondsLeft: 3,
  elapsedSeconds: 5,
};
