/** Where a file with blocks ends while a merge puts more behind its last one: new places, and the footer behind them. */
import { must } from '../base/assert.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import { FileWindow } from '../formats/fileWindow.ts';
import { type FileEnd, oldEndInBlock, placeBlocks } from '../formats/vhd/allocateBlock.ts';
import { type BlockTables, roundUp } from '../formats/vhd/blockAllocationTable.ts';
import { chooseFooter, footerAtEnd } from '../formats/vhd/chooseFooter.ts';
import { ALIGNMENT_BYTES, endFooterOffset } from '../formats/vhd/create.ts';
import { checksumHolds } from '../formats/vhd/footer.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';

export class TargetEnd {
  /** The footer at the end is to be written behind what was placed. */
  private hasMoved = false;

  private constructor(
    private readonly file: RandomAccessFile,
    private readonly tables: BlockTables,
    private readonly aligned4k: boolean,
    /** A footer stands at offset 0 as well: then the one at the end may be missing for a while. */
    private readonly hasCopy: boolean,
    private end: FileEnd,
  ) {}

  static async open(
    file: RandomAccessFile,
    tables: BlockTables,
    aligned4k: boolean,
    end: FileEnd,
  ): Promise<TargetEnd> {
    const found = chooseFooter(await FileWindow.open(file));
    const hasCopy = [found?.chosen, found?.other].some((each) => each?.offset === 0 && checksumHolds(each));
    return new TargetEnd(file, tables, aligned4k, hasCopy, end);
  }

  /** Blocks and structures end here. */
  get contentEnd(): number {
    return this.end.contentEnd;
  }

  begin(end: FileEnd): void {
    this.end = end;
  }

  /** The table entry of a place behind everything. */
  async place(): Promise<number> {
    const placed = placeBlocks(this.file.name, this.tables, this.end, this.aligned4k, 1);
    if (!this.hasCopy) {
      await this.file.write(placed.end.footerOffset, placed.end.footer);
      await this.file.flush();
    }
    const old = oldEndInBlock(this.end);
    if (old) await this.file.write(old.offset, new Uint8Array(old.lengthBytes));
    this.end = placed.end;
    this.hasMoved = true;
    return must(placed.entries[0], 'one block was placed');
  }

  async writeFooter(): Promise<void> {
    if (this.hasMoved) await this.file.write(this.end.footerOffset, this.end.footer);
    this.hasMoved = false;
  }

  /** The file ends behind `contentEnd`, durably; left as it is where it does so already. */
  async trim(contentEnd: number): Promise<void> {
    const { file, end } = this;
    if (await this.endsBehind(contentEnd)) return;
    const footerOffset = this.aligned4k ? endFooterOffset(contentEnd) : roundUp(contentEnd, SECTOR_BYTES);
    const sizeBytes = footerOffset + end.footer.length;
    this.end = { ...end, footerOffset, hasFooter: true, contentEnd, fileBytes: sizeBytes };
    await file.write(footerOffset, end.footer);
    await file.flush();
    if (file.sizeBytes === sizeBytes) return;
    await file.truncate(sizeBytes);
    await file.flush();
  }

  /** A whole footer stands at the end, and at most slack before it; a last block may be cut short there. */
  private async endsBehind(contentEnd: number): Promise<boolean> {
    const footer = footerAtEnd(await FileWindow.open(this.file));
    return footer !== null && checksumHolds(footer) && this.file.sizeBytes <= contentEnd + ALIGNMENT_BYTES;
  }
}
