/** Gathers the sectors that a finding speaks of: counts all of them, keeps the first ranges, whatever the number. */
import type { SectorRange } from '../base/units.ts';
import { AFFECTED_RANGES, type Affected } from './finding.ts';

/** More than are told: what is joined later makes room again. */
const KEPT_RANGES = 2 * AFFECTED_RANGES;

export class SectorRanges {
  private readonly kept: SectorRange[] = [];
  private count = 0;
  /** Runs that follow one another are joined here first: a million of them cost a million additions. */
  private runFirst = 0;
  private runCount = 0;
  /** Ranges from here on are only counted, since one that began here was dropped. */
  private limit = Number.POSITIVE_INFINITY;

  get sectorCount(): number {
    return this.count;
  }

  /** In any order; no sector twice. */
  add(firstSector: number, sectorCount: number): void {
    if (sectorCount <= 0) return;
    this.count += sectorCount;
    if (firstSector === this.runFirst + this.runCount) {
      this.runCount += sectorCount;
      return;
    }
    this.keep(this.runFirst, this.runCount);
    this.runFirst = firstSector;
    this.runCount = sectorCount;
  }

  private keep(firstSector: number, sectorCount: number): void {
    if (sectorCount === 0 || firstSector >= this.limit) return;
    const { kept } = this;
    let at = kept.length;
    while (at > 0 && (kept[at - 1]?.firstSector ?? 0) > firstSector) at--;
    let joined = { firstSector, sectorCount };
    const before = kept[at - 1];
    const after = kept[at];
    let from = at;
    let replaced = 0;
    if (before && before.firstSector + before.sectorCount === firstSector) {
      joined = { firstSector: before.firstSector, sectorCount: before.sectorCount + sectorCount };
      from--;
      replaced++;
    }
    if (after && firstSector + sectorCount === after.firstSector) {
      joined = { ...joined, sectorCount: joined.sectorCount + after.sectorCount };
      replaced++;
    }
    kept.splice(from, replaced, joined);
    if (kept.length > KEPT_RANGES) this.limit = kept.pop()?.firstSector ?? this.limit;
  }

  /** Undefined where there are none, as findings leave it out then. */
  affected(): Affected | undefined {
    if (this.count === 0) return undefined;
    this.keep(this.runFirst, this.runCount);
    this.runCount = 0;
    this.runFirst = -1;
    return { sectorCount: this.count, ranges: this.kept.slice(0, AFFECTED_RANGES) };
  }
}

/** One range, or nothing. */
export function affectedRange(firstSector: number, sectorCount: number): Affected | undefined {
  return sectorCount > 0 ? { sectorCount, ranges: [{ firstSector, sectorCount }] } : undefined;
}
