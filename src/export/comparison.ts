/** What a comparison of two disks found. Plain data. */
import type { SectorRange } from '../base/units.ts';

export interface Comparison {
  readonly equal: boolean;
  /** Of the two disks; what lies behind the end of the shorter is compared with zeros. */
  readonly sectorCounts: readonly [number, number];
  /** Bytes, not sectors, that differ. */
  readonly differingBytes: number;
  readonly differingSectors: number;
  /** Ascending, joined where they touch; at most `MOST_RANGES` of them. */
  readonly ranges: readonly SectorRange[];
  readonly rangeCount: number;
  /** Sectors that could not be compared: their answer lies in a parent that is not here. */
  readonly unknownSectors: number;
  /** Sectors that one and the same place of a file answers for both disks: equal without being read. */
  readonly sharedSectors: number;
  /** One byte a cell of `sectorsPerCell` sectors over the longer disk: 0 equal, 1–254 the share that differs, 255 unknown. */
  readonly cells: Uint8Array;
  readonly sectorsPerCell: number;
}

export const MOST_RANGES = 10_000;
/** Cells of `Comparison.cells` at most. */
export const MOST_CELLS = 65_536;
