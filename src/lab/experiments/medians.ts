/** The medians behind an experiment's plot as a table. */
import type { FigureSeries, Figures, FigureTable } from './figures.ts';
import { valueText, xText } from './valueText.ts';

export interface MediansSpelling {
  /** Over the names. */
  readonly corner: string;
  readonly nameOf: (series: FigureSeries) => string;
  readonly textOf: (median: number | null) => string;
  /** A column behind all others, where x has no names. */
  readonly more?: { readonly head: string; readonly of: (series: FigureSeries) => string } | null;
}

/** Each value with its unit, each series with its kind. */
export function mediansTable(figures: Figures): FigureTable {
  const { x, y } = figures;
  return mediansIn(figures, {
    corner: `${y.label}, by ${x.label}`,
    nameOf: ({ label, kind }) => `${label} (${kind})`,
    textOf: (median) => valueText(median, y.unit),
  });
}

/**
 * A row for each series and a column for each x; the other way round where x has names, which are too long for heads of
 * columns. Empty where a series has no point.
 */
export function mediansIn(
  { x, y, series }: Figures,
  { corner, nameOf, textOf, more = null }: MediansSpelling,
): FigureTable {
  const places = [...new Set(series.flatMap(({ points }) => points.map((point) => point.x)))].sort(
    (a, b) => a - b,
  );
  const cell = ({ points }: FigureSeries, place: number) => {
    const point = points.find((one) => one.x === place);
    return point ? textOf(point.median) : '';
  };
  const heads = places.map((place) => xText(place, x));
  const title = `Medians: ${y.label}`;
  if (x.names !== null) {
    return {
      title,
      columns: [corner, ...series.map(nameOf)],
      rows: places.map((place, i) => [heads[i] ?? '', ...series.map((one) => cell(one, place))]),
    };
  }
  return {
    title,
    columns: [corner, ...heads, ...(more ? [more.head] : [])],
    rows: series.map((one) => [
      nameOf(one),
      ...places.map((place) => cell(one, place)),
      ...(more ? [more.of(one)] : []),
    ]),
  };
}
