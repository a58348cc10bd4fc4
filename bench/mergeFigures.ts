/** What is measured of a merge, in private storage and on the machine's disk alike: cases, rounds and figures. */
import { assert } from '../src/base/assert.ts';
import { KIB, MIB } from '../src/base/units.ts';
import type { CoreModule } from '../src/core/core.ts';
import type { DiskFolder } from '../src/storage/diskFolder.ts';
import { atLeast, type Figure, shown } from './figures.ts';
import { type MadeMerge, type MergeShape, makeMerge, type PlacedRun } from './makeMerge.ts';
import { type Merged, mergeChain } from './mergeChain.ts';
import { median } from './timing.ts';

/** Plain work on the storage, without any code of ours: the limit beside which a merge stands. */
export interface PlainFiles {
  /** Reads pieces of a file and writes them one after another to a new one; that one is flushed once, at the end. */
  copy(name: string, pieces: readonly PlacedRun[]): Promise<number>;
  /** Reads each run from one file and writes it to its place in the other, one by one; that one is flushed once, at the end. */
  copyRuns(from: string, to: string, runs: readonly PlacedRun[]): Promise<number>;
}

export interface MergeCase {
  readonly name: string;
  readonly shape: MergeShape;
  readonly against: 'copy' | 'runs';
  readonly target: number;
}

export interface MergePlace {
  readonly folder: DiskFolder;
  readonly module: CoreModule;
  readonly plain: PlainFiles;
}

const SIZE_BYTES = 512 * MIB;
const MIXED = { leastBytes: 4 * KIB, mostBytes: 256 * KIB };
const SMALL = { leastBytes: 4 * KIB, mostBytes: 16 * KIB };
const whole = { sizeBytes: SIZE_BYTES, runs: null, seed: 21 };

/** `aims`: for whole blocks, mixed runs, small runs. */
export function mergeCases(aims: readonly [number, number, number]): MergeCase[] {
  const shape = { sizeBytes: SIZE_BYTES, parentIsFull: true };
  return [
    {
      name: 'whole blocks that the parent lacks / 2 MiB copy',
      shape: { ...whole, parentIsFull: false },
      against: 'copy',
      target: aims[0],
    },
    {
      name: 'whole blocks that the parent has / 2 MiB copy',
      shape: { ...whole, parentIsFull: true },
      against: 'copy',
      target: aims[0],
    },
    {
      name: 'runs of 4–256 KiB / run by run',
      shape: { ...shape, runs: MIXED, seed: 22 },
      against: 'runs',
      target: aims[1],
    },
    {
      name: 'runs of 4–16 KiB / run by run',
      shape: { ...shape, runs: SMALL, seed: 23 },
      against: 'runs',
      target: aims[2],
    },
  ];
}

/** Each side gets new files in each round: the storage takes a file that was just written over faster. The first round warms up. */
export async function measureCase(place: MergePlace, each: MergeCase, rounds: number): Promise<Figure[]> {
  const { folder, module, plain } = place;
  let heldBytes = 0;
  const plainMs = async () => {
    const beside = await makeMerge(folder, 'plain-', each.shape);
    heldBytes = beside.heldBytes;
    const { child, parent, runs } = beside;
    const ms = await (each.against === 'copy'
      ? plain.copy(child, runs)
      : plain.copyRuns(child, parent, runs));
    for (const name of [child, parent]) await folder.remove(name);
    return ms;
  };
  const plains: number[] = [];
  const merges: Merged[] = [];
  for (let round = -1; round < rounds; round++) {
    const made = await makeMerge(folder, 'merge-', each.shape);
    const isFirst = round % 2 === 0;
    const early = isFirst ? null : await plainMs();
    const merged = await merge(folder, made, module);
    const ms = early ?? (await plainMs());

    await folder.remove(made.parent);
    if (round < 0) continue;
    plains.push(ms);
    merges.push(merged);
  }
  return caseFigures(each, plains, merges, heldBytes);
}

async function merge(folder: DiskFolder, { child, parent, heldBytes }: MadeMerge, module: CoreModule) {
  const merged = await mergeChain(folder, [child, parent], module);
  assert(merged.copiedBytes === heldBytes, 'all of the child was merged');
  return merged;
}

function caseFigures(
  { name, target }: MergeCase,
  plains: readonly number[],
  merges: readonly Merged[],
  bytes: number,
): Figure[] {
  const ratios = merges.map(({ ms }, i) => (plains[i] ?? Number.NaN) / ms);
  const rate = (ms: readonly number[]) => bytes / MIB / (median(ms) / 1000);
  return [
    atLeast(`merge, ${name}`, median(ratios), target),
    ...spread(ratios),
    shown('  merged', rate(merges.map(({ ms }) => ms)), 'MiB/s'),
    shown('  the plain way', rate(plains), 'MiB/s'),
    ...written(merges),
  ];
}

export function spread(ratios: readonly number[]): Figure[] {
  return [
    shown('  smallest of its rounds', Math.min(...ratios), '×'),
    shown('  largest of its rounds', Math.max(...ratios), '×'),
  ];
}

/** Bytes and flushes are the same in every round. */
export function written(merges: readonly Merged[]): Figure[] {
  const [merged] = merges;
  if (!merged) return [];
  const { targetBytes, journalBytes, flushes, copiedBytes } = merged;
  return [
    shown('  of its time, flushing', median(merges.map(({ ms, flushMs }) => flushMs / ms)), '×'),
    shown('  removing the child, not counted', median(merges.map(({ removeMs }) => removeMs)), 'ms'),
    shown('  bytes written of the bytes copied', targetBytes / copiedBytes, '×'),
    shown('  journal', journalBytes / MIB, 'MiB'),
    shown('  flushes', flushes, 'times'),
  ];
}
