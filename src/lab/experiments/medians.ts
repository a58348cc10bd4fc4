/** The medians behind an experiment's plot as a table, each with its unit. */
import type { FigureSeries, Figures, FigureTable } from './figures.ts';
import { valueText } from './valueText.ts';
import { xText } from './verdictRecord.ts';

/**
 * A row for each series and a column for each x; the other way round where x has names, which are too long for heads of
 * columns. Empty where a series has no point.
 */
export function mediansTable(figures: Figures): FigureTable {
  const { x, y, series } = figures;
  const places = [...new Set(series.flatMap(({ points }) => points.map((point) => point.x)))].sort(
    (a, b) => a - b,
  );
  const cell = ({ points }: FigureSeries, place: number) => {
    const point = points.find((one) => one.x === place);
    return point ? valueText(point.median, y.unit) : '';
  };
  const heads = places.map((place) => xText(figures, place));
  const names = series.map(({ label, kind }) => `${label} (${kind})`);
  const cells = series.map((one) => places.map((place) => cell(one, place)));
  const corner = `${y.label}, by ${x.label}`;
  const title = `Medians: ${y.label}`;
  if (x.names === null) {
    return { title, columns: [corner, ...heads], rows: names.map((name, i) => [name, ...(cells[i] ?? [])]) };
  }
  return {
    title,
    columns: [corner, ...names],
    rows: heads.map((head, i) => [head, ...cells.map((row) => row[i] ?? '')]),
  };
}
