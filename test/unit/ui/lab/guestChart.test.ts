import { describe, expect, it } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import type { LabMark, LabSample } from '../../../../src/engine/api.ts';
import {
  chartColumns,
  cutsOf,
  joinedCuts,
  measuredUntil,
  mergeStretches,
  operationsPerSecond,
  sampleAt,
} from '../../../../src/ui/lab/time/chartData.ts';
import {
  latencyScale,
  operationsScale,
  timeRange,
  timeTicks,
} from '../../../../src/ui/lab/time/chartScales.ts';
import { byImportance, labelText, placeLabels } from '../../../../src/ui/lab/time/markLabels.ts';
import { seekAfterKey } from '../../../../src/ui/lab/time/seeking.ts';
import { sampleRows } from '../../../../src/ui/lab/time/tableRows.ts';
import {
  afterNowWords,
  historyWords,
  latencyText,
  sampleWords,
  speedWords,
} from '../../../../src/ui/lab/time/timeWords.ts';
import { samplesOf, us } from '../../../support/labViews.ts';

const SECOND = 1_000_000;
/** Nothing is cut. */
const HIGH = { operations: 10_000, latencyMs: 10_000 };

function sample(more: Partial<LabSample> = {}): LabSample {
  return {
    fromUs: 0,
    lengthUs: SECOND,
    operations: 100,
    medianUs: 200,
    p99Us: 400,
    merging: false,
    pausedUs: 0,
    ...more,
  };
}

describe('the columns of the chart', () => {
  it('are steps: each sample from its beginning to its end, as it was measured', () => {
    const samples = [sample(), sample({ fromUs: SECOND, operations: 50, medianUs: 300, p99Us: 900 })];
    expect(chartColumns(samples, HIGH)).toEqual({
      seconds: [0, 1, 1, 2],
      operations: [100, 100, 50, 50],
      medianMs: [0.2, 0.2, 0.3, 0.3],
      p99Ms: [0.4, 0.4, 0.9, 0.9],
    });
  });

  it('leave a gap where nothing was measured, and no latency where nothing was done', () => {
    const samples = [sample(), sample({ fromUs: 5 * SECOND, operations: 0, medianUs: 0, p99Us: 0 })];
    const { seconds, operations, medianMs, p99Ms } = chartColumns(samples, HIGH);
    expect(seconds).toEqual([0, 1, 1, 5, 6]);
    expect(operations).toEqual([100, 100, null, 0, 0]);
    expect(medianMs).toEqual([0.2, 0.2, null, null, null]);
    expect(p99Ms).toEqual([0.4, 0.4, null, null, null]);
  });

  it('cut what is above its panel, and say what it was', () => {
    const samples = [400, 31_000, 45_000, 500, 2000].map((p99Us, i) =>
      sample({ fromUs: i * SECOND, p99Us, operations: i === 3 ? 900 : 100 }),
    );
    const columns = chartColumns(samples, { operations: 200, latencyMs: 1 });
    expect(columns.p99Ms).toEqual([0.4, 0.4, 1, 1, 1, 1, 0.5, 0.5, 1, 1]);
    expect(columns.operations).toEqual([100, 100, 100, 100, 100, 100, 200, 200, 100, 100]);
    const cuts = cutsOf(samples, ({ p99Us }) => p99Us, 1000);
    expect(cuts).toEqual([
      { atUs: 1.5 * SECOND, value: 31_000 },
      { atUs: 2.5 * SECOND, value: 45_000 },
      { atUs: 4.5 * SECOND, value: 2000 },
    ]);
    expect(cutsOf(samples, operationsPerSecond, 200)).toEqual([{ atUs: 3.5 * SECOND, value: 900 }]);
  });

  it('join cuts that are near, and keep the highest', () => {
    const cuts = [10, 20, 30, 60, 100].map((atUs, i) => ({ atUs, value: [5, 9, 7, 4, 8][i] ?? 0 }));
    expect(joinedCuts(cuts, 10)).toEqual([cuts[1], cuts[3], cuts[4]]);
    expect(joinedCuts(cuts, 1)).toEqual(cuts);
    expect(joinedCuts(cuts, 40)).toEqual([cuts[1]]);
    expect(joinedCuts([], 10)).toEqual([]);
  });

  it('take the second under way as long as it has been, and not at all while it has hardly begun', () => {
    const samples = [sample(), sample({ fromUs: SECOND, operations: 30 })];
    expect(measuredUntil(samples, 2 * SECOND)).toBe(samples);
    const [, half] = measuredUntil(samples, 1.5 * SECOND);
    expect(half && operationsPerSecond(half)).toBe(60);
    expect(measuredUntil(samples, 1.2 * SECOND)).toEqual([samples[0]]);
    expect(measuredUntil([], 0)).toEqual([]);
  });

  it('join stretches with a merge that touch', () => {
    const merging = [0, 1, 2, 5, 7].map((at) => sample({ fromUs: at * SECOND, merging: at !== 7 }));
    expect(mergeStretches(merging)).toEqual([
      { fromUs: 0, toUs: 3 * SECOND },
      { fromUs: 5 * SECOND, toUs: 6 * SECOND },
    ]);
  });

  it('find the sample of any time as a search from the front does', () => {
    const prng = new Prng(3);
    const samples: LabSample[] = [];
    for (let at = 5; samples.length < 40; at += 1 + prng.below(3))
      samples.push(sample({ fromUs: at, lengthUs: 1 }));
    for (let at = 0; at < 100; at++) {
      expect(sampleAt(samples, at)).toBe(samples.findLast(({ fromUs }) => fromUs <= at) ?? null);
    }
  });
});

