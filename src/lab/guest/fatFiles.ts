/**
 * The files of a FAT16 volume, as the guest's system keeps them: it turns what programs want into reads, writes and
 * flushes. The order of the writes is such that a power cut between two flushes loses at most what was being done: an
 * entry never names clusters that the table on the disk does not have, and clusters are given to another file only when
 * the entry that named them is gone from the disk.
 */
import { assert } from '../../base/assert.ts';
import { SECTOR_BYTES } from '../../base/units.ts';
import {
  addRun,
  type ClusterRun,
  clustersFor,
  clustersOf,
  freeRuns,
  piecesOf,
  wholeSectors,
} from './clusterRuns.ts';
import {
  ATTRIBUTE_ARCHIVE,
  clusterCount,
  directoryEntry,
  END_OF_CHAIN,
  ENTRIES_PER_SECTOR,
  ENTRY_BYTES,
  ENTRY_REMOVED,
  ENTRY_UNUSED,
  FAT_ENTRIES_PER_SECTOR,
  type FatVolume,
  FIRST_CLUSTER,
  fatFirstSector,
  fatSectorBytes,
  rootFirstSector,
  shortName,
} from './fatFormat.ts';
import type { GuestAction, GuestFileEntry } from './guest.ts';

export interface GuestFile {
  readonly slot: number;
  readonly name: string;
  sizeBytes: number;
  changedMs: number;
  readonly runs: ClusterRun[];
  /** What the last sector holds where it is not full; null = not known, so nothing can be appended. */
  tail: Uint8Array | null;
}

/** Of one action. */
const MOST_READ_SECTORS = 128;
const MOST_WRITE_SECTORS = 512;

export class FatFiles {
  private readonly byName = new Map<string, GuestFile>();

  constructor(
    readonly volume: FatVolume,
    /** The table as it should be on the disk. */
    readonly fat: Uint16Array,
    /** The root directory, likewise. */
    readonly root: Uint8Array,
    files: readonly GuestFile[],
  ) {
    for (const file of files) this.byName.set(file.name, file);
  }

  get all(): readonly GuestFile[] {
    return [...this.byName.values()];
  }

  get count(): number {
    return this.byName.size;
  }

  find(name: string): GuestFile | null {
    return this.byName.get(name) ?? null;
  }

  entries(): GuestFileEntry[] {
    return this.all.map(({ name, sizeBytes, changedMs }) => ({ name, sizeBytes, changedMs }));
  }

  /** Looks a file up: its entry, and where its chain begins. */
  open(file: GuestFile, out: GuestAction[]): void {
    const rootSector = rootFirstSector(this.volume) + Math.floor(file.slot / ENTRIES_PER_SECTOR);
    out.push({ kind: 'read', firstSector: rootSector, sectorCount: 1 });
    const [run] = file.runs;
    if (!run) return;
    const tableSector = fatFirstSector(this.volume, 0) + Math.floor(run.first / FAT_ENTRIES_PER_SECTOR);
    out.push({ kind: 'read', firstSector: tableSector, sectorCount: 1 });
  }

  read(file: GuestFile, offset: number, lengthBytes: number, out: GuestAction[]): void {
    const end = Math.min(offset + lengthBytes, file.sizeBytes);
    const from = Math.floor(offset / SECTOR_BYTES);
    const sectorCount = Math.ceil(end / SECTOR_BYTES) - from;
    if (end <= offset) return;
    for (const piece of piecesOf(this.volume, file.runs, from, sectorCount, MOST_READ_SECTORS)) {
      out.push({ kind: 'read', ...piece });
    }
  }

  /**
   * A new file; `home` in [0, 1) is the part of the volume where room is sought first. null, and nothing is done, where
   * the volume or its directory is full.
   */
  create(name: string, bytes: Uint8Array, date: Date, home: number, out: GuestAction[]): GuestFile | null {
    assert(!this.byName.has(name), `there is a file ${name} already`);
    const slot = this.freeSlot();
    const runs = this.free(clustersFor(this.volume, bytes.length), home);
    if (slot === null || runs === null) return null;
    const tail = bytes.slice(bytes.length - (bytes.length % SECTOR_BYTES));
    const file: GuestFile = { slot, name, sizeBytes: 0, changedMs: date.getTime(), runs: [], tail };
    this.byName.set(name, file);
    file.sizeBytes = bytes.length;
    const tableSectors = this.chain(file, runs);
    this.writeData(file, 0, bytes, out);
    this.writeFat(tableSectors, out);
    out.push({ kind: 'flush' });
    this.writeEntry(file, date, out);
    return file;
  }

  /** False, and nothing is done, where there is no room or its end is not known. */
  append(file: GuestFile, bytes: Uint8Array, date: Date, out: GuestAction[]): boolean {
    if (file.tail === null) return false;
    const sizeBytes = file.sizeBytes + bytes.length;
    const missing = clustersFor(this.volume, sizeBytes) - clustersOf(file.runs);
    const after = file.runs.at(-1);
    const runs = this.freeFrom(missing, after ? after.first + after.count : FIRST_CLUSTER);
    if (runs === null) return false;
    const joined = new Uint8Array(file.tail.length + bytes.length);
    joined.set(file.tail);
    joined.set(bytes, file.tail.length);
    const from = file.sizeBytes - file.tail.length;
    file.sizeBytes = sizeBytes;
    file.tail = joined.slice(joined.length - (joined.length % SECTOR_BYTES));
    const tableSectors = this.chain(file, runs);
    this.writeData(file, from, joined, out);
    if (tableSectors.size > 0) {
      this.writeFat(tableSectors, out);
      out.push({ kind: 'flush' });
    }
    this.writeEntry(file, date, out);
    return true;
  }

