/**
 * A walk as lanes of a table: a lane a file, three questions a lane (block table, bitmap, data). Turns
 * the steps of a trace into what is drawn; knows nothing of pixels.
 */
import type { ReadTrace, TraceExtent, TraceStep } from '../../engine/api.ts';

/** An unused entry of a VHD's block allocation table. */
export const NO_BLOCK = 0xffffffff;

/** What the model must know of each file of the chain, newest first. */
export interface LayerShape {
  /** Bit of the first sector in a bitmap byte: VHD counts from the top, VHDX from the bottom. */
  readonly bitOrder: 'msb-first' | 'lsb-first';
}

export interface BatCell {
  readonly step: number;
  readonly block: number;
  readonly entryOffset: number;
  /** null = the entry is unused: the file does not hold the block. */
  readonly entry: number | null;
}

export interface BitmapCell {
  readonly step: number;
  readonly byteOffset: number;
  /** Place of the asked bit, counted from the left of a byte written out. */
  readonly bit: number;
  readonly present: boolean;
  readonly cached: boolean;
  /** Sectors that this look at the bitmap settled. */
  readonly sectorCount: number;
}

export interface DataCell {
  readonly step: number;
  readonly kind: 'data' | 'zero';
  readonly fileOffset: number;
  readonly sectorCount: number;
}

export interface AskedLane {
  readonly kind: 'asked';
  readonly layer: number;
  readonly bat: BatCell | null;
  readonly bitmap: BitmapCell | null;
  readonly data: DataCell | null;
  /** The step that leaves this file for its parent. */
  readonly fall: number | null;
  readonly steps: readonly number[];
}

/** Files of a run that all say `none`, drawn as one lane. */
export interface NoneLane {
  readonly kind: 'none';
  readonly from: number;
  readonly to: number;
  readonly lanes: readonly AskedLane[];
  readonly steps: readonly number[];
}

export interface NotAskedLane {
  readonly kind: 'not-asked';
  readonly from: number;
  readonly to: number;
}

export type Lane = AskedLane | NoneLane | NotAskedLane;

export interface Walk {
  readonly span: WalkSpan;
  /** Indices into `trace.steps`, in the order of the walk. */
  readonly steps: readonly number[];
  readonly lanes: readonly Lane[];
  readonly end: 'data' | 'zero' | 'missing' | 'cut-short';
}

/** The steps of one run of sectors that share one walk: from the newest file down to the answer. */
export interface WalkSpan {
  /** Indices into `trace.steps`; the end is the first step that is not part of it. */
  readonly firstStep: number;
  readonly endStep: number;
  readonly firstSector: number;
  readonly sectorCount: number;
}

/** A walk goes from file to parent without a break; what comes after its answer belongs to the next run of sectors. */
export function walkSpans(trace: ReadTrace): WalkSpan[] {
  const spans: WalkSpan[] = [];
  let firstStep = 0;
  let firstSector = trace.firstSector;
  trace.steps.forEach((step, index) => {
    const next = trace.steps[index + 1];
    if (next && goesOn(step, next)) return;
    spans.push({ firstStep, endStep: index + 1, firstSector, sectorCount: step.sectorCount });
    firstStep = index + 1;
    firstSector += step.sectorCount;
  });
  return spans;
}

function goesOn(step: TraceStep, next: TraceStep): boolean {
  if (step.action === 'read-data' || step.action === 'fill-zero') return false;
  return next.layer === step.layer + (step.action === 'fall-to-parent' ? 1 : 0);
}

/** The run that holds a step; null past the last. */
export function spanOfStep(spans: readonly WalkSpan[], step: number): WalkSpan | null {
  let low = 0;
  let high = spans.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const span = spans[middle] as WalkSpan;
    if (step < span.firstStep) high = middle - 1;
    else if (step >= span.endStep) low = middle + 1;
    else return span;
  }
  return null;
}

/** The run that holds a sector; null where the steps do not reach that far. */
export function spanOfSector(spans: readonly WalkSpan[], sector: number): WalkSpan | null {
  return (
    spans.find((span) => sector >= span.firstSector && sector < span.firstSector + span.sectorCount) ?? null
  );
}

/** The extent that holds a sector; -1 = none. Extents stand in the order of the disk. */
export function extentAt(extents: readonly TraceExtent[], sector: number): number {
  let low = 0;
  let high = extents.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const extent = extents[middle] as TraceExtent;
    if (sector < extent.firstSector) high = middle - 1;
    else if (sector >= extent.firstSector + extent.sectorCount) low = middle + 1;
    else return middle;
  }
  return -1;
}

