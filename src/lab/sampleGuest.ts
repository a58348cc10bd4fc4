/**
 * The guest of the sample: a machine with one FAT16 volume that makes, changes and removes files. It only knows sectors
 * and remembers what it wrote, so that every layer of the sample holds what a real system would have written.
 */
import { must } from '../base/assert.ts';
import { SECTOR_BYTES } from '../base/units.ts';

export interface SectorWrite {
  readonly firstSector: number;
  readonly bytes: Uint8Array;
}

interface GuestFile {
  readonly slot: number;
  sizeBytes: number;
  readonly clusters: number[];
  changed: Date;
}

const PARTITION_FIRST_SECTOR = 2048;
const RESERVED_SECTORS = 1;
const FAT_COPIES = 2;
const ROOT_ENTRIES = 512;
const ENTRY_BYTES = 32;
const SECTORS_PER_CLUSTER = 64;
const CLUSTER_BYTES = SECTORS_PER_CLUSTER * SECTOR_BYTES;
const END_OF_CHAIN = 0xffff;

export class SampleGuest {
  private readonly sectorCount: number;
  private readonly fat: Uint16Array;
  /** The disk as the guest sees it; a sector that is not here was never written. */
  private readonly sectors: Map<number, Uint8Array>;
  private readonly files: Map<string, GuestFile>;
  private slots: number;
  private writes: SectorWrite[] = [];

  constructor(sectorCount: number, like?: SampleGuest) {
    this.sectorCount = sectorCount;
    const clusters = Math.floor((sectorCount - PARTITION_FIRST_SECTOR) / SECTORS_PER_CLUSTER);
    this.fat = like ? like.fat.slice() : new Uint16Array(Math.ceil((clusters + 2) / 256) * 256);
    this.sectors = new Map(like?.sectors);
    this.files = new Map(
      [...(like?.files ?? [])].map(([name, file]) => [name, { ...file, clusters: [...file.clusters] }]),
    );
    this.slots = like?.slots ?? 0;
  }

  /** A machine in the same state that goes its own way from here. */
  fork(): SampleGuest {
    return new SampleGuest(this.sectorCount, this);
  }

  /** What was written since the last call, in order; neighbouring writes stay apart. */
  takeWrites(): SectorWrite[] {
    const taken = this.writes;
    this.writes = [];
    return taken;
  }

  /** Every sector ever written, as it reads now. The arrays are never changed afterwards. */
  snapshot(): ReadonlyMap<number, Uint8Array> {
    return new Map(this.sectors);
  }

  format(label: string, signature: number, date: Date): void {
    this.write(0, masterBootRecord(this.sectorCount - PARTITION_FIRST_SECTOR, signature));
    this.write(PARTITION_FIRST_SECTOR, this.bootSector(label, signature));
    this.fat.set([0xfff8, END_OF_CHAIN]);
    this.writeFat(0);
    const entry = directoryEntry(label.padEnd(11), 0x08, 0, 0, date);
    this.writeEntry(this.slots++, entry);
  }

  /** Makes a file from `cluster` on, as far as that place is free. Data beyond `bytes` is set aside but not written. */
  create(name: string, bytes: Uint8Array, date: Date, cluster: number, sizeBytes = bytes.length): void {
    const file: GuestFile = { slot: this.slots++, sizeBytes: 0, clusters: [], changed: date };
    this.files.set(name, file);
    this.grow(file, sizeBytes, cluster);
    this.overwrite(name, 0, bytes, date);
  }

  append(name: string, bytes: Uint8Array, date: Date): void {
    const file = this.fileOf(name);
    const from = file.sizeBytes;
    this.grow(file, from + bytes.length, (file.clusters.at(-1) ?? 1) + 1);
    this.overwrite(name, from, bytes, date);
  }

  overwrite(name: string, offset: number, bytes: Uint8Array, date: Date): void {
    const file = this.fileOf(name);
    file.changed = date;
    for (let done = 0; done < bytes.length; ) {
      const at = offset + done;
      const cluster = must(file.clusters[Math.floor(at / CLUSTER_BYTES)], `${name} has ${at} bytes`);
      const inCluster = at % CLUSTER_BYTES;
      const length = Math.min(bytes.length - done, CLUSTER_BYTES - inCluster);
      this.writeBytes(this.sectorOf(cluster), inCluster, bytes.subarray(done, done + length));
      done += length;
    }
    this.writeFileEntry(name, file);
  }

  /** As FAT does it: the entry is marked, the chain is freed, the data stays. */
  remove(name: string): void {
    const file = this.fileOf(name);
    for (const cluster of file.clusters) this.fat[cluster] = 0;
    for (const page of new Set(file.clusters.map((cluster) => cluster >>> 8))) this.writeFat(page);
    const entry = directoryEntry(shortName(name), 0x20, file.clusters[0] ?? 0, file.sizeBytes, file.changed);
    entry[0] = 0xe5;
    this.writeEntry(file.slot, entry);
    this.files.delete(name);
  }

  private fileOf(name: string): GuestFile {
    return must(this.files.get(name), `the sample has no file ${name}`);
  }

