/**
 * A target with a block table. A sector that the target holds itself, and that no source shadows, is never written over:
 * runs go to the sectors that are shadowed; a block that is cheaper to write as a whole goes to a place that no block
 * uses, and its table entry moves there with the commit. What is new to the file goes behind its last block.
 */
import { must } from '../base/assert.ts';
import { equalBytes, viewOf } from '../base/bytes.ts';
import { crc32c } from '../base/checksum.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import { readFileEnd, tablePieces } from '../formats/vhd/allocateBlock.ts';
import {
  type BlockTables,
  bitmapOffset,
  dataOffset,
  ENTRY_BYTES,
  UNUSED_ENTRY,
  usedBytesOf,
} from '../formats/vhd/blockAllocationTable.ts';
import { checkBlocks } from '../formats/vhd/blockChecks.ts';
import { filledBitmap } from '../formats/vhd/blockWriter.ts';
import { setBits } from '../formats/vhd/sectorBitmap.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import { isCheaperWhole } from './copyChoice.ts';
import { REDO_LIMIT_BYTES, type RedoRecord } from './mergeJournal.ts';
import { BATCH_BYTES, type MergeTarget, type TargetState } from './mergeTarget.ts';
import { damagedTarget, refuseStrayData, tableChanged } from './refuseTarget.ts';
import { clipRuns, joinNear, PIECE_BYTES, piecesOf } from './runPieces.ts';
import { type HeldRun, isWhole, type StretchSource, sectorsIn } from './stretchSource.ts';
import { structuresEnd } from './structuresEnd.ts';
import { TargetEnd } from './targetEnd.ts';
import { wholeSectors } from './wholeSectors.ts';

/** Redo records of one batch stay near this: there is room for much more. */
const REDO_ENOUGH_BYTES = REDO_LIMIT_BYTES / 4;
/** Table entries of one batch: each may lie in another sector of the table. */
const MOST_ENTRIES = 1024;

export interface BlocksTargetOptions {
  /** A file of our own making: blocks of a dynamic one that hold only zeros are left out. */
  readonly isNew: boolean;
  /** Places for blocks that move, at most. */
  readonly mostSpares: number;
  readonly batchBytes?: number;
  readonly onMoved?: (block: number, entry: number) => void;
}

/** What a journal says of a target that was left. */
export type LeftState = TargetState;

export class BlocksTarget implements MergeTarget {
  readonly file: RandomAccessFile;
  readonly blockSizeBytes: number;
  readonly blockCount: number;
  private readonly isDifferencing: boolean;
  private readonly batchBytes: number;
  /** Places that no block uses and that are durably so. */
  private spares: number[] = [];
  /** Places that moved blocks had before: spares once the batch is committed. */
  private freed: number[] = [];
  private readonly entries = new Map<number, number>();
  private readonly bitmaps: RedoRecord[] = [];
  private bitmapBytes = 0;
  private writtenBytes = 0;

  private constructor(
    private readonly image: DiskImage,
    private readonly tables: BlockTables,
    /** As the file holds it after the last commit. */
    private readonly bat: Uint8Array,
    private readonly end: TargetEnd,
    /** Where blocks may begin: behind everything that is no block. */
    private readonly floor: number,
    private readonly options: BlocksTargetOptions,
  ) {
    this.file = image.file;
    this.blockSizeBytes = tables.blockSizeBytes;
    this.blockCount = Math.ceil(image.virtualSizeBytes / tables.blockSizeBytes);
    this.isDifferencing = image.type === 'differencing';
    this.batchBytes = options.batchBytes ?? BATCH_BYTES;
  }

