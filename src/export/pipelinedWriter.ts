/**
 * Gathers what is to be written into large pieces and writes one while the next is filled, so that reading and hashing
 * run while the storage is busy. Memory: two pieces, whatever the size of the target.
 */
import { MIB, SECTOR_BYTES } from '../base/units.ts';
import type { FileSink } from '../storage/fileSink.ts';

/** Runs of zeros are left out from this length on: holes cost a file system nothing, and a seek costs a request. */
const HOLE_BYTES = 128 * SECTOR_BYTES;

export class PipelinedWriter {
  /** Bytes handed to the storage. */
  writtenBytes = 0;
  private filling: Uint8Array;
  private inFlightBuffer: Uint8Array;
  private startOffset = 0;
  private filledBytes = 0;
  private inFlight: Promise<void> = Promise.resolve();

  constructor(
    private readonly sink: FileSink,
    private readonly pieceBytes = 4 * MIB,
  ) {
    this.filling = new Uint8Array(pieceBytes);
    this.inFlightBuffer = new Uint8Array(pieceBytes);
  }

  /** Takes a copy of `source`. Faults of an earlier write are thrown here. */
  async write(offset: number, source: Uint8Array): Promise<void> {
    let done = 0;
    while (done < source.length) {
      const at = offset + done;
      if (this.filledBytes > 0 && at !== this.startOffset + this.filledBytes) await this.flush();
      if (this.filledBytes === 0) this.startOffset = at;
      const taken = Math.min(source.length - done, this.pieceBytes - this.filledBytes);
      this.filling.set(source.subarray(done, done + taken), this.filledBytes);
      this.filledBytes += taken;
      done += taken;
      if (this.filledBytes === this.pieceBytes) await this.flush();
    }
  }

  /** `write` without the long runs of zeros, as `isZero` tells them: the target must be a hole there. */
  async writeAroundZeros(
    offset: number,
    source: Uint8Array,
    isZero: (bytes: Uint8Array) => boolean,
  ): Promise<void> {
    let start = 0;
    for (let at = 0; at < source.length; at += HOLE_BYTES) {
      const end = Math.min(at + HOLE_BYTES, source.length);
      if (!isZero(source.subarray(at, end))) continue;
      if (at > start) await this.write(offset + start, source.subarray(start, at));
      start = end;
    }
    if (start < source.length) await this.write(offset + start, source.subarray(start));
  }

  /** Everything is with the storage when it resolves. */
  async finish(): Promise<void> {
    await this.flush();
    await this.inFlight;
  }

  /** Waits for the write in flight, whatever becomes of it: before the sink is aborted. */
  async settle(): Promise<void> {
    await this.inFlight.catch(() => undefined);
  }

  private async flush(): Promise<void> {
    await this.inFlight;
    if (this.filledBytes === 0) return;
    const piece = this.filling.subarray(0, this.filledBytes);
    this.inFlight = this.sink.write(this.startOffset, piece);
    // The next flush throws its fault; without a listener now it would count as unhandled.
    this.inFlight.catch(() => undefined);
    this.writtenBytes += this.filledBytes;
    [this.filling, this.inFlightBuffer] = [this.inFlightBuffer, this.filling];
    this.filledBytes = 0;
  }
}
