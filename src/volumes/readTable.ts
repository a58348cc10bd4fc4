/** Which partition table a disk has: sector 0 may be an MBR, a protective one before a GPT, or a file system's boot sector. */
import { hexOffset } from '../base/bytes.ts';
import type { DiskBytes } from './diskBytes.ts';
import { hasWholeFirst, readGpt } from './gpt.ts';
import { hasEntries, isUsed, type Mbr, mbrPartitions, parseMbr } from './mbr.ts';
import { GPT_PROTECTIVE, mbrTypeCode } from './mbrTypes.ts';
import type { Notes } from './notes.ts';
import type { Partition } from './partition.ts';

interface FoundTable {
  readonly scheme: 'mbr' | 'gpt';
  readonly diskId: string;
  readonly partitions: readonly Partition[];
}

/**
 * null where there is no table. `isFileSystem`: something known starts at sector 0; it counts where the entries, if there
 * are any, lead nowhere else on the disk.
 */
export async function readTable(
  firstSector: Uint8Array,
  isFileSystem: boolean,
  disk: DiskBytes,
  notes: Notes,
): Promise<FoundTable | null> {
  const mbr = parseMbr(firstSector);
  const isTable = mbr !== null && hasEntries(mbr);
  const used = isTable ? mbr.entries.filter(isUsed) : [];
  const diskSectors = disk.sizeBytes / disk.sectorBytes;
  const leadsSomewhere = used.some((entry) => entry.firstSector > 0 && entry.firstSector < diskSectors);
  if (isFileSystem && !leadsSomewhere) return null;
  if (isTable && used.length > 0) return byMbr(mbr, disk, notes);
  const gpt = await readGpt(disk, notes, true);
  if (gpt) {
    notes.add('Sector 0 holds no protective MBR; the GPT was found without it.');
    return { scheme: 'gpt', ...gpt };
  }
  if (isTable) {
    notes.add('The partition table in sector 0 names no partition.');
    return { scheme: 'mbr', diskId: hexOffset(mbr.diskId, 8), partitions: [] };
  }
  if (mbr) notes.add('Sector 0 ends in 55 AA, but holds neither a partition table nor a known file system.');
  return null;
}

async function byMbr(mbr: Mbr, disk: DiskBytes, notes: Notes): Promise<FoundTable> {
  const others = mbr.entries.filter((entry) => isUsed(entry) && entry.type !== GPT_PROTECTIVE).length;
  const isProtective = mbr.entries.some(({ type }) => type === GPT_PROTECTIVE);
  if (isProtective) {
    const gpt = await readGpt(disk, notes);
    if (gpt && others > 0)
      notes.add(`The MBR names ${others} partitions beside the GPT (a hybrid MBR); the GPT counts.`);
    if (gpt) return { scheme: 'gpt', ...gpt };
    notes.add('Neither copy of the GPT can be used.');
    if (others === 0) return { scheme: 'gpt', diskId: '', partitions: [] };
    notes.add('What the MBR names beside it is shown.');
  } else if (await hasWholeFirst(disk)) {
    notes.add('A GPT stands behind the MBR, but no entry of the MBR leads to it; the MBR counts.');
  }
  const partitions = await mbrPartitions(mbr, disk, notes);
  return {
    scheme: 'mbr',
    diskId: hexOffset(mbr.diskId, 8),
    partitions: partitions.filter(({ typeCode }) => typeCode !== mbrTypeCode(GPT_PROTECTIVE)),
  };
}
