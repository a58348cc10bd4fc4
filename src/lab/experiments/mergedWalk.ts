/**
 * The walk as it will be when a stretch of the chain is one file: told from the walk as it is. A sector's answer does not
 * change, so what each file was asked, and what it said, tells what the merged one will be asked and will say.
 *
 * Exact where the files of the stretch have blocks of one size and no block that holds nothing; else near it.
 */
import { must } from '../../base/assert.ts';
import { SECTOR_BYTES } from '../../base/units.ts';
import type { ReadTrace, TraceStep } from '../../chain/readTrace.ts';
import type { DiskImage } from '../../formats/diskImage.ts';

/** What a file said: it ends before the sector, has no such block, has the block without the sector, or holds it. */
type Answer = 'beyond' | 'no-block' | 'not-held' | 'held';

/** A run of the disk in which every file that was asked said the same. */
export interface WalkedRun {
  readonly firstSector: number;
  readonly sectorCount: number;
  /** From layer 0 on, as far as the walk went. */
  readonly answers: readonly Answer[];
  readonly steps: readonly TraceStep[];
}

/** Of a trace that is complete. */
export function walkedRuns({ firstSector, steps }: ReadTrace, layerCount: number): WalkedRun[] {
  const runs: WalkedRun[] = [];
  let at = firstSector;
  let from = 0;
  for (const [i, step] of steps.entries()) {
    const isLast =
      step.action === 'read-data' ||
      step.action === 'fill-zero' ||
      (step.action === 'fall-to-parent' && step.layer === layerCount - 1);
    if (!isLast) continue;
    const ofRun = steps.slice(from, i + 1);
    const { sectorCount } = step;
    runs.push({ firstSector: at, sectorCount, answers: answersOf(ofRun), steps: ofRun });
    at += sectorCount;
    from = i + 1;
  }
  return runs;
}

function answersOf(steps: readonly TraceStep[]): Answer[] {
  const answers: Answer[] = [];
  for (const step of steps) {
    switch (step.action) {
      case 'fall-to-parent':
        answers[step.layer] ??= 'beyond';
        break;
      case 'bat-lookup':
        answers[step.layer] = 'no-block';
        break;
      case 'bitmap-lookup':
        answers[step.layer] = step.present ? 'held' : 'not-held';
        break;
      case 'read-data':
        answers[step.layer] = 'held';
        break;
      case 'fill-zero':
        answers[step.layer] ??= 'beyond';
    }
  }
  return answers;
}

export interface MergedStretch {
  /** Layers, the newest and the oldest. */
  readonly first: number;
  readonly last: number;
}

/**
 * Steps of the walk over these runs, which follow one another. Layers keep the numbers that they have now, which tells them
 * apart as well as those that they will have; the merged file has that of its newest.
 */
export function mergedSteps(
  runs: readonly WalkedRun[],
  images: readonly DiskImage[],
  stretch: MergedStretch,
): TraceStep[] {
  const unitSectors = unitAfter(images, stretch);
  const steps: TraceStep[] = [];
  let joined: { readonly run: WalkedRun; readonly answers: readonly Answer[]; sectorCount: number } | null =
    null;
  const add = () => {
    if (joined)
      steps.push(
        ...stepsOf({ ...joined.run, sectorCount: joined.sectorCount }, joined.answers, images, stretch),
      );
  };
  for (const run of runs) {
    const answers = mergedAnswers(run.answers, images, stretch);
    const goesOn: boolean =
      joined !== null &&
      Math.floor(joined.run.firstSector / unitSectors) === Math.floor(run.firstSector / unitSectors) &&
      isSame(joined.answers, answers);
    if (joined && goesOn) {
      joined.sectorCount += run.sectorCount;
      continue;
    }
    add();
    joined = { run, answers, sectorCount: run.sectorCount };
  }
  add();
  return steps;
}

/** A walk is cut where the chain's smallest blocks begin. */
function unitAfter(images: readonly DiskImage[], { first, last }: MergedStretch): number {
  let unitSectors = LARGEST_UNIT;
  for (const [layer, { blockSizeBytes }] of images.entries()) {
    const isLeft = layer < first || layer >= last;
    if (isLeft && blockSizeBytes !== null) unitSectors = Math.min(unitSectors, blockSizeBytes / SECTOR_BYTES);
  }
  return unitSectors;
}

const LARGEST_UNIT = 4096;

