/** Writes to a sink and leaves long runs of zeros out: they stay holes, which cost a file system nothing. */
import { SECTOR_BYTES } from '../base/units.ts';
import type { FileSink } from './fileSink.ts';

/** Shorter runs of zeros are written: a hole costs a request. */
const HOLE_BYTES = 128 * SECTOR_BYTES;

export type IsZero = (bytes: Uint8Array) => boolean;

export class SparseWriter {
  /** Bytes handed to the sink. */
  writtenBytes = 0;

  constructor(
    private readonly sink: FileSink,
    private readonly isZero: IsZero,
  ) {}

  async write(offset: number, source: Uint8Array): Promise<void> {
    await this.sink.write(offset, source);
    this.writtenBytes += source.length;
  }

  /** The target must be a hole there. */
  async writeAroundZeros(offset: number, source: Uint8Array): Promise<void> {
    let start = 0;
    for (let at = 0; at < source.length; at += HOLE_BYTES) {
      const end = Math.min(at + HOLE_BYTES, source.length);
      // Data mostly shows at its ends: no need to look further.
      if (source[at] !== 0 || source[end - 1] !== 0 || !this.isZero(source.subarray(at, end))) continue;
      if (at > start) await this.write(offset + start, source.subarray(start, at));
      start = end;
    }
    if (start < source.length) await this.write(offset + start, source.subarray(start));
  }
}
