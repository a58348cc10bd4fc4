/** Made-up figures of every kind for tests of the plot. */
import type { FigurePoint, FigureSeries, Figures, FigureUnit } from '../../../../../src/engine/api.ts';

export const DEPTHS = [1, 2, 4, 8, 12, 16, 24, 32, 48, 64];

export function points(
  xs: readonly number[],
  value: (x: number) => number | null,
  share = 0.1,
): FigurePoint[] {
  return xs.map((x) => {
    const median = value(x);
    if (median === null) return { x, median, low: null, high: null, count: 4 };
    const reach = Math.abs(median) * share;
    return { x, median, low: median - reach, high: median + reach, count: share === 0 ? 1 : 2000 };
  });
}

export function series(label: string, of: readonly FigurePoint[], slope: number | null = null): FigureSeries {
  const line =
    slope === null
      ? null
      : {
          slope,
          slopeLow: slope * 0.9,
          slopeHigh: slope * 1.1,
          intercept: (of[0]?.median ?? 0) - slope * (of[0]?.x ?? 0),
          rSquared: 0.99,
        };
  return { id: label, label, kind: 'modelled', points: of, line };
}

export function figures(
  list: readonly FigureSeries[],
  {
    x = 'count',
    y = 'us',
    names = null,
  }: { x?: FigureUnit; y?: FigureUnit; names?: readonly string[] | null } = {},
): Figures {
  return {
    caption: '4 KiB random reads, median of 2 000',
    x: { label: names ? 'way' : 'differencing disks', unit: x, names },
    y: { label: 'time of a read', unit: y, names: null },
    series: list,
    tables: [],
    work: '2 000 reads × 10 depths × 3 ways',
    scenarios: [],
  };
}

/** One that rises to 26 ms, two that stay below 0.3 ms: microseconds. */
export const READ_COST = figures([
  series(
    'walk, cold',
    points(DEPTHS, (x) => 180 + 410 * x),
    410,
  ),
  series(
    'walk, cached',
    points(DEPTHS, (x) => 181 + 0.4 * x),
    0.4,
  ),
  series(
    'index, cold',
    points(DEPTHS, () => 263),
    0,
  ),
]);

export const SIX = figures(
  ['walk, cold', 'walk, cached', 'index, cold', 'index, cached', 'measured', 'measured, cached'].map(
    (label, i) =>
      series(
        label,
        points(DEPTHS, (x) => 1000 + 20 * x + i * 12),
      ),
  ),
);

export const NEVER = figures(
  [
    series(
      'merge at 20 %',
      points([0, 20, 40, 60, 80, 100], (x) => 4e6 + x * 1e5),
    ),
    series(
      'merge at once',
      points([0, 20, 40, 60, 80, 100], (x) => (x > 50 ? null : 9e6 + x * 2e5)),
    ),
    series(
      'all at the end',
      points([0, 20, 40, 60, 80, 100], () => null),
    ),
  ],
  { x: 'percent' },
);

const WAYS = ['base lost', 'base altered by one byte', 'a checkpoint lost', 'exported before'];
export const NAMES = figures(
  [
    series(
      'disk only',
      points([0, 1, 2, 3], (x) => x * 25, 0),
    ),
    series(
      'with memory, and told before',
      points([0, 1, 2, 3], (x) => (x === 0 ? null : 100 - x * 10)),
    ),
  ],
  { y: 'percent', names: WAYS },
);
export const NAMES_ONE = figures(
  [
    series(
      'readable',
      points([0, 1, 2, 3], (x) => x * x * 11),
    ),
  ],
  {
    y: 'seconds',
    names: WAYS,
  },
);

export const ONE_POINT = figures(
  [
    series(
      'walk',
      points([7], () => 12),
    ),
  ],
  { y: 'count' },
);
export const HUGE = figures(
  [
    series(
      'a',
      points([1, 512 * 2 ** 20, 32 * 2 ** 30], (x) => x),
    ),
    series(
      'b',
      points([1, 512 * 2 ** 20, 32 * 2 ** 30], () => 1),
    ),
  ],
  { x: 'bytes', y: 'bytes' },
);
export const EQUAL = figures([
  series(
    'one',
    points(DEPTHS, () => 500, 0),
  ),
  series(
    'two',
    points(DEPTHS, () => 500, 0),
  ),
  series(
    'three',
    points(DEPTHS, () => 500, 0),
  ),
]);
export const ZERO = figures(
  [
    series(
      'one',
      points(DEPTHS, () => 0),
    ),
    series(
      'two',
      points(DEPTHS, () => 0),
    ),
  ],
  {
    y: 'per-second',
  },
);
const FALLING = figures(
  [
    series(
      'saved',
      points(DEPTHS, (x) => 20 - x),
      -1,
    ),
  ],
  { y: 'percent' },
);
export const EMPTY = figures([]);
export const ALL_NEVER = figures(
  [
    series(
      'merge',
      points(DEPTHS, () => null),
    ),
  ],
  { y: 'seconds' },
);

export const EVERY_KIND: Readonly<Record<string, Figures>> = {
  readCost: READ_COST,
  six: SIX,
  never: NEVER,
  names: NAMES,
  namesOne: NAMES_ONE,
  onePoint: ONE_POINT,
  huge: HUGE,
  equal: EQUAL,
  zero: ZERO,
  falling: FALLING,
  empty: EMPTY,
  allNever: ALL_NEVER,
};
