/**
 * Finds the FAT16 volume of a disk and reads its tables. Hostile content is bounded: at most 3 MiB are read whatever a
 * boot sector says, and a volume whose parts do not fit into the disk is none.
 */
import { latin1 } from '../../base/bytes.ts';
import { SECTOR_BYTES } from '../../base/units.ts';
import {
  ATTRIBUTE_FOLDER,
  ATTRIBUTE_LABEL,
  clusterCount,
  directoryEntryStruct,
  ENTRY_BYTES,
  ENTRY_REMOVED,
  ENTRY_UNUSED,
  entryDateMs,
  FAT_ENTRIES_PER_SECTOR,
  FAT16_PARTITIONS,
  type FatVolume,
  FIRST_CLUSTER,
  fatBootStruct,
  fatFirstSector,
  LEAST_CLUSTERS,
  longName,
  MOST_CLUSTERS,
  masterBootRecordStruct,
  partitionStruct,
  rootFirstSector,
  rootSectors,
  SIGNATURE,
} from './fatFormat.ts';
import type { ReadDisk } from './guest.ts';

/** An entry of the root directory that is a file. */
export interface RootFile {
  /** Place in the directory. */
  readonly slot: number;
  readonly name: string;
  readonly sizeBytes: number;
  readonly changedMs: number;
  readonly firstCluster: number;
}

export interface RootContent {
  readonly files: readonly RootFile[];
  readonly hasFolders: boolean;
}

/** null: the disk has no FAT16 volume. `sectorCount` of the disk. */
export async function findVolume(read: ReadDisk, sectorCount: number): Promise<FatVolume | null> {
  if (sectorCount < 2) return null;
  const record = masterBootRecordStruct.parse(await read(0, 1));
  if (record.mark !== SIGNATURE) return null;
  for (let index = 0; index < 4; index++) {
    const partition = partitionStruct.parse(record.partitions.subarray(index * 16));
    const { type, firstSector } = partition;
    if (!FAT16_PARTITIONS.includes(type) || firstSector === 0 || firstSector >= sectorCount) continue;
    const volume = volumeOf(await read(firstSector, 1), firstSector, sectorCount);
    if (volume) return volume;
  }
  return null;
}

function volumeOf(bytes: Uint8Array, firstSector: number, diskSectors: number): FatVolume | null {
  const boot = fatBootStruct.parse(bytes);
  if (boot.mark !== SIGNATURE || boot.bytesPerSector !== SECTOR_BYTES) return null;
  const { sectorsPerCluster, reservedSectors, fatCopies, fatSectors, rootEntries } = boot;
  const sectorCount = boot.smallSectorCount || boot.sectorCount;
  const volume = {
    firstSector,
    sectorCount,
    sectorsPerCluster,
    reservedSectors,
    fatCopies,
    fatSectors,
    rootEntries,
  };
  return isVolume(volume, diskSectors) ? volume : null;
}

/** The parts of the volume fit together and on the disk, and it is FAT16. */
export function isVolume(volume: FatVolume, diskSectors: number): boolean {
  const { firstSector, sectorsPerCluster, reservedSectors, fatCopies, fatSectors, rootEntries } = volume;
  const isPowerOfTwo = sectorsPerCluster > 0 && (sectorsPerCluster & (sectorsPerCluster - 1)) === 0;
  if (!isPowerOfTwo || sectorsPerCluster > 128 || reservedSectors === 0) return false;
  if (rootEntries === 0 || rootEntries > 0xffff || fatCopies < 1 || fatCopies > 2) return false;
  if (fatSectors < 1 || fatSectors > 256 || firstSector + volume.sectorCount > diskSectors) return false;
  const clusters = clusterCount(volume);
  const hasTable = fatSectors * FAT_ENTRIES_PER_SECTOR >= clusters + FIRST_CLUSTER;
  return clusters >= LEAST_CLUSTERS && clusters <= MOST_CLUSTERS && hasTable;
}

/** One copy of the table as it stands on the disk. */
export async function readFat(read: ReadDisk, volume: FatVolume, copy: number): Promise<Uint16Array> {
  const bytes = await read(fatFirstSector(volume, copy), volume.fatSectors);
  return Uint16Array.from(
    { length: bytes.length / 2 },
    (_, i) => (bytes[i * 2] ?? 0) | ((bytes[i * 2 + 1] ?? 0) << 8),
  );
}

export async function readRoot(read: ReadDisk, volume: FatVolume): Promise<Uint8Array> {
  return (await read(rootFirstSector(volume), rootSectors(volume))).slice();
}

/** Entries in the order of the directory; parts of long names and labels are passed over. */
export function rootContent(root: Uint8Array): RootContent {
  const files: RootFile[] = [];
  let hasFolders = false;
  for (let slot = 0; (slot + 1) * ENTRY_BYTES <= root.length; slot++) {
    const bytes = root.subarray(slot * ENTRY_BYTES, (slot + 1) * ENTRY_BYTES);
    if (bytes[0] === ENTRY_UNUSED) break;
    if (bytes[0] === ENTRY_REMOVED) continue;
    const entry = directoryEntryStruct.parse(bytes);
    if (entry.attributes & ATTRIBUTE_LABEL) continue;
    if (entry.attributes & ATTRIBUTE_FOLDER) {
      hasFolders = true;
      continue;
    }
    files.push({
      slot,
      name: longName(latin1(bytes.subarray(0, 11))),
      sizeBytes: entry.sizeBytes,
      changedMs: entryDateMs(entry.time, entry.day),
      firstCluster: entry.cluster,
    });
  }
  return { files, hasFolders };
}
