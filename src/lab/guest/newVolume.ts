/** How a volume is laid out on a new disk. */
import { GIB, MIB, SECTOR_BYTES } from '../../base/units.ts';
import {
  clusterCount,
  FAT_ENTRIES_PER_SECTOR,
  type FatVolume,
  LEAST_CLUSTERS,
  MOST_CLUSTERS,
} from './fatFormat.ts';

const FIRST_SECTOR = MIB / SECTOR_BYTES;
const MOST_SECTORS = GIB / SECTOR_BYTES;

/** What a disk needs so that a volume fits. */
export const LEAST_DISK_SECTORS = (32 * MIB) / SECTOR_BYTES;

/** One volume from 1 MiB on, as far as the disk goes or the first GiB; null where the disk is too small for it. */
export function volumeFor(diskSectors: number): FatVolume | null {
  if (diskSectors < LEAST_DISK_SECTORS) return null;
  const sectorCount = Math.min(diskSectors, MOST_SECTORS) - FIRST_SECTOR;
  for (let sectorsPerCluster = 4; sectorsPerCluster <= 64; sectorsPerCluster *= 2) {
    const volume = withClusters(sectorCount, sectorsPerCluster);
    const clusters = clusterCount(volume);
    if (clusters >= LEAST_CLUSTERS && clusters <= MOST_CLUSTERS) return volume;
  }
  return null;
}

function withClusters(sectorCount: number, sectorsPerCluster: number): FatVolume {
  const most = Math.floor(sectorCount / sectorsPerCluster);
  return {
    firstSector: FIRST_SECTOR,
    sectorCount,
    sectorsPerCluster,
    reservedSectors: 1,
    fatCopies: 2,
    fatSectors: Math.ceil((most + 2) / FAT_ENTRIES_PER_SECTOR),
    rootEntries: 512,
  };
}
