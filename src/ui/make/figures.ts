/** The figures of a plan as rows of text: from the pile's tables, or as measured. */
import { durationText, grouped, sizeText } from '../../base/units.ts';
import type { MeasureView } from '../../engine/api.ts';
import type { Figures, Plan } from './plan.ts';

export interface FigureRow {
  readonly name: string;
  readonly value: string;
  /** In exact bytes, or what else belongs to it. */
  readonly detail?: string;
  readonly strong?: boolean;
}

export interface ShownFigures extends Figures {
  readonly seconds: number | null;
  readonly rates: string;
}

/** What was measured takes the place of what the tables told. */
export function shownFigures(plan: Plan, measured: MeasureView | null): ShownFigures | null {
  if (!measured) return plan.figures ? { ...plan.figures, seconds: null, rates: '' } : null;
  const added = plan.addedBytes ?? 0;
  return {
    ...measured,
    fileBytes: measured.fileBytes + added,
    freedBytes: measured.freedBytes - added,
    blocks: plan.figures?.blocks === null ? null : measured.blocks,
    rates: ratesText(measured),
  };
}

/** `96 MiB/s read, 80 MiB/s written` */
export function ratesText({ readBytesPerSecond, writeBytesPerSecond }: MeasureView): string {
  const rate = (perSecond: number | null, word: string) =>
    perSecond === null ? [] : [`${sizeText(Math.round(perSecond))}/s ${word}`];
  return [...rate(readBytesPerSecond, 'read'), ...rate(writeBytesPerSecond, 'written')].join(', ');
}

export function boundText(bytes: number | null, exact: boolean): string {
  if (bytes === null) return 'not known yet';
  return exact || bytes === 0 ? sizeText(bytes) : `≤ ${sizeText(bytes)}`;
}

export function figureRows(plan: Plan, shown: ShownFigures): FigureRow[] {
  const { operation, sources } = plan;
  // Only a compact has looked into every block; elsewhere zeros are left out on the way.
  const readExactly = shown.exact && operation === 'compact';
  const detail = (bytes: number | null) => (bytes === null ? undefined : `${grouped(bytes)} bytes`);
  const bytes = (name: string, value: number | null, exact = shown.exact): FigureRow => ({
    name,
    value: boundText(value, exact),
    detail: detail(value),
  });
  const rows: FigureRow[] = [];
  if (sources.length > 0) {
    const held = sources.reduce((sum, file) => sum + file.sizeBytes, 0);
    rows.push({
      name: sources.length === 1 ? 'One file, now' : `${sources.length} files, now`,
      value: sizeText(held),
      detail: detail(held),
    });
    rows.push(bytes('To read', shown.readBytes, readExactly));
  }
  rows.push(bytes('To write', shown.writeBytes, readExactly || operation === 'create'));
  if (shown.blocks !== null && shown.blocks > 0) {
    rows.push({
      name: 'Blocks',
      value: `${shown.exact ? '' : '≤ '}${grouped(shown.blocks)}`,
    });
  }
  rows.push({ ...bytes('New file', shown.fileBytes), strong: true });
  if (plan.mostFileBytes !== undefined) rows.push(bytes('Grows to at most', plan.mostFileBytes, true));
  if (shown.freedBytes !== null) rows.push(gainRow(shown.freedBytes, shown.exact));
  rows.push({ name: 'New files', value: grouped(shown.newFiles) });
  if (shown.seconds !== null)
    rows.push({
      name: 'Time',
      value: shown.seconds < 1 ? 'under 1 s' : `about ${durationText(shown.seconds)}`,
      detail: shown.rates,
      strong: true,
    });
  return rows;
}

/** What is gained, or by how much it grows. */
function gainRow(bytes: number, exact: boolean): FigureRow {
  const size = sizeText(Math.abs(bytes));
  const detail = `${grouped(Math.abs(bytes))} bytes`;
  if (bytes === 0) return { name: 'Less than now', value: 'nothing' };
  if (bytes > 0) return { name: 'Less than now', value: `${exact ? '' : '≥ '}${size}`, detail };
  return { name: 'More than now', value: `${exact ? '' : '≤ '}${size}`, detail };
}

/** What a measurement of this plan reads, and whether it makes the figures exact. */
export function measureWords({ operation }: Plan): string {
  if (operation === 'compact')
    return 'Reads every block of the file once: only so is known which hold nothing.';
  return 'Joins the block tables of the chain, and reads and writes a little for the rates.';
}

/** Where the figures come from, in a few words. */
export function basisText(plan: Plan, measured: MeasureView | null): string {
  if (measured) return measured.exact ? 'measured' : 'measured; zeros not looked for';
  if (plan.inPlace) return 'for a new file; in place only structures are written';
  return plan.measure ? 'from block tables, no data read yet' : '';
}
