/** What somebody types to say where on the disk: a sector, a byte, a size, a range or a block. */

import type { SectorRange } from '../../base/units.ts';
import { GIB, grouped, KIB, MIB, SECTOR_BYTES, TIB } from '../../base/units.ts';

export interface DiskShape {
  readonly sectorCount: number;
  readonly blockSectors: number;
}

export type ParsedSelection =
  | { readonly ok: true; readonly range: SectorRange }
  | { readonly ok: false; readonly message: string };

/** What can be typed, in one line. */
export const SELECTION_HINT = 'sector, 0x byte, 4 GiB, a-b, a+n, or block n';

interface Place {
  readonly value: number;
  readonly unit: 'sectors' | 'bytes';
}

const UNITS: Readonly<Record<string, number>> = { b: 1, kib: KIB, mib: MIB, gib: GIB, tib: TIB };

function placeOf(text: string): Place | null {
  if (/^0x[0-9a-f]+$/i.test(text)) return { value: Number(text), unit: 'bytes' };
  const sized = /^(\d+(?:\.\d+)?)(b|kib|mib|gib|tib)$/i.exec(text);
  if (sized) {
    return {
      value: Math.floor(Number(sized[1]) * (UNITS[sized[2]?.toLowerCase() ?? ''] ?? 1)),
      unit: 'bytes',
    };
  }
  return /^\d+$/.test(text) ? { value: Number(text), unit: 'sectors' } : null;
}

/** First sector of a place, and the first one behind it. */
function sectorsOf({ value, unit }: Place): { first: number; end: number } {
  const first = unit === 'sectors' ? value : Math.floor(value / SECTOR_BYTES);
  return { first, end: first + 1 };
}

function rangeOf(text: string): { first: number; end: number } | null {
  const parts = /^([^+-]+)([+-])([^+-]+)$/.exec(text);
  if (!parts) {
    const place = placeOf(text);
    return place && sectorsOf(place);
  }
  const from = placeOf(parts[1] ?? '');
  const other = placeOf(parts[3] ?? '');
  if (!from || !other) return null;
  const { first } = sectorsOf(from);
  if (parts[2] === '-') {
    // A bare number behind a byte offset is a byte offset too: nobody means sectors by 0x200-1023.
    const until = from.unit === 'bytes' ? { ...other, unit: 'bytes' as const } : other;
    return { first, end: sectorsOf(until).end };
  }
  if (from.unit === 'sectors' && other.unit === 'sectors') return { first, end: first + other.value };
  const startBytes = from.unit === 'bytes' ? from.value : from.value * SECTOR_BYTES;
  return { first, end: Math.ceil((startBytes + other.value) / SECTOR_BYTES) };
}

export function parseSelection(typed: string, disk: DiskShape): ParsedSelection {
  const text = typed
    .replace(/[\s\u202f\u00a0_,]/g, '')
    .replace(/[–—]/g, '-')
    .toLowerCase();
  const block = /^(?:block|b)(\d+)$/.exec(text);
  const range = block
    ? { first: Number(block[1]) * disk.blockSectors, end: (Number(block[1]) + 1) * disk.blockSectors }
    : rangeOf(text);
  if (!range || !Number.isSafeInteger(range.first) || !Number.isSafeInteger(range.end)) {
    return { ok: false, message: `Type a ${SELECTION_HINT}.` };
  }
  if (range.end <= range.first) return { ok: false, message: 'The range ends before it starts.' };
  if (range.first >= disk.sectorCount) {
    return { ok: false, message: `The disk ends at sector ${grouped(Math.max(0, disk.sectorCount - 1))}.` };
  }
  const end = Math.min(range.end, disk.sectorCount);
  return { ok: true, range: { firstSector: range.first, sectorCount: end - range.first } };
}
