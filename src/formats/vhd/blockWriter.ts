/**
 * Writes a new VHD front to back: blocks are appended in the order in which they are given, each with its bitmap; the
 * table and the footer at the end come last, so that an interrupted file has no table that claims what is not there.
 */
import { assert } from '../../base/assert.ts';
import { viewOf } from '../../base/bytes.ts';
import { DiskError } from '../../base/errors.ts';
import { SECTOR_BYTES, sizeText } from '../../base/units.ts';
import { ENTRY_BYTES, UNUSED_ENTRY } from './blockAllocationTable.ts';
import { endFooterOffset, type NewBlocks, type NewVhd, nextBitmapOffset } from './create.ts';

/** What is written to: a file, a stream with positions, memory. */
export interface FileSink {
  write(offset: number, bytes: Uint8Array): Promise<void>;
}

export class BlockWriter {
  private readonly sink: FileSink;
  private readonly vhd: NewVhd;
  private readonly blocks: NewBlocks;
  private readonly bat: Uint8Array;
  private end: number;

  private constructor(sink: FileSink, vhd: NewVhd, blocks: NewBlocks) {
    this.sink = sink;
    this.vhd = vhd;
    this.blocks = blocks;
    this.bat = new Uint8Array(blocks.batBytes).fill(0xff);
    this.end = vhd.firstBlockOffset;
  }

  /** Writes the structures before the data. `vhd` is a dynamic or differencing disk from `createVhd`. */
  static async start(sink: FileSink, vhd: NewVhd): Promise<BlockWriter> {
    assert(vhd.blocks, 'a fixed disk has no blocks');
    for (const part of vhd.parts) await sink.write(part.offset, part.bytes);
    return new BlockWriter(sink, vhd, vhd.blocks);
  }

  /** Size of the file if it were finished now. */
  get fileBytes(): number {
    return endFooterOffset(this.end) + this.vhd.footer.length;
  }

  /**
   * Adds a block that is not there yet. `bitmap` has `bitmapBytes` bytes, most significant bit first; `data` a whole
   * block, or less in the disk's last one: the block still gets its full room. Returns the data's offset in the file.
   */
  async add(block: number, bitmap: Uint8Array, data: Uint8Array): Promise<number> {
    const dataOffset = await this.begin(block, bitmap);
    await this.sink.write(dataOffset, data);
    return dataOffset;
  }

  /** The same for data that is written by the caller, at the offset that is returned; what it leaves out reads as zeros. */
  async begin(block: number, bitmap: Uint8Array): Promise<number> {
    const { batEntries, bitmapBytes, blockSizeBytes } = this.blocks;
    const entries = viewOf(this.bat);
    assert(block >= 0 && block < batEntries, 'a block of the disk');
    assert(bitmap.length === bitmapBytes, 'a bitmap of whole sectors');
    assert(entries.getUint32(block * ENTRY_BYTES) === UNUSED_ENTRY, 'a block is added once');
    const offset = nextBitmapOffset(this.end, bitmapBytes);
    if (offset / SECTOR_BYTES >= UNUSED_ENTRY) throw tooFar(blockSizeBytes);
    entries.setUint32(block * ENTRY_BYTES, offset / SECTOR_BYTES);
    this.end = offset + bitmapBytes + blockSizeBytes;
    await this.sink.write(offset, bitmap);
    return offset + bitmapBytes;
  }

  /** Writes the table and the footer at the end; returns the size of the file. */
  async finish(): Promise<number> {
    await this.sink.write(this.blocks.batOffset, this.bat);
    const offset = endFooterOffset(this.end);
    await this.sink.write(offset, this.vhd.footer);
    return offset + this.vhd.footer.length;
  }
}

/** Aligned blocks of 512 KiB fill a file sooner than 2040 GiB: a table entry is a sector number of 32 bits. */
function tooFar(blockSizeBytes: number): DiskError {
  return new DiskError({
    code: 'limit',
    message: `The disk’s blocks of ${sizeText(blockSizeBytes)} take more than 2 TiB, the most that a block table reaches.`,
    meaning: 'The new file is not complete.',
    remedy: 'Choose larger blocks.',
  });
}

/** A bitmap with the first `sectorCount` bits set, padded to `bitmapBytes`. */
export function filledBitmap(bitmapBytes: number, sectorCount: number): Uint8Array {
  const bitmap = new Uint8Array(bitmapBytes);
  bitmap.fill(0xff, 0, sectorCount >>> 3);
  if (sectorCount % 8 > 0) bitmap[sectorCount >>> 3] = (0xff00 >>> (sectorCount % 8)) & 0xff;
  return bitmap;
}