  private grow(file: GuestFile, sizeBytes: number, from: number): void {
    const pages = new Set<number>();
    let next = from;
    while (file.clusters.length * CLUSTER_BYTES < sizeBytes) {
      while (this.fat[next] !== 0) next += 1;
      const last = file.clusters.at(-1);
      if (last !== undefined) {
        this.fat[last] = next;
        pages.add(last >>> 8);
      }
      this.fat[next] = END_OF_CHAIN;
      pages.add(next >>> 8);
      file.clusters.push(next);
    }
    file.sizeBytes = sizeBytes;
    for (const page of pages) this.writeFat(page);
  }

  private get fatSectors(): number {
    return this.fat.length / 256;
  }

  private get rootFirstSector(): number {
    return PARTITION_FIRST_SECTOR + RESERVED_SECTORS + FAT_COPIES * this.fatSectors;
  }

  private sectorOf(cluster: number): number {
    const rootSectors = (ROOT_ENTRIES * ENTRY_BYTES) / SECTOR_BYTES;
    return this.rootFirstSector + rootSectors + (cluster - 2) * SECTORS_PER_CLUSTER;
  }

  /** One sector of the table, in both copies. */
  private writeFat(page: number): void {
    const bytes = new Uint8Array(SECTOR_BYTES);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < 256; i++) view.setUint16(i * 2, this.fat[page * 256 + i] ?? 0, true);
    for (let copy = 0; copy < FAT_COPIES; copy++) {
      this.write(PARTITION_FIRST_SECTOR + RESERVED_SECTORS + copy * this.fatSectors + page, bytes.slice());
    }
  }

  private writeFileEntry(name: string, file: GuestFile): void {
    this.writeEntry(
      file.slot,
      directoryEntry(shortName(name), 0x20, file.clusters[0] ?? 0, file.sizeBytes, file.changed),
    );
  }

  private writeEntry(slot: number, entry: Uint8Array): void {
    this.writeBytes(this.rootFirstSector, slot * ENTRY_BYTES, entry);
  }

  /** Bytes anywhere behind `firstSector`: whole sectors are written, with what stood in them before. */
  private writeBytes(firstSector: number, offset: number, bytes: Uint8Array): void {
    const first = firstSector + Math.floor(offset / SECTOR_BYTES);
    const skip = offset % SECTOR_BYTES;
    const whole = new Uint8Array(Math.ceil((skip + bytes.length) / SECTOR_BYTES) * SECTOR_BYTES);
    for (let i = 0; i * SECTOR_BYTES < whole.length; i++) {
      const before = this.sectors.get(first + i);
      if (before) whole.set(before, i * SECTOR_BYTES);
    }
    whole.set(bytes, skip);
    this.write(first, whole);
  }

  private write(firstSector: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.writes.push({ firstSector, bytes });
    for (let i = 0; i * SECTOR_BYTES < bytes.length; i++) {
      this.sectors.set(firstSector + i, bytes.subarray(i * SECTOR_BYTES, (i + 1) * SECTOR_BYTES));
    }
  }

  private bootSector(label: string, serial: number): Uint8Array {
    const bytes = new Uint8Array(SECTOR_BYTES);
    const view = new DataView(bytes.buffer);
    bytes.set([0xeb, 0x3c, 0x90]);
    putAscii(bytes, 3, 'MSDOS5.0');
    view.setUint16(11, SECTOR_BYTES, true);
    bytes[13] = SECTORS_PER_CLUSTER;
    view.setUint16(14, RESERVED_SECTORS, true);
    bytes[16] = FAT_COPIES;
    view.setUint16(17, ROOT_ENTRIES, true);
    bytes[21] = 0xf8;
    view.setUint16(22, this.fatSectors, true);
    view.setUint16(24, 63, true);
    view.setUint16(26, 255, true);
    view.setUint32(28, PARTITION_FIRST_SECTOR, true);
    view.setUint32(32, this.sectorCount - PARTITION_FIRST_SECTOR, true);
    bytes[36] = 0x80;
    bytes[38] = 0x29;
    view.setUint32(39, serial, true);
    putAscii(bytes, 43, label.padEnd(11));
    putAscii(bytes, 54, 'FAT16   ');
    bytes.set([0x55, 0xaa], 510);
    return bytes;
  }
}

function masterBootRecord(sectorCount: number, signature: number): Uint8Array {
  const bytes = new Uint8Array(SECTOR_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(440, signature, true);
  // Active, FAT16 by LBA; the cylinders of both ends are out of range, as on every disk that is not counted in them.
  bytes.set([0x80, 0xfe, 0xff, 0xff, 0x0e, 0xfe, 0xff, 0xff], 446);
  view.setUint32(454, PARTITION_FIRST_SECTOR, true);
  view.setUint32(458, sectorCount, true);
  bytes.set([0x55, 0xaa], 510);
  return bytes;
}

function directoryEntry(
  name: string,
  attributes: number,
  cluster: number,
  sizeBytes: number,
  date: Date,
): Uint8Array {
  const bytes = new Uint8Array(ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  putAscii(bytes, 0, name);
  bytes[11] = attributes;
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  const day = ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  view.setUint16(22, time, true);
  view.setUint16(24, day, true);
  view.setUint16(26, cluster, true);
  view.setUint32(28, sizeBytes, true);
  return bytes;
}

/** `LOG.TXT` → `LOG     TXT`. */
function shortName(name: string): string {
  const [stem = '', ending = ''] = name.split('.');
  return stem.padEnd(8) + ending.padEnd(3);
}

function putAscii(bytes: Uint8Array, offset: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[offset + i] = text.charCodeAt(i);
}
