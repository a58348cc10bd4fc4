/**
 * The guest of the sample: a machine with one FAT16 volume that makes, changes and removes files. It only knows sectors
 * and remembers what it wrote, so that every layer of the sample holds what a real system would have written.
 */
import { must } from '../base/assert.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import {
  ATTRIBUTE_ARCHIVE,
  ATTRIBUTE_LABEL,
  directoryEntry,
  END_OF_CHAIN,
  ENTRY_BYTES,
  ENTRY_REMOVED,
  FAT_ENTRIES_PER_SECTOR,
  type FatVolume,
  fatBootSector,
  fatFirstSector,
  fatSectorBytes,
  masterBootRecord,
  rootFirstSector,
  sectorOfCluster,
  shortName,
} from './guest/fatFormat.ts';

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
const SECTORS_PER_CLUSTER = 64;
const CLUSTER_BYTES = SECTORS_PER_CLUSTER * SECTOR_BYTES;

export class SampleGuest {
  private readonly sectorCount: number;
  private readonly volume: FatVolume;
  private readonly fat: Uint16Array;
  /** The disk as the guest sees it; a sector that is not here was never written. */
  private readonly sectors: Map<number, Uint8Array>;
  private readonly files: Map<string, GuestFile>;
  private slots: number;
  private writes: SectorWrite[] = [];

  constructor(sectorCount: number, like?: SampleGuest) {
    this.sectorCount = sectorCount;
    const clusters = Math.floor((sectorCount - PARTITION_FIRST_SECTOR) / SECTORS_PER_CLUSTER);
    const fatSectors = Math.ceil((clusters + 2) / FAT_ENTRIES_PER_SECTOR);
    this.volume = {
      firstSector: PARTITION_FIRST_SECTOR,
      sectorCount: sectorCount - PARTITION_FIRST_SECTOR,
      sectorsPerCluster: SECTORS_PER_CLUSTER,
      reservedSectors: 1,
      fatCopies: 2,
      fatSectors,
      rootEntries: 512,
    };
    this.fat = like ? like.fat.slice() : new Uint16Array(fatSectors * FAT_ENTRIES_PER_SECTOR);
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
    this.write(0, masterBootRecord(this.volume, signature));
    this.write(PARTITION_FIRST_SECTOR, fatBootSector(this.volume, label, signature));
    this.fat.set([0xfff8, END_OF_CHAIN]);
    this.writeFat(0);
    const entry = directoryEntry(label.padEnd(11), ATTRIBUTE_LABEL, 0, 0, date);
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
      this.writeBytes(sectorOfCluster(this.volume, cluster), inCluster, bytes.subarray(done, done + length));
      done += length;
    }
    this.writeFileEntry(name, file);
  }

  /** As FAT does it: the entry is marked, the chain is freed, the data stays. */
  remove(name: string): void {
    const file = this.fileOf(name);
    for (const cluster of file.clusters) this.fat[cluster] = 0;
    for (const page of new Set(file.clusters.map((cluster) => cluster >>> 8))) this.writeFat(page);
    const entry = directoryEntry(
      shortName(name),
      ATTRIBUTE_ARCHIVE,
      file.clusters[0] ?? 0,
      file.sizeBytes,
      file.changed,
    );
    entry[0] = ENTRY_REMOVED;
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

  /** One sector of the table, in both copies. */
  private writeFat(page: number): void {
    for (let copy = 0; copy < this.volume.fatCopies; copy++) {
      this.write(fatFirstSector(this.volume, copy) + page, fatSectorBytes(this.fat, page));
    }
  }

  private writeFileEntry(name: string, file: GuestFile): void {
    this.writeEntry(
      file.slot,
      directoryEntry(shortName(name), ATTRIBUTE_ARCHIVE, file.clusters[0] ?? 0, file.sizeBytes, file.changed),
    );
  }

  private writeEntry(slot: number, entry: Uint8Array): void {
    this.writeBytes(rootFirstSector(this.volume), slot * ENTRY_BYTES, entry);
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
}
