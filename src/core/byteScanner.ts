/** Scans of bytes that belong to no chain: search in a file, by the same loops as in a disk. */
import { type CoreModule, DiskCore } from './core.ts';

/** Small, since every further hit copies its window again. */
const WINDOW_BYTES = 256 * 1024;

export class ByteScanner {
  private constructor(private readonly core: DiskCore) {}

  static async create(module: CoreModule): Promise<ByteScanner> {
    const flat = {
      kind: 'flat',
      sectorCount: 8,
      blockSectors: 0,
      bitmapSectors: 0,
      batEntries: 0,
      dataOffset: 0,
    } as const;
    const options = {
      sectorCount: 8,
      incomplete: false,
      ownerBytes: 0,
      pageBytes: 0,
      stagingBytes: WINDOW_BYTES,
    };
    return new ByteScanner(await DiskCore.create(module, [flat], options));
  }

  /** Index of the first occurrence of `needle` at or after `from`, or -1. Any haystack; it is copied in by windows. */
  findBytes(haystack: Uint8Array, needle: Uint8Array, from: number): number {
    const { core } = this;
    for (let at = from; at + needle.length <= haystack.length; at += WINDOW_BYTES - needle.length + 1) {
      const window = haystack.subarray(at, at + WINDOW_BYTES);
      core.staging.set(window);
      const hit = core.find(needle, 0, window.length);
      if (hit >= 0) return at + hit;
    }
    return -1;
  }

  /** Every occurrence that begins before `endOffset`, ascending, `limit` of them at most; each window is copied in once. */
  findAll(haystack: Uint8Array, needle: Uint8Array, endOffset: number, limit: number): number[] {
    const { core } = this;
    const hits: number[] = [];
    const step = WINDOW_BYTES - needle.length + 1;
    for (let at = 0; at < endOffset && at + needle.length <= haystack.length; at += step) {
      const window = haystack.subarray(at, Math.min(at + WINDOW_BYTES, endOffset + needle.length - 1));
      core.staging.set(window);
      for (let hit = -1; hits.length < limit; ) {
        hit = core.find(needle, hit + 1, window.length);
        if (hit < 0) break;
        hits.push(at + hit);
      }
    }
    return hits;
  }

  isZero(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length; at += WINDOW_BYTES) {
      const window = bytes.subarray(at, at + WINDOW_BYTES);
      this.core.staging.set(window);
      if (!this.core.isZero(0, window.length)) return false;
    }
    return true;
  }
}
