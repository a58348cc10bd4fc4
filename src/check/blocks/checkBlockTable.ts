/**
 * Checks the blocks of one file: the table, the bitmaps that it points at, what lies between them, and Xen's map. Data is
 * read only where the bits of a disk without a parent say that there should be none.
 */
import { grouped, MIB, SECTOR_BYTES, sizeText } from '../../base/units.ts';
import { BitmapScanner, SOME_CLEAR } from '../../core/bitmapScanner.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import type { Finding } from '../../formats/finding.ts';
import { FindingTally } from '../../formats/findingTally.ts';
import {
  type BlockPlaces,
  type BlockTables,
  blockPlaces,
  ENTRY_BYTES,
} from '../../formats/vhd/blockAllocationTable.ts';
import { type BlockSummary, checkPlaces } from '../../formats/vhd/blockChecks.ts';
import { FOOTER_NAME } from '../../formats/vhd/chooseFooter.ts';
import {
  type DynamicDiskHeader,
  HEADER_BYTES,
  headerStruct,
  USUAL_HEADER_OFFSET,
} from '../../formats/vhd/dynamicDiskHeader.ts';
import { BATMAP_HEADER_BYTES } from '../../formats/vhd/xenBatmap.ts';
import type { CheckContext, SpaceUse } from '../fileCheck.ts';
import { type Batmap, judgeBatmap, judgeBatmapPlace, type KnownBlocks, readBatmapHeader } from './batmap.ts';
import { DataUnderClearBits } from './dataUnderClearBits.ts';
import type { FileRange } from './fileRanges.ts';
import { type BlockRule, blockFinding } from './findings.ts';
import { judgeBits } from './judgeBits.ts';
import { judgeLostBitmaps } from './lostBitmaps.ts';
import { judgeReserved, reservedSpaces } from './reservedSpace.ts';
import { scanBitmaps } from './scanBitmaps.ts';
import { countSpace } from './spaceUse.ts';
import { judgeSurplus } from './surplusEntries.ts';

export interface BlockTableCheck {
  readonly findings: readonly Finding[];
  /** null for files without blocks, as is `blocks`. */
  readonly space: SpaceUse | null;
  readonly blocks: BlockSummary | null;
  /** Blocks whose bytes cannot be trusted, ascending. */
  readonly badBlocks: Uint32Array;
  readonly readBytes: number;
  /** The table as the file holds it, `tables.batEntries` entries. */
  readonly bat: Uint8Array;
}

const TABLE_READ_BYTES = 8 * MIB;

/**
 * What `context.advance` is told at most: the table and its bitmaps. Little else is read, but for data under clear bits; that
 * there is any to be read is known only once the bitmaps are, so it is neither in this nor told.
 */
export function blockCheckBytes(image: DiskImage): number {
  const { tables } = image;
  if (tables.kind !== 'vhd-blocks') return 0;
  const { batEntries, bitmapBytes, blockSizeBytes } = tables;
  // Bitmaps are read of blocks that lie apart in the file; only the disk's last one may be shorter.
  const blocks = Math.floor(image.file.sizeBytes / (bitmapBytes + blockSizeBytes)) + 1;
  return batEntries * ENTRY_BYTES + Math.min(batEntries, blocks) * bitmapBytes;
}

/** Throws what the storage throws, and the signal's reason. */
export async function checkBlockTable(image: DiskImage, context: CheckContext): Promise<BlockTableCheck> {
  const { tables } = image;
  if (tables.kind === 'vhd-blocks') return new TableCheck(image, tables, context).run();
  const none = new Uint8Array(0);
  return { findings: [], space: null, blocks: null, badBlocks: new Uint32Array(0), readBytes: 0, bat: none };
}

class TableCheck {
  private readonly tally: FindingTally<BlockRule>;
  private readBytes = 0;

  constructor(
    private readonly image: DiskImage,
    private readonly tables: BlockTables,
    private readonly context: CheckContext,
  ) {
    const whole = { offset: tables.batOffset, lengthBytes: tables.batEntries * ENTRY_BYTES };
    this.tally = new FindingTally<BlockRule>(blockFinding, image.file.name, whole);
  }

