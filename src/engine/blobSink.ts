/** A new file that is handed out as a `File`: nothing of it touches storage until the browser writes it. */
import { assert } from '../base/assert.ts';
import type { FileSink } from '../storage/fileSink.ts';

/** Pieces follow one another; one that was written before may be written again, with other bytes of the same length. */
export class BlobSink implements FileSink {
  private readonly pieces = new Map<number, Uint8Array<ArrayBuffer>>();
  private end = 0;

  constructor(readonly name: string) {}

  async write(offset: number, source: Uint8Array): Promise<void> {
    const before = this.pieces.get(offset);
    assert(before ? before.length === source.length : offset === this.end, 'pieces lie one behind the other');
    this.pieces.set(offset, source.slice());
    if (!before) this.end += source.length;
  }

  async truncate(sizeBytes: number): Promise<void> {
    assert(sizeBytes === this.end, 'its size is what was written');
  }

  async close(): Promise<void> {}

  async abort(): Promise<void> {
    this.pieces.clear();
  }

  file(type: string): File {
    return new File([...this.pieces.values()], this.name, { type });
  }
}