  /** `left` is what the journal of an interrupted merge says. Throws 'corrupt' for a target whose table has errors. */
  static async open(
    image: DiskImage,
    tables: BlockTables,
    options: BlocksTargetOptions,
    left: LeftState | null,
  ): Promise<BlocksTarget> {
    const bat = new Uint8Array(tables.batEntries * ENTRY_BYTES);
    await image.file.read(tables.batOffset, bat);
    const check = checkBlocks(image, bat);
    const wrong = check.findings.find(({ severity }) => severity === 'error');
    // Behind a cut the end of the file is not as its table wants it; that is put right below.
    if (wrong && !left) throw damagedTarget(image, wrong.message);
    if (left && crc32c(bat) !== left.tableCrc) throw tableChanged(image, tables);
    const floor = await structuresEnd(image, tables);
    const found = await readFileEnd(image, tables, bat);
    const fileEnd = { ...found, contentEnd: Math.max(found.contentEnd, floor) };
    const aligned4k = check.summary?.aligned4k ?? true;
    const end = await TargetEnd.open(image.file, tables, aligned4k, fileEnd);
    const target = new BlocksTarget(image, tables, bat, end, floor, options);
    if (left) await target.putBack(left);
    else if (!options.isNew) await refuseStrayData(image, fileEnd);
    return target;
  }

  get isDirty(): boolean {
    return this.writtenBytes > 0 || this.entries.size > 0;
  }

  async copy(block: number, source: StretchSource): Promise<number | null> {
    const isFull = this.writtenBytes >= this.batchBytes || this.bitmapBytes >= REDO_ENOUGH_BYTES;
    if (isFull || this.entries.size >= MOST_ENTRIES) return null;
    const firstSector = (block * this.blockSizeBytes) / SECTOR_BYTES;
    const used = usedBytesOf(this.tables, block, this.image.virtualSizeBytes) / SECTOR_BYTES;
    const runs = await source.runs(firstSector, used);
    if (runs.length === 0) return 0;
    const entry = this.entryOf(block);
    const copied = sectorsIn(runs) * SECTOR_BYTES;
    const work = { block, firstSector, used, runs, source };
    const isCut = used * SECTOR_BYTES < this.blockSizeBytes;
    if (entry === UNUSED_ENTRY) await this.addBlock(work);
    // A last block may be cut short where it lies: its place must not become a spare, another block may follow at once.
    else if (isCut || isWhole(runs, used) || !isCheaperWhole(runs, this.blockSizeBytes))
      await this.writeRuns(work, entry);
    else if (!(await this.moveBlock(work, entry))) return null;
    return copied;
  }

  async prepare(): Promise<readonly RedoRecord[]> {
    await this.end.writeFooter();
    await this.file.flush();
    const pieces = tablePieces(this.tables, this.bat, this.entries);
    const table = await wholeSectors(this.file, pieces);
    const view = viewOf(this.bat);
    for (const [block, entry] of this.entries) view.setUint32(block * ENTRY_BYTES, entry);
    return [...table, ...this.bitmaps];
  }

  state(): TargetState {
    return {
      spares: [...this.spares, ...this.freed],
      contentEnd: this.end.contentEnd,
      tableCrc: crc32c(this.bat),
    };
  }

  committed(): void {
    for (const [block, entry] of this.entries) this.options.onMoved?.(block, entry);
    this.entries.clear();
    this.spares.push(...this.freed);
    this.freed = [];
    this.bitmaps.length = 0;
    this.bitmapBytes = 0;
    this.writtenBytes = 0;
  }

  /** The last blocks of the file move to the first spares. */
  async giveBack(): Promise<boolean> {
    this.spares.sort((a, b) => a - b);
    while (this.writtenBytes < this.batchBytes && this.spares.length > 0) {
      const last = this.lastBlock();
      const spare = must(this.spares.shift(), 'a spare is left');
      // What lies behind the last block goes with the end of the file.
      if (last === null || last.entry < spare) continue;
      await this.moveAsIs(last.block, last.entry, spare);
    }
    return this.isDirty;
  }

  async trim(): Promise<void> {
    const last = this.lastBlock();
    const blocksEnd = last === null ? 0 : bitmapOffset(last.entry) + this.placeBytes;
    await this.end.trim(Math.max(this.floor, blocksEnd));
  }

  private get placeBytes(): number {
    return this.tables.bitmapBytes + this.blockSizeBytes;
  }

  private entryOf(block: number): number {
    return this.entries.get(block) ?? viewOf(this.bat).getUint32(block * ENTRY_BYTES);
  }

  // ── A block that the target has: runs in place ─────────────────────────────────────────────────────────────────────