describe('the axes', () => {
  it('begin at 0 and end at the first round step that is not below the most', () => {
    const scale = (most: number) => operationsScale([sample({ operations: most })]);
    expect(scale(212)).toEqual({ max: 300, ticks: [0, 100, 200, 300] });
    expect(scale(300)).toEqual({ max: 300, ticks: [0, 100, 200, 300] });
    expect(scale(950)).toEqual({ max: 1000, ticks: [0, 500, 1000] });
    expect(operationsScale([])).toEqual({ max: 10, ticks: [0, 5, 10] });
    for (let most = 11; most < 3000; most += 7) {
      const { max, ticks } = scale(most);
      expect(max).toBeGreaterThanOrEqual(most);
      expect(ticks.length).toBeLessThanOrEqual(4);
      expect(ticks.at(-1)).toBe(max);
    }
  });

  it('cut a boot that would flatten everything after it', () => {
    const usual = Array.from({ length: 99 }, (_, i) => sample({ operations: 18 + (i % 7) }));
    expect(operationsScale([...usual, sample({ operations: 870 })]).max).toBe(30);
  });

  it('show usual latencies whole, and cut a rare pause that would flatten them', () => {
    const usual = Array.from({ length: 99 }, (_, i) => sample({ fromUs: i * SECOND, p99Us: 700 + i }));
    expect(latencyScale(usual).max).toBe(1);
    expect(latencyScale([...usual, sample({ p99Us: 31_000 })]).max).toBe(1);
    // Where a tenth of all is that high, it is what there is to see.
    const often = usual.map((one, i) => (i % 10 === 0 ? { ...one, p99Us: 31_000 } : one));
    expect(latencyScale(often).max).toBeGreaterThanOrEqual(31);
    expect(latencyScale([]).max).toBeGreaterThan(0);
  });

  it('show all of history, what lies after now included, and end at a round time', () => {
    const history = { commands: 3, done: 1, endUs: 727 * SECOND, canSeek: true };
    const view = { nowUs: 100 * SECOND, history, samples: [] };
    const { fromUs, toUs } = timeRange(view, null);
    expect(fromUs).toBe(0);
    expect(toUs).toBeGreaterThanOrEqual(727 * SECOND);
    expect(toUs).toBeLessThan(727 * SECOND * 1.2);
    // The same picture for every step in between.
    expect(timeRange({ ...view, nowUs: 110 * SECOND }, null)).toEqual({ fromUs, toUs });
  });

  it('of a young lab show ten seconds, of one from storage what was seen', () => {
    const history = { commands: 0, done: 0, endUs: 0, canSeek: true };
    expect(timeRange({ nowUs: 0, history, samples: [] }, null)).toEqual({ fromUs: 0, toUs: 10 * SECOND });
    const found = { ...history, canSeek: false, endUs: 500 * SECOND };
    const samples = [sample({ fromUs: 480 * SECOND })];
    expect(timeRange({ nowUs: 500 * SECOND, history: found, samples }, null).fromUs).toBe(480 * SECOND);
  });

  it('of a window hold now, also at both ends of history', () => {
    for (let now = 0; now < 400; now += 7) {
      const history = { commands: 0, done: 0, endUs: 400 * SECOND, canSeek: true };
      const { fromUs, toUs } = timeRange({ nowUs: now * SECOND, history, samples: [] }, 60 * SECOND);
      expect(toUs - fromUs).toBe(60 * SECOND);
      expect(fromUs).toBeGreaterThanOrEqual(0);
      expect(now * SECOND).toBeGreaterThanOrEqual(fromUs);
      expect(now * SECOND).toBeLessThan(toUs);
    }
  });

  it('name round times of the machine’s clock, no two the same and no more than have room', () => {
    const texts = (from: string, to: string, most: number) =>
      timeTicks({ fromUs: us(from), toUs: us(to) }, most).map(({ text }) => text);
    expect(texts('14:20:30', '14:33:00', 8)).toEqual(['14:22', '14:24', '14:26', '14:28', '14:30', '14:32']);
    expect(texts('14:00:00', '14:00:10', 5)).toEqual([
      '14:00:00',
      '14:00:02',
      '14:00:04',
      '14:00:06',
      '14:00:08',
      '14:00:10',
    ]);
    const prng = new Prng(7);
    for (let round = 0; round < 500; round++) {
      const fromUs = prng.below(40_000 * 100) * 10_000;
      const range = { fromUs, toUs: fromUs + 50_000 + prng.below(2 ** (5 + (round % 30))) };
      const most = 2 + prng.below(12);
      const ticks = timeTicks(range, most);
      expect(ticks.length).toBeLessThanOrEqual(most + 1);
      expect(new Set(ticks.map(({ text }) => text)).size).toBe(ticks.length);
      for (const { atUs } of ticks) {
        expect(atUs).toBeGreaterThanOrEqual(range.fromUs);
        expect(atUs).toBeLessThanOrEqual(range.toUs);
      }
    }
  });
});

