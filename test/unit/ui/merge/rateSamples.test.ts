import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MIB } from '../../../../src/base/units.ts';
import { endLabels, stageLabels } from '../../../../src/ui/merge/picture/rateLabels.ts';
import {
  MOST_POINTS,
  RateSamples,
  rateSteps,
  stageStarts,
} from '../../../../src/ui/merge/picture/rateSamples.ts';
import { mibText, rateScale, timeScale, timeText } from '../../../../src/ui/merge/picture/rateScale.ts';

describe('samples of a rate', () => {
  it('are what was copied between two reports, not a running mean', () => {
    const samples = new RateSamples();
    for (const [elapsedSeconds, done] of [
      [0, 0],
      [0.5, 50],
      [1, 50],
      [2, 250],
    ] as const)
      samples.add({ stage: 'copying', done, elapsedSeconds });
    expect(rateSteps(samples.points).map((step) => step.bytesPerSecond)).toEqual([100, 0, 200]);
  });

  it('never join two stages, and go on in time where a stage counts its own seconds', () => {
    const samples = new RateSamples();
    for (const elapsedSeconds of [0, 1, 2])
      samples.add({ stage: 'hashing before', done: 10, elapsedSeconds });
    for (const elapsedSeconds of [0, 1])
      samples.add({ stage: 'copying', done: elapsedSeconds * 7, elapsedSeconds });
    samples.add({ stage: 'hashing after', done: 0, elapsedSeconds: 4 });
    expect(stageStarts(samples.points)).toEqual([
      { seconds: 0, stage: 'hashing before' },
      { seconds: 2, stage: 'copying' },
      { seconds: 6, stage: 'hashing after' },
    ]);
    expect(
      rateSteps(samples.points).map(({ from, to, bytesPerSecond }) => [from, to, bytesPerSecond]),
    ).toEqual([
      [0, 1, 0],
      [1, 2, 0],
      [2, 3, 7],
    ]);
  });

  it('stay few, evenly spaced, and lose no byte and no second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6000 }), fc.integer({ min: 1, max: 1000 }), (count, seed) => {
        const samples = new RateSamples();
        let done = 0;
        let most = 0;
        for (let i = 0; i <= count; i++) {
          samples.add({ stage: 'copying', done, elapsedSeconds: i / 4 });
          done += ((i * seed) % 97) * 1000;
          most = Math.max(most, samples.points.length);
        }
        expect(most).toBeLessThanOrEqual(MOST_POINTS);
        const { points } = samples;
        const [first, last] = [points[0], points.at(-1)];
        expect(first?.seconds).toBe(0);
        expect(last?.seconds).toBe(count / 4);
        const steps = rateSteps(points);
        const bytes = steps.reduce(
          (sum, { from, to, bytesPerSecond }) => sum + (to - from) * bytesPerSecond,
          0,
        );
        expect(bytes).toBeCloseTo((last?.doneBytes ?? 0) - (first?.doneBytes ?? 0), 3);
        const widths = steps.slice(0, -1).map(({ from, to }) => to - from);
        if (widths.length > 0) expect(Math.max(...widths)).toBeLessThanOrEqual(2 * Math.min(...widths));
        if (count > MOST_POINTS) expect(points.length).toBeGreaterThan(MOST_POINTS / 4);
      }),
      { seed: 31, numRuns: 30 },
    );
  });

  it('keep both ends of every stage when points are dropped', () => {
    const samples = new RateSamples();
    for (let i = 0; i < 51; i++) samples.add({ stage: 'hashing before', done: i, elapsedSeconds: i });
    for (let i = 0; i < 2000; i++) samples.add({ stage: 'copying', done: i, elapsedSeconds: 51 + i });
    expect(stageStarts(samples.points).map(({ seconds }) => seconds)).toEqual([0, 51]);
    const hashed = samples.points.filter(({ stage }) => stage === 'hashing before');
    expect(hashed.at(-1)).toMatchObject({ seconds: 50, doneBytes: 50 });
  });
});

describe('axes', () => {
  it('end at or above what they show, at round numbers', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 20_000, noNaN: true }), (mib) => {
        const { max, ticks } = rateScale(mib * MIB);
        expect(max).toBeGreaterThanOrEqual(mib * (1 - 1e-9));
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(5);
        for (const tick of ticks) expect(tick).toBeLessThanOrEqual(max);
      }),
      { seed: 41 },
    );
    expect(rateScale(104 * MIB)).toEqual({ max: 125, ticks: [0, 50, 100] });
    expect(rateScale(0)).toEqual({ max: 1, ticks: [0, 0.5, 1] });
  });

  it('count seconds in the steps of a clock', () => {
    expect(timeScale(57, true)).toEqual({ max: 57, ticks: [0, 15, 30, 45] });
    expect(timeScale(57, false)).toEqual({ max: 60, ticks: [0, 15, 30, 45, 60] });
    expect(timeScale(0, false)).toEqual({ max: 4, ticks: [0, 1, 2, 3, 4] });
    expect(timeScale(100_000, false).ticks.length).toBeLessThanOrEqual(6);
    expect([0, 45, 90, 120, 3600, 5400].map(timeText)).toEqual([
      '0 s',
      '45 s',
      '1 min 30 s',
      '2 min',
      '1 h',
      '1 h 30 min',
    ]);
  });

  it('write a rate with three figures', () => {
    expect([0, 3.456, 96.44, 104.4, 1240].map((mib) => mibText(mib * MIB))).toEqual([
      '0.00',
      '3.46',
      '96.4',
      '104',
      '1\u202f240',
    ]);
  });
});

describe('names of the stages', () => {
  const starts = [
    { seconds: 0, stage: 'hashing before' },
    { seconds: 10, stage: 'copying' },
    { seconds: 290, stage: 'finishing' },
  ] as const;

  it('stand at their tick, a line lower where they would meet, turned round at the right edge', () => {
    const labels = stageLabels(starts, (seconds) => 40 + seconds, 340);
    expect(labels.map(({ text, anchor, line }) => [text, anchor, line])).toEqual([
      ['hash before', 'start', 0],
      ['copy', 'start', 1],
      ['finish', 'end', 0],
    ]);
  });

  it('never lie over each other', () => {
    const many = Array.from({ length: 6 }, (_, i) => ({ seconds: i, stage: 'copying' as const }));
    expect(stageLabels(many, (seconds) => seconds, 300).length).toBe(2);
  });
});

describe('the words at the ends of the lines', () => {
  it('never lie on each other nor among the seconds, wherever the lines are', () => {
    const bottom = 88;
    for (let level = 22; level <= bottom; level++)
      for (let plainLevel = 22; plainLevel <= bottom; plainLevel++) {
        const { current, plain } = endLabels(level, plainLevel, bottom);
        expect(Math.abs(current - plain)).toBeGreaterThanOrEqual(8);
        expect(Math.max(current, plain)).toBeLessThanOrEqual(bottom);
        expect(Math.min(current, plain)).toBeGreaterThanOrEqual(4);
        // Near its own end of the line, so that nobody takes it for another's.
        expect(Math.abs(current - 4 - level)).toBeLessThanOrEqual(26);
      }
  });

  it('stand beside their line where nothing is in the way', () => {
    expect(endLabels(40, null, 88).current).toBe(44);
    expect(endLabels(40, 77, 88)).toEqual({ current: 44, plain: 73 });
    expect(endLabels(60, 30, 88)).toEqual({ current: 64, plain: 26 });
  });
});
