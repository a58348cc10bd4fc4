import { describe, expect, test } from 'vitest';
import type { ReadTrace, TraceExtent, TraceStep } from '../../../../src/engine/api.ts';
import {
  extentAt,
  folded,
  type Lane,
  type LayerShape,
  NO_BLOCK,
  spanOfSector,
  spanOfStep,
  type Walk,
  walkOf,
  walkSpans,
} from '../../../../src/ui/readPath/walkModel.ts';

const BLOCK = 9114;
const SECTOR = BLOCK * 4096 + 2821;
const at = { block: BLOCK, sectorInBlock: 2821, sectorCount: 1 };
const shape: LayerShape = { bitOrder: 'msb-first' };
const six = Array.from({ length: 6 }, () => shape);

const bat = (layer: number, entry: number): TraceStep => ({
  ...at,
  layer,
  action: 'bat-lookup',
  entryOffset: 0xae68,
  entry,
});
const bitmap = (layer: number, present: boolean): TraceStep => ({
  ...at,
  layer,
  action: 'bitmap-lookup',
  bitmapOffset: 0x306af60,
  present,
  cached: false,
});
const fall = (layer: number): TraceStep => ({ ...at, layer, action: 'fall-to-parent' });
const read = (layer: number): TraceStep => ({ ...at, layer, action: 'read-data', fileOffset: 0x270eaa00 });
const zeros = (layer: number): TraceStep => ({ ...at, layer, action: 'fill-zero' });

function traceOf(steps: TraceStep[], extents: TraceExtent[] = []): ReadTrace {
  return { firstSector: SECTOR, sectorCount: 1, extents, steps, fileReads: [], complete: true };
}

/** The first walk of a trace. */
function firstWalk(trace: ReadTrace, layers: readonly LayerShape[]): Walk {
  const none = { firstStep: 0, endStep: 0, firstSector: trace.firstSector, sectorCount: 0 };
  return walkOf(trace, layers, walkSpans(trace)[0] ?? none);
}

/** The read of the look's specimen: layer 1 holds the block but not the sector, layer 3 answers. */
const specimen = traceOf([
  bat(0, NO_BLOCK),
  fall(0),
  bat(1, 99_159),
  bitmap(1, false),
  fall(1),
  bat(2, NO_BLOCK),
  fall(2),
  bat(3, 1_277_007),
  bitmap(3, true),
  read(3),
]);

describe('the walk of one sector', () => {
  const walk = firstWalk(specimen, six);

  test('has a lane for every file that is asked, and one each for those that are not', () => {
    expect(
      walk.lanes.map((lane) =>
        lane.kind === 'asked' ? lane.layer : `${lane.kind} ${lane.kind === 'not-asked' ? lane.from : ''}`,
      ),
    ).toEqual([0, 1, 2, 3, 'not-asked 4', 'not-asked 5']);
  });

  test('gives each lane its answers to the three questions', () => {
    const [first, second, , fourth] = walk.lanes;
    expect(first).toMatchObject({
      bat: { entry: null, entryOffset: 0xae68 },
      bitmap: null,
      data: null,
      fall: 1,
    });
    expect(second).toMatchObject({
      bat: { entry: 99_159 },
      bitmap: { present: false, bit: 5, step: 3 },
      data: null,
      fall: 4,
    });
    expect(fourth).toMatchObject({
      bitmap: { present: true },
      data: { kind: 'data', fileOffset: 0x270eaa00, step: 9 },
      fall: null,
    });
  });

  test('keeps every step once, in order, and ends in data', () => {
    expect(walk.steps).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(walk.lanes.flatMap((lane) => (lane.kind === 'not-asked' ? [] : lane.steps))).toEqual(walk.steps);
    expect(walk.end).toBe('data');
  });
});

describe('other ends', () => {
  test('no file holds it: the base fills in zeros', () => {
    const walk = firstWalk(traceOf([bat(0, NO_BLOCK), fall(0), bat(1, NO_BLOCK), zeros(1)]), six.slice(0, 2));
    expect(walk.end).toBe('zero');
    expect(walk.lanes[1]).toMatchObject({ data: { kind: 'zero', fileOffset: -1 } });
  });

  test('the oldest file asks a parent that is not here', () => {
    const walk = firstWalk(traceOf([bat(0, NO_BLOCK), fall(0), bat(1, NO_BLOCK), fall(1)]), six.slice(0, 2));
    expect(walk.end).toBe('missing');
  });

  test('a walk whose steps were not all kept says so', () => {
    expect(firstWalk(traceOf([bat(0, NO_BLOCK), fall(0)]), six).end).toBe('cut-short');
    expect(firstWalk(traceOf([]), six)).toMatchObject({ steps: [], end: 'cut-short' });
  });

  test('a flat image answers without table or bitmap', () => {
    const step: TraceStep = {
      ...at,
      layer: 0,
      block: 0,
      sectorInBlock: 0,
      action: 'read-data',
      fileOffset: 4096,
    };
    expect(firstWalk(traceOf([step]), [shape]).lanes).toMatchObject([
      { bat: null, bitmap: null, data: { kind: 'data', fileOffset: 4096, sectorCount: 1 } },
    ]);
  });
});

