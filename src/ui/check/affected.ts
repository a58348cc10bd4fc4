/** Sectors of the disk that a finding or a repair speaks of, in words. */
import { grouped, SECTOR_BYTES, type SectorRange, sizeText } from '../../base/units.ts';
import type { Affected, Finding } from '../../engine/api.ts';

/** `37 333 760–37 337 855`, or the one sector. */
export function rangeText({ firstSector, sectorCount }: SectorRange): string {
  return sectorCount === 1
    ? grouped(firstSector)
    : `${grouped(firstSector)}–${grouped(firstSector + sectorCount - 1)}`;
}

/** `4 096 sectors (2 MiB)`. */
export function sectorsText(sectorCount: number): string {
  const size = sizeText(sectorCount * SECTOR_BYTES);
  return `${grouped(sectorCount)} ${sectorCount === 1 ? 'sector' : 'sectors'} (${size})`;
}

/** What becomes of the sectors: an error means that they read wrong, anything less that they may. */
export function affectedWords({ sectorCount }: Affected, severity: Finding['severity']): string {
  const verb = severity !== 'error' ? 'may read wrong' : sectorCount === 1 ? 'reads wrong' : 'read wrong';
  return `${sectorsText(sectorCount)} of the disk ${verb}`;
}

/** Sectors that no range names: only the first ranges are listed. */
export function unlistedSectors({ sectorCount, ranges }: Affected): number {
  return Math.max(0, sectorCount - ranges.reduce((sum, range) => sum + range.sectorCount, 0));
}

export interface DiskMark extends SectorRange {
  readonly severity: Finding['severity'];
}

/** Stretches of the disk that findings name; errors last, so that they are drawn over the rest. */
export function diskMarks(findings: readonly Finding[]): DiskMark[] {
  const marks = findings.flatMap(({ severity, affects }) =>
    (affects?.ranges ?? []).map((range) => ({ ...range, severity })),
  );
  return marks.sort((a, b) => Number(a.severity === 'error') - Number(b.severity === 'error'));
}
