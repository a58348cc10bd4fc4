import { expect, test } from 'vitest';
import { mediansTable } from '../../../../../src/ui/experiments/plot/mediansTable.ts';
import { DEPTHS, figures, HUGE, NAMES, NEVER, points, READ_COST, series } from './figureSketch.ts';

test('has one unit, a column for each x, and the slope', () => {
  const { columns, rows, title } = mediansTable(READ_COST);
  expect(title).toBe('Medians: time of a read');
  expect(columns).toEqual(['ms, by differencing disks', ...DEPTHS.map(String), 'slope, each']);
  expect(rows[0]).toEqual([
    'walk, cold',
    '0.59',
    '1',
    '1.82',
    '3.46',
    '5.1',
    '6.74',
    '10',
    '13.3',
    '19.9',
    '26.4',
    '0.41',
  ]);
  expect(rows[1]?.[1]).toBe('0.181');
  expect(rows[1]?.at(-1)).toBe('0.0004');
  expect(rows[2]?.at(-1)).toBe('0');
});

test('says never, and leaves empty what was not tried', () => {
  expect(mediansTable(NEVER).rows[1]).toEqual(['merge at once', '9', '13', '17', 'never', 'never', 'never']);
  expect(mediansTable(NEVER).columns[0]).toBe('s, by differencing disks');
  const holes = figures([
    series(
      'a',
      points([1, 2], () => 5),
    ),
    series(
      'b',
      points([2, 3], () => 7),
    ),
  ]);
  expect(mediansTable(holes).rows).toEqual([
    ['a', '5', '5', ''],
    ['b', '', '7', '7'],
  ]);
});

test('names stand in rows', () => {
  expect(mediansTable(NAMES)).toEqual({
    title: 'Medians: time of a read',
    columns: ['%, by way', 'disk only', 'with memory, and told before'],
    rows: [
      ['base lost', '0', 'never'],
      ['base altered by one byte', '25', '90'],
      ['a checkpoint lost', '50', '80'],
      ['exported before', '75', '70'],
    ],
  });
});

test('values that one unit cannot hold are spelt each on its own', () => {
  const { columns, rows } = mediansTable(HUGE);
  expect(columns).toEqual(['by differencing disks', '1 B', '512 MiB', '32 GiB']);
  expect(rows[0]).toEqual(['a', '1 B', '512 MiB', '32 GiB']);
});

test('a slope below zero, and one over sizes', () => {
  const over = figures(
    [
      series(
        'a',
        points([0, 2 ** 30], (x) => 5000 - (x / 2 ** 30) * 4000),
        -4000 / 2 ** 30,
      ),
    ],
    {
      x: 'bytes',
    },
  );
  const { columns, rows } = mediansTable(over);
  expect(columns.at(-1)).toBe('slope, for 1 GiB');
  expect(rows[0]?.at(-1)).toBe('−4');
});