function mergedAnswers(
  answers: readonly Answer[],
  images: readonly DiskImage[],
  { first, last }: MergedStretch,
): Answer[] {
  if (answers.length <= first) return [...answers];
  const above = answers.slice(0, first);
  const inside = answers.slice(first, last + 1);
  const below = answers.slice(last + 1);
  const oldest = must(images[last], 'a layer of the chain');
  const merged = mergedAnswer(inside, oldest);
  return merged === 'held' ? [...above, merged] : [...above, merged, ...below];
}

function mergedAnswer(inside: readonly Answer[], { type, tables }: DiskImage): Answer {
  if (inside.every((answer) => answer === 'beyond')) return 'beyond';
  if (inside.at(-1) === 'held' || tables.kind === 'flat') return 'held';
  if (!inside.includes('not-held')) return 'no-block';
  // Without a parent a block that is there holds all of its sectors.
  return type === 'differencing' ? 'not-held' : 'held';
}

function isSame(a: readonly Answer[], b: readonly Answer[]): boolean {
  return a.length === b.length && a.every((answer, layer) => answer === b[layer]);
}

function stepsOf(
  run: WalkedRun,
  answers: readonly Answer[],
  images: readonly DiskImage[],
  { first, last }: MergedStretch,
): TraceStep[] {
  const steps: TraceStep[] = [];
  for (const step of run.steps) if (step.layer < first) steps.push(lasting(step, run));
  const answer = answers[first];
  if (answer === undefined) return steps;
  steps.push(...mergedFileSteps(run, answer, must(images[last], 'a layer'), first));
  if (answers.length === first + 1) return steps;
  for (const step of run.steps) if (step.layer > last) steps.push(lasting(step, run));
  return steps;
}

/** What a walk of one run asks the merged file, and whether it ends there; null = it never comes so far. */
export function mergedPart(
  run: WalkedRun,
  images: readonly DiskImage[],
  { first, last }: MergedStretch,
): { readonly steps: readonly TraceStep[]; readonly ends: boolean } | null {
  if (run.answers.length <= first) return null;
  const oldest = must(images[last], 'a layer of the chain');
  const answer = mergedAnswer(run.answers.slice(first, last + 1), oldest);
  return { steps: mergedFileSteps(run, answer, oldest, first), ends: answer === 'held' };
}

function lasting(step: TraceStep, { sectorCount }: WalkedRun): TraceStep {
  return step.sectorCount === sectorCount ? step : { ...step, sectorCount };
}

function mergedFileSteps(
  { firstSector, sectorCount }: WalkedRun,
  answer: Answer,
  { tables, type }: DiskImage,
  layer: number,
): TraceStep[] {
  if (answer === 'beyond') return [];
  if (tables.kind === 'flat') {
    const place = { layer, block: 0, sectorInBlock: firstSector, sectorCount };
    return [{ ...place, action: 'read-data', fileOffset: tables.dataOffset + firstSector * SECTOR_BYTES }];
  }
  const blockSectors = tables.blockSizeBytes / SECTOR_BYTES;
  const block = Math.floor(firstSector / blockSectors);
  const sectorInBlock = firstSector % blockSectors;
  const place = { layer, block, sectorInBlock, sectorCount };
  const bitmapAt = placeOf(block, tables.bitmapBytes + tables.blockSizeBytes);
  const steps: TraceStep[] = [
    {
      ...place,
      action: 'bat-lookup',
      entryOffset: tables.batOffset + block * ENTRY_BYTES,
      entry: bitmapAt / SECTOR_BYTES,
    },
  ];
  if (answer === 'no-block') return steps;
  if (type === 'differencing') {
    const bitmapOffset = bitmapAt + Math.floor(sectorInBlock / 8);
    steps.push({
      ...place,
      action: 'bitmap-lookup',
      bitmapOffset,
      present: answer === 'held',
      cached: false,
    });
  }
  const fileOffset = bitmapAt + tables.bitmapBytes + sectorInBlock * SECTOR_BYTES;
  if (answer === 'held') steps.push({ ...place, action: 'read-data', fileOffset });
  return steps;
}

const ENTRY_BYTES = 4;
/** Where the merged file's blocks come to lie is not known before: each at a place of its own, behind every table. */
const FAR_BYTES = 2 ** 42;
const BETWEEN_BLOCKS_BYTES = 4096;

function placeOf(block: number, blockBytes: number): number {
  return FAR_BYTES + block * (blockBytes + BETWEEN_BLOCKS_BYTES);
}
