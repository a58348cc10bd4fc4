/** The boot sector of exFAT (exFAT specification, 3.1). */
import { ascii, field, raw, struct, u8 } from '../formats/struct.ts';
import { hex32le, u16le, u32le, u64le } from '../formats/vhdx/fieldTypes.ts';
import { hasText } from './content.ts';

const EXFAT_BOOT_BYTES = 120;
const NAME = 'EXFAT   ';

const bootStruct = struct('exFAT boot sector', EXFAT_BOOT_BYTES, {
  jump: field(raw(3), 'EB 76 90.'),
  name: field(ascii(8), '`EXFAT   `.'),
  mustBeZero: field(raw(53), 'Zeros, where FAT keeps its numbers.'),
  partitionSector: field(u64le, 'Sector of the disk that the volume starts at.'),
  volumeSectors: field(u64le, 'Sectors of the volume.'),
  tableSector: field(u32le, 'First sector of the first FAT.'),
  tableSectors: field(u32le, 'Sectors of a FAT.'),
  heapSector: field(u32le, 'First sector of cluster 2.'),
  clusterCount: field(u32le, 'Number of clusters.'),
  rootCluster: field(u32le, 'First cluster of the root folder.'),
  serial: field(hex32le, 'Serial number.'),
  revision: field(u16le, 'Version of the format, 1.0.'),
  flags: field(u16le, 'Bit 0: the second FAT counts. Bit 1: not closed properly.'),
  sectorShift: field(u8, 'Bytes of a sector, as a power of two: 9 to 12.'),
  clusterShift: field(u8, 'Sectors of a cluster, as a power of two.'),
  tableCount: field(u8, 'Number of FATs, 1 or 2.'),
  drive: field(u8, 'Drive number.'),
  usedShare: field(u8, 'Percent of the clusters in use; 0xFF = not known.'),
  reserved: field(raw(7), 'Reserved.'),
});

export type ExfatBoot = ReturnType<typeof bootStruct.parse>;

/** null where it is no boot sector of exFAT, or its numbers lie outside what the specification allows (3.1). */
export function parseExfatBoot(sector: Uint8Array): ExfatBoot | null {
  if (!hasText(sector, 3, NAME)) return null;
  const boot = bootStruct.parse(sector);
  const { sectorShift, clusterShift, clusterCount } = boot;
  const isSane =
    sectorShift >= 9 &&
    sectorShift <= 12 &&
    clusterShift <= 25 - sectorShift &&
    boot.mustBeZero.every((byte) => byte === 0) &&
    (boot.tableCount === 1 || boot.tableCount === 2) &&
    clusterCount > 0 &&
    clusterCount <= 0xffff_fff5 &&
    boot.rootCluster >= 2 &&
    boot.rootCluster <= clusterCount + 1 &&
    boot.tableSector >= 24 &&
    boot.heapSector >= boot.tableSector + boot.tableSectors * boot.tableCount &&
    boot.tableSectors * 2 ** sectorShift >= (clusterCount + 2) * 4 &&
    boot.volumeSectors < 2n ** 44n &&
    BigInt(boot.heapSector) + BigInt(clusterCount) * 2n ** BigInt(clusterShift) <= boot.volumeSectors;
  return isSane ? boot : null;
}
