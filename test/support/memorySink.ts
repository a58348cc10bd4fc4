/** A sink into memory that keeps count, and can fail or be slow. */
import { DiskError } from '../../src/base/errors.ts';
import type { FileSink } from '../../src/storage/fileSink.ts';
import { MemoryBytes, MemoryFile } from '../../src/storage/memoryFile.ts';

export class MemorySink implements FileSink {
  readonly name = 'saved';
  state: 'open' | 'closed' | 'aborted' = 'open';
  writtenBytes = 0;
  readonly content = new MemoryBytes();

  /** Bytes that fit; a write past that fails as a full disk does. */
  constructor(private readonly roomBytes = Number.POSITIVE_INFINITY) {}

  async write(offset: number, source: Uint8Array): Promise<void> {
    this.writtenBytes += source.length;
    if (this.writtenBytes > this.roomBytes)
      throw new DiskError({ code: 'no-space', message: 'The target is full.' });
    this.content.write(offset, source);
  }

  async truncate(sizeBytes: number): Promise<void> {
    this.content.truncate(sizeBytes);
  }

  async close(): Promise<void> {
    this.state = 'closed';
  }

  async abort(): Promise<void> {
    this.state = 'aborted';
  }

  asFile(name: string): MemoryFile {
    return new MemoryFile(name, this.content, 'read-only');
  }
}