  private async writeRuns(work: Work, entry: number): Promise<void> {
    const { firstSector, used, runs, source } = work;
    if (this.isDifferencing) await this.setBitmap(entry, runs);
    const start = dataOffset(this.tables, entry);
    for (const piece of piecesOf(used)) {
      const inside = clipRuns(runs, piece.from, piece.sectorCount);
      if (inside.length === 0) continue;
      const data = source.staging.subarray(0, piece.sectorCount * SECTOR_BYTES);
      await source.read(firstSector + piece.from, data, this.scratch(source));
      for (const run of inside) await this.write(start, piece.from, run, data);
    }
  }

  /** The bits change with the commit: a bitmap is written over in place. */
  private async setBitmap(entry: number, runs: readonly HeldRun[]): Promise<void> {
    const bits = new Uint8Array(this.tables.bitmapBytes);
    await this.file.read(bitmapOffset(entry), bits);
    const before = bits.slice();
    for (const { from, sectorCount } of runs) setBits(bits, from, sectorCount);
    for (let at = 0; at < bits.length; at += SECTOR_BYTES) {
      const sector = bits.subarray(at, at + SECTOR_BYTES);
      if (equalBytes(sector, before.subarray(at, at + SECTOR_BYTES))) continue;
      this.bitmaps.push({ offset: bitmapOffset(entry) + at, bytes: sector });
      this.bitmapBytes += SECTOR_BYTES;
    }
  }

  // ── A block as a whole ─────────────────────────────────────────────────────────────────────────────────────────────

  private async addBlock(work: Work): Promise<void> {
    const { block, runs, source } = work;
    const isOnePiece = this.blockSizeBytes <= PIECE_BYTES;
    const first = await this.compose(work, 0, null);
    if (this.options.isNew && !this.isDifferencing && isOnePiece && source.isZero(first)) return;
    const bits = new Uint8Array(this.tables.bitmapBytes);
    if (this.isDifferencing) for (const { from, sectorCount } of runs) setBits(bits, from, sectorCount);
    else bits.set(filledBitmap(bits.length, this.blockSizeBytes / SECTOR_BYTES));
    const spare = this.spares.shift();
    const entry = spare ?? (await this.end.place());
    // A spare holds what was there before; behind the end of the file all is zeros until it is written.
    const isFresh = spare === undefined && !isWhole(runs, work.used);
    await this.putTogether(work, entry, bits, null, isFresh);
    this.entries.set(block, entry);
  }

  /** False: every spare of this batch is taken. */
  private async moveBlock(work: Work, from: number): Promise<boolean> {
    const entry = this.spares.shift() ?? (await this.madeSpare());
    if (entry === null) return false;
    const bits = new Uint8Array(this.tables.bitmapBytes);
    await this.file.read(bitmapOffset(from), bits);
    if (this.isDifferencing) for (const run of work.runs) setBits(bits, run.from, run.sectorCount);
    await this.compose(work, 0, from);
    await this.putTogether(work, entry, bits, from, false);
    this.entries.set(work.block, entry);
    this.freed.push(from);
    return true;
  }

  /**
   * A piece of the block, from sector `from` of it on, in the staging memory with room for a bitmap before it: the
   * target's own sectors, those of the sources over them, zeros elsewhere.
   */
  private async compose(work: Work, from: number, own: number | null): Promise<Uint8Array> {
    const { firstSector, used, source } = work;
    const { bitmapBytes } = this.tables;
    const lengthBytes = Math.min(PIECE_BYTES, this.blockSizeBytes - from * SECTOR_BYTES);
    const data = source.staging.subarray(bitmapBytes, bitmapBytes + lengthBytes);
    const here = data.subarray(0, Math.max(0, used - from) * SECTOR_BYTES);
    // The sources fill a whole block; clearing it first would cost as much as copying it.
    if (own === null) data.fill(0, isWhole(work.runs, used) ? here.length : 0);
    else {
      await this.readOwn(dataOffset(this.tables, own) + from * SECTOR_BYTES, here);
      data.fill(0, here.length);
    }
    if (here.length > 0) await source.read(firstSector + from, here, this.scratch(source));
    return data;
  }

