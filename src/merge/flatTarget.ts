/** A target without blocks: fixed or raw. Every sector has its place, so only what is copied is written. */
import { SECTOR_BYTES } from '../base/units.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import type { RedoRecord } from './mergeJournal.ts';
import { BATCH_BYTES, type MergeTarget, type TargetState } from './mergeTarget.ts';
import { PIECE_BYTES } from './runPieces.ts';
import { type StretchSource, sectorsIn } from './stretchSource.ts';

export class FlatTarget implements MergeTarget {
  readonly file: RandomAccessFile;
  readonly blockSizeBytes = PIECE_BYTES;
  readonly blockCount: number;
  private readonly sectorCount: number;
  private writtenBytes = 0;

  constructor(
    { file, virtualSizeBytes }: DiskImage,
    private readonly dataOffset: number,
    private readonly batchBytes = BATCH_BYTES,
  ) {
    this.file = file;
    this.sectorCount = virtualSizeBytes / SECTOR_BYTES;
    this.blockCount = Math.ceil(virtualSizeBytes / PIECE_BYTES);
  }

  get isDirty(): boolean {
    return this.writtenBytes > 0;
  }

  async copy(block: number, source: StretchSource): Promise<number | null> {
    if (this.writtenBytes >= this.batchBytes) return null;
    const firstSector = (block * PIECE_BYTES) / SECTOR_BYTES;
    const sectorCount = Math.min(PIECE_BYTES / SECTOR_BYTES, this.sectorCount - firstSector);
    const runs = await source.runs(firstSector, sectorCount);
    if (runs.length === 0) return 0;
    const data = source.staging.subarray(0, sectorCount * SECTOR_BYTES);
    await source.read(firstSector, data, source.staging.subarray(PIECE_BYTES));
    for (const run of runs) {
      const at = run.from * SECTOR_BYTES;
      const bytes = data.subarray(at, at + run.sectorCount * SECTOR_BYTES);
      await this.file.write(this.dataOffset + firstSector * SECTOR_BYTES + at, bytes);
    }
    const copied = sectorsIn(runs) * SECTOR_BYTES;
    this.writtenBytes += copied;
    return copied;
  }

  async prepare(): Promise<readonly RedoRecord[]> {
    await this.file.flush();
    return [];
  }

  state(): TargetState {
    return { spares: [], contentEnd: 0, tableCrc: 0 };
  }

  committed(): void {
    this.writtenBytes = 0;
  }

  async giveBack(): Promise<boolean> {
    return false;
  }

  async trim(): Promise<void> {}
}
