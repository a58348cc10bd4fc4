/**
 * A disk without a parent is read by its blocks alone, but there are programs that go by the bits. So where a bit is clear
 * the data must be zeros; this reads it, there and nowhere else.
 */
import { Pacer } from '../../base/pacer.ts';
import { grouped, SECTOR_BYTES, sizeText } from '../../base/units.ts';
import type { BitmapScanner } from '../../core/bitmapScanner.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import type { FindingTally } from '../../formats/findingTally.ts';
import { SectorRanges } from '../../formats/sectorRanges.ts';
import { type BlockTables, bitmapOffset, dataOffset } from '../../formats/vhd/blockAllocationTable.ts';
import type { CheckContext } from '../fileCheck.ts';
import type { BlockRule } from './findings.ts';
import type { UnusualBitmap } from './scanBitmaps.ts';

/** Set bits between clear ones that are read through rather than around. */
const READ_THROUGH_SECTORS = 8;

export class DataUnderClearBits {
  readBytes = 0;
  private readonly pacer = new Pacer();

  constructor(
    private readonly image: DiskImage,
    private readonly tables: BlockTables,
    private readonly scanner: BitmapScanner,
    private readonly tally: FindingTally<BlockRule>,
    private readonly context: CheckContext,
  ) {}

  /** Reads in windows of the scanner, whatever the block's size. */
  async visit(bitmap: UnusualBitmap): Promise<void> {
    const { block, entry, sectorCount } = bitmap;
    const first = (block * this.tables.blockSizeBytes) / SECTOR_BYTES;
    const found = new SectorRanges();
    const add = (sector: number, count: number) => {
      found.add(first + sector, count);
      this.tally.affect('clear-bits-over-data', first + sector, count);
    };
    for (let at = 0; at < sectorCount; ) {
      const end = this.windowEnd(bitmap, at);
      if (end > at) await this.look(bitmap, at, end, add);
      at = Math.max(end, at + 1);
      at = this.nextClear(bitmap, at);
      await this.pacer.step(this.context.signal);
    }
    const affects = found.affected();
    if (!affects || !this.tally.countOne('clear-bits-over-data')) return;
    const place = { offset: bitmapOffset(entry), lengthBytes: this.tables.bitmapBytes };
    const from = grouped(affects.ranges[0]?.firstSector ?? 0);
    const much = `${grouped(affects.sectorCount)} sectors (${sizeText(affects.sectorCount * SECTOR_BYTES)})`;
    const message = `Block ${grouped(block)}: ${much} hold data under clear bits, the first is sector ${from}.`;
    this.tally.name('clear-bits-over-data', place, message, affects);
  }

  private nextClear({ slot, sectorCount }: UnusualBitmap, at: number): number {
    if (at >= sectorCount || !this.scanner.isSet(slot, at)) return at;
    return at + this.scanner.runLength(slot, at, sectorCount);
  }

  /** Where a window that begins at `start` ends: behind its last clear bit. `start` itself where its bit is set. */
  private windowEnd({ slot, sectorCount }: UnusualBitmap, start: number): number {
    const { scanner } = this;
    const limit = Math.min(sectorCount, start + scanner.window.length / SECTOR_BYTES);
    let end = start;
    for (let at = start; at < limit; ) {
      const length = scanner.runLength(slot, at, limit);
      if (!scanner.isSet(slot, at)) end = at + length;
      else if (at === start || length > READ_THROUGH_SECTORS) break;
      at += length;
    }
    return end;
  }

  /** Reads sectors `start` to `end` of the block and tells which of those with a clear bit are not zero. */
  private async look(
    { slot, entry }: UnusualBitmap,
    start: number,
    end: number,
    add: (sector: number, count: number) => void,
  ): Promise<void> {
    const { scanner, image } = this;
    const target = scanner.window.subarray(0, (end - start) * SECTOR_BYTES);
    const offset = dataOffset(this.tables, entry) + start * SECTOR_BYTES;
    if (image.file.readNow) image.file.readNow(offset, target);
    else await image.file.read(offset, target);
    this.readBytes += target.length;
    for (let at = start; at < end; ) {
      const length = scanner.runLength(slot, at, end);
      if (!scanner.isSet(slot, at)) this.tellData(at, at + length, start, add);
      at += length;
    }
  }

  private tellData(
    from: number,
    to: number,
    windowStart: number,
    add: (sector: number, count: number) => void,
  ): void {
    const isZero = (sector: number, count: number) =>
      this.scanner.isZero((sector - windowStart) * SECTOR_BYTES, count * SECTOR_BYTES);
    if (isZero(from, to - from)) return;
    let dataFrom = -1;
    for (let sector = from; sector <= to; sector++) {
      const holdsData = sector < to && !isZero(sector, 1);
      if (holdsData && dataFrom < 0) dataFrom = sector;
      if (holdsData || dataFrom < 0) continue;
      add(dataFrom, sector - dataFrom);
      dataFrom = -1;
    }
  }
}
