/** Sizes and their spelling: GiB for sizes, hex for offsets, decimals in groups of three for counts. */

export const SECTOR_BYTES = 512;
export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;
export const TIB = 1024 * GIB;

/** A run of sectors of a disk. */
export interface SectorRange {
  readonly firstSector: number;
  readonly sectorCount: number;
}

const NARROW_SPACE = '\u202f';

/** 37 333 765, with narrow spaces at which no line breaks. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, NARROW_SPACE);
}

/** From how many bytes on a unit is used, the unit, its bytes: disks are spoken of in GiB far beyond 1 TiB. */
const STEPS = [
  [1024 * TIB, 'PiB', 1024 * TIB],
  [4 * TIB, 'TiB', TIB],
  [GIB, 'GiB', GIB],
  [MIB, 'MiB', MIB],
  [KIB, 'KiB', KIB],
] as const;

/** Three significant figures and the unit: `1.12 GiB`, `402 MiB`, `512 B`. */
export function sizeText(bytes: number): string {
  for (const [from, unit, unitBytes] of STEPS) {
    if (bytes >= from) {
      const value = bytes / unitBytes;
      const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
      const text = value.toFixed(digits);
      return `${digits > 0 ? text.replace(/\.?0+$/, '') : grouped(Number(text))} ${unit}`;
    }
  }
  return `${grouped(bytes)} B`;
}

/** `3 s`, `2 min 10 s`, `1 h 4 min`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `5 Nov 2021`, UTC. */
export function dateText(date: Date): string {
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}
