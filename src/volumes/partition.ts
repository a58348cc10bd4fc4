/** A partition as its table has it, and what is wrong with where it lies. */
import { grouped } from '../base/units.ts';
import type { Notes } from './notes.ts';
import type { Volume } from './volume.ts';

/** Sectors of 512 bytes; not yet cut to the disk. */
export type Partition = Omit<Volume, 'content'>;

/** `sector 2 048`. */
export function sectorName(sector: number): string {
  return `sector ${grouped(sector)}`;
}

/** The partition as far as it lies on the disk: none of it where it starts behind the end. */
export function cutToDisk(partition: Partition, diskSectors: number, notes: Notes): Partition {
  const { number, firstSector, sectorCount } = partition;
  if (firstSector + sectorCount <= diskSectors) return partition;
  const end = `the disk ends at ${sectorName(diskSectors)}`;
  if (firstSector >= diskSectors) {
    notes.add(`Volume ${number} starts at ${sectorName(firstSector)}, but ${end}: nothing of it is there.`);
    return { ...partition, sectorCount: 0 };
  }
  const missing = grouped(firstSector + sectorCount - diskSectors);
  notes.add(`Volume ${number} reaches ${missing} sectors past the end of the disk; ${end}.`);
  return { ...partition, sectorCount: diskSectors - firstSector };
}

/** Says which partitions share sectors. */
export function noteOverlaps(partitions: readonly Partition[], notes: Notes): void {
  const ascending = partitions
    .filter(({ sectorCount }) => sectorCount > 0)
    .sort((a, b) => a.firstSector - b.firstSector || a.number - b.number);
  let widest: Partition | null = null;
  for (const partition of ascending) {
    const end = widest ? widest.firstSector + widest.sectorCount : 0;
    if (widest && partition.firstSector < end) {
      const shared = Math.min(end, partition.firstSector + partition.sectorCount) - partition.firstSector;
      notes.add(
        `Volumes ${widest.number} and ${partition.number} share ${grouped(shared)} sectors from ${sectorName(partition.firstSector)} on.`,
      );
    }
    if (partition.firstSector + partition.sectorCount > end) widest = partition;
  }
}
