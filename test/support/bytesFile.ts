/** A read-only file over bytes that stay where they are, and a count of what is read of them. */
import { DiskError } from '../../src/base/errors.ts';
import type { RandomAccessFile, ReadRequest } from '../../src/storage/randomAccessFile.ts';

export class BytesFile implements RandomAccessFile {
  readonly access = 'read-only';
  readonly durable = false;
  readonly readThroughBytes = 0;
  readonly name: string;
  readBytes = 0;
  private readonly bytes: Uint8Array;

  constructor(name: string, bytes: Uint8Array) {
    this.name = name;
    this.bytes = bytes;
  }

  get sizeBytes(): number {
    return this.bytes.length;
  }

  readNow(offset: number, target: Uint8Array): void {
    if (offset < 0 || offset + target.length > this.bytes.length) {
      throw new DiskError({
        code: 'truncated',
        message: `${this.name} ends before ${offset + target.length}.`,
      });
    }
    this.readBytes += target.length;
    target.set(this.bytes.subarray(offset, offset + target.length));
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    this.readNow(offset, target);
  }

  async readMany(requests: readonly ReadRequest[]): Promise<void> {
    for (const { offset, target } of requests) this.readNow(offset, target);
  }

  async write(): Promise<void> {
    throw new DiskError({ code: 'permission', message: `${this.name} is read-only.` });
  }

  truncate = this.write;

  async flush(): Promise<void> {}

  async close(): Promise<void> {}
}
