/** What a comparison found, in words. */
import { hexOffset } from '../../base/bytes.ts';
import { grouped, SECTOR_BYTES, type SectorRange, sizeText } from '../../base/units.ts';
import type { CompareView } from '../../engine/api.ts';
import { kindOf, MOST_DIFFERENT } from './compareCells.ts';

export interface Verdict {
  readonly mark: 'ok' | 'warning' | 'note';
  /** One or two words. */
  readonly word: string;
  readonly sentence: string;
}

const plural = (count: number, one: string, many: string) => `${grouped(count)} ${count === 1 ? one : many}`;

export function verdictOf(found: CompareView): Verdict {
  const { differingSectors, differingBytes, rangeCount, unknownSectors } = found;
  const total = Math.max(...found.sectorCounts);
  const unknown = unknownSectors > 0 ? ` ${unknownWords(unknownSectors)}` : '';
  if (differingSectors > 0) {
    return {
      mark: 'note',
      word: 'Different',
      sentence: `${plural(differingBytes, 'byte differs', 'bytes differ')}, in ${plural(differingSectors, 'sector', 'sectors')} and ${plural(rangeCount, 'range', 'ranges')}.${unknown}`,
    };
  }
  if (unknownSectors > 0) {
    return { mark: 'warning', word: 'Not certain', sentence: `No difference was found, but${unknown}` };
  }
  if (!found.equal) {
    const [one, other] = found.sectorCounts;
    return {
      mark: 'note',
      word: 'Different in size',
      sentence: `One disk is ${plural(Math.abs(one - other), 'sector', 'sectors')} longer and reads as zeros there; all else is equal.`,
    };
  }
  return {
    mark: 'ok',
    word: 'Equal',
    sentence: `All ${grouped(total)} sectors, ${sizeText(total * SECTOR_BYTES)}, read alike.`,
  };
}

function unknownWords(sectors: number): string {
  return `${plural(sectors, 'sector', 'sectors')}, ${sizeText(sectors * SECTOR_BYTES)}, can’t be compared: the answer lies in a parent that is not here.`;
}

/** `sectors 1 024–1 055, at 0x80000` */
export function placeText({ firstSector, sectorCount }: SectorRange): string {
  const at = `at ${hexOffset(firstSector * SECTOR_BYTES)}`;
  if (sectorCount === 1) return `sector ${grouped(firstSector)}, ${at}`;
  return `sectors ${grouped(firstSector)}–${grouped(firstSector + sectorCount - 1)}, ${at}`;
}

/** Never 0 % for what differs, never 100 % for what does not wholly. */
export function cellText(value: number): string {
  const kind = kindOf(value);
  if (kind === 'equal') return 'equal';
  if (kind === 'unknown') return 'unknown, a parent is not here';
  if (value === MOST_DIFFERENT) return 'all of it differs';
  const percent = Math.min(99, Math.max(1, Math.round((value * 100) / MOST_DIFFERENT)));
  return `${percent} % of it differs`;
}

/** Rows of what was compared and how, beside the verdict. */
export function comparisonRows(found: CompareView): readonly { name: string; value: string }[] {
  const [one, other] = found.sectorCounts;
  const total = Math.max(one, other);
  const amount = (sectors: number) => `${grouped(sectors)} sectors, ${sizeText(sectors * SECTOR_BYTES)}`;
  return [
    { name: 'Compared', value: amount(total) },
    { name: 'Not read: both share it', value: amount(found.sharedSectors) },
    { name: 'Differing', value: amount(found.differingSectors) },
    { name: 'Unknown', value: amount(found.unknownSectors) },
    ...(one === other ? [] : [{ name: 'Only in the longer disk', value: amount(Math.abs(one - other)) }]),
  ];
}
