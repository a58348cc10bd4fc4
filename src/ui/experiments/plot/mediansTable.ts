/** The medians behind the plot as a table: one unit for all of it, and the slope where a line is drawn. */
import {
  type FigureAxis,
  type FigureSeries,
  type Figures,
  type FigureTable,
  mediansIn,
  numberText,
  valueText,
} from '../../../engine/api.ts';
import { isWhole } from './scales.ts';
import { axisUnit } from './ticks.ts';

/** A value that would be smaller than this in the table's unit gets a unit of its own, and with it all the others. */
const LEAST_SHOWN = 0.001;

export function mediansTable(figures: Figures): FigureTable {
  const { x, series } = figures;
  const { suffix, text } = speller(figures);
  const unit = suffix.trim();
  const step = slopeStep(x, series);
  const slope = ({ line }: FigureSeries) => (line ? text(line.slope * step.of) : '');
  return mediansIn(figures, {
    corner: `${unit === '' ? '' : `${unit}, `}by ${x.label}`,
    nameOf: ({ label }) => label,
    textOf: (median) => (median === null ? 'never' : text(median)),
    more: series.some(({ line }) => line !== null) ? { head: step.name, of: slope } : null,
  });
}

function speller({ series, y }: Figures): { suffix: string; text: (value: number) => string } {
  const medians = series.flatMap(({ points }) => points.map(({ median }) => median));
  const sizes = medians.flatMap((median) => (median === null || median === 0 ? [] : [Math.abs(median)]));
  const most = sizes.reduce((top, size) => Math.max(top, size), 0);
  const least = sizes.reduce((low, size) => Math.min(low, size), most);
  const { per, suffix } = axisUnit(y.unit, most);
  if (least / per >= LEAST_SHOWN || sizes.length === 0)
    return { suffix, text: (value) => numberText(value / per) };
  return { suffix: '', text: (value) => valueText(value, y.unit) };
}

/** By how much x grows where the slope is told: one, or one of the unit its values are spelt in. */
function slopeStep({ unit }: FigureAxis, series: readonly FigureSeries[]): { of: number; name: string } {
  const places = series.flatMap(({ points }) => points.map(({ x }) => x));
  if (unit === 'count') return { of: 1, name: isWhole(places) ? 'slope, each' : 'slope, for 1' };
  const { per, suffix } = axisUnit(
    unit,
    places.reduce((most, place) => Math.max(most, place), 0),
  );
  return { of: per, name: `slope, for 1${suffix}` };
}
