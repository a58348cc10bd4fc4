/**
 * Writes NTFS volumes for scale and for malice: as much of the format as its readers follow from the master file table (no
 * folder indexes, no journal). A hundred thousand files take a second; what changes later comes as the records that changed.
 */
import {
  type Attribute,
  fileName,
  type NtfsRun,
  RECORD_BYTES,
  recordBytes,
  setModified,
  standardInformation,
} from './ntfsRecord.ts';
import type { Piece } from './volumeChain.ts';

export type { NtfsRun } from './ntfsRecord.ts';

export const NTFS_ROOT = 5;
const FIRST_FREE_RECORD = 24;
const SECTOR = 512;
const ATTRIBUTE_DATA = 0x80;
const FLAG_SPARSE = 0x8000;
const FOLDER = 3;
const FILE = 1;

export interface NtfsOptions {
  /** A multiple of the cluster. */
  readonly sizeBytes: number;
  /** Default: 4096. */
  readonly clusterBytes?: number;
  /** Records that there is room for, the 24 of the system included. */
  readonly records: number;
  readonly label?: string;
  /** The table stands in so many pieces. Default: 1. */
  readonly tablePieces?: number;
}

/** In the record itself, or in clusters. */
export type NtfsData =
  | Uint8Array
  | { readonly sizeBytes: number; readonly runs: readonly NtfsRun[]; readonly flags?: number };

export class NtfsVolume {
  readonly clusterBytes: number;
  private readonly table: Uint8Array;
  private readonly tableRuns: readonly NtfsRun[];
  private readonly bitmap: Uint8Array;
  private readonly bitmapRun: NtfsRun;
  private readonly changed = new Set<number>();
  private nextRecord = FIRST_FREE_RECORD;
  private nextCluster: number;
  private isNew = true;

  constructor(readonly options: NtfsOptions) {
    const { sizeBytes, records, clusterBytes = 4096, tablePieces = 1, label = 'scale' } = options;
    this.clusterBytes = clusterBytes;
    const tableClusters = Math.ceil((records * RECORD_BYTES) / clusterBytes);
    this.table = new Uint8Array(tableClusters * clusterBytes);
    this.bitmap = new Uint8Array(Math.ceil(sizeBytes / clusterBytes / 8));
    this.nextCluster = Math.ceil(8192 / clusterBytes);
    this.mark(0, this.nextCluster);
    this.tableRuns = Array.from({ length: tablePieces }, (_, i) => {
      const count =
        Math.floor((tableClusters * (i + 1)) / tablePieces) - Math.floor((tableClusters * i) / tablePieces);
      const cluster = this.allocate(count);
      // A gap behind each, so that they are pieces.
      this.nextCluster += 16;
      return { cluster, count };
    });
    const bitmapClusters = Math.ceil(this.bitmap.length / clusterBytes);
    this.bitmapRun = { cluster: this.allocate(bitmapClusters), count: bitmapClusters };
    this.system(label);
  }

  /** Clusters that nothing has yet, one behind the other. */
  allocate(count: number): number {
    const cluster = this.nextCluster;
    if ((cluster + count) * this.clusterBytes > this.options.sizeBytes) throw new Error('the volume is full');
    this.mark(cluster, count);
    this.nextCluster += count;
    return cluster;
  }

  /** Its record's number. */
  folder(parent: number, name: string, modifiedMs: number): number {
    return this.add(FOLDER, parent, name, modifiedMs, []);
  }

  file(parent: number, name: string, modifiedMs: number, data: NtfsData): number {
    return this.add(FILE, parent, name, modifiedMs, [this.dataAttribute(data)]);
  }

  /** Everything about a file anew. */
  rewriteFile(record: number, parent: number, name: string, modifiedMs: number, data: NtfsData): void {
    this.put(record, FILE, [
      standardInformation(modifiedMs, 0x20),
      fileName(parent, name, false, modifiedMs),
      this.dataAttribute(data),
    ]);
  }

  /** Only the time of change. */
  touch(record: number, modifiedMs: number): void {
    setModified(this.record(record), modifiedMs);
    this.changed.add(record);
  }

  /** The record is not in use any more. */
  remove(record: number): void {
    new DataView(this.record(record).buffer, this.record(record).byteOffset).setUint16(22, 0, true);
    this.changed.add(record);
  }

  /** As it lies on the disk; what is written to it is written: for damage. */
  record(number: number): Uint8Array {
    this.changed.add(number);
    return this.table.subarray(number * RECORD_BYTES, (number + 1) * RECORD_BYTES);
  }

  /** Where a record lies, bytes of the volume. */
  recordOffset(number: number): number {
    return this.tableOffset(number * RECORD_BYTES);
  }

