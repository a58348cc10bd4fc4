/** Finds the dynamic disk header, also where its cookie is gone or the footer points elsewhere. */
import { latin1 } from '../../base/bytes.ts';
import { SECTOR_BYTES } from '../../base/units.ts';
import type { FileWindow } from '../../formats/fileWindow.ts';
import {
  blockCountOf,
  ENTRY_BYTES,
  isBlockSize,
  MAX_BLOCK_COUNT,
} from '../../formats/vhd/blockAllocationTable.ts';
import {
  type DynamicDiskHeader,
  HEADER_BYTES,
  HEADER_COOKIE,
  HEADER_VERSION,
  headerStruct,
  USUAL_HEADER_OFFSET,
} from '../../formats/vhd/dynamicDiskHeader.ts';
import { FOOTER_BYTES } from '../../formats/vhd/footer.ts';
import { type Recovered, recoverHeader } from './recoverConstants.ts';

export interface ReadHeader {
  readonly offset: number;
  /** As the file has them. */
  readonly bytes: Uint8Array;
  /** Where the stored checksum proves that only fields with one legal value are wrong. */
  readonly recovered: Recovered<DynamicDiskHeader> | null;
}

/** At the first of these offsets that has one; then where every known writer puts it. */
export async function readHeader(window: FileWindow, offsets: readonly bigint[]): Promise<ReadHeader | null> {
  for (const wanted of new Set([...offsets, BigInt(USUAL_HEADER_OFFSET)])) {
    // In front of it is the footer's copy.
    if (wanted < BigInt(FOOTER_BYTES) || wanted + BigInt(HEADER_BYTES) > BigInt(window.sizeBytes)) continue;
    const offset = Number(wanted);
    const [bytes] = await window.read([{ offset, lengthBytes: HEADER_BYTES }]);
    if (!bytes) continue;
    const recovered = recoverHeader(bytes);
    const hasCookie = latin1(bytes.subarray(0, HEADER_COOKIE.length)) === HEADER_COOKIE;
    if (hasCookie || recovered) return { offset, bytes: bytes.slice(), recovered };
  }
  return null;
}

/** Why a header with a wrong checksum is not taken for whole but for one byte; null where nothing speaks against it. */
export function headerProblem(
  bytes: Uint8Array,
  virtualSizeBytes: number | null,
  fileBytes: number,
): string | null {
  const header = headerStruct.parse(bytes);
  if (header.headerVersion !== HEADER_VERSION) return 'its version is not 1.0';
  if (!isBlockSize(header.blockSize)) return 'its block size is impossible';
  if (header.maxTableEntries === 0) return 'its table has no entries';
  if (header.maxTableEntries > MAX_BLOCK_COUNT) return 'its table has more entries than any disk needs';
  if (header.tableOffset % BigInt(SECTOR_BYTES) !== 0n) return 'its table does not begin at a sector';
  const tableEnd = header.tableOffset + BigInt(header.maxTableEntries * ENTRY_BYTES);
  if (tableEnd > BigInt(fileBytes)) return 'its table reaches beyond the end of the file';
  if (virtualSizeBytes !== null) {
    const needed = blockCountOf(virtualSizeBytes, header.blockSize);
    if (needed > header.maxTableEntries) return 'its table has fewer entries than the disk has blocks';
  }
  return null;
}
