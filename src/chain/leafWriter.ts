/**
 * Writes to the newest file of a chain, so that a power cut at any moment leaves a whole file in which every sector reads
 * as before the write or as after it. Sectors are whole or not at all; what was not flushed may be lost in any part:
 *
 * - a block that is new to the file: footer at the new end → flush → bitmap and data → flush → table entry → flush
 * - sectors whose bit is clear: data → flush → bitmap
 * - sectors that the file answers already: in place, last of all, so that a write that fails for want of room changes nothing
 *
 * All blocks of one call share these flushes. Calls wait for one another, in the order in which they are made.
 */
import { viewOf } from '../base/bytes.ts';
import type { DiskError } from '../base/errors.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import type { DiskCore } from '../core/core.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import {
  type FileEnd,
  oldEndInBlock,
  placeBlocks,
  readFileEnd,
  tablePieces,
  unknownEnd,
} from '../formats/vhd/allocateBlock.ts';
import {
  type BlockTables,
  bitmapOffset,
  ENTRY_BYTES,
  entryOffset,
  UNUSED_ENTRY,
} from '../formats/vhd/blockAllocationTable.ts';
import type { BlockSummary } from '../formats/vhd/blockChecks.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import type { LayerFiles } from './layerFiles.ts';
import { tableUnknown, type WriteState, withState } from './writeFaults.ts';
import {
  type BlockPart,
  bitmapRange,
  dataWrite,
  type FileWrite,
  type KnownWrites,
  knownWrites,
  newBitmap,
  partsOf,
} from './writeParts.ts';

const NO_BYTES = new Uint8Array(0);

/** A part of a block that has no place yet, and the one it gets. */
interface NewPart {
  readonly part: BlockPart;
  readonly entry: number;
}

export class LeafWriter {
  private readonly file: RandomAccessFile;
  private readonly isDifferencing: boolean;
  private readonly diskSectors: number;
  private last: Promise<unknown> = Promise.resolve();
  private end: FileEnd | null = null;
  /** Set when the file's table could not be read back after a failed write. */
  private broken: DiskError | null = null;

  /** `summary` of the file's blocks as they are, null for flat images; it tells how new ones are aligned. */
  constructor(
    private readonly image: DiskImage,
    private readonly core: DiskCore,
    private readonly files: LayerFiles,
    private blocks: BlockSummary | null,
  ) {
    this.file = image.file;
    this.isDifferencing = image.type === 'differencing';
    this.diskSectors = image.virtualSizeBytes / SECTOR_BYTES;
  }

  /** With the blocks that were added. */
  get summary(): BlockSummary | null {
    return this.blocks;
  }

  /** `source` stays as it is until this ends. */
  write(firstSector: number, source: Uint8Array): Promise<void> {
    return this.inTurn(() => this.writeNow(firstSector, source));
  }

