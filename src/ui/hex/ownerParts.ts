/** The answers of a block around one sector: the run that holds it, its neighbours, and what is left on both sides. */
import type { TraceExtent } from '../../engine/api.ts';

export interface OwnerPart {
  readonly kind: 'layer' | 'unallocated' | 'missing' | 'before' | 'after';
  /** -1 where no single layer answers. */
  readonly layer: number;
  readonly firstSector: number;
  readonly sectorCount: number;
  /** Runs of one answer that it stands for. */
  readonly runs: number;
}

/** Never more than `most` parts (at least 3), in the order of the disk; together they are all extents. */
export function ownerParts(extents: readonly TraceExtent[], most: number, sector: number): OwnerPart[] {
  const runs = runsOf(extents);
  const room = Math.max(3, most);
  if (runs.length <= room) return runs;
  const held = runs.findIndex((run) => sector < run.firstSector + run.sectorCount);
  const current = held < 0 ? runs.length - 1 : held;
  // Two places are for the rest on either side; at an end only one of them is needed.
  const shown = room - 2;
  let first = Math.min(Math.max(0, current - Math.floor(shown / 2)), runs.length - shown);
  let behind = first + shown;
  if (first === 1) first = 0;
  if (behind === runs.length - 1) behind = runs.length;
  if (first === 0) behind = Math.max(behind, room - 1);
  if (behind === runs.length) first = Math.min(first, runs.length - room + 1);
  return [
    ...rest('before', runs.slice(0, first)),
    ...runs.slice(first, behind),
    ...rest('after', runs.slice(behind)),
  ];
}

/** Neighbouring extents of one answer as one run: written zeros are an answer of their layer like any other. */
function runsOf(extents: readonly TraceExtent[]): OwnerPart[] {
  const runs: OwnerPart[] = [];
  for (const { kind, layer, firstSector, sectorCount } of extents) {
    const isLayer = kind === 'data' || kind === 'zero';
    const part: OwnerPart = {
      kind: isLayer ? 'layer' : kind,
      layer: isLayer ? layer : -1,
      firstSector,
      sectorCount,
      runs: 1,
    };
    const last = runs.at(-1);
    if (last && last.kind === part.kind && last.layer === part.layer) {
      runs.splice(-1, 1, { ...last, sectorCount: last.sectorCount + sectorCount });
    } else runs.push(part);
  }
  return runs;
}

function rest(kind: 'before' | 'after', runs: readonly OwnerPart[]): OwnerPart[] {
  const [first] = runs;
  if (!first) return [];
  const sectorCount = runs.reduce((sum, run) => sum + run.sectorCount, 0);
  return [{ kind, layer: -1, firstSector: first.firstSector, sectorCount, runs: runs.length }];
}
