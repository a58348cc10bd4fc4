/** A disk of bytes that may be 2 TiB and mostly holes, with sectors that cannot be read, and tables written by hand. */
import { crc32 } from 'node:zlib';
import { DiskError } from '../../src/base/errors.ts';
import type { BlockDevice } from '../../src/storage/blockDevice.ts';
import { MemoryBytes } from '../../src/storage/memoryFile.ts';

export class VolumeDisk implements BlockDevice {
  readonly content = new MemoryBytes();
  /** Reading any of these throws 'parent-missing'. */
  readonly missing = new Set<number>();
  readBytes = 0;

  constructor(
    readonly sectorCount: number,
    readonly sectorSizeBytes: 512 | 4096 = 512,
  ) {
    this.content.truncate(sectorCount * sectorSizeBytes);
  }

  static of(bytes: Uint8Array): VolumeDisk {
    const disk = new VolumeDisk(bytes.length / 512);
    disk.content.write(0, bytes);
    return disk;
  }

  async read(firstSector: number, target: Uint8Array): Promise<void> {
    const count = target.length / this.sectorSizeBytes;
    if (!Number.isInteger(count) || firstSector < 0 || firstSector + count > this.sectorCount)
      throw new Error(`a reader asked for ${count} sectors from ${firstSector} on, of ${this.sectorCount}`);
    for (const sector of this.missing) {
      if (sector < firstSector || sector >= firstSector + count) continue;
      throw new DiskError({
        code: 'parent-missing',
        message: `Sector ${sector} is in a file that is not here.`,
      });
    }
    this.readBytes += target.length;
    this.content.read(firstSector * this.sectorSizeBytes, target);
  }

  write(offset: number, bytes: Uint8Array | string): this {
    this.content.write(offset, typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    return this;
  }
}

/** Four entries [type, first sector, sectors], and 55 AA. */
export function writeMbr(
  disk: VolumeDisk,
  entries: readonly (readonly [number, number, number])[],
  sector = 0,
): void {
  const bytes = Buffer.alloc(72);
  bytes.writeUInt32LE(0xcafe0123, 0);
  for (const [i, [type, first, count]] of entries.entries()) {
    bytes[6 + i * 16 + 4] = type;
    bytes.writeUInt32LE(first, 6 + i * 16 + 8);
    bytes.writeUInt32LE(count, 6 + i * 16 + 12);
  }
  bytes.writeUInt16LE(0xaa55, 70);
  disk.write(sector * disk.sectorSizeBytes + 440, bytes);
}

export interface GptEntry {
  readonly type: string;
  readonly name: string;
  readonly first: number;
  readonly last: number;
}

export const BASIC_DATA = 'ebd0a0a2-b9e5-4433-87c0-68b6b72699c7';
const DISK_ID = '01234567-89ab-cdef-0123-456789abcdef';

function guidBytes(text: string): Buffer {
  const hex = Buffer.from(text.replaceAll('-', ''), 'hex');
  return Buffer.concat([
    hex.subarray(0, 4).reverse(),
    hex.subarray(4, 6).reverse(),
    hex.subarray(6, 8).reverse(),
    hex.subarray(8),
  ]);
}

/** Both copies; the backup at `backupSector`, the last one where it is not given. */
export function writeGpt(
  disk: VolumeDisk,
  entries: readonly (GptEntry | null)[],
  { backupSector = disk.sectorCount - 1, entryCount = 128, protective = true } = {},
): void {
  const array = Buffer.alloc(entryCount * 128);
  for (const [i, entry] of entries.entries()) {
    if (!entry) continue;
    guidBytes(entry.type).copy(array, i * 128);
    array.fill(i + 1, i * 128 + 16, i * 128 + 32);
    array.writeBigUInt64LE(BigInt(entry.first), i * 128 + 32);
    array.writeBigUInt64LE(BigInt(entry.last), i * 128 + 40);
    array.write(entry.name, i * 128 + 56, 72, 'utf16le');
  }
  const arraySectors = Math.ceil(array.length / disk.sectorSizeBytes);
  const copies = [
    { own: 1, other: backupSector, array: 2 },
    { own: backupSector, other: 1, array: backupSector - arraySectors },
  ];
  for (const copy of copies) {
    const header = Buffer.alloc(92);
    header.write('EFI PART', 'latin1');
    header.writeUInt32LE(0x10000, 8);
    header.writeUInt32LE(92, 12);
    header.writeBigUInt64LE(BigInt(copy.own), 24);
    header.writeBigUInt64LE(BigInt(copy.other), 32);
    header.writeBigUInt64LE(BigInt(2 + arraySectors), 40);
    header.writeBigUInt64LE(BigInt(Math.max(0, backupSector - arraySectors - 1)), 48);
    guidBytes(DISK_ID).copy(header, 56);
    header.writeBigUInt64LE(BigInt(copy.array), 72);
    header.writeUInt32LE(entryCount, 80);
    header.writeUInt32LE(128, 84);
    header.writeUInt32LE(crc32(array), 88);
    header.writeUInt32LE(crc32(header), 16);
    disk.write(copy.own * disk.sectorSizeBytes, header);
    disk.write(copy.array * disk.sectorSizeBytes, array);
  }
  if (protective) writeMbr(disk, [[0xee, 1, Math.min(disk.sectorCount - 1, 0xffffffff)]]);
}
