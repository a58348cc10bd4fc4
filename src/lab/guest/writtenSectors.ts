/** Every sector that the guest wrote to a disk, as it must read: what its reads are checked against. */
import { SECTOR_BYTES } from '../../base/units.ts';
import { MemoryBytes } from '../../storage/memoryFile.ts';

const WORD_BYTES = 4;
const SECTOR_WORDS = SECTOR_BYTES / WORD_BYTES;

export interface CheckedRead {
  readonly wrongSectors: number;
  /** Never written here, so there is nothing to compare with. */
  readonly unknownSectors: number;
}

export class WrittenSectors {
  private content = new MemoryBytes();
  /** A bit a sector, least significant first: it was written. */
  private known = new MemoryBytes();
  private scratch = new Uint8Array(0);

  /** `bytes` is a whole number of sectors, here and in `check`. */
  write(firstSector: number, bytes: Uint8Array): void {
    this.content.write(firstSector * SECTOR_BYTES, bytes);
    this.mark(firstSector, bytes.length / SECTOR_BYTES, true);
  }

  check(firstSector: number, bytes: Uint8Array): CheckedRead {
    const sectorCount = bytes.length / SECTOR_BYTES;
    if (this.scratch.length < bytes.length) this.scratch = new Uint8Array(bytes.length);
    const expected = this.scratch.subarray(0, bytes.length);
    this.content.read(firstSector * SECTOR_BYTES, expected);
    const bits = this.bitsOf(firstSector, sectorCount);
    // By words: every read of the guest comes through here. The words lie as the computer has them, on both sides.
    const [found, should] = [wordsOf(bytes), wordsOf(expected)];
    let wrongSectors = 0;
    let unknownSectors = 0;
    for (let i = 0; i < sectorCount; i++) {
      const bit = (firstSector & 7) + i;
      if (((bits[bit >>> 3] ?? 0) & (1 << (bit & 7))) === 0) unknownSectors++;
      else if (differ(found, should, i * SECTOR_WORDS)) wrongSectors++;
    }
    return { wrongSectors, unknownSectors };
  }

  /** From here on these sectors are unknown. */
  forget(firstSector: number, sectorCount: number): void {
    this.mark(firstSector, sectorCount, false);
  }

  clear(): void {
    this.content = new MemoryBytes();
    this.known = new MemoryBytes();
  }

  /** The same, going its own way from here; what neither changes is held once. */
  fork(): WrittenSectors {
    const fork = new WrittenSectors();
    fork.content = this.content.copy();
    fork.known = this.known.copy();
    return fork;
  }

  private bitsOf(firstSector: number, sectorCount: number): Uint8Array {
    const firstByte = firstSector >>> 3;
    const bits = new Uint8Array(Math.ceil((firstSector + sectorCount) / 8) - firstByte);
    this.known.read(firstByte, bits);
    return bits;
  }

  private mark(firstSector: number, sectorCount: number, isKnown: boolean): void {
    if (sectorCount === 0) return;
    const bits = this.bitsOf(firstSector, sectorCount);
    const from = firstSector & 7;
    for (let bit = from; bit < from + sectorCount; ) {
      if ((bit & 7) === 0 && from + sectorCount - bit >= 8) {
        bits[bit >>> 3] = isKnown ? 0xff : 0;
        bit += 8;
        continue;
      }
      const mask = 1 << (bit & 7);
      bits[bit >>> 3] = isKnown ? (bits[bit >>> 3] ?? 0) | mask : (bits[bit >>> 3] ?? 0) & ~mask;
      bit++;
    }
    this.known.write(firstSector >>> 3, bits);
  }
}

/** Of one sector, from this word on. */
function differ(one: Uint32Array, other: Uint32Array, from: number): boolean {
  const end = from + SECTOR_WORDS;
  for (let i = from; i < end; i++) if (one[i] !== other[i]) return true;
  return false;
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  const { buffer, byteOffset, length } = bytes.byteOffset % WORD_BYTES === 0 ? bytes : bytes.slice();
  return new Uint32Array(buffer, byteOffset, length / WORD_BYTES);
}
