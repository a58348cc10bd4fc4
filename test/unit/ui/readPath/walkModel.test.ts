import { describe, expect, test } from 'vitest';
import type { ReadTrace, TraceExtent, TraceStep } from '../../../../src/engine/api.ts';
import {
  extentAt,
  firstSectorOf,
  folded,
  type Lane,
  type LayerShape,
  NO_BLOCK,
  stepsOfSector,
  walkOf,
} from '../../../../src/ui/readPath/walkModel.ts';

const BLOCK = 9114;
const SECTOR = BLOCK * 4096 + 2821;
const at = { block: BLOCK, sectorInBlock: 2821, sectorCount: 1 };
const shape: LayerShape = { blockSectors: 4096, bitOrder: 'msb-first' };
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
  const walk = walkOf(specimen, six, SECTOR);

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
    const walk = walkOf(
      traceOf([bat(0, NO_BLOCK), fall(0), bat(1, NO_BLOCK), zeros(1)]),
      six.slice(0, 2),
      SECTOR,
    );
    expect(walk.end).toBe('zero');
    expect(walk.lanes[1]).toMatchObject({ data: { kind: 'zero', fileOffset: -1 } });
  });

  test('the oldest file asks a parent that is not here', () => {
    const walk = walkOf(
      traceOf([bat(0, NO_BLOCK), fall(0), bat(1, NO_BLOCK), fall(1)]),
      six.slice(0, 2),
      SECTOR,
    );
    expect(walk.end).toBe('missing');
  });

  test('a walk whose steps were not all kept says so', () => {
    expect(walkOf(traceOf([bat(0, NO_BLOCK), fall(0)]), six, SECTOR).end).toBe('cut-short');
    expect(walkOf(traceOf([]), six, SECTOR)).toMatchObject({ steps: [], end: 'cut-short' });
  });

  test('a flat image answers without table or bitmap; its steps count from the first sector of the disk', () => {
    const flat: LayerShape = { blockSectors: null, bitOrder: 'msb-first' };
    const step: TraceStep = {
      layer: 0,
      block: 0,
      sectorInBlock: SECTOR,
      sectorCount: 4,
      action: 'read-data',
      fileOffset: 4096,
    };
    const walk = walkOf(traceOf([step]), [flat], SECTOR + 2);
    expect(walk.lanes).toMatchObject([
      { bat: null, bitmap: null, data: { fileOffset: 4096 + 1024, sectorCount: 2 } },
    ]);
  });
});

describe('a range of sectors', () => {
  const many = { block: 2, sectorInBlock: 100, sectorCount: 64 };
  const steps: TraceStep[] = [
    { ...many, layer: 0, action: 'bat-lookup', entryOffset: 8, entry: 7 },
    {
      ...many,
      sectorCount: 16,
      layer: 0,
      action: 'bitmap-lookup',
      bitmapOffset: 1012,
      present: true,
      cached: false,
    },
    { ...many, sectorCount: 16, layer: 0, action: 'read-data', fileOffset: 60_000 },
    {
      ...many,
      sectorInBlock: 116,
      sectorCount: 48,
      layer: 0,
      action: 'bitmap-lookup',
      bitmapOffset: 1014,
      present: false,
      cached: true,
    },
    { ...many, sectorInBlock: 116, sectorCount: 48, layer: 0, action: 'fall-to-parent' },
    {
      ...many,
      sectorInBlock: 116,
      sectorCount: 48,
      layer: 1,
      action: 'bat-lookup',
      entryOffset: 8,
      entry: NO_BLOCK,
    },
    { ...many, sectorInBlock: 116, sectorCount: 48, layer: 1, action: 'fill-zero' },
  ];
  const trace = traceOf(steps);
  const shapes = [shape, shape];

  test('a sector walks only through the steps that speak of it', () => {
    expect(firstSectorOf(steps[0] as TraceStep, shapes)).toBe(8292);
    expect(stepsOfSector(trace, shapes, 8292)).toEqual([0, 1, 2]);
    expect(stepsOfSector(trace, shapes, 8310)).toEqual([0, 3, 4, 5, 6]);
    expect(stepsOfSector(trace, shapes, 8292 + 64)).toEqual([]);
  });

  test('the bitmap byte and bit, and the data, are those of the sector that is walked', () => {
    const [lane] = walkOf(trace, shapes, 8292 + 9).lanes;
    expect(lane).toMatchObject({
      bitmap: { byteOffset: 1012 + 1, bit: 109 % 8, sectorCount: 7 },
      data: { fileOffset: 60_000 + 9 * 512, sectorCount: 7 },
    });
  });

  test('VHDX counts the bits of a byte from its other end', () => {
    const lsb: LayerShape = { blockSectors: 4096, bitOrder: 'lsb-first' };
    const [lane] = walkOf(trace, [lsb, lsb], 8292).lanes;
    expect(lane).toMatchObject({ bitmap: { bit: 7 - (100 % 8) } });
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
  const { lanes } = walkOf(traceOf(steps), deep, SECTOR);
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
    const short = walkOf(traceOf(steps.slice(0, 24)), deep.slice(0, 12), SECTOR);
    expect(folded(short.lanes, 12, 3, new Set())).toEqual(short.lanes);
  });

  test('the base that fills in zeros is not folded away', () => {
    const all = [
      ...Array.from({ length: 19 }, (_, layer) => none(layer)).flat(),
      bat(19, NO_BLOCK),
      zeros(19),
    ];
    const walk = walkOf(traceOf(all), deep.slice(0, 20), SECTOR);
    expect(folded(walk.lanes, 12, 3, new Set()).map(describeLane)).toEqual(['none 0–18', '19']);
  });
});
