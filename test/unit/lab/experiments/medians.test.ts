import { expect, test } from 'vitest';
import { mediansTable } from '../../../../src/lab/experiments/medians.ts';
import { valueText } from '../../../../src/lab/experiments/valueText.ts';
import { figures, NAMES, NEVER, points, READ_COST, series } from '../../ui/experiments/plot/figureSketch.ts';

test('a row for each series, a column for each x, and every median with its unit', () => {
  const { columns, rows } = mediansTable(READ_COST);
  const xs = READ_COST.series[0]?.points.map(({ x }) => String(x)) ?? [];
  expect(columns).toEqual(['time of a read, by differencing disks', ...xs]);
  expect(rows).toEqual(
    READ_COST.series.map(({ label, points: own }) => [
      `${label} (modelled)`,
      ...own.map(({ median }) => valueText(median, 'us')),
    ]),
  );
});

test('where x has names they are the rows', () => {
  const { columns, rows } = mediansTable(NAMES);
  expect(columns.slice(1)).toEqual(NAMES.series.map(({ label, kind }) => `${label} (${kind})`));
  expect(rows.map(([name]) => name)).toEqual(NAMES.x.names);
  for (const [i, row] of rows.entries()) {
    expect(row.slice(1)).toEqual(
      NAMES.series.map(({ points: own }) => valueText(own[i]?.median ?? null, NAMES.y.unit)),
    );
  }
});

test('what never happened says so; where a series has no point there is nothing', () => {
  expect(mediansTable(NEVER).rows.flat()).toContain('never');
  const list = [
    series(
      'short',
      points([2], () => 5),
    ),
    series(
      'long',
      points([4, 1, 2], (x) => x),
    ),
  ];
  expect(mediansTable(figures(list))).toMatchObject({
    columns: [expect.any(String), '1', '2', '4'],
    rows: [
      ['short (modelled)', '', '5 µs', ''],
      ['long (modelled)', '1 µs', '2 µs', '4 µs'],
    ],
  });
});
