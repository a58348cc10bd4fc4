/** A volume of a chain's disk as readers of file systems see it: bytes at any offset, at once. */
import { DiskError } from '../base/errors.ts';
import { grouped, KIB, SECTOR_BYTES } from '../base/units.ts';
import type { DiskWindow } from './diskWindow.ts';

/** What a window is cut from: `DiskChain`, where every file answers at once. Whole sectors. */
export interface SectorReader {
  readNow(firstSector: number, target: Uint8Array): void;
}

/** Small reads are cut from pieces of this size: a look-up and a request cost as much as copying one. */
const PIECE_BYTES = 64 * KIB;
/** Readers go back and forth between tables, folders and contents. */
const MOST_PIECES = 16;

export function chainWindow(chain: SectorReader, firstSector: number, sectorCount: number): DiskWindow {
  return new ChainWindow(chain, firstSector, sectorCount);
}

class ChainWindow implements DiskWindow {
  readonly sizeBytes: number;
  /** By number of the piece, the one unused for longest first. */
  private readonly pieces = new Map<number, Uint8Array>();

  constructor(
    private readonly chain: SectorReader,
    private readonly firstSector: number,
    sectorCount: number,
  ) {
    this.sizeBytes = sectorCount * SECTOR_BYTES;
  }

  readNow(offset: number, target: Uint8Array): void {
    this.check(offset, target.length);
    for (let done = 0; done < target.length; ) {
      const at = offset + done;
      const left = target.length - done;
      const whole = left - (left % SECTOR_BYTES);
      if (at % SECTOR_BYTES === 0 && whole >= PIECE_BYTES) {
        this.readSectors(at, target.subarray(done, done + whole));
        done += whole;
        continue;
      }
      const inPiece = at % PIECE_BYTES;
      let count = Math.min(left, PIECE_BYTES - inPiece);
      // A long read that begins inside a sector: only up to its end, the rest goes straight into the target.
      if (left > 2 * PIECE_BYTES) count = Math.min(count, SECTOR_BYTES - (at % SECTOR_BYTES));
      this.readSmall(at, target.subarray(done, done + count));
      done += count;
    }
  }

  /** Lies within one piece. */
  private readSmall(offset: number, target: Uint8Array): void {
    const number = Math.floor(offset / PIECE_BYTES);
    const piece = this.pieceAt(number);
    if (piece) {
      const at = offset - number * PIECE_BYTES;
      target.set(piece.subarray(at, at + target.length));
      return;
    }
    // Something else in the piece cannot be read: what was asked for may be readable all the same.
    const start = offset - (offset % SECTOR_BYTES);
    const end = Math.ceil((offset + target.length) / SECTOR_BYTES) * SECTOR_BYTES;
    const sectors = new Uint8Array(end - start);
    this.readSectors(start, sectors);
    target.set(sectors.subarray(offset - start, offset - start + target.length));
  }

  /** Null where it cannot be read whole. */
  private pieceAt(number: number): Uint8Array | null {
    const { pieces } = this;
    const known = pieces.get(number);
    if (known) {
      pieces.delete(number);
      pieces.set(number, known);
      return known;
    }
    const start = number * PIECE_BYTES;
    const piece = this.freeRoom(Math.min(PIECE_BYTES, this.sizeBytes - start));
    try {
      this.readSectors(start, piece);
    } catch (error) {
      if (error instanceof DiskError) return null;
      throw error;
    }
    pieces.set(number, piece);
    return piece;
  }

  private freeRoom(lengthBytes: number): Uint8Array {
    const { pieces } = this;
    if (pieces.size < MOST_PIECES) return new Uint8Array(lengthBytes);
    const [oldest] = pieces;
    if (!oldest) return new Uint8Array(lengthBytes);
    pieces.delete(oldest[0]);
    return oldest[1].length === lengthBytes ? oldest[1] : new Uint8Array(lengthBytes);
  }

  private readSectors(offset: number, target: Uint8Array): void {
    this.chain.readNow(this.firstSector + offset / SECTOR_BYTES, target);
  }

  private check(offset: number, lengthBytes: number): void {
    if (Number.isSafeInteger(offset) && offset >= 0 && offset + lengthBytes <= this.sizeBytes) return;
    throw new DiskError({
      code: 'bad-request',
      message: `The volume ends at byte ${grouped(this.sizeBytes)}; ${grouped(lengthBytes)} bytes at offset ${grouped(offset)} are not in it.`,
      meaning: 'What points there is wrong, or the volume is cut short.',
    });
  }
}
