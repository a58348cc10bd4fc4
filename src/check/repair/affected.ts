/** Sectors of the disk that a repair changes, as data and in words. */
import { grouped, SECTOR_BYTES, type SectorRange, sizeText } from '../../base/units.ts';
import type { Affected } from '../../formats/finding.ts';
import { SectorRanges } from '../../formats/sectorRanges.ts';
import type { StepDraft } from './draft.ts';

/** Says on the step which sectors read differently after it; nothing where there are none. */
export function noteLoss(step: StepDraft, ranges: Iterable<SectorRange>, what: string): void {
  const sectors = new SectorRanges();
  for (const { firstSector, sectorCount } of ranges) sectors.add(firstSector, sectorCount);
  const affected = sectors.affected();
  if (!affected) return;
  step.loses = affected;
  step.lossText = `${sectorsText(affected)} ${what}.`;
}

/** `4 096 sectors (2 MiB): 8 192 to 12 287`; the first three runs are named. */
function sectorsText({ sectorCount, ranges }: Affected): string {
  const named = ranges.slice(0, 3).map(({ firstSector, sectorCount: count }) => {
    const last = count > 1 ? ` to ${grouped(firstSector + count - 1)}` : '';
    return grouped(firstSector) + last;
  });
  const noun = sectorCount === 1 ? 'sector' : 'sectors';
  const more = ranges.length > named.length ? ' and others' : '';
  return `${grouped(sectorCount)} ${noun} (${sizeText(sectorCount * SECTOR_BYTES)}; ${named.join(', ')}${more})`;
}
