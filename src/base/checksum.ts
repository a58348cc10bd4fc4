import { viewOf } from './bytes.ts';

/** The VHD checksum: ones' complement of the sum of all bytes, the checksum field counted as zero. */
export function onesComplementSum(bytes: Uint8Array, fieldOffset: number, fieldBytes = 4): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (i < fieldOffset || i >= fieldOffset + fieldBytes) sum += bytes[i] ?? 0;
  }
  return ~sum >>> 0;
}

/** Four tables of 256: of a byte, and of a byte with one, two and three zero bytes behind it. */
function tablesOf(polynomial: number): Uint32Array {
  const tables = new Uint32Array(4 * 256);
  for (let index = 0; index < tables.length; index++) {
    // A byte more is one look-up in the first table.
    let value = index < 256 ? index : (tables[index - 256] ?? 0);
    if (index >= 256) value = (value >>> 8) ^ (tables[value & 0xff] ?? 0);
    else for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    tables[index] = value;
  }
  return tables;
}

const CRC32C_TABLES = tablesOf(0x82f63b78);
const CRC32_TABLES = tablesOf(0xedb88320);

/** CRC-32C (Castagnoli), as VHDX structures and the merge journal carry it. `crc` continues an earlier run. */
export function crc32c(bytes: Uint8Array, crc = 0): number {
  return crcBy(CRC32C_TABLES, bytes, crc);
}

/** CRC-32 (IEEE 802.3), as ZIP files and GPT carry it. `crc` continues an earlier run. */
export function crc32(bytes: Uint8Array, crc = 0): number {
  return crcBy(CRC32_TABLES, bytes, crc);
}

function crcBy(tables: Uint32Array, bytes: Uint8Array, crc: number): number {
  const view = viewOf(bytes);
  const wholeBytes = bytes.length - (bytes.length % 4);
  let state = ~crc;
  for (let at = 0; at < wholeBytes; at += 4) {
    state ^= view.getInt32(at, true);
    state =
      (tables[768 + (state & 0xff)] ?? 0) ^
      (tables[512 + ((state >>> 8) & 0xff)] ?? 0) ^
      (tables[256 + ((state >>> 16) & 0xff)] ?? 0) ^
      (tables[state >>> 24] ?? 0);
  }
  // By index: an iterator takes twice as long.
  for (let at = wholeBytes; at < bytes.length; at++)
    state = (state >>> 8) ^ (tables[(state ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return ~state >>> 0;
}
