/** Where a new file is written to: nothing is there under its name before `close`, and nothing is left after `abort`. */
import { MIB } from '../base/units.ts';
import type { DiskFolder } from './diskFolder.ts';
import type { RandomAccessFile } from './randomAccessFile.ts';
import { storageCode } from './storageErrors.ts';

/** Offsets and sizes in bytes; holes read as zeros. All faults are thrown as `DiskError`. */
export interface FileSink {
  readonly name: string;
  /** `source` may be used again once it resolves. Any order; ascending and in pieces of a few MiB is fastest. */
  write(offset: number, source: Uint8Array): Promise<void>;
  truncate(sizeBytes: number): Promise<void>;
  /** Publishes the file under its name, durable where the storage can be. */
  close(): Promise<void>;
  /** Leaves no file behind; a file that had the name before stays as it was. */
  abort(): Promise<void>;
}

/** Ending of a file that is being written. */
export const PART_SUFFIX = '.part';

/** A sink into a folder: writes `NAME.part` and renames it at the end, over a file of that name. */
export async function folderSink(folder: DiskFolder, name: string): Promise<FileSink> {
  const partName = name + PART_SUFFIX;
  const leftOver = (await folder.list()).some((entry) => entry.name === partName);
  if (leftOver) await folder.remove(partName);
  return new FolderSink(folder, name, partName, await folder.create(partName));
}

class FolderSink implements FileSink {
  constructor(
    private readonly folder: DiskFolder,
    readonly name: string,
    private readonly partName: string,
    private readonly part: RandomAccessFile,
  ) {}

  write(offset: number, source: Uint8Array): Promise<void> {
    return this.part.write(offset, source);
  }

  truncate(sizeBytes: number): Promise<void> {
    return this.part.truncate(sizeBytes);
  }

  async close(): Promise<void> {
    await this.part.flush();
    await this.part.close();
    await this.folder.rename(this.partName, this.name);
  }

  async abort(): Promise<void> {
    await this.part.close();
    try {
      await this.folder.remove(this.partName);
    } catch (error) {
      if (storageCode(error) !== 'vanished') throw error;
    }
  }
}

const PIECE_BYTES = 2 * MIB;

/** Where a `WriteBehind` puts its pieces; `source` is not touched until it resolves. */
export type PutPiece = (offset: number, source: Uint8Array<ArrayBuffer>) => Promise<void>;

/**
 * Joins writes that follow one another into pieces of 2 MiB, and has one piece under way while the next is filled: for
 * targets where each request costs time. The first failure is thrown by the next call.
 */
export class WriteBehind {
  private readonly buffers = [new Uint8Array(PIECE_BYTES), new Uint8Array(PIECE_BYTES)] as const;
  private filling = 0;
  private start = 0;
  private length = 0;
  private underWay: Promise<void> = Promise.resolve();

  constructor(private readonly put: PutPiece) {}

  async write(offset: number, source: Uint8Array): Promise<void> {
    if (this.length > 0 && offset !== this.start + this.length) await this.send();
    for (let at = 0; at < source.length; ) {
      if (this.length === 0) this.start = offset + at;
      const count = Math.min(PIECE_BYTES - this.length, source.length - at);
      this.buffers[this.filling === 0 ? 0 : 1].set(source.subarray(at, at + count), this.length);
      this.length += count;
      at += count;
      if (this.length === PIECE_BYTES) await this.send();
    }
  }

  /** Resolves once everything was put. */
  async drain(): Promise<void> {
    await this.send();
    await this.underWay;
  }

  private async send(): Promise<void> {
    await this.underWay;
    if (this.length === 0) return;
    const piece = this.buffers[this.filling === 0 ? 0 : 1].subarray(0, this.length);
    this.underWay = this.put(this.start, piece);
    // The next call reports it; until then it must not count as unhandled.
    this.underWay.catch(() => {});
    this.filling = 1 - this.filling;
    this.length = 0;
  }
}