  /** What was not given yet: everything the first time, later the records that changed. File contents are the caller's. */
  pieces(): Piece[] {
    const pieces: Piece[] = [];
    if (this.isNew) {
      const boot = this.bootSector();
      pieces.push({ offset: 0, bytes: boot }, { offset: this.options.sizeBytes - SECTOR, bytes: boot });
      let at = 0;
      for (const { cluster, count } of this.tableRuns) {
        const length = count * this.clusterBytes;
        pieces.push({ offset: (cluster ?? 0) * this.clusterBytes, bytes: this.table.slice(at, at + length) });
        at += length;
      }
    } else {
      for (const number of [...this.changed].sort((a, b) => a - b))
        pieces.push({ offset: this.recordOffset(number), bytes: this.record(number).slice() });
    }
    this.isNew = false;
    this.changed.clear();
    pieces.push({ offset: (this.bitmapRun.cluster ?? 0) * this.clusterBytes, bytes: this.bitmap.slice() });
    return pieces;
  }

  private tableOffset(at: number): number {
    let before = 0;
    for (const { cluster, count } of this.tableRuns) {
      const length = count * this.clusterBytes;
      if (at < before + length) return (cluster ?? 0) * this.clusterBytes + at - before;
      before += length;
    }
    throw new Error('past the end of the table');
  }

  private mark(cluster: number, count: number): void {
    for (let at = cluster; at < cluster + count; at++)
      this.bitmap[at >> 3] = (this.bitmap[at >> 3] ?? 0) | (1 << (at & 7));
  }

  private add(
    flags: number,
    parent: number,
    name: string,
    modifiedMs: number,
    data: readonly Attribute[],
  ): number {
    const number = this.nextRecord++;
    this.put(number, flags, [
      standardInformation(modifiedMs, 0x20),
      fileName(parent, name, flags === FOLDER, modifiedMs),
      ...data,
    ]);
    return number;
  }

  private put(number: number, flags: number, attributes: readonly Attribute[]): void {
    if ((number + 1) * RECORD_BYTES > this.table.length) throw new Error('the table is full');
    this.record(number).set(recordBytes({ number, flags, attributes }));
  }

  private dataAttribute(data: NtfsData): Attribute {
    if (data instanceof Uint8Array) return { type: ATTRIBUTE_DATA, content: data };
    const { runs, sizeBytes } = data;
    const allocatedBytes = runs.reduce((sum, { count }) => sum + count, 0) * this.clusterBytes;
    const isSparse = runs.some(({ cluster }) => cluster === null);
    const held = runs.reduce((sum, { cluster, count }) => sum + (cluster === null ? 0 : count), 0);
    const heldBytes = isSparse ? held * this.clusterBytes : null;
    return {
      type: ATTRIBUTE_DATA,
      flags: data.flags ?? (isSparse ? FLAG_SPARSE : 0),
      content: { runs, sizeBytes, allocatedBytes, heldBytes },
    };
  }

  private system(label: string): void {
    const ms = Date.UTC(2024, 0, 1);
    const own = (number: number, name: string, flags: number, attributes: readonly Attribute[]) =>
      this.put(number, flags, [
        standardInformation(ms, 6),
        fileName(NTFS_ROOT, name, flags === FOLDER, ms),
        ...attributes,
      ]);
    for (let number = 1; number < FIRST_FREE_RECORD; number++) this.put(number, 0, []);
    const text = Uint8Array.from(label, (letter) => letter.charCodeAt(0));
    const name = new Uint8Array(label.length * 2);
    for (const [i, code] of text.entries()) name[i * 2] = code;
    own(0, '$MFT', FILE, [this.dataAttribute({ sizeBytes: this.table.length, runs: this.tableRuns })]);
    own(3, '$Volume', FILE, [
      { type: 0x60, content: name },
      { type: 0x70, content: Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 3, 1, 0, 0]) },
      { type: ATTRIBUTE_DATA, content: new Uint8Array(0) },
    ]);
    own(NTFS_ROOT, '.', FOLDER, []);
    own(6, '$Bitmap', FILE, [this.dataAttribute({ sizeBytes: this.bitmap.length, runs: [this.bitmapRun] })]);
  }

  private bootSector(): Uint8Array {
    const bytes = new Uint8Array(SECTOR);
    const view = new DataView(bytes.buffer);
    bytes.set([0xeb, 0x52, 0x90, ...new TextEncoder().encode('NTFS    ')]);
    view.setUint16(11, SECTOR, true);
    view.setUint8(13, this.clusterBytes / SECTOR);
    view.setUint8(21, 0xf8);
    view.setUint16(24, 63, true);
    view.setUint16(26, 255, true);
    view.setUint32(36, 0x0080_0080, true);
    view.setBigUint64(40, BigInt(this.options.sizeBytes / SECTOR - 1), true);
    view.setBigUint64(48, BigInt(this.tableRuns[0]?.cluster ?? 0), true);
    view.setBigUint64(56, BigInt(this.bitmapRun.cluster ?? 0), true);
    view.setInt8(64, -10);
    view.setInt8(68, 1);
    view.setBigUint64(72, 0x1122_3344_5566_7788n, true);
    view.setUint16(510, 0xaa55, true);
    return bytes;
  }
}
