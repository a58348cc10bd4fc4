/** The VHD checksum: ones' complement of the sum of all bytes, the checksum field counted as zero. */
export function onesComplementSum(bytes: Uint8Array, fieldOffset: number, fieldBytes = 4): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (i < fieldOffset || i >= fieldOffset + fieldBytes) sum += bytes[i] ?? 0;
  }
  return ~sum >>> 0;
}

const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** CRC-32C (Castagnoli), as VHDX structures and the merge journal carry it. `crc` continues an earlier run. */
export function crc32c(bytes: Uint8Array, crc = 0): number {
  let state = ~crc;
  for (const value of bytes) state = (state >>> 8) ^ (CRC32C_TABLE[(state ^ value) & 0xff] ?? 0);
  return ~state >>> 0;
}
