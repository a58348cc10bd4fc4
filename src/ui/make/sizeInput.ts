/** A disk's size as somebody types it: a number and a unit, read strictly. */
import { GIB, grouped, KIB, MIB, SECTOR_BYTES, TIB } from '../../base/units.ts';
import { LARGEST_VHD_BYTES } from '../save/savePlan.ts';

export type ParsedSize =
  | { readonly bytes: number; readonly problem: null }
  | { readonly bytes: null; readonly problem: string };

const UNITS: ReadonlyMap<string, number> = new Map([
  ['b', 1],
  ['bytes', 1],
  ['sectors', SECTOR_BYTES],
  ['kib', KIB],
  ['mib', MIB],
  ['gib', GIB],
  ['tib', TIB],
]);

const refused = (problem: string): ParsedSize => ({ bytes: null, problem });

/** `40 GiB`, `1.5 TiB`, `1 073 741 824 B`. Whole sectors up to 2040 GiB; nothing is rounded. */
export function parseSize(text: string): ParsedSize {
  const match = /^([\d\s]*\d)(?:[.,](\d{1,12}))?\s*([a-z]*)$/i.exec(text.trim());
  if (!match) return refused(text.trim() === '' ? 'Say a size.' : 'Say a number and a unit, as 40 GiB.');
  const [, whole = '', fraction = '', unitText = ''] = match;
  const unit = unitText.toLowerCase();
  if (unit === '') return refused('Say the unit as well: MiB, GiB or TiB.');
  if (/^[kmgt]b?$/.test(unit)) return refused(`${unitText} can mean two things: write ${iecOf(unit)}.`);
  const unitBytes = UNITS.get(unit);
  if (unitBytes === undefined) return refused(`${unitText} is no unit here: write MiB, GiB or TiB.`);
  const digits = whole.replace(/\s/g, '');
  if (digits.length > 16) return refused('Larger than the 2040 GiB that a VHD can be.');
  const scale = 10n ** BigInt(fraction.length);
  const scaled = BigInt(digits + fraction) * BigInt(unitBytes);
  if (scaled % (scale * BigInt(SECTOR_BYTES)) !== 0n) return refused('A disk is whole sectors of 512 bytes.');
  return withinLimits(Number(scaled / scale));
}

function withinLimits(bytes: number): ParsedSize {
  if (bytes === 0) return refused('A disk has at least one sector.');
  if (bytes > LARGEST_VHD_BYTES) return refused('Larger than the 2040 GiB that a VHD can be.');
  return { bytes, problem: null };
}

function iecOf(unit: string): string {
  return `${(unit[0] ?? '').toUpperCase()}iB`;
}

/** The size in the largest unit in which it is exact, so that reading it back gives the same: `127 GiB`, `130 557 B`. */
export function exactSize(bytes: number): string {
  for (const [unit, unitBytes] of [
    ['GiB', GIB],
    ['MiB', MIB],
    ['KiB', KIB],
  ] as const) {
    if (bytes >= unitBytes && bytes % unitBytes === 0) return `${grouped(bytes / unitBytes)} ${unit}`;
  }
  return `${grouped(bytes)} B`;
}