  async run(): Promise<BlockTableCheck> {
    const { image, tables, tally } = this;
    const header = await this.readHeader();
    const bat = await this.readTable();
    const places = blockPlaces(bat);
    const { summary, findings, badBlocks } = checkPlaces(image, tables, bat, places);
    const isBad = new Uint8Array(tables.batEntries);
    for (const block of badBlocks) isBad[block] = 1;
    const batmap = await readBatmapHeader(image);
    if (batmap) this.readBytes += BATMAP_HEADER_BYTES;
    const reserved = reservedSpaces(tables, header, batmap);
    judgeReserved(image, tables, places, isBad, reserved, tally);
    const firstBlockOffset = (places.sectors[0] ?? Number.POSITIVE_INFINITY) * SECTOR_BYTES;
    this.readBytes += await judgeSurplus(image, tables, header, firstBlockOffset, tally, this.context);
    if (image.type === 'differencing' && badBlocks.length > 0)
      judgeLostBitmaps(image, tables, places, isBad, tally);
    const isPartial = await this.scan(places, isBad, badBlocks.length, batmap !== null);
    if (batmap) await this.checkBatmap(batmap, places, { bat, isPartial, isBad });
    const space = this.countSpace(places, reserved, batmap);
    return {
      findings: [...findings, ...tally.findings()],
      space,
      blocks: summary,
      badBlocks,
      readBytes: this.readBytes,
      bat,
    };
  }

  private async readHeader(): Promise<DynamicDiskHeader> {
    const found = this.image.structures.find(({ name }) => name === headerStruct.name);
    const bytes = new Uint8Array(HEADER_BYTES);
    await this.image.file.read(found?.offset ?? USUAL_HEADER_OFFSET, bytes);
    this.readBytes += bytes.length;
    return headerStruct.parse(bytes);
  }

  private async readTable(): Promise<Uint8Array> {
    const { image, tables, context } = this;
    const bat = new Uint8Array(tables.batEntries * ENTRY_BYTES);
    for (let at = 0; at < bat.length; at += TABLE_READ_BYTES) {
      const piece = bat.subarray(at, at + TABLE_READ_BYTES);
      await image.file.read(tables.batOffset + at, piece);
      this.readBytes += piece.length;
      context.advance?.(piece.length);
      context.signal?.throwIfAborted();
    }
    return bat;
  }

  /** Judges the bitmaps. Where `notes` asks for it, the result has one byte a block: not 0 where its bitmap is not full. */
  private async scan(
    places: BlockPlaces,
    isBad: Uint8Array,
    badCount: number,
    notes: boolean,
  ): Promise<Uint8Array> {
    const { image, tables, tally, context } = this;
    const isPartial = new Uint8Array(notes ? tables.batEntries : 0);
    const goodCount = places.sectors.length - badCount;
    if (goodCount === 0) return isPartial;
    const scanner = await BitmapScanner.create(context.module, tables.bitmapBytes, goodCount);
    const data = new DataUnderClearBits(image, tables, scanner, tally, context);
    const isDynamic = image.type === 'dynamic';
    this.readBytes += await scanBitmaps(image, tables, places, isBad, scanner, context, (bitmap) => {
      const hasClear = (bitmap.verdict & SOME_CLEAR) !== 0;
      if (notes && hasClear) isPartial[bitmap.block] = 1;
      if (!isDynamic) judgeBits(tables, scanner, bitmap, tally);
      // Makers set the bits behind a dynamic disk's end, and in the padding, too.
      return isDynamic && hasClear ? data.visit(bitmap) : undefined;
    });
    this.readBytes += data.readBytes;
    return isPartial;
  }

  private async checkBatmap(batmap: Batmap, places: BlockPlaces, known: KnownBlocks): Promise<void> {
    const { image, tables, tally } = this;
    // Where something else lies on it, its bits say nothing.
    if (!judgeBatmapPlace(image, tables, places, batmap, tally) || !batmap.range) return;
    const bits = new Uint8Array(batmap.range.lengthBytes);
    await image.file.read(batmap.range.offset, bits);
    this.readBytes += bits.length;
    judgeBatmap(image, tables, batmap, bits, known, tally);
  }

  private countSpace(places: BlockPlaces, reserved: readonly FileRange[], batmap: Batmap | null): SpaceUse {
    const { image, tables, tally } = this;
    const aside = batmap?.range ? [...reserved, batmap.range] : reserved;
    const footer = image.structures.find(({ name }) => name === FOOTER_NAME) ?? null;
    const { space, leakedStretches, firstLeak } = countSpace(
      image,
      tables,
      places,
      image.structures,
      aside,
      footer?.offset ?? null,
    );
    if (firstLeak) {
      const { leakedBytes } = space;
      const much = `${grouped(leakedBytes)} bytes (${sizeText(leakedBytes)})`;
      const message =
        leakedStretches === 1
          ? `Nothing points at ${much} from ${grouped(firstLeak.offset)} on.`
          : `Nothing points at ${much} in ${grouped(leakedStretches)} stretches; the first begins at ${grouped(firstLeak.offset)}.`;
      tally.add('leaked-space', firstLeak, message);
    }
    return space;
  }
}
