/** The answers of a block as a bounded row of parts: short neighbours join until all fit. */
import type { TraceExtent } from '../../engine/api.ts';

export interface OwnerPart {
  readonly kind: 'layer' | 'unallocated' | 'missing' | 'mixed';
  /** -1 where no single layer answers. */
  readonly layer: number;
  readonly firstSector: number;
  readonly sectorCount: number;
  /** Runs of one answer that it stands for. */
  readonly runs: number;
}

export function ownerParts(extents: readonly TraceExtent[], most: number): OwnerPart[] {
  const parts: OwnerPart[] = [];
  for (const extent of extents) {
    const part = partOf(extent);
    const last = parts.at(-1);
    if (last && last.kind === part.kind && last.layer === part.layer)
      parts.splice(-1, 1, grown(last, part, last.runs));
    else parts.push(part);
  }
  while (parts.length > Math.max(1, most)) {
    const at = shortestPair(parts);
    const [left, right] = [parts[at], parts[at + 1]] as [OwnerPart, OwnerPart];
    const both = grown(left, right, left.runs + right.runs);
    parts.splice(at, 2, { ...both, kind: 'mixed', layer: -1 });
  }
  return parts;
}

function partOf({ kind, layer, firstSector, sectorCount }: TraceExtent): OwnerPart {
  // Written zeros are an answer of their layer like any other.
  if (kind === 'data' || kind === 'zero') return { kind: 'layer', layer, firstSector, sectorCount, runs: 1 };
  return { kind, layer: -1, firstSector, sectorCount, runs: 1 };
}

function grown(left: OwnerPart, right: OwnerPart, runs: number): OwnerPart {
  return { ...left, sectorCount: left.sectorCount + right.sectorCount, runs };
}

function shortestPair(parts: readonly OwnerPart[]): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i + 1 < parts.length; i++) {
    const sectors = (parts[i] as OwnerPart).sectorCount + (parts[i + 1] as OwnerPart).sectorCount;
    if (sectors < least) [best, least] = [i, sectors];
  }
  return best;
}
