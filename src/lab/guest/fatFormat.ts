/**
 * FAT16 on a disk with a master boot record: the structures (Microsoft FAT specification 1.03; multi-byte numbers are
 * little-endian) and where each part of a volume lies.
 */
import { SECTOR_BYTES } from '../../base/units.ts';
import { ascii, field, raw, struct, u8 } from '../../formats/struct.ts';
import { u16le, u32le } from '../../formats/vhdx/fieldTypes.ts';

export const ENTRY_BYTES = 32;
export const ENTRIES_PER_SECTOR = SECTOR_BYTES / ENTRY_BYTES;
/** Entries of the allocation table in one sector of it. */
export const FAT_ENTRIES_PER_SECTOR = SECTOR_BYTES / 2;
export const END_OF_CHAIN = 0xffff;
/** The first two entries of the table stand for no cluster. */
export const FIRST_CLUSTER = 2;
/** By the number of its clusters a volume is FAT16 and nothing else. */
export const LEAST_CLUSTERS = 4085;
export const MOST_CLUSTERS = 65524;

export const ATTRIBUTE_LABEL = 0x08;
export const ATTRIBUTE_FOLDER = 0x10;
export const ATTRIBUTE_ARCHIVE = 0x20;
/** First byte of an entry whose file was removed, and of one behind which nothing was ever written. */
export const ENTRY_REMOVED = 0xe5;
export const ENTRY_UNUSED = 0x00;

export const SIGNATURE = 0xaa55;
/** FAT16 below 32 MiB, above, and addressed by LBA. */
export const FAT16_PARTITIONS: readonly number[] = [0x04, 0x06, 0x0e];

export const partitionStruct = struct('Partition', 16, {
  status: field(u8, 'Bit 7: the system starts from here.'),
  firstChs: field(raw(3), 'First sector in cylinders, heads and sectors.'),
  type: field(u8, 'What the partition holds.'),
  lastChs: field(raw(3), 'Last sector in cylinders, heads and sectors.'),
  firstSector: field(u32le, 'First sector on the disk.'),
  sectorCount: field(u32le, 'Length in sectors.'),
});

export const masterBootRecordStruct = struct('Master boot record', SECTOR_BYTES, {
  code: field(raw(440), 'The program that starts the system.'),
  signature: field(u32le, 'Tells disks apart.'),
  reserved: field(raw(2), 'Zeros.'),
  partitions: field(raw(64), 'Four entries of 16 bytes.'),
  mark: field(u16le, 'Always 0xAA55.'),
});

export const fatBootStruct = struct('FAT16 boot sector', SECTOR_BYTES, {
  jump: field(raw(3), 'Jumps over the fields.'),
  maker: field(ascii(8), 'The system that formatted the volume.'),
  bytesPerSector: field(u16le, 'Bytes in a sector.'),
  sectorsPerCluster: field(u8, 'Sectors in a cluster, a power of two.'),
  reservedSectors: field(u16le, 'Sectors in front of the allocation table, this one counted.'),
  fatCopies: field(u8, 'Copies of the allocation table.'),
  rootEntries: field(u16le, 'Entries of the root directory.'),
  smallSectorCount: field(u16le, 'Sectors of the volume where 16 bits hold them.'),
  media: field(u8, '0xF8: a fixed disk.'),
  fatSectors: field(u16le, 'Sectors of one copy of the table.'),
  sectorsPerTrack: field(u16le, 'Of the geometry.'),
  heads: field(u16le, 'Of the geometry.'),
  hiddenSectors: field(u32le, 'Sectors of the disk in front of the volume.'),
  sectorCount: field(u32le, 'Sectors of the volume where 16 bits do not hold them.'),
  drive: field(u8, '0x80: the first hard disk.'),
  reserved: field(u8, 'Zero.'),
  extendedMark: field(u8, '0x29: the three fields behind it are there.'),
  serial: field(u32le, 'Serial number.'),
  label: field(ascii(11), 'Name of the volume.'),
  fileSystem: field(ascii(8), 'For people.'),
  code: field(raw(448), 'The program that starts the system.'),
  mark: field(u16le, 'Always 0xAA55.'),
});

export const directoryEntryStruct = struct('Directory entry', ENTRY_BYTES, {
  name: field(ascii(11), 'Eight characters and three of ending, padded with blanks.'),
  attributes: field(u8, 'Bit 3: label, bit 4: folder, bit 5: changed since the last backup.'),
  unused: field(raw(10), 'Dates of making and reading; zeros.'),
  time: field(u16le, 'Last change: hours, minutes, seconds / 2 in 5, 6 and 5 bits.'),
  day: field(u16le, 'Last change: years since 1980, month, day in 7, 4 and 5 bits.'),
  cluster: field(u16le, 'First cluster; 0 = none.'),
  sizeBytes: field(u32le, 'Size of the file.'),
});

/** Where a volume lies and how it is divided. Sectors are those of the disk. */
export interface FatVolume {
  readonly firstSector: number;
  readonly sectorCount: number;
  readonly sectorsPerCluster: number;
  readonly reservedSectors: number;
  readonly fatCopies: number;
  /** Of one copy. */
  readonly fatSectors: number;
  readonly rootEntries: number;
}