  flush(): Promise<void> {
    return this.inTurn(() => this.file.flush());
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => {});
    return turn;
  }

  private async writeNow(firstSector: number, source: Uint8Array): Promise<void> {
    const { tables } = this.image;
    const told = (state: WriteState) => (error: unknown) => {
      throw withState(error, state, { firstSector, sectorCount: source.length / SECTOR_BYTES });
    };
    if (tables.kind === 'flat') {
      const write = { offset: tables.dataOffset + firstSector * SECTOR_BYTES, bytes: source };
      return this.writeAll([write]).catch(told('either'));
    }
    if (this.broken) throw this.broken;
    const { known, fresh, end } = await this.prepare(tables, firstSector, source).catch(told('nothing'));
    const hidden = known.flatMap((each) => each.hidden);
    try {
      if (end) await this.moveFooter(end);
      for (const each of fresh) await this.fillBlock(tables, each);
      await this.writeAll(hidden);
      if (fresh.length > 0 || hidden.length > 0) await this.file.flush();
    } catch (error) {
      const isWhole = end === null || (await this.giveBack());
      // The bits of a dynamic disk say nothing: what was written is read at once.
      const isHidden = this.isDifferencing || hidden.length === 0;
      told(isHidden ? (isWhole ? 'nothing' : 'leaked') : 'either')(error);
    }
    await this.publish(tables, known, fresh, end).catch(told('either'));
    await this.writeAll(known.flatMap((each) => each.inPlace)).catch(told('either'));
  }

  /** What is to be written where; changes nothing. */
  private async prepare(tables: BlockTables, firstSector: number, source: Uint8Array) {
    const parts = partsOf(tables, firstSector, source);
    const entries = parts.map((part) => this.entryOf(part.block));
    const ranges = parts.flatMap((part, i) => {
      const entry = entries[i] ?? UNUSED_ENTRY;
      return entry === UNUSED_ENTRY ? [] : [{ part, entry, ...bitmapRange(part, entry) }];
    });
    const bitmaps = ranges.map(({ lengthBytes }) => new Uint8Array(lengthBytes));
    await this.file.readMany(ranges.flatMap(({ offset }, i) => ({ offset, target: bitmaps[i] ?? NO_BYTES })));
    const known = ranges.map(({ part, entry }, i) =>
      knownWrites(tables, part, entry, bitmaps[i] ?? NO_BYTES),
    );
    const added = parts.filter((_, i) => entries[i] === UNUSED_ENTRY);
    if (added.length === 0) return { known, fresh: [], end: null };
    this.end ??= await readFileEnd(readAsTables(this.image), tables, this.core.batBytes(0));
    const aligned = this.blocks?.aligned4k ?? true;
    const placed = placeBlocks(this.file.name, tables, this.end, aligned, added.length);
    const fresh = added.map((part, i): NewPart => ({ part, entry: placed.entries[i] ?? UNUSED_ENTRY }));
    return { known, fresh, end: placed.end };
  }

  private entryOf(block: number): number {
    return viewOf(this.core.batBytes(0)).getUint32(block * ENTRY_BYTES);
  }

  private async moveFooter({ footerOffset, footer }: FileEnd): Promise<void> {
    await this.file.write(footerOffset, footer);
    await this.file.flush();
    const old = this.end && oldEndInBlock(this.end);
    if (old) await this.file.write(old.offset, new Uint8Array(old.lengthBytes));
  }

  private async fillBlock(tables: BlockTables, { part, entry }: NewPart): Promise<void> {
    const bitmap = newBitmap(tables, part, this.isDifferencing, this.diskSectors);
    await this.writeAll([{ offset: bitmapOffset(entry), bytes: bitmap }, dataWrite(tables, part, entry)]);
  }

  /** After a failure before any entry was written: the file ends as it did. False where that fails too. */
  private async giveBack(): Promise<boolean> {
    const { file, end } = this;
    if (!end) return true;
    try {
      if (end.hasFooter) await file.write(end.footerOffset, end.footer);
      await file.flush();
      await file.truncate(end.fileBytes);
      await file.flush();
      return true;
    } catch {
      this.end = unknownEnd(end, file.sizeBytes);
      return false;
    }
  }

  /** Makes the file, and then this chain's memory, answer with what was written. */
  private async publish(
    tables: BlockTables,
    known: readonly KnownWrites[],
    fresh: readonly NewPart[],
    end: FileEnd | null,
  ): Promise<void> {
    if (end) {
      await this.writeEntries(tables, fresh, this.end?.lastEntry ?? null).finally(() => {
        this.end = end;
      });
    }
    const partial = known.filter((each) => each.bitmap.length > 0);
    for (const { part, bitmap } of partial) {
      try {
        await this.writeAll(bitmap);
        this.core.noteWrite(part.firstSector, part.sectorCount);
      } catch (error) {
        this.core.forgetWrite(part.firstSector, part.sectorCount);
        throw error;
      } finally {
        this.bitsChanged(part);
      }
    }
    if (end) await this.file.flush();
  }

  private async writeEntries(
    tables: BlockTables,
    fresh: readonly NewPart[],
    lastEntry: number | null,
  ): Promise<void> {
    const entries = new Map(fresh.map(({ part, entry }) => [part.block, entry]));
    try {
      await this.writeAll(tablePieces(tables, this.core.batBytes(0), entries));
      this.noteBlocks(fresh, lastEntry);
    } catch (error) {
      this.noteBlocks(await this.blocksInFile(tables, fresh), lastEntry);
      throw error;
    }
  }

  /** After a failed write to the table: what the file says now counts. */
  private async blocksInFile(tables: BlockTables, fresh: readonly NewPart[]): Promise<NewPart[]> {
    const found = fresh.map((each) => ({ each, bytes: new Uint8Array(ENTRY_BYTES) }));
    try {
      await this.file.readMany(
        found.map(({ each, bytes }) => ({ offset: entryOffset(tables, each.part.block), target: bytes })),
      );
    } catch (error) {
      this.broken = tableUnknown(this.file.name, tables, error);
      return [];
    }
    return found
      .filter(({ each, bytes }) => viewOf(bytes).getUint32(0) === each.entry)
      .map(({ each }) => each);
  }

  private noteBlocks(fresh: readonly NewPart[], lastEntry: number | null): void {
    let before = lastEntry;
    for (const { part, entry } of fresh) {
      this.core.noteBlock(part.block, entry);
      this.core.noteWrite(part.firstSector, part.sectorCount);
      this.bitsChanged(part);
      if (this.blocks) this.blocks = withBlock(this.blocks, before === null ? null : entry - before);
      before = entry;
    }
  }

  private bitsChanged({ firstSector, sectorCount }: BlockPart): void {
    const { unitSectors } = this.core;
    const endUnit = Math.ceil((firstSector + sectorCount) / unitSectors);
    this.files.bitsChanged(Math.floor(firstSector / unitSectors), endUnit);
  }

  private async writeAll(writes: readonly FileWrite[]): Promise<void> {
    for (const { offset, bytes } of writes) await this.file.write(offset, bytes);
  }
}

function withBlock(summary: BlockSummary, distance: number | null): BlockSummary {
  const stride = Math.min(
    summary.strideSectors ?? Number.POSITIVE_INFINITY,
    distance ?? Number.POSITIVE_INFINITY,
  );
  return {
    ...summary,
    allocated: summary.allocated + 1,
    strideSectors: Number.isFinite(stride) ? stride : null,
  };
}

/** The end of the file counts as a table, where the storage makes a difference. */
function readAsTables(image: DiskImage): DiskImage {
  const { file } = image;
  const readNow = file.readTableNow?.bind(file);
  if (!readNow) return image;
  const read = async (offset: number, target: Uint8Array) => readNow(offset, target);
  return { ...image, file: Object.create(file, { read: { value: read } }) };
}
