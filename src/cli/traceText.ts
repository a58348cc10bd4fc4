/** A trace as text: which file answers each run, the steps of the walk, and what they cost. */
import { hexOffset } from '../base/bytes.ts';
import { grouped } from '../base/units.ts';
import type { CostTotals } from '../chain/cost/measureTrace.ts';
import type { ReadTrace, TraceExtent, TraceStep } from '../chain/readTrace.ts';
import type { Range } from './call.ts';
import { printable, table } from './text.ts';

/** A walk over a long range has thousands of steps; the terminal gets its beginning. */
const STEPS_SHOWN = 200;
const EXTENTS_SHOWN = 200;

/** What one trace says, for people. */
export interface TraceFigures {
  readonly range: Range;
  /** Paths of the layers, layer 0 first. */
  readonly names: readonly string[];
  readonly extents: readonly TraceExtent[];
  /** The walk, as far as it was recorded. */
  readonly trace: ReadTrace;
  readonly walk: CostTotals;
  readonly index: CostTotals;
}

export function traceText({ range, names, extents, trace, walk, index }: TraceFigures): string {
  const { firstSector, sectorCount } = range;
  const last = grouped(firstSector + sectorCount - 1);
  const sectors = sectorCount === 1 ? `Sector ${last}` : `Sectors ${grouped(firstSector)} to ${last}`;
  const depth = names.length === 1 ? '1 layer' : `${names.length} layers`;
  const lines = [`${sectors}, seen from ${printable(names[0] ?? '')}, ${depth}`, ''];
  lines.push(
    ...table([['layer', 'file'], ...names.map((name, layer) => [String(layer), printable(name)])]),
    '',
  );
  const shown = extents.slice(0, EXTENTS_SHOWN);
  lines.push(
    ...table([['sectors', 'count', 'answer', 'layer', 'offset in the file'], ...shown.map(extentRow)]),
  );
  if (extents.length > shown.length) lines.push(more(extents.length - shown.length, 'runs'));
  lines.push(
    '',
    ...table([
      ['step', 'layer', 'block', 'what', 'at', 'found'],
      ...trace.steps.slice(0, STEPS_SHOWN).map(stepRow),
    ]),
  );
  if (trace.steps.length > STEPS_SHOWN) lines.push(more(trace.steps.length - STEPS_SHOWN, 'steps'));
  if (!trace.complete) {
    lines.push(
      `The walk is recorded for the first ${grouped(trace.sectorCount)} sectors; the answer above is whole.`,
    );
  }
  lines.push('', ...totalsTable(walk, index));
  return `${lines.join('\n')}\n`;
}

function more(count: number, what: string): string {
  return `… and ${grouped(count)} more ${what}; --json has all of them`;
}

const ANSWERS = {
  data: 'data',
  zero: 'written zeros',
  unallocated: 'in no file: zeros',
  missing: 'in a parent that is not here',
} as const;

function extentRow({ kind, layer, firstSector, sectorCount, fileOffset }: TraceExtent): string[] {
  const sectors =
    sectorCount === 1
      ? grouped(firstSector)
      : `${grouped(firstSector)}–${grouped(firstSector + sectorCount - 1)}`;
  return [
    sectors,
    grouped(sectorCount),
    ANSWERS[kind],
    layer < 0 ? '' : String(layer),
    fileOffset < 0 ? '' : hexOffset(fileOffset),
  ];
}

function stepRow(step: TraceStep, index: number): string[] {
  const place = [String(index + 1), String(step.layer), grouped(step.block)];
  const sectors = `${grouped(step.sectorCount)} ${step.sectorCount === 1 ? 'sector' : 'sectors'}`;
  switch (step.action) {
    case 'bat-lookup': {
      const found =
        step.entry === 0xffff_ffff ? '0xFFFFFFFF: no block here' : `${hexOffset(step.entry, 8)}: block here`;
      return [...place, 'block table', hexOffset(step.entryOffset), found];
    }
    case 'bitmap-lookup':
      return [
        ...place,
        'bitmap',
        hexOffset(step.bitmapOffset),
        `${sectors} ${step.present ? 'here' : 'not here'}`,
      ];
    case 'fall-to-parent':
      return [...place, 'ask the parent', '', sectors];
    case 'read-data':
      return [...place, 'read', hexOffset(step.fileOffset), sectors];
    case 'fill-zero':
      return [...place, 'zeros', '', sectors];
  }
}

function totalsTable(walk: CostTotals, index: CostTotals): string[] {
  const row = (name: string, totals: CostTotals) => [
    name,
    grouped(totals.lookups),
    grouped(totals.fileReads),
    grouped(totals.bytes),
    totals.coldMicroseconds.toFixed(1),
    totals.cachedMicroseconds.toFixed(1),
  ];
  return table(
    [
      ['', 'look-ups', 'file reads', 'bytes', 'µs cold', 'µs cached'],
      row('the walk', walk),
      row('the index', index),
    ],
    1,
  );
}