export function fatFirstSector(volume: FatVolume, copy: number): number {
  return volume.firstSector + volume.reservedSectors + copy * volume.fatSectors;
}

export function rootFirstSector(volume: FatVolume): number {
  return fatFirstSector(volume, volume.fatCopies);
}

export function rootSectors(volume: FatVolume): number {
  return Math.ceil(volume.rootEntries / ENTRIES_PER_SECTOR);
}

export function sectorOfCluster(volume: FatVolume, cluster: number): number {
  return rootFirstSector(volume) + rootSectors(volume) + (cluster - FIRST_CLUSTER) * volume.sectorsPerCluster;
}

export function clusterBytes(volume: FatVolume): number {
  return volume.sectorsPerCluster * SECTOR_BYTES;
}

/** Clusters that hold data; the last one is number `clusterCount + 1`. */
export function clusterCount(volume: FatVolume): number {
  const dataSectors = volume.firstSector + volume.sectorCount - sectorOfCluster(volume, FIRST_CLUSTER);
  return Math.floor(dataSectors / volume.sectorsPerCluster);
}

export function masterBootRecord(
  volume: Pick<FatVolume, 'firstSector' | 'sectorCount'>,
  signature: number,
): Uint8Array {
  const partitions = new Uint8Array(64);
  // Both ends are out of the range of cylinders, as on every disk that is not counted in them.
  const outOfRange = new Uint8Array([0xfe, 0xff, 0xff]);
  partitionStruct.write(
    { ...volume, status: 0x80, firstChs: outOfRange, type: 0x0e, lastChs: outOfRange },
    partitions,
  );
  const bytes = new Uint8Array(SECTOR_BYTES);
  masterBootRecordStruct.write(
    { code: new Uint8Array(440), signature, reserved: new Uint8Array(2), partitions, mark: SIGNATURE },
    bytes,
  );
  return bytes;
}

export function fatBootSector(volume: FatVolume, label: string, serial: number): Uint8Array {
  const isSmall = volume.sectorCount < 0x1_0000;
  const bytes = new Uint8Array(SECTOR_BYTES);
  fatBootStruct.write(
    {
      jump: new Uint8Array([0xeb, 0x3c, 0x90]),
      maker: 'MSDOS5.0',
      bytesPerSector: SECTOR_BYTES,
      sectorsPerCluster: volume.sectorsPerCluster,
      reservedSectors: volume.reservedSectors,
      fatCopies: volume.fatCopies,
      rootEntries: volume.rootEntries,
      smallSectorCount: isSmall ? volume.sectorCount : 0,
      media: 0xf8,
      fatSectors: volume.fatSectors,
      sectorsPerTrack: 63,
      heads: 255,
      hiddenSectors: volume.firstSector,
      sectorCount: isSmall ? 0 : volume.sectorCount,
      drive: 0x80,
      reserved: 0,
      extendedMark: 0x29,
      serial,
      label: label.padEnd(11),
      fileSystem: 'FAT16   ',
      code: new Uint8Array(448),
      mark: SIGNATURE,
    },
    bytes,
  );
  return bytes;
}

/** One sector of the table, as it stands in every copy. */
export function fatSectorBytes(fat: Uint16Array, sector: number): Uint8Array {
  const bytes = new Uint8Array(SECTOR_BYTES);
  for (let i = 0; i < FAT_ENTRIES_PER_SECTOR; i++) {
    const entry = fat[sector * FAT_ENTRIES_PER_SECTOR + i] ?? 0;
    bytes[i * 2] = entry;
    bytes[i * 2 + 1] = entry >>> 8;
  }
  return bytes;
}

/** `name` in the form of `shortName`; the date in UTC. */
export function directoryEntry(
  name: string,
  attributes: number,
  cluster: number,
  sizeBytes: number,
  date: Date,
): Uint8Array {
  const bytes = new Uint8Array(ENTRY_BYTES);
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  const day = ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  directoryEntryStruct.write(
    { name, attributes, unused: new Uint8Array(10), time, day, cluster, sizeBytes },
    bytes,
  );
  return bytes;
}

/** Milliseconds since 1970 of an entry's two words. */
export function entryDateMs(time: number, day: number): number {
  return Date.UTC(
    1980 + (day >>> 9),
    ((day >>> 5) & 0xf) - 1,
    day & 0x1f,
    time >>> 11,
    (time >>> 5) & 0x3f,
    (time & 0x1f) * 2,
  );
}

/** `LOG.TXT` → `LOG     TXT`. */
export function shortName(name: string): string {
  const [stem = '', ending = ''] = name.split('.');
  return stem.padEnd(8) + ending.padEnd(3);
}

/** `LOG     TXT` → `LOG.TXT`. */
export function longName(name: string): string {
  const [stem, ending] = [name.slice(0, 8).trimEnd(), name.slice(8).trimEnd()];
  return ending === '' ? stem : `${stem}.${ending}`;
}
