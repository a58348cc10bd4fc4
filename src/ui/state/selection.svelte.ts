/** The one selection that every panel follows: sectors of the disk, bytes that the hex view marks, a layer in the spotlight, a step of the walk. */
import type { SectorRange } from '../../base/units.ts';
import type { FileId } from '../../engine/api.ts';

/** Bytes of the disk as seen, or of one file. `lengthBytes` 0 = a place, nothing marked. */
export interface ByteRange {
  readonly target: 'disk' | FileId;
  readonly offset: number;
  readonly lengthBytes: number;
}

export class Selection {
  sectors: SectorRange = $state.raw({ firstSector: 0, sectorCount: 1 });
  bytes: ByteRange = $state.raw({ target: 'disk', offset: 0, lengthBytes: 512 });
  /** The file that the tree marks and whose facts are shown. */
  file: FileId | null = $state.raw(null);
  spotlight: number | null = $state.raw(null);
  /** Index into `trace.steps`. */
  step: number = $state.raw(0);
}

/** The range moved and shortened until it lies inside a disk of `totalSectors`. */
export function clampSectors(firstSector: number, sectorCount: number, totalSectors: number): SectorRange {
  const last = Math.max(0, totalSectors - 1);
  const first = Math.min(Math.max(0, Math.floor(firstSector)), last);
  const count = Math.min(Math.max(1, Math.floor(sectorCount)), last - first + 1);
  return { firstSector: first, sectorCount: count };
}
