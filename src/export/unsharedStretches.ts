/**
 * Which stretches of two disks have to be read to compare them. Where one and the same place of a file answers for both,
 * and where both are zeros that no file holds, they are equal without being read.
 */
import { must } from '../base/assert.ts';
import { Pacer } from '../base/pacer.ts';
import { SECTOR_BYTES, type SectorRange } from '../base/units.ts';
import type { DiskChain } from '../chain/diskChain.ts';
import type { TraceExtent } from '../chain/readTrace.ts';
import type { DifferenceTally } from './differenceTally.ts';

/** What the core answers in one call. */
const WINDOW_SECTORS = 32_768;

export interface StretchOptions {
  /** Told what needs no reading. */
  readonly tally: DifferenceTally;
  /** Stretches nearer to each other than this are read as one. */
  readonly gapSectors: number;
  /** Told up to which sector it is known what has to be read. */
  readonly scanned: (sector: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** Ascending; none holds a sector whose answer is not here. */
export async function* unsharedStretches(
  one: DiskChain,
  other: DiskChain,
  { tally, gapSectors, scanned, signal }: StretchOptions,
): AsyncGenerator<SectorRange, void, undefined> {
  const sectorCount = Math.max(one.sectorCount, other.sectorCount);
  const pacer = new Pacer();
  let first = 0;
  let end = 0;
  for (let from = 0; from < sectorCount; from += WINDOW_SECTORS) {
    const count = Math.min(WINDOW_SECTORS, sectorCount - from);
    const answers = await Promise.all([extentsOf(one, from, count), extentsOf(other, from, count)]);
    for (const { kind, firstSector, sectorCount: length } of pairUp(one, other, ...answers)) {
      if (kind === 'shared') tally.addShared(length);
      if (kind === 'unknown') tally.addUnknown(firstSector, length);
      if (kind === 'shared' || kind === 'zeros') continue;
      if (end > first && (kind === 'unknown' || firstSector - end > gapSectors)) {
        yield { firstSector: first, sectorCount: end - first };
        first = end;
      }
      if (kind === 'unknown') continue;
      if (end === first) first = firstSector;
      end = firstSector + length;
    }
    scanned(from + count);
    await pacer.step(signal);
  }
  if (end > first) yield { firstSector: first, sectorCount: end - first };
}

/** Behind the end of the disk there are zeros. */
async function extentsOf(disk: DiskChain, firstSector: number, sectorCount: number): Promise<TraceExtent[]> {
  const here = Math.min(sectorCount, disk.sectorCount - firstSector);
  const extents = here > 0 ? await disk.extents(firstSector, here) : [];
  const behind = Math.max(firstSector, disk.sectorCount);
  if (here < sectorCount) {
    extents.push({
      kind: 'unallocated',
      layer: -1,
      firstSector: behind,
      sectorCount: firstSector + sectorCount - behind,
      fileOffset: -1,
    });
  }
  return extents;
}

interface Stretch extends SectorRange {
  readonly kind: 'shared' | 'zeros' | 'unknown' | 'unshared';
}

/** Both lists cover the same sectors. */
function* pairUp(
  one: DiskChain,
  other: DiskChain,
  ofOne: readonly TraceExtent[],
  ofOther: readonly TraceExtent[],
): Generator<Stretch> {
  let i = 0;
  let j = 0;
  let at = ofOne[0]?.firstSector ?? 0;
  while (i < ofOne.length) {
    const a = must(ofOne[i], 'in range');
    const b = must(ofOther[j], 'both lists end at the same sector');
    const endA = a.firstSector + a.sectorCount;
    const endB = b.firstSector + b.sectorCount;
    const end = Math.min(endA, endB);
    yield { kind: kindOf(one, other, a, b), firstSector: at, sectorCount: end - at };
    at = end;
    if (endA === end) i++;
    if (endB === end) j++;
  }
}

function kindOf(one: DiskChain, other: DiskChain, a: TraceExtent, b: TraceExtent): Stretch['kind'] {
  if (a.kind === 'missing' || b.kind === 'missing') return 'unknown';
  if (a.kind !== 'data' && b.kind !== 'data') return 'zeros';
  if (a.kind !== 'data' || b.kind !== 'data') return 'unshared';
  const isSameFile = one.layers[a.layer]?.file === other.layers[b.layer]?.file;
  const isSamePlace =
    a.fileOffset - a.firstSector * SECTOR_BYTES === b.fileOffset - b.firstSector * SECTOR_BYTES;
  return isSameFile && isSamePlace ? 'shared' : 'unshared';
}
