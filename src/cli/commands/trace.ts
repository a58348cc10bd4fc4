/** `trace FILE --sector N --count M`: which file answers, and the walk from the newest file down to the bytes. */
import { hexOffset } from '../../base/bytes.ts';
import { grouped } from '../../base/units.ts';
import type { CostTotals } from '../../chain/costModel.ts';
import type { ReadTrace, TraceExtent, TraceStep } from '../../chain/readTrace.ts';
import type { FileView } from '../../engine/api.ts';
import type { Call } from '../arguments.ts';
import type { Io } from '../io.ts';
import type { ExtentRecord, StepRecord } from '../records.ts';
import { Session } from '../session.ts';
import { jsonText, printable, table } from '../text.ts';
import { warnings } from '../warnings.ts';
import { checkRange } from './read.ts';

type TraceCall = Extract<Call, { command: 'trace' | 'read' }>;

/** A walk over a long range has thousands of steps; the terminal gets its beginning. */
const STEPS_SHOWN = 200;
const EXTENTS_SHOWN = 200;

export async function traceCommand(call: TraceCall, io: Io): Promise<boolean> {
  const { session, targets } = await Session.open(io, [call.file], call, false);
  try {
    let missing = false;
    for (const given of targets) {
      const { disk, layers } = await session.openDisk(given);
      checkRange(disk, call.range);
      warnings(io, session, layers);
      const trace = await disk.trace(call.range.firstSector, call.range.sectorCount);
      const { walk, index } = await disk.measure(trace);
      const names = layers.map(({ path }) => session.shown(path));
      await io.out(
        call.json
          ? jsonText({
              extents: trace.extents.map((extent) => extentRecord(extent, names)),
              steps: trace.steps.map((step): StepRecord => ({ ...step, file: names[step.layer] ?? '' })),
              totals: { walk, index, stepsComplete: trace.complete },
            })
          : humanText(trace, layers, names, walk, index),
      );
      missing ||= trace.extents.some(({ kind }) => kind === 'missing');
    }
    return missing;
  } finally {
    await session.close();
  }
}

function extentRecord(
  { kind, layer, firstSector, sectorCount, fileOffset }: TraceExtent,
  names: readonly string[],
): ExtentRecord {
  return {
    kind,
    layer: layer < 0 ? null : layer,
    file: names[layer] ?? null,
    firstSector,
    sectorCount,
    fileOffset: fileOffset < 0 ? null : fileOffset,
  };
}

function humanText(
  trace: ReadTrace,
  layers: readonly FileView[],
  names: readonly string[],
  walk: CostTotals,
  index: CostTotals,
): string {
  const last = trace.firstSector + trace.sectorCount - 1;
  const range =
    trace.sectorCount === 1
      ? `Sector ${grouped(last)}`
      : `Sectors ${grouped(trace.firstSector)} to ${grouped(last)}`;
  const lines = [
    `${range}, seen from ${printable(names[0] ?? '')}, ${layers.length} ${layers.length === 1 ? 'layer' : 'layers'}`,
    '',
  ];
  lines.push(
    ...table([['layer', 'file'], ...names.map((name, layer) => [String(layer), printable(name)])]),
    '',
  );
  const extents = trace.extents.slice(0, EXTENTS_SHOWN);
  lines.push(
    ...table([['sectors', 'count', 'answer', 'layer', 'offset in the file'], ...extents.map(extentRow)]),
  );
  if (trace.extents.length > extents.length) lines.push(more(trace.extents.length - extents.length, 'runs'));
  lines.push(
    '',
    ...table([
      ['step', 'layer', 'block', 'what', 'at', 'found'],
      ...trace.steps.slice(0, STEPS_SHOWN).map(stepRow),
    ]),
  );
  if (trace.steps.length > STEPS_SHOWN) lines.push(more(trace.steps.length - STEPS_SHOWN, 'steps'));
  if (!trace.complete) lines.push('The walk is longer than what is recorded; the answer above is whole.');
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
