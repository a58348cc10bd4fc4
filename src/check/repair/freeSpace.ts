/** Room for a parent's path: a gap before the first block that holds only zeros, or the end of the file. */
import { SECTOR_BYTES } from '../../base/units.ts';
import type { ByteRange } from '../../formats/fileWindow.ts';
import { roundUp } from '../../formats/vhd/blockAllocationTable.ts';
import type { RandomAccessFile } from '../../storage/randomAccessFile.ts';
import type { StepDraft } from './draft.ts';

export class FreeSpace {
  private readonly taken: ByteRange[];
  /** Who appended something to the file; null where nobody did. */
  appender: StepDraft | null = null;

  /**
   * `structures`: what must stay, the table with all its entries among them. `firstBlock`: where the first block begins,
   * Infinity without blocks; `end`: behind the last block's whole room, and behind every structure.
   */
  constructor(
    private readonly file: RandomAccessFile,
    structures: readonly ByteRange[],
    private readonly firstBlock: number,
    private end: number,
  ) {
    this.taken = [...structures];
  }

  /** Behind everything, what was appended included. */
  get endOffset(): number {
    return this.end;
  }

  /** True, and taken, where the range lies in the file in front of the blocks and shares bytes with nothing. */
  takeOld(range: ByteRange): boolean {
    const end = range.offset + range.lengthBytes;
    const isFree = this.taken.every(
      (each) => each.offset >= end || each.offset + each.lengthBytes <= range.offset,
    );
    if (!isFree || end > Math.min(this.firstBlock, this.file.sizeBytes)) return false;
    this.taken.push(range);
    return true;
  }

  /** Offset of whole free sectors. */
  async take(lengthBytes: number, step: StepDraft): Promise<number> {
    for (const { offset, lengthBytes: length } of [...this.taken].sort((a, b) => a.offset - b.offset)) {
      const gap = { offset: roundUp(offset + length, SECTOR_BYTES), lengthBytes };
      if (!(await this.isZero(gap)) || !this.takeOld(gap)) continue;
      return gap.offset;
    }
    const offset = roundUp(this.end, SECTOR_BYTES);
    this.end = offset + lengthBytes;
    this.taken.push({ offset, lengthBytes });
    this.appender = step;
    return offset;
  }

  /** Anything else may be somebody's, though nothing points at it. */
  private async isZero({ offset, lengthBytes }: ByteRange): Promise<boolean> {
    if (offset + lengthBytes > Math.min(this.firstBlock, this.file.sizeBytes)) return false;
    const bytes = new Uint8Array(lengthBytes);
    await this.file.read(offset, bytes);
    return bytes.every((byte) => byte === 0);
  }
}
