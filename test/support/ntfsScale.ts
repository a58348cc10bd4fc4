/** A volume of a hundred thousand small files in a thousand folders, and what checkpoints change in it; by seed. */
import { Prng } from '../../src/base/prng.ts';
import { NTFS_ROOT, NtfsVolume } from './ntfsWriter.ts';
import type { Piece } from './volumeChain.ts';

export interface ScaleOptions {
  readonly seed: number;
  readonly folders: number;
  /** In all. */
  readonly files: number;
  /** Extra room behind the files, bytes. */
  readonly spareBytes?: number;
  readonly tablePieces?: number;
}

export interface ScaleFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

const CLUSTER_BYTES = 4096;
const FIRST_MS = Date.UTC(2023, 0, 1);

export class ScaleVolume {
  readonly volume: NtfsVolume;
  readonly sizeBytes: number;
  /** By record. */
  readonly files = new Map<number, ScaleFile>();
  private readonly prng: Prng;

  constructor(options: ScaleOptions) {
    this.prng = new Prng(options.seed);
    const records = options.files + options.folders + 64;
    const bytes =
      records * 1024 + (options.files / 2) * CLUSTER_BYTES + 32 * 2 ** 20 + (options.spareBytes ?? 0);
    this.sizeBytes = Math.ceil(bytes / 2 ** 20) * 2 ** 20;
    this.volume = new NtfsVolume({
      sizeBytes: this.sizeBytes,
      clusterBytes: CLUSTER_BYTES,
      records,
      tablePieces: options.tablePieces ?? 3,
    });
    const folders = this.makeFolders(options.folders);
    for (let i = 0; i < options.files; i++) {
      const [parent, folder] = folders[i % folders.length] ?? [NTFS_ROOT, ''];
      this.makeFile(parent, folder, `file ${String(i).padStart(6, '0')}.dat`);
    }
  }

  /** Every other file in its record, every other in a cluster of its own that nobody wrote to. */
  private makeFile(parent: number, folder: string, name: string): void {
    const modifiedMs = FIRST_MS + this.prng.below(1e9) * 10;
    const isSmall = this.files.size % 2 === 0;
    const sizeBytes = isSmall ? this.prng.below(300) : 1 + this.prng.below(CLUSTER_BYTES);
    const data = isSmall
      ? new Uint8Array(sizeBytes).fill(0x61)
      : { sizeBytes, runs: [{ cluster: this.volume.allocate(1), count: 1 }] };
    const record = this.volume.file(parent, name, modifiedMs, data);
    this.files.set(record, { path: `${folder}/${name}`, sizeBytes, modifiedMs });
  }

  /** Ten to a folder, so that they lie in levels. */
  private makeFolders(count: number): (readonly [record: number, path: string])[] {
    const folders: (readonly [number, string])[] = [];
    for (let i = 0; i < count; i++) {
      const [parent, path] = i < 10 ? [NTFS_ROOT, ''] : (folders[Math.floor(i / 10) - 1] ?? [NTFS_ROOT, '']);
      const name = `folder ${i}`;
      folders.push([this.volume.folder(parent, name, FIRST_MS), path === '' ? name : `${path}/${name}`]);
    }
    return folders;
  }

  /** A checkpoint's work: so many files get a later time. What must be written for it. */
  touch(count: number): Piece[] {
    const records = [...this.files.keys()];
    for (let i = 0; i < count; i++) {
      const record = records[this.prng.below(records.length)] ?? NTFS_ROOT;
      const file = this.files.get(record);
      if (!file) continue;
      const modifiedMs = file.modifiedMs + 60_000;
      this.volume.touch(record, modifiedMs);
      this.files.set(record, { ...file, modifiedMs });
    }
    return this.volume.pieces();
  }
}
