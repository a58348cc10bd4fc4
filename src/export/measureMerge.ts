/** What merging a differencing disk into its parent would need and give, from block tables and bitmaps alone. */
import { assert } from '../base/assert.ts';
import { viewOf } from '../base/bytes.ts';
import { DiskError } from '../base/errors.ts';
import { Pacer } from '../base/pacer.ts';
import type { ProgressMeter } from '../base/progress.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import type { CoreModule } from '../core/core.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import { placeBlocks, readFileEnd } from '../formats/vhd/allocateBlock.ts';
import { type BlockTables, ENTRY_BYTES, roundUp, UNUSED_ENTRY } from '../formats/vhd/blockAllocationTable.ts';
import { FOOTER_BYTES } from '../formats/vhd/footer.ts';
import { BitmapReader, readTable, usedEntries } from './blockPieces.ts';
import type { Measurement } from './measurement.ts';

export interface MeasureMergeOptions {
  readonly module: CoreModule;
  /** Counts bytes of the child's bitmaps. */
  readonly meter?: ProgressMeter;
  readonly signal?: AbortSignal;
}

/**
 * Exact for what is copied and for the parent's size: each sector with a set bit is copied once, and a block that the
 * parent lacks goes to the end of its file. Sectors behind the end of the parent's disk count as well. Throws
 * 'bad-request' for a child that is not a differencing disk, 'limit' where the parent's file would grow too large.
 */
export async function measureMerge(
  child: DiskImage,
  parent: DiskImage,
  { module, meter, signal }: MeasureMergeOptions,
): Promise<Measurement> {
  const { tables, type, file } = child;
  if (tables.kind !== 'vhd-blocks' || type !== 'differencing') throw notAChild(child);
  const table = await readTable(file, tables.batOffset, tables.batEntries);
  const bitmaps = await BitmapReader.create(module, child, tables, signal);
  const target = await ParentBlocks.of(parent);
  const pacer = new Pacer();
  let setSectors = 0;
  for await (const { block, bytes, sectorCount } of bitmaps.read(table, child.virtualSizeBytes)) {
    const firstByte = block * tables.blockSizeBytes;
    const stepSectors = Math.min(tables.blockSizeBytes, target.blockSizeBytes) / SECTOR_BYTES;
    for (let from = 0; from < sectorCount; from += stepSectors) {
      const set = bitmaps.scanner.countSet(bytes, from, Math.min(stepSectors, sectorCount - from));
      if (set > 0) target.touch(Math.floor((firstByte + from * SECTOR_BYTES) / target.blockSizeBytes));
      setSectors += set;
    }
    meter?.advance(tables.bitmapBytes);
    await pacer.step(signal);
  }
  meter?.finish();
  const dataBytes = setSectors * SECTOR_BYTES;
  const fileBytes = await target.fileBytesAfter();
  return {
    readBytes: table.bytes.length + bitmaps.readBytes + target.readBytes + dataBytes,
    writeBytes: dataBytes + target.structureBytes(),
    fileBytes,
    exact: true,
    blocks: target.addedBlocks,
    newFiles: 0,
    freedBytes: file.sizeBytes - (fileBytes - parent.file.sizeBytes),
  };
}

/** The parent's blocks as the merge finds them, and which of them it touches. Blocks are touched in ascending order. */
class ParentBlocks {
  addedBlocks = 0;
  private touchedBlocks = 0;
  private last = -1;

  private constructor(
    private readonly parent: DiskImage,
    private readonly tables: BlockTables | null,
    /** As the file holds it. */
    private readonly bat: Uint8Array,
  ) {}

  static async of(parent: DiskImage): Promise<ParentBlocks> {
    const { tables, file } = parent;
    if (tables.kind !== 'vhd-blocks') return new ParentBlocks(parent, null, new Uint8Array(0));
    const { bytes } = await readTable(file, tables.batOffset, tables.batEntries);
    return new ParentBlocks(parent, tables, bytes);
  }

  /** Infinity: the parent has no blocks. */
  get blockSizeBytes(): number {
    return this.tables?.blockSizeBytes ?? Number.POSITIVE_INFINITY;
  }

  /** The table, and the bitmaps that are changed. */
  get readBytes(): number {
    return this.bat.length + this.changedBitmaps * this.bitmapBytes;
  }

  touch(block: number): void {
    assert(block >= this.last, 'blocks come in ascending order');
    if (!this.tables || block === this.last) return;
    this.last = block;
    this.touchedBlocks++;
    const at = block * ENTRY_BYTES;
    const isAllocated = at < this.bat.length && viewOf(this.bat).getUint32(at) !== UNUSED_ENTRY;
    if (!isAllocated) this.addedBlocks++;
  }

  /** Footer, table and bitmaps; bitmaps of a dynamic parent have every bit set already. */
  structureBytes(): number {
    const bitmaps = (this.changedBitmaps + this.addedBlocks) * this.bitmapBytes;
    return this.addedBlocks > 0 ? bitmaps + roundUp(this.bat.length, SECTOR_BYTES) + FOOTER_BYTES : bitmaps;
  }

  async fileBytesAfter(): Promise<number> {
    const { parent, tables, bat } = this;
    if (!tables || this.addedBlocks === 0) return parent.file.sizeBytes;
    const end = await readFileEnd(parent, tables, bat);
    const bitmapSectors = tables.bitmapBytes / SECTOR_BYTES;
    let aligned4k = true;
    for (const { entry } of usedEntries(bat)) if ((entry + bitmapSectors) % 8 !== 0) aligned4k = false;
    return placeBlocks(parent.file.name, tables, end, aligned4k, this.addedBlocks).end.fileBytes;
  }

  private get bitmapBytes(): number {
    return this.tables?.bitmapBytes ?? 0;
  }

  private get changedBitmaps(): number {
    return this.parent.type === 'differencing' ? this.touchedBlocks - this.addedBlocks : 0;
  }
}

function notAChild({ file, type }: DiskImage): DiskError {
  return new DiskError({
    code: 'bad-request',
    message: `${file.name} is a ${type} disk: it has no parent that it could be merged into.`,
    meaning: 'Nothing was written.',
    remedy: 'Choose a differencing disk.',
  });
}
