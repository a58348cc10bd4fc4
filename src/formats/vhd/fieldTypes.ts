/** Field types that only VHD structures have: versions, time stamps, sizes, offsets that may be all ones, UTF-16 names. */
import { toHex, utf16, utf16Bytes, viewOf } from '../../base/bytes.ts';
import { grouped, sizeText } from '../../base/units.ts';
import type { FieldType } from '../struct.ts';
import { u32, u64 } from '../struct.ts';

/** Seconds between 1970-01-01 and 2000-01-01, UTC: where VHD time stamps start. */
const EPOCH_SECONDS = 946_684_800;

/** What an offset says that points nowhere. */
export const NO_OFFSET = 0xffff_ffff_ffff_ffffn;

/** null for 0, which real writers use for "unknown". */
export function dateOfTimeStamp(seconds: number): Date | null {
  return seconds === 0 ? null : new Date((EPOCH_SECONDS + seconds) * 1000);
}

/** Seconds since 2000, clipped to what 32 bits hold; 0 for unknown. */
export function timeStampOf(date: Date | null): number {
  if (date === null) return 0;
  return Math.min(0xffff_ffff, Math.max(0, Math.floor(date.getTime() / 1000) - EPOCH_SECONDS));
}

/** Major in the upper 16 bits, minor in the lower ones. */
export function versionText(value: number): string {
  return `${value >>> 16}.${value & 0xffff}`;
}

export const version: FieldType<number> = { ...u32, text: versionText };

export const timeStamp: FieldType<number> = {
  ...u32,
  text: (value) =>
    dateOfTimeStamp(value)?.toISOString().replace('.000Z', ' UTC').replace('T', ' ') ?? '0 (unknown)',
};

/** As `grouped`, for numbers beyond 2^53 too. */
export function bigGrouped(value: bigint): string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? grouped(Number(value)) : String(value);
}

/** A 64-bit size in bytes. */
export const size64: FieldType<bigint> = {
  ...u64,
  text: (value) => {
    const bytes = `${bigGrouped(value)} bytes`;
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? `${bytes} (${sizeText(Number(value))})` : bytes;
  },
};

/** A 32-bit size in bytes. */
export const size32: FieldType<number> = {
  ...u32,
  text: (value) => `${grouped(value)} bytes (${sizeText(value)})`,
};

/** A 64-bit offset in the file; all ones = points nowhere. */
export const offset64: FieldType<bigint> = {
  ...u64,
  text: (value) => (value === NO_OFFSET ? 'none (all ones)' : `0x${value.toString(16).toUpperCase()}`),
};

/** Big-endian UTF-16 up to the first NUL; what lies behind that NUL is written as zeros. */
export function unicodeName(lengthBytes: number): FieldType<string> {
  return {
    lengthBytes,
    parse: (bytes) => utf16(bytes, false),
    write: (value, bytes) => {
      bytes.fill(0);
      bytes.set(utf16Bytes(value.slice(0, lengthBytes / 2 - 1), false));
    },
    text: (value) => (value === '' ? 'empty' : `“${value}”`),
  };
}

/** Cylinders, heads, sectors per track in four bytes. */
export interface Geometry {
  readonly cylinders: number;
  readonly heads: number;
  readonly sectorsPerTrack: number;
}

export const geometry: FieldType<Geometry> = {
  lengthBytes: 4,
  parse: (bytes) => {
    const view = viewOf(bytes);
    return { cylinders: view.getUint16(0), heads: view.getUint8(2), sectorsPerTrack: view.getUint8(3) };
  },
  write: (value, bytes) => {
    const view = viewOf(bytes);
    view.setUint16(0, value.cylinders);
    view.setUint8(2, value.heads);
    view.setUint8(3, value.sectorsPerTrack);
  },
  text: (value) => `${value.cylinders} / ${value.heads} / ${value.sectorsPerTrack}`,
};

/** 16 raw bytes. */
export const uniqueIdField: FieldType<Uint8Array> = {
  lengthBytes: 16,
  parse: (bytes) => bytes.slice(),
  write: (value, bytes) => bytes.set(value),
  text: toHex,
};
