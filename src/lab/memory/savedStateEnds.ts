/** Both ends of a saved state: header, index and trailer, and where what lies between them begins and ends. */

import { hexOffset } from '../../base/bytes.ts';
import { crc32c } from '../../base/checksum.ts';
import { grouped, sizeText } from '../../base/units.ts';
import type { RandomAccessFile } from '../../storage/randomAccessFile.ts';
import { MOST_PAGES, PAGE_BYTES } from './memory.ts';
import { damagedState, unknownVersion } from './savedStateErrors.ts';
import {
  GUEST_LIMIT_BYTES,
  headerCrc,
  INDEX_ENTRY,
  mostFileBytes,
  SAVED_STATE_MAGIC,
  SAVED_STATE_VERSION,
  savedStateHeader,
  savedStateTrailer,
  TRAILER_MAGIC,
} from './savedStateFormat.ts';

export type SavedStateHeader = ReturnType<typeof savedStateHeader.parse>;

export interface SavedStateEnds {
  readonly header: SavedStateHeader;
  /** Where the records end. */
  readonly indexOffset: number;
  readonly index: Uint8Array;
  readonly trailerOffset: number;
  readonly recordCount: number;
  /** The trailer's checksum, of all bytes in front of it; and the bytes of the trailer that it covers. */
  readonly crc: number;
  readonly crcCovered: Uint8Array;
}

const HEADER_BYTES = savedStateHeader.sizeBytes;
const TRAILER_BYTES = savedStateTrailer.sizeBytes;

/** Takes no more memory than the file has bytes, whatever its header says. */
export async function readEnds(file: RandomAccessFile): Promise<SavedStateEnds> {
  const header = await readHeader(file);
  const trailerOffset = file.sizeBytes - TRAILER_BYTES;
  const indexBytes = header.pageCount * INDEX_ENTRY.sizeBytes;
  const indexOffset = trailerOffset - indexBytes;
  checkSize(file, header, indexOffset);
  const end = new Uint8Array(indexBytes + TRAILER_BYTES);
  await file.read(indexOffset, end);
  const trailer = end.subarray(indexBytes);
  const { magic, fileBytes, recordCount, crc } = savedStateTrailer.parse(trailer);
  if (magic !== TRAILER_MAGIC || fileBytes !== BigInt(file.sizeBytes)) {
    throw damagedState(file.name, {
      offset: trailerOffset,
      lengthBytes: TRAILER_BYTES,
      found:
        magic === TRAILER_MAGIC
          ? `it has ${grouped(file.sizeBytes)} bytes, its trailer says ${grouped(Number(fileBytes))}`
          : 'it has no trailer at its end: it was cut short, or never finished',
    });
  }
  const crcCovered = trailer.subarray(0, savedStateTrailer.offsetOf('crc'));
  return {
    header,
    indexOffset,
    index: end.subarray(0, indexBytes),
    trailerOffset,
    recordCount,
    crc,
    crcCovered,
  };
}

async function readHeader(file: RandomAccessFile): Promise<SavedStateHeader> {
  if (file.sizeBytes < HEADER_BYTES + TRAILER_BYTES) {
    throw damagedState(file.name, {
      offset: 0,
      lengthBytes: file.sizeBytes,
      found: `it has ${file.sizeBytes} bytes, the smallest one has more`,
    });
  }
  const bytes = new Uint8Array(HEADER_BYTES);
  await file.read(0, bytes);
  const header = savedStateHeader.parse(bytes);
  const crc = headerCrc(bytes);
  const wrong = (found: string) => damagedState(file.name, { offset: 0, lengthBytes: HEADER_BYTES, found });
  if (header.magic !== SAVED_STATE_MAGIC) throw wrong(`it does not begin with “${SAVED_STATE_MAGIC}”`);
  if (header.crc !== crc) {
    throw wrong(`its header has the checksum ${hexOffset(crc, 8)}, and says ${hexOffset(header.crc, 8)}`);
  }
  if (header.version !== SAVED_STATE_VERSION) throw unknownVersion(file.name, header.version);
  if (header.pageBytes !== PAGE_BYTES)
    throw wrong(`its pages have ${header.pageBytes} bytes, not ${PAGE_BYTES}`);
  if (header.pageCount === 0 || header.pageCount > MOST_PAGES) {
    throw wrong(`it has ${grouped(header.pageCount)} pages, 1 to ${grouped(MOST_PAGES)} are possible`);
  }
  if (header.guestBytes > GUEST_LIMIT_BYTES) {
    throw wrong(
      `${sizeText(header.guestBytes)} speak of the guest, at most ${sizeText(GUEST_LIMIT_BYTES)} can`,
    );
  }
  return header;
}

function checkSize(file: RandomAccessFile, header: SavedStateHeader, indexOffset: number): void {
  const most = mostFileBytes(header.pageCount, header.guestBytes);
  if (indexOffset >= HEADER_BYTES + header.guestBytes && file.sizeBytes <= most) return;
  throw damagedState(file.name, {
    offset: 0,
    lengthBytes: file.sizeBytes,
    found: `${grouped(file.sizeBytes)} bytes do not fit a memory of ${grouped(header.pageCount)} pages`,
  });
}

/** True where the checksum of everything holds; `crc` is that of all bytes before the index. */
export function holdsCrc(ends: SavedStateEnds, crc: number): boolean {
  return crc32c(ends.crcCovered, crc32c(ends.index, crc)) === ends.crc;
}
