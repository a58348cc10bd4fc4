/** A file under check: counts what is read of it, tells the progress bar, and stops where the check was cancelled. */
import { assert } from '../base/assert.ts';
import type { RandomAccessFile, ReadRequest } from '../storage/randomAccessFile.ts';
import type { CheckContext } from './fileCheck.ts';

export class MeteredFile implements RandomAccessFile {
  readonly access = 'read-only';
  readonly durable = false;
  readBytes = 0;

  constructor(
    private readonly file: RandomAccessFile,
    private readonly context: CheckContext,
  ) {}

  get name(): string {
    return this.file.name;
  }

  get sizeBytes(): number {
    return this.file.sizeBytes;
  }

  get readThroughBytes(): number {
    return this.file.readThroughBytes;
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    await this.readMany([{ offset, target }]);
  }

  async readMany(requests: readonly ReadRequest[]): Promise<void> {
    this.context.signal?.throwIfAborted();
    await this.file.readMany(requests);
    let bytes = 0;
    for (const { target } of requests) bytes += target.length;
    this.readBytes += bytes;
    this.context.advance?.(bytes);
  }

  async write(): Promise<void> {
    assert(false, 'a check writes nothing');
  }

  async truncate(): Promise<void> {
    assert(false, 'a check writes nothing');
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {}
}
