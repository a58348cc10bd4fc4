/** The two VHDX headers: the valid one with the higher sequence number counts (MS-VHDX 2.2.2). */
import { crc32c } from '../../base/checksum.ts';
import { ascii, field, raw, struct } from '../struct.ts';
import { guid, hex32le, u16le, u32le, u64le } from './fieldTypes.ts';

export const HEADER_OFFSETS = [0x10000, 0x20000] as const;
export const HEADER_BYTES = 4096;
const HEADER_SIGNATURE = 'head';

export const headerStruct = struct('Header', HEADER_BYTES, {
  signature: field(ascii(4), 'Marks a VHDX header.'),
  checksum: field(hex32le, 'CRC-32C of the header’s 4096 bytes, this field counted as zero.'),
  sequenceNumber: field(u64le, 'Of two valid headers the one with the higher number counts.'),
  fileWriteGuid: field(guid, 'Changes when the file is first written after it was opened.'),
  dataWriteGuid: field(guid, 'Changes when the disk’s data changes: what a child names its parent by.'),
  logGuid: field(
    guid,
    'Log entries with this id must be replayed before anything is read; zeros = nothing to replay.',
  ),
  logVersion: field(u16le, 'Version of the log, 0.'),
  version: field(u16le, 'Version of the format, 1.'),
  logLength: field(u32le, 'Size of the log in bytes.'),
  logOffset: field(u64le, 'Where the log is, from the start of the file.'),
  reserved: field(raw(4016), 'Reserved, zeros.'),
});

export type VhdxHeader = ReturnType<typeof headerStruct.parse>;

/** CRC-32C of a structure whose checksum stands at bytes 4 to 7. */
export function checksumOf(bytes: Uint8Array): number {
  return crc32c(bytes.subarray(8), crc32c(new Uint8Array(4), crc32c(bytes.subarray(0, 4))));
}

/** The header, or null where signature or checksum is wrong. */
export function parseHeader(bytes: Uint8Array): VhdxHeader | null {
  if (bytes.length < HEADER_BYTES) return null;
  const header = headerStruct.parse(bytes);
  return header.signature === HEADER_SIGNATURE && header.checksum === checksumOf(bytes) ? header : null;
}

/** Index of the header that counts; the first where both carry the same sequence; null where neither is valid. */
export function currentHeader(headers: readonly (VhdxHeader | null)[]): number | null {
  let best: number | null = null;
  headers.forEach((header, index) => {
    if (!header) return;
    const before = best === null ? null : headers[best];
    if (!before || header.sequenceNumber > before.sequenceNumber) best = index;
  });
  return best;
}
