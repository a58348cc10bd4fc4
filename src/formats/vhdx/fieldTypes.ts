/** Field types of VHDX structures: little-endian numbers, GUIDs, little-endian UTF-16. */
import { hexOffset, toHex, utf16, utf16Bytes, viewOf } from '../../base/bytes.ts';
import type { FieldType } from '../struct.ts';

function numberLe(lengthBytes: 2 | 4, text: (value: number) => string): FieldType<number> {
  return {
    lengthBytes,
    parse: (bytes) =>
      lengthBytes === 2 ? viewOf(bytes).getUint16(0, true) : viewOf(bytes).getUint32(0, true),
    write: (value, bytes) => {
      if (lengthBytes === 2) viewOf(bytes).setUint16(0, value, true);
      else viewOf(bytes).setUint32(0, value, true);
    },
    text,
  };
}

export const u16le = numberLe(2, String);
export const u32le = numberLe(4, String);
export const hex32le = numberLe(4, (value) => hexOffset(value, 8));

export const u64le: FieldType<bigint> = {
  lengthBytes: 8,
  parse: (bytes) => viewOf(bytes).getBigUint64(0, true),
  write: (value, bytes) => viewOf(bytes).setBigUint64(0, value, true),
  text: (value) => `0x${value.toString(16).toUpperCase()}`,
};

export function guidLe(bytes: Uint8Array): string {
  const at = (indexes: readonly number[]) => toHex(Uint8Array.from(indexes, (index) => bytes[index] ?? 0));
  const groups = [at([3, 2, 1, 0]), at([5, 4]), at([7, 6]), at([8, 9]), at([10, 11, 12, 13, 14, 15])];
  return groups.join('-').toLowerCase();
}

/** 16 raw bytes, shown as a GUID whose first three groups are little-endian. */
export const guid: FieldType<Uint8Array> = {
  lengthBytes: 16,
  parse: (bytes) => bytes.slice(),
  write: (value, bytes) => bytes.set(value),
  text: (value) => (value.every((byte) => byte === 0) ? 'zeros' : guidLe(value)),
};

export function unicodeLe(lengthBytes: number): FieldType<string> {
  return {
    lengthBytes,
    parse: (bytes) => utf16(bytes, true),
    write: (value, bytes) => {
      bytes.fill(0);
      bytes.set(utf16Bytes(value.slice(0, lengthBytes / 2), true));
    },
    text: (value) => (value === '' ? 'empty' : `“${value}”`),
  };
}