describe('words above the chart', () => {
  const AREA = { left: 0, right: 400, lines: 2, gap: 4 };

  it('stand beside their mark, a line up where the one before is in the way, left of it at the end', () => {
    const requests = [
      { x: 10, width: 50 },
      { x: 40, width: 50 },
      { x: 380, width: 50 },
      { x: 20, width: 90 },
    ];
    expect(placeLabels(requests, [], AREA)).toEqual([
      { index: 0, left: 14, width: 50, line: 0 },
      { index: 1, left: 44, width: 50, line: 1 },
      { index: 2, left: 326, width: 50, line: 0 },
    ]);
  });

  it('never overlap each other, what stands there already, or the edges', () => {
    const prng = new Prng(11);
    for (let round = 0; round < 300; round++) {
      const requests = Array.from({ length: prng.below(40) }, () => ({
        x: prng.below(400),
        width: 5 + prng.below(120),
      }));
      const taken = [{ left: 0, width: 60, line: 0 }];
      const placed = placeLabels(requests, taken, AREA);
      const boxes = [...taken, ...placed];
      for (const one of placed) {
        expect(one.left).toBeGreaterThanOrEqual(AREA.left);
        expect(one.left + one.width).toBeLessThanOrEqual(AREA.right);
        for (const other of boxes) {
          if (other === one || other.line !== one.line) continue;
          expect(one.left >= other.left + other.width || other.left >= one.left + one.width).toBe(true);
        }
      }
      if (requests.length > 0) expect(placed.length).toBeGreaterThan(0);
    }
  });

  it('go to faults first, then to the newest', () => {
    const mark = (atUs: number, kind: LabMark['kind']): LabMark => ({ atUs, kind, text: `${kind} ${atUs}` });
    const marks = [
      mark(1, 'checkpoint'),
      mark(2, 'fault'),
      mark(3, 'checkpoint'),
      mark(4, 'apply'),
      mark(5, 'fault'),
    ];
    expect(byImportance(marks).map(({ text }) => text)).toEqual([
      'fault 5',
      'fault 2',
      'apply 4',
      'checkpoint 3',
      'checkpoint 1',
    ]);
  });

  it('are short, and leave the time of a name by itself to the axis', () => {
    const text = (kind: LabMark['kind'], words: string) => labelText({ atUs: 0, kind, text: words });
    expect(text('checkpoint', 'after hotfix')).toBe('after hotfix');
    expect(text('merge', 'load test')).toBe('merge: load test');
    expect(text('checkpoint', 'LAB-WEB01 (03/02/2026 - 2:02:11 PM)')).toBe('checkpoint');
    expect(text('apply', 'x'.repeat(100))).toHaveLength(28);
  });
});

