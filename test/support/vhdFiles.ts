/**
 * Small VHD chains as bytes, with the disk that each file must show. Written from the specification and independent of
 * src/, so that tests which compare with it do not compare the program with itself.
 */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Prng } from '../../src/base/prng.ts';

const SECTOR = 512;

export interface VhdFile {
  readonly name: string;
  readonly bytes: Buffer;
  /** The whole disk as seen from this file. */
  readonly disk: Buffer;
  /** What the file itself holds: sector number to bytes. */
  readonly sectors: ReadonlyMap<number, Buffer>;
}

export interface Parent {
  readonly id: Buffer;
  readonly name: string;
}

export interface VhdContent {
  readonly id: Buffer;
  readonly sizeBytes: number;
  readonly blockSizeBytes: number;
  readonly parent: Parent | null;
  /** Sector number to its 512 bytes: what this file holds. */
  readonly sectors: ReadonlyMap<number, Buffer>;
}

/** An id that is the same for the same name. */
export function idOf(name: string): Buffer {
  return createHash('sha256').update(name).digest().subarray(0, 16);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function writeChecksum(structure: Buffer, at: number): void {
  structure.writeUInt32BE(0, at);
  let sum = 0;
  for (const byte of structure) sum += byte;
  structure.writeUInt32BE(~sum >>> 0, at);
}

/** "Hard Disk Footer Format". Type 2 fixed, 3 dynamic, 4 differencing. */
export function footerBytes(id: Buffer, sizeBytes: number, type: 2 | 3 | 4): Buffer {
  const footer = Buffer.alloc(SECTOR);
  footer.write('conectix', 0, 'latin1');
  footer.writeUInt32BE(2, 8);
  footer.writeUInt32BE(0x00010000, 12);
  footer.writeBigUInt64BE(type === 2 ? 0xffffffffffffffffn : 512n, 16);
  footer.writeUInt32BE(700_000_000, 24);
  footer.write('win ', 28, 'latin1');
  footer.writeUInt32BE(0x000a0000, 32);
  footer.write('Wi2k', 36, 'latin1');
  footer.writeBigUInt64BE(BigInt(sizeBytes), 40);
  footer.writeBigUInt64BE(BigInt(sizeBytes), 48);
  footer.writeUInt16BE(Math.min(0xffff, Math.floor(sizeBytes / SECTOR / 68)), 56);
  footer.writeUInt8(4, 58);
  footer.writeUInt8(17, 59);
  footer.writeUInt32BE(type, 60);
  id.copy(footer, 68);
  writeChecksum(footer, 64);
  return footer;
}

const LOCATOR_OFFSET = 0x1000;
const BAT_OFFSET = 0x2000;

/** "Dynamic Disk Header Format", with one W2ru locator when there is a parent. */
function headerBytes(content: VhdContent, batEntries: number, locator: Buffer): Buffer {
  const header = Buffer.alloc(1024);
  header.write('cxsparse', 0, 'latin1');
  header.writeBigUInt64BE(0xffffffffffffffffn, 8);
  header.writeBigUInt64BE(BigInt(BAT_OFFSET), 16);
  header.writeUInt32BE(0x00010000, 24);
  header.writeUInt32BE(batEntries, 28);
  header.writeUInt32BE(content.blockSizeBytes, 32);
  if (content.parent) {
    content.parent.id.copy(header, 40);
    Buffer.from(content.parent.name, 'utf16le').swap16().copy(header, 64);
    header.write('W2ru', 576, 'latin1');
    header.writeUInt32BE(SECTOR, 580);
    header.writeUInt32BE(locator.length, 584);
    header.writeBigUInt64BE(BigInt(LOCATOR_OFFSET), 592);
  }
  writeChecksum(header, 36);
  return header;
}

/** A dynamic file, or a differencing one when it has a parent. */
export function vhdBytes(content: VhdContent): Buffer {
  const { sizeBytes, blockSizeBytes, parent, sectors } = content;
  const sectorsPerBlock = blockSizeBytes / SECTOR;
  const bitmapBytes = Math.ceil(sectorsPerBlock / 8 / SECTOR) * SECTOR;
  const batEntries = Math.ceil(sizeBytes / blockSizeBytes);
  const bat = Buffer.alloc(Math.ceil((batEntries * 4) / SECTOR) * SECTOR, 0xff);
  const footer = footerBytes(content.id, sizeBytes, parent ? 4 : 3);
  const locator = Buffer.from(parent ? `.\\${parent.name}` : '', 'utf16le');
  const blocks: Buffer[] = [];
  // As Windows 10 lays out: data at multiples of 4 KiB, the bitmap right before it.
  let end = BAT_OFFSET + bat.length;
  const firstBlockAt = Math.ceil((end + bitmapBytes) / 4096) * 4096 - bitmapBytes;
  const stride = Math.ceil((bitmapBytes + blockSizeBytes) / 4096) * 4096;
  for (const block of [...new Set([...sectors.keys()].map((s) => Math.floor(s / sectorsPerBlock)))].sort(
    byNumber,
  )) {
    bat.writeUInt32BE((firstBlockAt + blocks.length * stride) / SECTOR, block * 4);
    const bytes = Buffer.alloc(stride);
    for (let i = 0; i < sectorsPerBlock; i++) {
      const data = sectors.get(block * sectorsPerBlock + i);
      if (!parent || data) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (0x80 >> (i & 7));
      data?.copy(bytes, bitmapBytes + i * SECTOR);
    }
    blocks.push(bytes);
  }
  end = blocks.length > 0 ? firstBlockAt + blocks.length * stride : end;
  const file = Buffer.alloc(end + SECTOR);
  footer.copy(file, 0);
  headerBytes(content, batEntries, locator).copy(file, SECTOR);
  locator.copy(file, LOCATOR_OFFSET);
  bat.copy(file, BAT_OFFSET);
  for (const [i, bytes] of blocks.entries()) bytes.copy(file, firstBlockAt + i * stride);
  footer.copy(file, end);
  return file;
}

const byNumber = (a: number, b: number) => a - b;

/** A fixed file: the disk and a footer. */
export function fixedVhdBytes(id: Buffer, disk: Buffer): Buffer {
  return Buffer.concat([disk, footerBytes(id, disk.length, 2)]);
}

export interface ChainOptions {
  readonly seed?: number;
  /** Differencing files above the base. */
  readonly depth?: number;
  readonly sizeBytes?: number;
  readonly blockSizeBytes?: number;
  /** Goes before the layer's number in file names. */
  readonly prefix?: string;
}

/** Some sectors of a layer: runs with random bytes, written zeros among them. */
function randomSectors(prng: Prng, sectorCount: number, runs: number): Map<number, Buffer> {
  const sectors = new Map<number, Buffer>();
  for (let run = 0; run < runs; run++) {
    const first = prng.below(sectorCount);
    const zeros = prng.below(6) === 0;
    for (let s = first; s < Math.min(sectorCount, first + 1 + prng.below(200)); s++) {
      const data = Buffer.alloc(SECTOR);
      if (!zeros) prng.fill(data);
      sectors.set(s, data);
    }
  }
  return sectors;
}

/** Files of a chain, base first; the last block is partial, and the disk's very last sector is in the base. */
export function chainFiles(options: ChainOptions = {}): VhdFile[] {
  const { seed = 1, depth = 3, sizeBytes = 23 * 2 ** 20 + 3 * SECTOR, blockSizeBytes = 2 ** 21 } = options;
  const prefix = options.prefix ?? 'disk';
  const prng = new Prng(seed);
  const sectorCount = sizeBytes / SECTOR;
  const files: VhdFile[] = [];
  let disk: Buffer = Buffer.alloc(sizeBytes);
  let parent: Parent | null = null;
  for (let level = 0; level <= depth; level++) {
    const name: string = level === 0 ? `${prefix}.vhd` : `${prefix}_${level}.avhd`;
    const id = idOf(`${seed} ${name}`);
    const sectors = randomSectors(prng, sectorCount, level === 0 ? 40 : 15);
    if (level === 0) sectors.set(sectorCount - 1, Buffer.alloc(SECTOR, 'the last sector '));
    disk = Buffer.from(disk);
    for (const [sector, data] of sectors) data.copy(disk, sector * SECTOR);
    files.push({ name, bytes: vhdBytes({ id, sizeBytes, blockSizeBytes, parent, sectors }), disk, sectors });
    parent = { id, name };
  }
  return files;
}

/** The disk in a dynamic file without a parent, read as the specification says and by nothing of src/. */
export function diskOfDynamicVhd(file: Buffer): Buffer {
  const footer = file.subarray(file.length - SECTOR);
  const header = file.subarray(Number(footer.readBigUInt64BE(16)));
  const batOffset = Number(header.readBigUInt64BE(16));
  const blockSizeBytes = header.readUInt32BE(32);
  const bitmapBytes = Math.ceil(blockSizeBytes / SECTOR / 8 / SECTOR) * SECTOR;
  const disk = Buffer.alloc(Number(footer.readBigUInt64BE(48)));
  for (let block = 0; block * blockSizeBytes < disk.length; block++) {
    const entry = file.readUInt32BE(batOffset + block * 4);
    const dataOffset = entry * SECTOR + bitmapBytes;
    if (entry !== 0xffffffff)
      file.copy(disk, block * blockSizeBytes, dataOffset, dataOffset + blockSizeBytes);
  }
  return disk;
}

/** Writes files into a folder; gives their paths. */
export function writeFiles(
  folder: string,
  files: readonly Pick<VhdFile, 'name' | 'bytes'>[],
): Promise<string[]> {
  return Promise.all(
    files.map(async ({ name, bytes }) => {
      const file = path.join(folder, name);
      await writeFile(file, bytes);
      return file;
    }),
  );
}
