/**
 * The saved state on disk (docs/formats/saved-state.md): header, what the guest was about, records of pages in the order
 * in which they were saved, the index of pages, trailer. Every place and size of the format stands here. All numbers are
 * big-endian.
 */
import { crc32c } from '../../base/checksum.ts';
import { MIB } from '../../base/units.ts';
import { ascii, field, struct, u32, u64 } from '../../formats/struct.ts';
import { PAGE_BYTES } from './memory.ts';

export const SAVED_STATE_MAGIC = 'dlabsave';
export const TRAILER_MAGIC = 'dlabends';
export const SAVED_STATE_VERSION = 1;
/** A record covers at most so many pages: what is in memory at once. */
export const RECORD_LIMIT_PAGES = 64;
export const GUEST_LIMIT_BYTES = 64 * MIB;

export const savedStateHeader = struct('Saved state header', 32, {
  magic: field(ascii(8), '“dlabsave” says that this is a saved state.'),
  version: field(u32, 'Version of the format.'),
  pageBytes: field(u32, 'Size of a page, in bytes.'),
  pageCount: field(u32, 'Pages of the memory.'),
  seed: field(u32, 'The seed that the contents of the memory came from.'),
  guestBytes: field(u32, 'Bytes behind the header that say what the guest was about.'),
  crc: field(u32, 'CRC-32C of the 28 bytes before.'),
});

export const savedStateTrailer = struct('Saved state trailer', 24, {
  magic: field(ascii(8), '“dlabends” says that the saved state was finished.'),
  fileBytes: field(u64, 'Size of the file, this trailer included.'),
  recordCount: field(u32, 'Records of pages.'),
  crc: field(u32, 'CRC-32C of everything before.'),
});

export type RecordMethod = 'stored' | 'deflated';

const METHODS: readonly RecordMethod[] = ['stored', 'deflated'];

const recordHeader = struct('Record of pages', 12, {
  method: field(u32, '1: the bytes of the pages as they are. 2: deflated, all in one stream.'),
  pageCount: field(u32, 'Pages in the record, 1 to 64.'),
  payloadBytes: field(u32, 'Bytes behind the list of pages.'),
});

export const RECORD_HEADER_BYTES = recordHeader.sizeBytes;
/** A page in a record's list: its number, and how many bytes of it are kept; the rest of it is zeros. */
export const RECORD_PAGE = { sizeBytes: 8, page: 0, keptBytes: 4 } as const;
/** A page in the index: where its record begins, 0 for a page of zeros, and how often the page was written to. */
export const INDEX_ENTRY = { sizeBytes: 12, recordOffset: 0, version: 8 } as const;

export interface RecordHeader {
  readonly method: RecordMethod;
  readonly pageCount: number;
  readonly payloadBytes: number;
}

export function writeRecordHeader(header: RecordHeader, target: Uint8Array): void {
  recordHeader.write({ ...header, method: METHODS.indexOf(header.method) + 1 }, target);
}

/** null for what no saved state has: another method, no pages or too many, a payload larger than the pages. */
export function parseRecordHeader(bytes: Uint8Array): RecordHeader | null {
  const { method: number, pageCount, payloadBytes } = recordHeader.parse(bytes);
  const method = METHODS[number - 1];
  if (method === undefined || pageCount === 0 || pageCount > RECORD_LIMIT_PAGES) return null;
  return payloadBytes <= pageCount * PAGE_BYTES ? { method, pageCount, payloadBytes } : null;
}

/** The header's own checksum, of its bytes. */
export function headerCrc(bytes: Uint8Array): number {
  return crc32c(bytes.subarray(0, savedStateHeader.offsetOf('crc')));
}

/** No saved state is larger: every page in a record of its own, none of them compressed. */
export function mostFileBytes(pageCount: number, guestBytes: number): number {
  const recordBytes = RECORD_HEADER_BYTES + RECORD_PAGE.sizeBytes + PAGE_BYTES;
  const ends = savedStateHeader.sizeBytes + savedStateTrailer.sizeBytes;
  return ends + guestBytes + pageCount * (recordBytes + INDEX_ENTRY.sizeBytes);
}
