import { describe, expect, test } from 'vitest';
import { plotSentence, pointText } from '../../../../../src/ui/experiments/plot/describe.ts';
import {
  ALL_NEVER,
  DEPTHS,
  EMPTY,
  figures,
  NAMES,
  NEVER,
  ONE_POINT,
  points,
  READ_COST,
  series,
} from './figureSketch.ts';

const plain = (text: string) => text.replaceAll('\u202f', ' ');

describe('the sentence of a plot', () => {
  test('tells which series rise and which stay', () => {
    expect(plain(plotSentence(READ_COST))).toBe(
      'Time of a read by differencing disks. walk, cold rises from 590 µs at 1 to 26.4 ms at 64.' +
        ' walk, cached rises from 181 µs at 1 to 207 µs at 64.' +
        ' index, cold stays at 263 µs from 1 to 64.',
    );
  });

  test('falls, and goes by what lies between', () => {
    const bent = figures([
      series(
        'falling',
        points(DEPTHS, (x) => 100 - x),
      ),
      series(
        'hill',
        points([1, 2, 3], (x) => [0, 10, 50, 10][x] ?? 0),
      ),
      series(
        'dip and end',
        points([1, 2, 3], (x) => [0, 10, 2, 40][x] ?? 0),
      ),
    ]);
    expect(plain(plotSentence(bent))).toContain('falling falls from 99 µs at 1 to 36 µs at 64.');
    expect(plain(plotSentence(bent))).toContain('hill goes from 10 µs at 1 to 10 µs at 3, by 50 µs at 2.');
    expect(plain(plotSentence(bent))).toContain(
      'dip and end rises from 10 µs at 1 to 40 µs at 3, by 2 µs at 2.',
    );
  });

  test('says never', () => {
    const text = plain(plotSentence(NEVER));
    expect(text).toContain('merge at once rises from 9 s at 0 % to 17 s at 40 %, never at 3 of 6 points.');
    expect(text).toContain('all at the end: never.');
    expect(plotSentence(ALL_NEVER)).toBe('Time of a read by differencing disks. merge: never.');
  });

  test('lists what has names; says one point and none', () => {
    expect(plain(plotSentence(NAMES))).toContain(
      'with memory, and told before: base lost never, base altered by one byte 90 %, a checkpoint lost 80 %',
    );
    expect(plain(plotSentence(ONE_POINT))).toContain('walk: 12 at 7.');
    expect(plotSentence(EMPTY)).toBe('Time of a read by differencing disks, nothing measured.');
  });
});

describe('a point', () => {
  test('has its place, median, percentiles and count', () => {
    const [walk] = READ_COST.series;
    const point = walk?.points[5];
    expect(walk && point && plain(pointText(walk, point, READ_COST))).toBe(
      'walk, cold · differencing disks 16 · median 6.74 ms · 10th to 90th percentile 6.07 ms to 7.41 ms · 2 000 values',
    );
  });

  test('of one value has no median of its own; never has neither', () => {
    const one = NAMES.series[0];
    const never = NAMES.series[1];
    expect(one?.points[1] && plain(pointText(one, one.points[1], NAMES))).toBe(
      'disk only · base altered by one byte · 25 % · 1 value',
    );
    expect(never?.points[0] && pointText(never, never.points[0], NAMES)).toBe(
      'with memory, and told before · base lost · never · 4 values',
    );
  });
});