  /** Other bytes in the same place: whole sectors from a sector's start, inside what the file holds. */
  overwrite(file: GuestFile, offset: number, bytes: Uint8Array, out: GuestAction[]): void {
    assert(offset % SECTOR_BYTES === 0 && bytes.length % SECTOR_BYTES === 0, 'whole sectors are overwritten');
    assert(offset + bytes.length <= file.sizeBytes, `${file.name} has ${file.sizeBytes} bytes`);
    this.writeData(file, offset, bytes, out);
  }

  /** Notes that the file was changed. */
  stamp(file: GuestFile, date: Date, out: GuestAction[]): void {
    this.writeEntry(file, date, out);
  }

  /** As FAT does it: the entry is marked, the chain is freed, the data stays. */
  remove(file: GuestFile, out: GuestAction[]): void {
    this.root[file.slot * ENTRY_BYTES] = ENTRY_REMOVED;
    this.writeRoot(Math.floor(file.slot / ENTRIES_PER_SECTOR), out);
    this.byName.delete(file.name);
    const tableSectors = new Set<number>();
    for (const { first, count } of file.runs) {
      this.fat.fill(0, first, first + count);
      noteSectors(tableSectors, first, count);
    }
    if (tableSectors.size === 0) return;
    out.push({ kind: 'flush' });
    this.writeFat(tableSectors, out);
  }

  /** These sectors of the table, in every copy. */
  writeFat(sectors: Iterable<number>, out: GuestAction[]): void {
    for (const sector of sectors) {
      const bytes = fatSectorBytes(this.fat, sector);
      for (let copy = 0; copy < this.volume.fatCopies; copy++) {
        out.push({ kind: 'write', firstSector: fatFirstSector(this.volume, copy) + sector, bytes });
      }
    }
  }

  /** One sector of the root directory, counted from its start. */
  writeRoot(sector: number, out: GuestAction[]): void {
    const bytes = this.root.slice(sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES);
    out.push({ kind: 'write', firstSector: rootFirstSector(this.volume) + sector, bytes });
  }

  /** Adds the runs to the file's chain; returns the sectors of the table that changed. */
  private chain(file: GuestFile, runs: readonly ClusterRun[]): Set<number> {
    const changed = new Set<number>();
    for (const run of runs) {
      const last = file.runs.at(-1);
      if (last) {
        const lastCluster = last.first + last.count - 1;
        this.fat[lastCluster] = run.first;
        noteSectors(changed, lastCluster, 1);
      }
      for (let i = 0; i < run.count; i++) this.fat[run.first + i] = run.first + i + 1;
      this.fat[run.first + run.count - 1] = END_OF_CHAIN;
      noteSectors(changed, run.first, run.count);
      addRun(file.runs, run);
    }
    return changed;
  }

  private free(clusters: number, home: number): ClusterRun[] | null {
    return this.freeFrom(clusters, FIRST_CLUSTER + Math.floor(home * clusterCount(this.volume)));
  }

  private freeFrom(clusters: number, cluster: number): ClusterRun[] | null {
    return clusters <= 0 ? [] : freeRuns(this.volume, this.fat, clusters, cluster);
  }

  private freeSlot(): number | null {
    for (let slot = 0; slot < this.volume.rootEntries; slot++) {
      const first = this.root[slot * ENTRY_BYTES];
      if (first === ENTRY_UNUSED || first === ENTRY_REMOVED) return slot;
    }
    return null;
  }

  /** From a sector's start on; what is missing in the last sector is zeros. */
  private writeData(file: GuestFile, offset: number, bytes: Uint8Array, out: GuestAction[]): void {
    const whole = wholeSectors(bytes);
    let at = 0;
    const from = offset / SECTOR_BYTES;
    const sectorCount = whole.length / SECTOR_BYTES;
    for (const piece of piecesOf(this.volume, file.runs, from, sectorCount, MOST_WRITE_SECTORS)) {
      const length = piece.sectorCount * SECTOR_BYTES;
      out.push({
        kind: 'write',
        firstSector: piece.firstSector,
        bytes: whole.subarray(at, at + length),
      });
      at += length;
    }
  }

  private writeEntry(file: GuestFile, date: Date, out: GuestAction[]): void {
    file.changedMs = date.getTime();
    const cluster = file.runs[0]?.first ?? 0;
    const entry = directoryEntry(shortName(file.name), ATTRIBUTE_ARCHIVE, cluster, file.sizeBytes, date);
    this.root.set(entry, file.slot * ENTRY_BYTES);
    this.writeRoot(Math.floor(file.slot / ENTRIES_PER_SECTOR), out);
  }
}

function noteSectors(sectors: Set<number>, firstCluster: number, count: number): void {
  const last = Math.floor((firstCluster + count - 1) / FAT_ENTRIES_PER_SECTOR);
  for (let sector = Math.floor(firstCluster / FAT_ENTRIES_PER_SECTOR); sector <= last; sector++)
    sectors.add(sector);
}
