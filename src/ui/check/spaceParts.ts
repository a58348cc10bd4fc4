/** Where the bytes of a file go, as parts of a bar. */
import type { SpaceUse } from '../../engine/api.ts';

export type SpaceKind = 'structures' | 'bitmaps' | 'blocks' | 'gaps' | 'leaked';

export interface SpacePart {
  readonly kind: SpaceKind;
  readonly label: string;
  /** What the part is, for those who ask. */
  readonly about: string;
  readonly bytes: number;
  /** Of the file, 0 to 1. */
  readonly share: number;
}

const LABELS: readonly (readonly [SpaceKind, string, string])[] = [
  ['structures', 'structures', 'footers, header, block table, locators and the space set aside for them'],
  ['bitmaps', 'bitmaps', 'one bit a sector, before each block'],
  ['blocks', 'data of blocks', 'what the disk reads'],
  ['gaps', 'gaps', 'alignment, and slack before the footer'],
  ['leaked', 'leaked', 'sectors that nothing points at: a compact gives them back'],
];

/** Parts that take no bytes are left out. */
export function spaceParts(space: SpaceUse): SpacePart[] {
  const bytes: Readonly<Record<SpaceKind, number>> = {
    structures: space.structureBytes,
    bitmaps: space.bitmapBytes,
    blocks: space.blockBytes,
    gaps: space.gapBytes,
    leaked: space.leakedBytes,
  };
  const whole = Math.max(1, space.fileBytes);
  return LABELS.map(([kind, label, about]) => ({
    kind,
    label,
    about,
    bytes: bytes[kind],
    share: bytes[kind] / whole,
  })).filter((part) => part.bytes > 0);
}

/** `12 %`, `0.4 %`, `under 0.1 %`: a small share is never rounded to nothing. */
export function shareText(share: number): string {
  const percent = share * 100;
  if (percent >= 99.95 && share < 1) return 'over 99.9 %';
  if (percent >= 10 || percent === 0) return `${Math.round(percent * 10) / 10} %`;
  return percent < 0.1 ? 'under 0.1 %' : `${percent.toFixed(1)} %`;
}
