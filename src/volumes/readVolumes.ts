/** Reads a disk's partition table and looks what lies in each of its volumes. */
import { SECTOR_BYTES } from '../base/units.ts';
import type { BlockDevice } from '../storage/blockDevice.ts';
import { contentOf } from './content.ts';
import { detectContent } from './detectContent.ts';
import { DiskBytes, VolumeBytes } from './diskBytes.ts';
import { Notes } from './notes.ts';
import { cutToDisk, noteOverlaps, type Partition } from './partition.ts';
import { readTable } from './readTable.ts';
import type { Volume, VolumeTable } from './volume.ts';

/**
 * The volumes of a disk. Throws what the disk throws for its first sector; any other sector that cannot be read, and
 * whatever tables say, ends up in `notes`.
 */
export async function readVolumes(disk: BlockDevice): Promise<VolumeTable> {
  const bytes = new DiskBytes(disk);
  const notes = new Notes();
  const firstSector = await bytes.at(0, bytes.sectorBytes);
  if (firstSector.length === 0)
    return { scheme: 'none', diskId: '', volumes: [], notes: ['The disk has no sectors.'] };
  const whole = new VolumeBytes(bytes, 0, bytes.sizeBytes);
  const wholeDisk: Volume = {
    ...WHOLE_DISK,
    sectorCount: sectorsOf(bytes),
    content: await detectContent(whole),
  };
  const isFileSystem = wholeDisk.content.kind !== 'unknown' && wholeDisk.content.kind !== 'empty';
  const table = await readTable(firstSector, isFileSystem, bytes, notes);
  if (!table) {
    noteProblem(WHOLE_DISK.number, whole, notes);
    return { scheme: 'none', diskId: '', volumes: [wholeDisk], notes: notes.sentences() };
  }
  const volumes = await lookInto(table.partitions, bytes, notes);
  if (wholeDisk.content.kind === 'iso9660') addHybrid(volumes, wholeDisk, notes);
  return { scheme: table.scheme, diskId: table.diskId, volumes, notes: notes.sentences() };
}

const WHOLE_DISK = {
  number: 1,
  kind: 'whole-disk',
  partitionType: '',
  typeCode: '',
  name: '',
  firstSector: 0,
} as const;

function sectorsOf(bytes: DiskBytes): number {
  return bytes.sizeBytes / SECTOR_BYTES;
}

async function lookInto(partitions: readonly Partition[], bytes: DiskBytes, notes: Notes): Promise<Volume[]> {
  const cut = partitions.map((partition) => cutToDisk(partition, sectorsOf(bytes), notes));
  noteOverlaps(cut, notes);
  const volumes: Volume[] = [];
  for (const partition of cut) {
    const { number, firstSector, sectorCount, typeCode } = partition;
    const volume = new VolumeBytes(bytes, firstSector * SECTOR_BYTES, sectorCount * SECTOR_BYTES);
    const content =
      sectorCount > 0 ? await detectContent(volume, typeCode) : contentOf('unknown', 'not on this disk');
    noteProblem(number, volume, notes);
    volumes.push({ ...partition, content });
  }
  return volumes;
}

function noteProblem(number: number, volume: VolumeBytes, notes: Notes): void {
  if (volume.problem)
    notes.add(
      `Volume ${number} cannot be read where its file system says what it is: ${volume.problem.message}`,
    );
}

/** Images for discs and for sticks have a partition table in the sectors that ISO 9660 leaves free. */
function addHybrid(volumes: Volume[], wholeDisk: Volume, notes: Notes): void {
  if (volumes.some(({ firstSector, sectorCount }) => firstSector === 0 && sectorCount > 0)) return;
  const number = volumes.reduce((most, volume) => Math.max(most, volume.number), 0) + 1;
  volumes.push({ ...wholeDisk, number });
  notes.add(`The whole disk is an ISO 9660 image too, beside its partition table: volume ${number}.`);
}
