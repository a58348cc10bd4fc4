/** Bytes of a disk or of one volume at any offset, over a device that reads whole sectors. */
import { DiskError } from '../base/errors.ts';
import type { BlockDevice } from '../storage/blockDevice.ts';

/** The fault, where it is one of the disk's; what stops everything is thrown on. */
export function faultOf(error: unknown): DiskError {
  if (error instanceof DiskError && error.code !== 'cancelled' && error.code !== 'engine-failed')
    return error;
  throw error;
}

export class DiskBytes {
  readonly sectorBytes: number;
  readonly sizeBytes: number;

  constructor(private readonly disk: BlockDevice) {
    this.sectorBytes = disk.sectorSizeBytes;
    this.sizeBytes = disk.sectorCount * disk.sectorSizeBytes;
  }

  /** As many of the bytes as lie on the disk. Throws what the device throws. */
  async at(offset: number, lengthBytes: number): Promise<Uint8Array> {
    const end = Math.min(offset + lengthBytes, this.sizeBytes);
    if (!(offset >= 0 && offset < end)) return new Uint8Array(0);
    const firstSector = Math.floor(offset / this.sectorBytes);
    const endSector = Math.ceil(end / this.sectorBytes);
    const sectors = new Uint8Array((endSector - firstSector) * this.sectorBytes);
    await this.disk.read(firstSector, sectors);
    const start = offset - firstSector * this.sectorBytes;
    return sectors.subarray(start, start + end - offset);
  }
}

/** One volume. What cannot be read is zeros, and `problem` says why. */
export class VolumeBytes {
  problem: DiskError | null = null;

  constructor(
    private readonly disk: DiskBytes,
    private readonly start: number,
    readonly sizeBytes: number,
  ) {}

  /** Always as many bytes as asked for: zeros behind the end and where the disk cannot be read. */
  async at(offset: number, lengthBytes: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(lengthBytes);
    const there = Math.min(lengthBytes, this.sizeBytes - offset);
    if (!(offset >= 0 && there > 0)) return bytes;
    if (await this.fill(bytes.subarray(0, there), offset)) return bytes;
    // One sector that cannot be read must not hide the others.
    const step = this.disk.sectorBytes;
    for (let at = 0; at < there; at += step)
      await this.fill(bytes.subarray(at, Math.min(there, at + step)), offset + at);
    return bytes;
  }

  private async fill(target: Uint8Array, offset: number): Promise<boolean> {
    try {
      target.set(await this.disk.at(this.start + offset, target.length));
      return true;
    } catch (error) {
      this.problem ??= faultOf(error);
      return false;
    }
  }
}
