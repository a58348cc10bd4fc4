/** The first and last bytes of a file, read once: most structures lie there, so that opening takes one or two reads. */
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';

export const HEAD_BYTES = 65_536;
export const TAIL_BYTES = 1024;

export interface ByteRange {
  readonly offset: number;
  readonly lengthBytes: number;
}

export class FileWindow {
  readonly file: RandomAccessFile;
  readonly sizeBytes: number;
  private readonly head: Uint8Array;
  private readonly tail: Uint8Array;

  private constructor(file: RandomAccessFile, head: Uint8Array, tail: Uint8Array) {
    this.file = file;
    this.sizeBytes = file.sizeBytes;
    this.head = head;
    this.tail = tail;
  }

  static async open(file: RandomAccessFile): Promise<FileWindow> {
    const head = new Uint8Array(Math.min(file.sizeBytes, HEAD_BYTES));
    const tail = new Uint8Array(Math.min(file.sizeBytes - head.length, TAIL_BYTES));
    const requests = [{ offset: 0, target: head }];
    if (tail.length > 0) requests.push({ offset: file.sizeBytes - tail.length, target: tail });
    if (head.length > 0) await file.readMany(requests);
    return new FileWindow(file, head, tail);
  }

  /** Bytes already here, or null. A view, not a copy. */
  peek(offset: number, lengthBytes: number): Uint8Array | null {
    if (offset < 0 || lengthBytes < 0) return null;
    if (offset + lengthBytes <= this.head.length) return this.head.subarray(offset, offset + lengthBytes);
    const at = offset - (this.sizeBytes - this.tail.length);
    if (at >= 0 && at + lengthBytes <= this.tail.length) return this.tail.subarray(at, at + lengthBytes);
    return null;
  }

  /** Bytes of every range, clipped to the file; one batch of reads for those that are not here yet. */
  async read(ranges: readonly ByteRange[]): Promise<Uint8Array[]> {
    const requests: { offset: number; target: Uint8Array }[] = [];
    const found = ranges.map(({ offset, lengthBytes }) => {
      const length = Math.max(0, Math.min(lengthBytes, this.sizeBytes - offset));
      const here = this.peek(offset, length);
      if (here || length === 0) return here ?? new Uint8Array(0);
      const target = new Uint8Array(length);
      requests.push({ offset, target });
      return target;
    });
    if (requests.length > 0) await this.file.readMany(requests);
    return found;
  }
}
