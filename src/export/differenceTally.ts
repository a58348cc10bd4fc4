/** Collects what a comparison finds, in bounded memory: counts, the first ranges, and one cell for each stretch of the disk. */
import type { SectorRange } from '../base/units.ts';
import { type Comparison, MOST_CELLS, MOST_RANGES } from './comparison.ts';

const CELL_UNKNOWN = 255;
const MOST_SHARE = 254;

export class DifferenceTally {
  private differingBytes = 0;
  private differingSectors = 0;
  private unknownSectors = 0;
  private sharedSectors = 0;
  private rangeCount = 0;
  private rangeEnd = -1;
  private readonly ranges: SectorRange[] = [];
  private readonly sectorsPerCell: number;
  private readonly differingOfCell: Uint32Array;
  private readonly isUnknown: Uint8Array;
  private readonly longest: number;

  constructor(private readonly sectorCounts: readonly [number, number]) {
    this.longest = Math.max(...sectorCounts);
    this.sectorsPerCell = Math.max(1, Math.ceil(this.longest / MOST_CELLS));
    const cells = Math.ceil(this.longest / this.sectorsPerCell);
    this.differingOfCell = new Uint32Array(cells);
    this.isUnknown = new Uint8Array(cells);
  }

  /** Sectors that differ, ascending from call to call. */
  addDiffering(firstSector: number, sectorCount: number): void {
    this.differingSectors += sectorCount;
    this.addRange(firstSector, sectorCount);
    const end = firstSector + sectorCount;
    for (let at = firstSector; at < end; ) {
      const cell = Math.floor(at / this.sectorsPerCell);
      const cellEnd = Math.min((cell + 1) * this.sectorsPerCell, end);
      this.differingOfCell[cell] = (this.differingOfCell[cell] ?? 0) + cellEnd - at;
      at = cellEnd;
    }
  }

  addDifferingBytes(count: number): void {
    this.differingBytes += count;
  }

  addUnknown(firstSector: number, sectorCount: number): void {
    this.unknownSectors += sectorCount;
    const last = Math.floor((firstSector + sectorCount - 1) / this.sectorsPerCell);
    this.isUnknown.fill(1, Math.floor(firstSector / this.sectorsPerCell), last + 1);
  }

  addShared(sectorCount: number): void {
    this.sharedSectors += sectorCount;
  }

  result(): Comparison {
    const { differingBytes, differingSectors, unknownSectors, sharedSectors, sectorCounts } = this;
    return {
      equal: differingSectors === 0 && unknownSectors === 0,
      sectorCounts,
      differingBytes,
      differingSectors,
      ranges: this.ranges,
      rangeCount: this.rangeCount,
      unknownSectors,
      sharedSectors,
      cells: this.cells(),
      sectorsPerCell: this.sectorsPerCell,
    };
  }

  private addRange(firstSector: number, sectorCount: number): void {
    const touches = firstSector === this.rangeEnd;
    this.rangeEnd = firstSector + sectorCount;
    if (!touches) {
      this.rangeCount++;
      if (this.ranges.length < MOST_RANGES) this.ranges.push({ firstSector, sectorCount });
      return;
    }
    const last = this.ranges.at(-1);
    if (!last || this.rangeCount > this.ranges.length) return;
    this.ranges[this.ranges.length - 1] = { ...last, sectorCount: last.sectorCount + sectorCount };
  }

  /** A difference is told also where the rest of its cell is unknown; the smallest share is 1. */
  private cells(): Uint8Array {
    return Uint8Array.from(this.differingOfCell, (differing, cell) => {
      if (differing === 0) return this.isUnknown[cell] === 1 ? CELL_UNKNOWN : 0;
      const sectors = Math.min(this.sectorsPerCell, this.longest - cell * this.sectorsPerCell);
      return Math.max(1, Math.round((differing / sectors) * MOST_SHARE));
    });
  }
}
