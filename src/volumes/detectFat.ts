/** FAT12, FAT16 and FAT32 by their boot sector (FAT specification 1.03). */
import { viewOf } from '../base/bytes.ts';
import { ascii, field, raw, struct, u8 } from '../formats/struct.ts';
import { u16le, u32le } from '../formats/vhdx/fieldTypes.ts';
import { byteLabel, contentOf, type Detector, hasText, isPowerOfTwo, shortSerial } from './content.ts';
import type { VolumeBytes } from './diskBytes.ts';

const bootSectorStruct = struct('FAT boot sector', 36, {
  jump: field(raw(3), 'A jump to the boot code.'),
  maker: field(ascii(8), 'Who formatted the volume.'),
  sectorBytes: field(u16le, 'Bytes of a sector.'),
  clusterSectors: field(u8, 'Sectors of a cluster.'),
  reservedSectors: field(u16le, 'Sectors before the first table.'),
  tableCount: field(u8, 'Number of tables.'),
  rootEntries: field(u16le, 'Entries of the root folder; 0 on FAT32.'),
  totalSectors16: field(u16le, 'Sectors of the volume, or 0 where they are more.'),
  media: field(u8, 'Kind of medium, 0xF0 or from 0xF8 on.'),
  tableSectors16: field(u16le, 'Sectors of one table; 0 on FAT32.'),
  trackSectors: field(u16le, 'Sectors of a track.'),
  heads: field(u16le, 'Number of heads.'),
  hiddenSectors: field(u32le, 'Sectors before the volume.'),
  totalSectors32: field(u32le, 'Sectors of the volume where 16 bits are too few.'),
});

/** FAT32 only, behind the boot sector's common part. */
const fat32Struct = struct('FAT32 boot sector', 28, {
  tableSectors: field(u32le, 'Sectors of one table.'),
  flags: field(u16le, 'Which table counts.'),
  version: field(u16le, 'Version, 0.'),
  rootCluster: field(u32le, 'First cluster of the root folder.'),
  infoSector: field(u16le, 'Sector of the free clusters’ count.'),
  backupSector: field(u16le, 'Sector of the boot sector’s copy.'),
  reserved: field(raw(12), 'Reserved, zeros.'),
});

/** Behind the common part, or behind FAT32's. */
const extendedStruct = struct('FAT extended boot sector', 26, {
  drive: field(u8, 'Drive number.'),
  reserved: field(u8, 'Reserved.'),
  signature: field(u8, '0x29 where serial number and label follow, 0x28 where the serial number does.'),
  serial: field(u32le, 'Serial number.'),
  label: field(raw(11), 'Label.'),
  type: field(ascii(8), '`FAT16   ` and so on; not to be relied on.'),
});

const MOST_ROOT_BYTES = 64 * 1024;
const UNKNOWN_COUNT = 0xffff_ffff;

interface FatPlan {
  readonly bits: 12 | 16 | 32;
  readonly sectorBytes: number;
  readonly clusterBytes: number;
  readonly clusterCount: number;
  readonly totalSectors: number;
  /** Bytes from the volume's start. */
  readonly rootOffset: number;
  readonly rootBytes: number;
  /** 0 = none. */
  readonly infoOffset: number;
}

/** null where the numbers contradict one another, as in a sector that is none of FAT's. */
function fatPlan(sector: Uint8Array): FatPlan | null {
  const boot = bootSectorStruct.parse(sector);
  const fat32 = fat32Struct.parse(sector.subarray(bootSectorStruct.sizeBytes));
  const { sectorBytes, clusterSectors, reservedSectors, tableCount, rootEntries } = boot;
  if (boot.jump[0] !== 0xeb && boot.jump[0] !== 0xe9) return null;
  if (!isPowerOfTwo(sectorBytes) || sectorBytes < 512 || sectorBytes > 4096) return null;
  if (!isPowerOfTwo(clusterSectors) || reservedSectors === 0 || tableCount === 0 || tableCount > 4)
    return null;
  if (boot.media !== 0xf0 && boot.media < 0xf8) return null;
  if (!(sector[510] === 0x55 && sector[511] === 0xaa) && !hasText(sector, 54, 'FAT')) return null;
  const isFat32 = boot.tableSectors16 === 0;
  const tableSectors = isFat32 ? fat32.tableSectors : boot.tableSectors16;
  const totalSectors = boot.totalSectors16 || boot.totalSectors32;
  const rootSectors = Math.ceil((rootEntries * 32) / sectorBytes);
  const rootSector = reservedSectors + tableCount * tableSectors;
  const dataSector = rootSector + rootSectors;
  if (tableSectors === 0 || totalSectors <= dataSector || (rootEntries === 0) !== isFat32) return null;
  const clusterCount = Math.floor((totalSectors - dataSector) / clusterSectors);
  const clusterBytes = clusterSectors * sectorBytes;
  return {
    // A root folder in clusters can only be FAT32's, also where it is smaller than the specification lets it be.
    bits: isFat32 ? 32 : clusterCount < 4085 ? 12 : 16,
    sectorBytes,
    clusterBytes,
    clusterCount,
    totalSectors,
    rootOffset: isFat32
      ? dataSector * sectorBytes + (fat32.rootCluster - 2) * clusterBytes
      : rootSector * sectorBytes,
    rootBytes: isFat32 ? clusterBytes : rootEntries * 32,
    infoOffset: isFat32 && fat32.infoSector !== UNKNOWN_COUNT >>> 16 ? fat32.infoSector * sectorBytes : 0,
  };
}

export const detectFat: Detector = async (head, volume) => {
  const plan = fatPlan(head);
  if (!plan) return null;
  const extended = extendedStruct.parse(head.subarray(plan.bits === 32 ? 64 : 36));
  const isSerial = extended.signature === 0x29 || extended.signature === 0x28;
  const bootLabel = extended.signature === 0x29 ? byteLabel(extended.label) : '';
  const rootLabel = await labelInRoot(plan, volume);
  return contentOf('fat', `FAT${plan.bits}`, {
    label: rootLabel ?? (bootLabel === 'NO NAME' ? '' : bootLabel),
    sizeBytes: plan.totalSectors * plan.sectorBytes,
    freeBytes: await freeBytesOf(plan, volume),
    clusterBytes: plan.clusterBytes,
    serial: isSerial ? shortSerial(extended.serial) : '',
  });
};

/** Windows changes a label only here; null where the root folder has none. */
async function labelInRoot(plan: FatPlan, volume: VolumeBytes): Promise<string | null> {
  const root = await volume.at(plan.rootOffset, Math.min(plan.rootBytes, MOST_ROOT_BYTES));
  for (let at = 0; at + 32 <= root.length; at += 32) {
    const first = root[at] ?? 0;
    const attributes = root[at + 11] ?? 0;
    if (first === 0) break;
    // 0x0F: a piece of a long name.
    if (first === 0xe5 || (attributes & 0x08) === 0 || (attributes & 0x3f) === 0x0f) continue;
    const name = root.slice(at, at + 11);
    if (first === 0x05) name[0] = 0xe5;
    return byteLabel(name);
  }
  return null;
}

/** FAT32 keeps a count that may be stale; one that cannot be is not told. */
async function freeBytesOf(plan: FatPlan, volume: VolumeBytes): Promise<number | null> {
  if (plan.infoOffset === 0) return null;
  const sector = await volume.at(plan.infoOffset, 512);
  if (!hasText(sector, 0, 'RRaA') || !hasText(sector, 484, 'rrAa')) return null;
  const free = viewOf(sector).getUint32(488, true);
  return free > plan.clusterCount ? null : free * plan.clusterBytes;
}
