/** What a signature found: helpers that every detector shares. */
import { toHex } from '../base/bytes.ts';
import type { VolumeBytes } from './diskBytes.ts';
import type { VolumeContent, VolumeContentKind } from './volume.ts';

/** The first bytes of a volume, as long as every signature needs; zeros behind a short volume's end. */
export const HEAD_BYTES = 128 * 1024;

/** null where the volume holds something else. `head` has `HEAD_BYTES`. */
export type Detector = (
  head: Uint8Array,
  volume: VolumeBytes,
) => VolumeContent | null | Promise<VolumeContent | null>;

const READABLE: readonly VolumeContentKind[] = ['ntfs', 'fat', 'exfat', 'ext', 'iso9660', 'hfs+'];

/** Fills in that nothing else is known. */
export function contentOf(
  kind: VolumeContentKind,
  name: string,
  known: Partial<Omit<VolumeContent, 'kind' | 'name' | 'readable'>> = {},
): VolumeContent {
  return {
    kind,
    name,
    label: '',
    sizeBytes: null,
    freeBytes: null,
    clusterBytes: null,
    serial: '',
    readable: READABLE.includes(kind),
    ...known,
  };
}

/** Whether the characters of `text` stand there, one byte each. */
export function hasText(bytes: Uint8Array, offset: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[offset + i] !== text.charCodeAt(i)) return false;
  return true;
}

export function isPowerOfTwo(value: number): boolean {
  return value > 0 && 2 ** Math.floor(Math.log2(value)) === value;
}

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** UTF-8 up to the first NUL, spaces at the end left out. */
export function utf8Label(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return UTF8.decode(end < 0 ? bytes : bytes.subarray(0, end)).trimEnd();
}

/** One character a byte, as they stand there; spaces and NULs at the end left out. */
export function byteLabel(bytes: Uint8Array): string {
  let text = '';
  for (const value of bytes) text += String.fromCharCode(value);
  return text.replace(/[ \0]+$/, '');
}

/** `1A2B-3C4D`. */
export function shortSerial(serial: number): string {
  const digits = serial.toString(16).toUpperCase().padStart(8, '0');
  return `${digits.slice(0, 4)}-${digits.slice(4)}`;
}

/** 16 bytes in their order as `7c9e6679-7425-40de-944b-e07fc1f90ae7`. */
export function uuidText(bytes: Uint8Array): string {
  const digits = toHex(bytes).toLowerCase();
  return [0, 8, 12, 16, 20].map((from, i, all) => digits.slice(from, all[i + 1])).join('-');
}