describe('a range of sectors', () => {
  const run = (sectorInBlock: number, sectorCount: number) => ({ block: 2, sectorInBlock, sectorCount });
  const steps: TraceStep[] = [
    { ...run(100, 16), layer: 0, action: 'bat-lookup', entryOffset: 8, entry: 7 },
    { ...run(100, 16), layer: 0, action: 'bitmap-lookup', bitmapOffset: 1012, present: true, cached: false },
    { ...run(100, 16), layer: 0, action: 'read-data', fileOffset: 60_000 },
    { ...run(116, 48), layer: 0, action: 'bat-lookup', entryOffset: 8, entry: 7 },
    { ...run(116, 48), layer: 0, action: 'bitmap-lookup', bitmapOffset: 1014, present: false, cached: true },
    { ...run(116, 48), layer: 0, action: 'fall-to-parent' },
    { ...run(116, 48), layer: 1, action: 'bat-lookup', entryOffset: 8, entry: NO_BLOCK },
    { ...run(116, 48), layer: 1, action: 'fill-zero' },
    { ...run(164, 2), layer: 0, action: 'bat-lookup', entryOffset: 8, entry: NO_BLOCK },
    { ...run(164, 2), layer: 0, action: 'fall-to-parent' },
  ];
  const trace = { ...traceOf(steps), firstSector: 8292 };
  const spans = walkSpans(trace);

  test('is one walk after the other, each for the sectors that share it', () => {
    expect(spans).toEqual([
      { firstStep: 0, endStep: 3, firstSector: 8292, sectorCount: 16 },
      { firstStep: 3, endStep: 8, firstSector: 8308, sectorCount: 48 },
      { firstStep: 8, endStep: 10, firstSector: 8356, sectorCount: 2 },
    ]);
  });

  test('walks that end in a missing parent are told apart, also in a chain of one file', () => {
    const lost = (count: number): TraceStep[] => [
      { ...run(0, count), layer: 0, action: 'bat-lookup', entryOffset: 0, entry: NO_BLOCK },
      { ...run(0, count), layer: 0, action: 'fall-to-parent' },
    ];
    const two = walkSpans({ ...traceOf([...lost(5), ...lost(7)]), firstSector: 0 });
    expect(two.map((span) => [span.firstSector, span.sectorCount])).toEqual([
      [0, 5],
      [5, 7],
    ]);
  });

  test('every step and every sector belongs to its walk', () => {
    steps.forEach((_, step) => {
      const span = spanOfStep(spans, step);
      expect(span && step >= span.firstStep && step < span.endStep).toBe(true);
    });
    expect(
      [8291, 8292, 8307, 8308, 8357, 8358].map((sector) => spanOfSector(spans, sector)?.firstStep),
    ).toEqual([undefined, 0, 0, 3, 8, undefined]);
    expect(spanOfStep(spans, 10)).toBeNull();
  });

  test('the bit that was asked is the one of the first sector; VHDX counts from the other end of the byte', () => {
    const span = spans[0];
    if (!span) throw new Error('there is a first walk');
    const bitOf = (bitOrder: LayerShape['bitOrder']) => walkOf(trace, [{ bitOrder }], span).lanes[0];
    expect(bitOf('msb-first')).toMatchObject({ bitmap: { byteOffset: 1012, bit: 4 } });
    expect(bitOf('lsb-first')).toMatchObject({ bitmap: { byteOffset: 1012, bit: 3 } });
  });

  test('the extent of a sector is found, and none outside', () => {
    const extents: TraceExtent[] = [10, 20, 35].map((firstSector, i) => {
      const sectorCount = [10, 15, 5][i] ?? 0;
      return { kind: 'data', layer: 0, firstSector, sectorCount, fileOffset: 0 };
    });
    expect([9, 10, 19, 20, 34, 35, 39, 40].map((sector) => extentAt(extents, sector))).toEqual([
      -1, 0, 0, 1, 1, 2, 2, -1,
    ]);
    expect(extentAt([], 0)).toBe(-1);
  });
});

describe('folding', () => {
  const none = (layer: number): TraceStep[] => [bat(layer, NO_BLOCK), fall(layer)];
  const deep = Array.from({ length: 64 }, () => shape);
  const steps = [
    ...Array.from({ length: 12 }, (_, layer) => none(layer)).flat(),
    bat(12, 5),
    bitmap(12, false),
    fall(12),
    ...none(13),
    ...none(14),
    bat(15, 6),
    bitmap(15, true),
    read(15),
  ];
  const { lanes } = firstWalk(traceOf(steps), deep);
  const describeLane = (lane: Lane) =>
    lane.kind === 'asked' ? `${lane.layer}` : `${lane.kind} ${lane.from}–${lane.to}`;

  test('long runs of none and of not asked become one lane, short runs stay', () => {
    expect(folded(lanes, 12, 3, new Set()).map(describeLane)).toEqual([
      'none 0–11',
      '12',
      '13',
      '14',
      '15',
      'not-asked 16–63',
    ]);
  });

  test('a folded lane keeps all steps of its files', () => {
    const [first] = folded(lanes, 12, 3, new Set());
    expect(first).toMatchObject({ kind: 'none', steps: Array.from({ length: 24 }, (_, i) => i) });
  });

  test('a run that the reader unfolds is all there', () => {
    expect(folded(lanes, 12, 3, new Set([0])).length).toBe(12 + 4 + 1);
  });

  test('a short chain is never folded', () => {
    const short = firstWalk(traceOf(steps.slice(0, 24)), deep.slice(0, 12));
    expect(folded(short.lanes, 12, 3, new Set())).toEqual(short.lanes);
  });

  test('the base that fills in zeros is not folded away', () => {
    const all = [
      ...Array.from({ length: 19 }, (_, layer) => none(layer)).flat(),
      bat(19, NO_BLOCK),
      zeros(19),
    ];
    const walk = firstWalk(traceOf(all), deep.slice(0, 20));
    expect(folded(walk.lanes, 12, 3, new Set()).map(describeLane)).toEqual(['none 0–18', '19']);
  });
});