  /** Writes bitmap and data at `entry`; the first piece is in the staging memory. */
  private async putTogether(
    work: Work,
    entry: number,
    bits: Uint8Array,
    own: number | null,
    isFresh: boolean,
  ): Promise<void> {
    const { runs, source } = work;
    const total = this.blockSizeBytes / SECTOR_BYTES;
    const start = dataOffset(this.tables, entry);
    const atOnce = source.staging.subarray(0, bits.length + Math.min(PIECE_BYTES, this.blockSizeBytes));
    if (isFresh) {
      await this.file.write(bitmapOffset(entry), bits);
      this.writtenBytes += bits.length;
    } else {
      // Bitmap and data follow one another in the file.
      atOnce.set(bits);
      await this.file.write(bitmapOffset(entry), atOnce);
      this.writtenBytes += atOnce.length;
    }
    for (const { from, sectorCount } of piecesOf(total)) {
      const data = from === 0 ? atOnce.subarray(bits.length) : await this.compose(work, from, own);
      const spans = isFresh
        ? joinNear(clipRuns(runs, from, sectorCount))
        : from === 0
          ? []
          : [{ from: 0, sectorCount }];
      for (const span of spans) await this.write(start, from, span, data);
    }
  }

  private async moveAsIs(block: number, from: number, to: number): Promise<void> {
    const piece = new Uint8Array(Math.min(PIECE_BYTES + this.tables.bitmapBytes, this.placeBytes));
    for (let at = 0; at < this.placeBytes; at += piece.length) {
      const bytes = piece.subarray(0, Math.min(piece.length, this.placeBytes - at));
      await this.readOwn(bitmapOffset(from) + at, bytes);
      await this.file.write(bitmapOffset(to) + at, bytes);
      this.writtenBytes += bytes.length;
    }
    this.entries.set(block, to);
  }

  /** A last block may be cut short at the end of the disk: what the file does not have of it is zeros. */
  private async readOwn(offset: number, target: Uint8Array): Promise<void> {
    const here = Math.max(0, Math.min(target.length, this.file.sizeBytes - offset));
    await this.file.read(offset, target.subarray(0, here));
    target.fill(0, here);
  }

  private async write(start: number, from: number, run: HeldRun, data: Uint8Array): Promise<void> {
    const at = run.from * SECTOR_BYTES;
    const bytes = data.subarray(at, at + run.sectorCount * SECTOR_BYTES);
    await this.file.write(start + from * SECTOR_BYTES + at, bytes);
    this.writtenBytes += bytes.length;
  }

  private scratch(source: StretchSource): Uint8Array {
    return source.staging.subarray(this.tables.bitmapBytes + Math.min(PIECE_BYTES, this.blockSizeBytes));
  }

  // ── Places ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  private async madeSpare(): Promise<number | null> {
    // Blocks that are new to the file take spares for good: what counts is how many there are, not how many were made.
    if (this.freed.length >= this.options.mostSpares) return null;
    return this.end.place();
  }

  /** The allocated block that lies furthest back. */
  private lastBlock(): { readonly block: number; readonly entry: number } | null {
    let last: { block: number; entry: number } | null = null;
    const table = viewOf(this.bat);
    for (let block = 0; block * ENTRY_BYTES < this.bat.length; block++) {
      const entry = this.entries.get(block) ?? table.getUint32(block * ENTRY_BYTES);
      if (entry !== UNUSED_ENTRY && (last === null || entry > last.entry)) last = { block, entry };
    }
    return last;
  }

  /** After a cut: what the batch that was lost had put behind the end goes. */
  private async putBack({ spares, contentEnd }: LeftState): Promise<void> {
    this.spares = [...spares];
    await this.end.trim(contentEnd);
    const found = await readFileEnd(this.image, this.tables, this.bat);
    this.end.begin({ ...found, contentEnd });
  }
}

/** A block of the target with something to copy. */
interface Work {
  readonly block: number;
  readonly firstSector: number;
  /** Sectors of the disk that the block has. */
  readonly used: number;
  readonly runs: readonly HeldRun[];
  readonly source: StretchSource;
}
