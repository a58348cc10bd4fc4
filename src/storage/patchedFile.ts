/** A file as it would be after a patch; read-only, and the file itself stays as it is. */
import type { Patch } from './patch.ts';
import type { RandomAccessFile, ReadRequest } from './randomAccessFile.ts';
import { checkRange, checkWritable } from './storageErrors.ts';

export class PatchedFile implements RandomAccessFile {
  readonly access = 'read-only';
  readonly durable = false;
  readonly readNow?: (offset: number, target: Uint8Array) => void;

  constructor(
    private readonly file: RandomAccessFile,
    private readonly patch: Patch,
  ) {
    const { readNow } = file;
    if (readNow) {
      this.readNow = (offset, target) => {
        const kept = this.keptPart(offset, target);
        if (kept.length > 0) readNow.call(file, offset, kept);
        this.overlay(offset, target, kept.length);
      };
    }
  }

  get name(): string {
    return this.file.name;
  }
  get sizeBytes(): number {
    return this.patch.sizeAfter;
  }
  get readThroughBytes(): number {
    return this.file.readThroughBytes;
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    await this.readMany([{ offset, target }]);
  }

  async readMany(requests: readonly ReadRequest[]): Promise<void> {
    const kept = requests.map(({ offset, target }) => ({ offset, target: this.keptPart(offset, target) }));
    await this.file.readMany(kept.filter(({ target }) => target.length > 0));
    for (const [i, { offset, target }] of requests.entries()) {
      this.overlay(offset, target, kept[i]?.target.length ?? 0);
    }
  }

  async write(offset: number): Promise<void> {
    checkWritable(this, 'write', offset);
  }

  async truncate(): Promise<void> {
    checkWritable(this, 'truncate');
  }

  async flush(): Promise<void> {}

  /** The file belongs to whoever opened it. */
  async close(): Promise<void> {}

  /** The part of a read that the file itself holds. */
  private keptPart(offset: number, target: Uint8Array): Uint8Array {
    checkRange(this.name, this.sizeBytes, offset, target.length);
    const kept = Math.min(this.patch.sizeBefore, this.patch.sizeAfter) - offset;
    return target.subarray(0, Math.max(0, Math.min(target.length, kept)));
  }

  /** Behind the file's own end are zeros; then what the patch says. */
  private overlay(offset: number, target: Uint8Array, keptBytes: number): void {
    target.fill(0, keptBytes);
    const end = offset + target.length;
    const { changes } = this.patch;
    for (let i = this.firstChangeBehind(offset); i < changes.length; i++) {
      const change = changes[i];
      if (!change || change.offset >= end) break;
      const from = Math.max(offset, change.offset);
      const to = Math.min(end, change.offset + change.after.length);
      target.set(change.after.subarray(from - change.offset, to - change.offset), from - offset);
    }
  }

  /** Index of the first change that ends behind `offset`: a repaired table may have a million of them. */
  private firstChangeBehind(offset: number): number {
    const { changes } = this.patch;
    let low = 0;
    let high = changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const change = changes[middle];
      if (change && change.offset + change.after.length <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
