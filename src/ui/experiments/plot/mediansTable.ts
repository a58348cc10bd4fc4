/** The medians behind the plot as a table: one unit for all of it, and the slope where a line is drawn. */
import {
  type FigureAxis,
  type Figures,
  type FigureTable,
  type FigureUnit,
  numberText,
  valueText,
} from '../../../engine/api.ts';
import { xText } from './describe.ts';
import { isWhole } from './scales.ts';
import { axisUnit } from './ticks.ts';

/** A value that would be smaller than this in the table's unit gets a unit of its own, and with it all the others. */
const LEAST_SHOWN = 0.001;

/**
 * A row for each series and a column for each x; the other way round where x has names, which are too long for heads of
 * columns.
 */
export function mediansTable(figures: Figures): FigureTable {
  const { x, y, series } = figures;
  const places = [...new Set(series.flatMap(({ points }) => points.map((point) => point.x)))].sort(
    (a, b) => a - b,
  );
  const spell = speller(figures);
  const unit = spell.suffix.trim();
  const corner = unit === '' ? '' : `${unit}, `;
  const cells = series.map(({ points }) =>
    places.map((place) => {
      const point = points.find((one) => one.x === place);
      return point ? (point.median === null ? 'never' : spell.text(point.median)) : '';
    }),
  );
  const title = `Medians: ${y.label}`;
  if (x.names !== null) {
    return {
      title,
      columns: [`${corner}by ${x.label}`, ...series.map(({ label }) => label)],
      rows: places.map((place, i) => [xText(place, x), ...cells.map((row) => row[i] ?? '')]),
    };
  }
  const hasSlope = series.some(({ line }) => line !== null);
  const step = slopeStep(x, places);
  return {
    title,
    columns: [
      `${corner}by ${x.label}`,
      ...places.map((place) => xText(place, x)),
      ...(hasSlope ? [step.name] : []),
    ],
    rows: series.map(({ label, line }, i) => [
      label,
      ...(cells[i] ?? []),
      ...(hasSlope ? [line ? spell.text(line.slope * step.of) : ''] : []),
    ]),
  };
}

function speller({ series, y }: Figures): { suffix: string; text: (value: number) => string } {
  const medians = series.flatMap(({ points }) => points.map(({ median }) => median));
  const sizes = medians.flatMap((median) => (median === null || median === 0 ? [] : [Math.abs(median)]));
  const most = sizes.reduce((top, size) => Math.max(top, size), 0);
  const least = sizes.reduce((low, size) => Math.min(low, size), most);
  const { per, suffix } = axisUnit(y.unit, most);
  if (least / per >= LEAST_SHOWN || sizes.length === 0)
    return { suffix, text: (value) => figure(value / per) };
  return { suffix: '', text: (value) => signed(value, y.unit) };
}

/** Sizes have no sign of their own. */
function signed(value: number, unit: FigureUnit): string {
  return value < 0 ? `−${valueText(-value, unit)}` : valueText(value, unit);
}

/** What is nothing at six decimals has no sign either. */
function figure(value: number): string {
  const text = numberText(value);
  return text === '−0' ? '0' : text;
}

/** By how much x grows where the slope is told: one, or one of the unit its values are spelt in. */
function slopeStep({ unit }: FigureAxis, places: readonly number[]): { of: number; name: string } {
  if (unit === 'count') return { of: 1, name: isWhole(places) ? 'slope, each' : 'slope, for 1' };
  const { per, suffix } = axisUnit(unit, places.at(-1) ?? 0);
  return { of: per, name: `slope, for 1${suffix}` };
}
