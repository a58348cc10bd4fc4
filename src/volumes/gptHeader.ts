/** One of the two GPT headers and the entries that it leads to (UEFI specification, 5.3). */

import { utf16, viewOf } from '../base/bytes.ts';
import { crc32 } from '../base/checksum.ts';
import { ascii, field, raw, struct } from '../formats/struct.ts';
import { guid, guidLe, hex32le, u32le, u64le } from '../formats/vhdx/fieldTypes.ts';
import { type DiskBytes, faultOf } from './diskBytes.ts';
import { gptTypeText } from './gptTypes.ts';
import { type Partition, sectorName } from './partition.ts';

const HEADER_BYTES = 92;
const MOST_ENTRIES = 1024;
const MOST_ENTRY_BYTES = 4096;
const SIGNATURE = 'EFI PART';

const headerStruct = struct('GPT header', HEADER_BYTES, {
  signature: field(ascii(8), 'Marks a GPT header.'),
  revision: field(hex32le, 'Version of the format, 1.0.'),
  headerBytes: field(u32le, 'Size of the header.'),
  headerCrc: field(hex32le, 'CRC-32 of the header, this field counted as zero.'),
  reserved: field(raw(4), 'Reserved, zeros.'),
  ownSector: field(u64le, 'The sector that this header stands in.'),
  otherSector: field(u64le, 'The sector of the other header.'),
  firstUsable: field(u64le, 'First sector that a partition may use.'),
  lastUsable: field(u64le, 'Last sector that a partition may use.'),
  diskId: field(guid, 'The disk’s id.'),
  entriesSector: field(u64le, 'First sector of the partition entries.'),
  entryCount: field(u32le, 'Number of partition entries, empty ones included.'),
  entryBytes: field(u32le, 'Size of one entry, 128 or a power of two times that.'),
  entriesCrc: field(hex32le, 'CRC-32 of all entries.'),
});

const entryStruct = struct('GPT partition entry', 128, {
  type: field(guid, 'What the partition is for; zeros = the entry is empty.'),
  id: field(guid, 'The partition’s id.'),
  firstSector: field(u64le, 'First sector.'),
  lastSector: field(u64le, 'Last sector, included.'),
  attributes: field(u64le, 'Flags.'),
  name: field(raw(72), 'Name in UTF-16.'),
});

/** What was found at one place. `fault` is null where header and entries are whole. */
export interface GptCopy {
  /** In sectors of the device. */
  readonly sector: number;
  /** null where no header stands there or it cannot be read. */
  readonly header: ReturnType<typeof headerStruct.parse> | null;
  readonly isHeaderWhole: boolean;
  readonly areEntriesWhole: boolean;
  /** As far as they could be read. */
  readonly entries: Uint8Array;
  /** What is wrong, as the end of a sentence. */
  readonly fault: string | null;
}

/** Reads what stands at a sector (of the device); never throws for what it finds there. */
export async function readGptCopy(disk: DiskBytes, sector: number): Promise<GptCopy> {
  const nothing = {
    sector,
    header: null,
    isHeaderWhole: false,
    areEntriesWhole: false,
    entries: new Uint8Array(0),
  };
  let bytes: Uint8Array;
  try {
    bytes = await disk.at(sector * disk.sectorBytes, disk.sectorBytes);
  } catch (error) {
    return { ...nothing, fault: `cannot be read: ${faultOf(error).message}` };
  }
  if (bytes.length < HEADER_BYTES) return { ...nothing, fault: 'would lie past the end of the disk' };
  const header = headerStruct.parse(bytes);
  if (header.signature !== SIGNATURE) return { ...nothing, fault: 'is not there (no “EFI PART”)' };
  const headerFault = faultOfHeader(header, bytes, sector);
  const { entries, fault } = await readEntries(disk, header);
  return {
    sector,
    header,
    isHeaderWhole: headerFault === null,
    areEntriesWhole: fault === null,
    entries,
    fault: headerFault ?? fault,
  };
}

type Header = ReturnType<typeof headerStruct.parse>;

function faultOfHeader(header: Header, sector: Uint8Array, expectedSector: number): string | null {
  if (header.headerBytes < HEADER_BYTES || header.headerBytes > sector.length)
    return `says that it is ${header.headerBytes} bytes long`;
  const counted = sector.slice(0, header.headerBytes);
  viewOf(counted).setUint32(headerStruct.offsetOf('headerCrc'), 0);
  if (crc32(counted) !== header.headerCrc) return 'is damaged (its checksum is wrong)';
  if (header.ownSector !== BigInt(expectedSector)) return 'says that it stands in another sector';
  return null;
}

async function readEntries(
  disk: DiskBytes,
  header: Header,
): Promise<{ entries: Uint8Array; fault: string | null }> {
  const none = new Uint8Array(0);
  const { entryBytes, entryCount } = header;
  if (entryBytes < entryStruct.sizeBytes || entryBytes > MOST_ENTRY_BYTES || entryBytes % 8 !== 0)
    return { entries: none, fault: `has entries of ${entryBytes} bytes, which no table has` };
  const wantedBytes = Math.min(entryCount, MOST_ENTRIES) * entryBytes;
  let entries: Uint8Array;
  try {
    entries = await disk.at(Number(header.entriesSector) * disk.sectorBytes, wantedBytes);
  } catch (error) {
    return { entries: none, fault: `leads to entries that cannot be read: ${faultOf(error).message}` };
  }
  if (entries.length < wantedBytes) return { entries, fault: 'leads to entries past the end of the disk' };
  if (entryCount > MOST_ENTRIES)
    return { entries, fault: `counts ${entryCount} entries; only the first ${MOST_ENTRIES} are read` };
  return {
    entries,
    fault: crc32(entries) === header.entriesCrc ? null : 'has damaged entries (their checksum is wrong)',
  };
}

/** The partitions in use; number 1 is the first entry, also where entries before one are empty. */
export function gptPartitions(copy: GptCopy, sectorBytes: number): Partition[] {
  const { header, entries } = copy;
  const partitions: Partition[] = [];
  if (!header) return partitions;
  const unit = sectorBytes / 512;
  for (let i = 0; (i + 1) * header.entryBytes <= entries.length; i++) {
    const entry = entryStruct.parse(entries.subarray(i * header.entryBytes));
    if (entry.type.every((byte) => byte === 0)) continue;
    const typeCode = guidLe(entry.type);
    partitions.push({
      number: i + 1,
      kind: 'gpt',
      partitionType: gptTypeText(typeCode),
      typeCode,
      name: utf16(entry.name, true),
      firstSector: Number(entry.firstSector) * unit,
      sectorCount: Math.max(0, Number(entry.lastSector - entry.firstSector + 1n)) * unit,
    });
  }
  return partitions;
}

/** `at sector 1`. */
export function placeOf(copy: GptCopy, sectorBytes: number): string {
  return `at ${sectorName((copy.sector * sectorBytes) / 512)}`;
}
