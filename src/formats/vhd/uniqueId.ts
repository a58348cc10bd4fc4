/**
 * Unique ids: compared as raw bytes, shown as their maker would spell them. Windows and disk2vhd store a GUID with its
 * first three groups little-endian, Virtual PC, qemu and Xen store it big-endian.
 */
import { fromHex, toHex } from '../../base/bytes.ts';
import type { Maker } from '../diskImage.ts';

type IdOrder = Maker['idOrder'];

export const ID_BYTES = 16;

const BIG_ENDIAN_CREATORS: readonly string[] = ['vpc ', 'vs  ', 'qemu', 'qem2', 'tap\0', 'vbox'];
const MIXED_ENDIAN_CREATORS: readonly string[] = ['win ', 'd2v\0', 'd2v '];

/** By maker; for unknown makers by where a random GUID's version digit (4) stands. */
export function idOrderOf(creator: string, id: Uint8Array): IdOrder {
  if (BIG_ENDIAN_CREATORS.includes(creator)) return 'big-endian';
  if (MIXED_ENDIAN_CREATORS.includes(creator)) return 'mixed-endian';
  return versionDigitOrder(id) ?? 'mixed-endian';
}

/** What the version digit of a random GUID tells of its byte order; null where it tells nothing. */
export function versionDigitOrder(id: Uint8Array): IdOrder | null {
  const bigEndian = (id[6] ?? 0) >>> 4 === 4;
  const mixedEndian = (id[7] ?? 0) >>> 4 === 4;
  return bigEndian === mixedEndian ? null : bigEndian ? 'big-endian' : 'mixed-endian';
}

/** Order of the raw bytes in a GUID's spelling when its first three groups are little-endian. */
const MIXED_ENDIAN = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const;

/** `29fd1e5c-…`, lower case. */
export function guidText(id: Uint8Array, order: IdOrder): string {
  const spelled = order === 'big-endian' ? id : Uint8Array.from(MIXED_ENDIAN, (from) => id[from] ?? 0);
  const digits = toHex(spelled).toLowerCase();
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ].join('-');
}

/** The raw bytes of an id given as hex digits or in GUID spelling; null when it is neither. */
export function idFromText(text: string, order: IdOrder): Uint8Array | null {
  const bytes = fromHex(text.replace(/[{}-]/g, ''));
  if (bytes?.length !== ID_BYTES) return null;
  if (order === 'big-endian' || !text.includes('-')) return bytes;
  const raw = new Uint8Array(ID_BYTES);
  MIXED_ENDIAN.forEach((from, at) => {
    raw[from] = bytes[at] ?? 0;
  });
  return raw;
}