function bitFromLeft(sectorInBlock: number, order: LayerShape['bitOrder']): number {
  const inByte = sectorInBlock % 8;
  return order === 'msb-first' ? inByte : 7 - inByte;
}

interface LaneDraft {
  layer: number;
  bat: BatCell | null;
  bitmap: BitmapCell | null;
  data: DataCell | null;
  fall: number | null;
  steps: number[];
}

function addStep(lane: LaneDraft, index: number, step: TraceStep, shape: LayerShape | undefined): void {
  lane.steps.push(index);
  const { sectorCount } = step;
  switch (step.action) {
    case 'bat-lookup': {
      const entry = step.entry === NO_BLOCK ? null : step.entry;
      lane.bat = { step: index, block: step.block, entryOffset: step.entryOffset, entry };
      break;
    }
    case 'bitmap-lookup': {
      const { bitmapOffset: byteOffset, present, cached } = step;
      const bit = bitFromLeft(step.sectorInBlock, shape?.bitOrder ?? 'msb-first');
      lane.bitmap = { step: index, byteOffset, bit, present, cached, sectorCount };
      break;
    }
    case 'read-data':
      lane.data = { step: index, kind: 'data', fileOffset: step.fileOffset, sectorCount };
      break;
    case 'fill-zero':
      lane.data = { step: index, kind: 'zero', fileOffset: -1, sectorCount };
      break;
    case 'fall-to-parent':
      lane.fall = index;
  }
}

function endOf(last: AskedLane | undefined, layerCount: number): Walk['end'] {
  if (last?.data) return last.data.kind;
  return last?.fall != null && last.layer === layerCount - 1 ? 'missing' : 'cut-short';
}

/** One walk of a trace, every asked file in a lane of its own; files that are not asked follow. */
export function walkOf(trace: ReadTrace, layers: readonly LayerShape[], span: WalkSpan): Walk {
  const asked: LaneDraft[] = [];
  const steps: number[] = [];
  for (let index = span.firstStep; index < span.endStep; index++) {
    const step = trace.steps[index];
    if (!step) break;
    steps.push(index);
    let lane = asked.at(-1);
    if (lane?.layer !== step.layer) {
      lane = { layer: step.layer, bat: null, bitmap: null, data: null, fall: null, steps: [] };
      asked.push(lane);
    }
    addStep(lane, index, step, layers[step.layer]);
  }
  const lanes: Lane[] = asked.map((lane) => ({ kind: 'asked', ...lane }));
  const next = (asked.at(-1)?.layer ?? -1) + 1;
  for (let layer = next; layer < layers.length; layer++)
    lanes.push({ kind: 'not-asked', from: layer, to: layer });
  const last = lanes.filter((lane) => lane.kind === 'asked').at(-1);
  return { span, steps, lanes, end: endOf(last, layers.length) };
}

const saysNone = (lane: Lane): lane is AskedLane =>
  lane.kind === 'asked' && lane.bat !== null && lane.bat.entry === null && lane.data === null;

/**
 * Folds runs of at least `leastRun` files that say `none`, and those not asked, when there are more than `mostLanes`
 * lanes. `open` holds the first layers of runs that the reader unfolded.
 */
export function folded(
  lanes: readonly Lane[],
  mostLanes: number,
  leastRun: number,
  open: ReadonlySet<number>,
): Lane[] {
  if (lanes.length <= mostLanes) return [...lanes];
  const result: Lane[] = [];
  for (let at = 0; at < lanes.length; ) {
    const first = lanes[at] as Lane;
    let end = at + 1;
    const none = saysNone(first);
    const like = (lane: Lane) =>
      none ? saysNone(lane) : first.kind === 'not-asked' && lane.kind === 'not-asked';
    while (end < lanes.length && like(lanes[end] as Lane)) end++;
    const run = lanes.slice(at, end);
    const from = first.kind === 'asked' ? first.layer : first.from;
    if (run.length < leastRun || open.has(from)) result.push(...run);
    else if (none) {
      const asked = run.filter(saysNone);
      const steps = asked.flatMap((lane) => lane.steps);
      result.push({ kind: 'none', from, to: from + run.length - 1, lanes: asked, steps });
    } else result.push({ kind: 'not-asked', from, to: from + run.length - 1 });
    at = end;
  }
  return result;
}
