/** A file from front to back, in windows, with the CRC-32C of all that was passed. */
import { assert } from '../../base/assert.ts';
import { crc32c } from '../../base/checksum.ts';
import { MIB } from '../../base/units.ts';
import type { RandomAccessFile } from '../../storage/randomAccessFile.ts';

const WINDOW_BYTES = MIB;

export class SequentialReader {
  /** Of what is taken next. */
  offset = 0;
  private readonly file: RandomAccessFile;
  private readonly endOffset: number;
  private window: Uint8Array = new Uint8Array(0);
  private windowOffset = 0;
  private passedCrc = 0;

  constructor(file: RandomAccessFile, endOffset: number) {
    this.file = file;
    this.endOffset = endOffset;
  }

  get leftBytes(): number {
    return this.endOffset - this.offset;
  }

  /** CRC-32C of everything before `offset`. */
  get crc(): number {
    return this.passedCrc;
  }

  /** The next bytes, `leftBytes` at most: a view that holds until the next call. */
  async take(lengthBytes: number): Promise<Uint8Array> {
    assert(lengthBytes <= this.leftBytes, `${lengthBytes} of ${this.leftBytes} bytes`);
    if (this.offset + lengthBytes > this.windowOffset + this.window.length)
      await this.moveWindow(lengthBytes);
    const at = this.offset - this.windowOffset;
    const bytes = this.window.subarray(at, at + lengthBytes);
    this.passedCrc = crc32c(bytes, this.passedCrc);
    this.offset += lengthBytes;
    return bytes;
  }

  /** What the old window still holds is kept, so that no byte is read twice. */
  private async moveWindow(lengthBytes: number): Promise<void> {
    const kept = this.window.subarray(this.offset - this.windowOffset);
    const window = new Uint8Array(Math.min(Math.max(lengthBytes, WINDOW_BYTES), this.leftBytes));
    window.set(kept);
    await this.file.read(this.offset + kept.length, window.subarray(kept.length));
    this.window = window;
    this.windowOffset = this.offset;
  }
}
