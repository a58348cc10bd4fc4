/** The points of an experiment as CSV, the same from the page and from the terminal. */
import type { ExperimentAbout } from './experiment.ts';
import type { Figures } from './figures.ts';
import type { ExperimentSetup } from './setup.ts';
import { setupText } from './setupText.ts';
import { xText } from './valueText.ts';

const COLUMNS = [
  'experiment',
  'set-up',
  'seed',
  'series',
  'kind',
  'x',
  'x unit',
  'x name',
  'median',
  'low (10 %)',
  'high (90 %)',
  'count',
  'unit',
];

/** A text that stays a text where spreadsheets would reckon. */
type Cell = string | number | null;

/**
 * RFC 4180: a line for each point, with the set-up in its leading columns, so that tables of several runs can be put together.
 * Values stand in the unit named, as they were kept, with all their digits; an empty median = it never happened.
 */
export function csvText(about: ExperimentAbout, setup: ExperimentSetup, figures: Figures): string {
  const { x, y } = figures;
  const link = setupText(about, setup);
  const rows: Cell[][] = figures.series.flatMap(({ label, kind, points }) =>
    points.map((point) => [
      about.id,
      link,
      setup.seed,
      label,
      kind,
      point.x,
      x.names === null ? x.unit : '',
      x.names === null ? '' : xText(point.x, x),
      point.median,
      point.low,
      point.high,
      point.count,
      y.unit,
    ]),
  );
  return [COLUMNS, ...rows].map((row) => `${row.map(cellText).join(',')}\r\n`).join('');
}

/** Numbers as they are. A text that a spreadsheet would take for a formula gets the apostrophe that makes it a text. */
function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  const text = /^[\s=+\-@|]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
