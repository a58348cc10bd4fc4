/** The master boot record and the chain of extended boot records, as they stand on the disk. */
import { viewOf } from '../base/bytes.ts';
import { field, raw, struct, u8 } from '../formats/struct.ts';
import { u32le } from '../formats/vhdx/fieldTypes.ts';
import { type DiskBytes, faultOf } from './diskBytes.ts';
import { isExtended, mbrTypeCode, mbrTypeText } from './mbrTypes.ts';
import type { Notes } from './notes.ts';
import { type Partition, sectorName } from './partition.ts';

const ENTRIES_OFFSET = 446;
const DISK_ID_OFFSET = 440;
const SIGNATURE_OFFSET = 510;
const FIRST_LOGICAL = 5;
const MOST_LOGICAL = 128;

const entryStruct = struct('MBR partition entry', 16, {
  status: field(u8, '0x80 = started from, 0 = not; anything else is no partition entry.'),
  firstAddress: field(raw(3), 'Cylinder, head and sector of the first sector; not used.'),
  type: field(u8, 'What the partition is for; 0 = the entry is empty.'),
  lastAddress: field(raw(3), 'Cylinder, head and sector of the last sector; not used.'),
  firstSector: field(u32le, 'First sector; in an extended boot record from a sector that the chain gives.'),
  sectorCount: field(u32le, 'Number of sectors.'),
});

type MbrEntry = ReturnType<typeof entryStruct.parse>;

export interface Mbr {
  /** The disk's signature. */
  readonly diskId: number;
  /** Four. */
  readonly entries: readonly MbrEntry[];
}

/** null where the sector does not end in 55 AA. */
export function parseMbr(sector: Uint8Array): Mbr | null {
  if (sector.length < 512 || sector[SIGNATURE_OFFSET] !== 0x55 || sector[SIGNATURE_OFFSET + 1] !== 0xaa)
    return null;
  const entries = [0, 1, 2, 3].map((i) => entryStruct.parse(sector.subarray(ENTRIES_OFFSET + 16 * i)));
  return { diskId: viewOf(sector).getUint32(DISK_ID_OFFSET, true), entries };
}

export function isUsed(entry: MbrEntry): boolean {
  return entry.type !== 0 && entry.sectorCount !== 0;
}

/** A boot sector ends in 55 AA too, but has code or text in the place of the entries. */
export function hasEntries(mbr: Mbr): boolean {
  return mbr.entries.every(({ status }) => status === 0 || status === 0x80);
}

/** All partitions that the record and its extended partitions name. */
export async function mbrPartitions(mbr: Mbr, disk: DiskBytes, notes: Notes): Promise<Partition[]> {
  const unit = disk.sectorBytes / 512;
  const partitions: Partition[] = [];
  let logical = FIRST_LOGICAL;
  for (const [i, entry] of mbr.entries.entries()) {
    if (!isUsed(entry)) continue;
    if (!isExtended(entry.type)) {
      partitions.push(partitionOf(entry, i + 1, 'primary', 0, unit));
      continue;
    }
    const found = await logicalPartitions(entry, logical, disk, notes);
    logical += found.length;
    partitions.push(...found);
  }
  return partitions.sort((a, b) => a.number - b.number);
}

/**
 * The chain of extended boot records: each names one partition, from its own sector on, and the next record, from the start
 * of the extended partition on.
 */
async function logicalPartitions(
  extended: MbrEntry,
  firstNumber: number,
  disk: DiskBytes,
  notes: Notes,
): Promise<Partition[]> {
  const unit = disk.sectorBytes / 512;
  const found: Partition[] = [];
  const visited = new Set<number>();
  for (let at: number | null = extended.firstSector; at !== null; ) {
    const here: number = at;
    if (visited.has(here)) {
      notes.add(
        `The chain of extended boot records leads back to ${sectorName(here * unit)}, in a loop; it is followed once.`,
      );
      break;
    }
    if (visited.size >= MOST_LOGICAL) {
      notes.add(`The chain of extended boot records goes on after ${MOST_LOGICAL}; the rest is not read.`);
      break;
    }
    visited.add(here);
    const record = await readRecord(here, disk, notes);
    if (!record) break;
    for (const entry of record.entries.slice(0, 2))
      if (isUsed(entry) && !isExtended(entry.type) && found.length < MOST_LOGICAL)
        found.push(partitionOf(entry, firstNumber + found.length, 'logical', here, unit));
    const next = record.entries.find((entry) => isUsed(entry) && isExtended(entry.type));
    at = next ? extended.firstSector + next.firstSector : null;
  }
  return found;
}

async function readRecord(sector: number, disk: DiskBytes, notes: Notes): Promise<Mbr | null> {
  const place = `The extended boot record at ${sectorName((sector * disk.sectorBytes) / 512)}`;
  const behind = 'logical partitions from there on are not known.';
  try {
    const bytes = await disk.at(sector * disk.sectorBytes, disk.sectorBytes);
    if (bytes.length === 0) {
      notes.add(`${place} would lie past the end of the disk; ${behind}`);
      return null;
    }
    const record = parseMbr(bytes);
    if (!record) notes.add(`${place} does not end in 55 AA; ${behind}`);
    return record;
  } catch (error) {
    notes.add(`${place} cannot be read; ${behind} ${faultOf(error).message}`);
    return null;
  }
}

function partitionOf(
  entry: MbrEntry,
  number: number,
  kind: Partition['kind'],
  base: number,
  unit: number,
): Partition {
  return {
    number,
    kind,
    partitionType: mbrTypeText(entry.type),
    typeCode: mbrTypeCode(entry.type),
    name: '',
    firstSector: (base + entry.firstSector) * unit,
    sectorCount: entry.sectorCount * unit,
  };
}