describe('the keys of the seek bar', () => {
  const history = { commands: 9, done: 4, endUs: 300 * SECOND, canSeek: true };
  const marks = [20, 50, 120].map((at) => ({ atUs: at * SECOND, kind: 'checkpoint' as const, text: '' }));
  const view = { nowUs: 100 * SECOND, history, marks };
  const range = { fromUs: 0, toUs: 300 * SECOND };
  const press = (key: string, at = 100, more: Partial<KeyboardEvent> = {}) => {
    const plain = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
    const target = seekAfterKey({ key, ...plain, ...more }, at * SECOND, view, range);
    return target === null ? null : target / SECOND;
  };

  it('move by round steps, and sixteen of them with Shift', () => {
    expect(press('ArrowRight')).toBe(102);
    expect(press('ArrowLeft')).toBe(98);
    expect(press('ArrowRight', 100, { shiftKey: true })).toBe(132);
  });

  it('go from mark to mark and to both ends, and not beyond', () => {
    expect(press('PageUp')).toBe(50);
    expect(press('PageDown')).toBe(120);
    expect(press('PageDown', 120)).toBe(300);
    expect(press('PageUp', 20)).toBe(0);
    expect(press('Home')).toBe(0);
    expect(press('End')).toBe(300);
    expect(press('ArrowLeft', 0)).toBe(0);
    expect(press('ArrowRight', 300)).toBe(300);
  });

  it('leave other keys alone', () => {
    expect(press(' ')).toBe(null);
    expect(press('f')).toBe(null);
    expect(press('ArrowLeft', 100, { altKey: true })).toBe(null);
  });
});

describe('the chart as a table', () => {
  it('adds up, keeps the lowest and the highest, and loses no operation', () => {
    const samples = samplesOf(0, 1000 * SECOND, 700 * SECOND);
    const rows = sampleRows(samples, 24);
    expect(rows.length).toBeLessThanOrEqual(24);
    const counted = rows.reduce(
      (sum, row) => sum + (row.operationsPerSecond * (row.toUs - row.fromUs)) / SECOND,
      0,
    );
    expect(Math.round(counted)).toBe(samples.reduce((sum, { operations }) => sum + operations, 0));
    expect(Math.max(...rows.map(({ mostP99Us }) => mostP99Us))).toBe(
      Math.max(...samples.map(({ p99Us }) => p99Us)),
    );
    expect(rows.map(({ merging }) => merging)).toContain('partly');
  });

  it('of few samples has a row for each; without operations it says so', () => {
    const [row] = sampleRows([sample({ operations: 0 })], 24);
    expect(row).toMatchObject({ operationsPerSecond: 0, leastMedianUs: null, mostMedianUs: null });
    expect(sampleRows([], 24)).toEqual([]);
  });
});

describe('words of time', () => {
  it('give latencies in ms with two figures at least', () => {
    expect([12, 210, 4321, 31_000, 1_234_000, 75_000_000].map(latencyText)).toEqual([
      '0.01 ms',
      '0.21 ms',
      '4.3 ms',
      '31 ms',
      '1.2 s',
      '1 min 15 s',
    ]);
  });

  it('say what a sample holds', () => {
    expect(sampleWords(sample({ operations: 1212, merging: true, pausedUs: 29_000 }))).toBe(
      '1\u202f212 operations/s, latency 0.20 ms, 99 % below 0.40 ms, paused 29 ms, a merge runs',
    );
    expect(sampleWords(sample({ operations: 0 }))).toBe('0 operations/s');
  });

  it('say how much history there is, and what lies after now', () => {
    const history = { commands: 14, done: 14, endUs: 0, canSeek: true };
    expect(historyWords({ nowUs: us('14:32:07'), history, steps: 48_213 })).toBe(
      'simulated, 32 min of history, step 48\u202f213',
    );
    expect(historyWords({ nowUs: 9 * SECOND, history, steps: 1 })).toBe('simulated, 9 s of history, step 1');
    expect(afterNowWords({ history })).toBe('');
    expect(afterNowWords({ history: { ...history, done: 13 } })).toBe(
      '1 command lies after now; a new one takes its place.',
    );
    expect(afterNowWords({ history: { ...history, canSeek: false } })).toMatch(/found in storage/);
  });

  it('say where the engine does not keep up', () => {
    expect(speedWords(100, null)).toBe('');
    expect(speedWords(100, 97)).toBe('');
    expect(speedWords(100, 37.4)).toBe('Reaches 37×.');
    expect(speedWords(10, 2.34)).toBe('Reaches 2.3×.');
  });
});
