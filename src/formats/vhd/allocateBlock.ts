/**
 * Gives new blocks of a dynamic or differencing disk their places at the end of its file: where bitmap and data go, where
 * the footer moves to, and which bytes of the table change. Plans only; who writes keeps the order that survives a cut.
 */
import { viewOf } from '../../base/bytes.ts';
import { DiskError } from '../../base/errors.ts';
import { grouped, SECTOR_BYTES, sizeText } from '../../base/units.ts';
import type { DiskImage } from '../diskImage.ts';
import { FileWindow } from '../fileWindow.ts';
import {
  type BlockTables,
  batBytesOf,
  ENTRY_BYTES,
  entryOffset,
  roundUp,
  UNUSED_ENTRY,
} from './blockAllocationTable.ts';
import { chooseFooter, FOOTER_NAME } from './chooseFooter.ts';
import { ALIGNMENT_BYTES, endFooterOffset } from './create.ts';

/** What a file ends with: what new blocks are put behind. */
export interface FileEnd {
  /** As it stands in the file: 512 bytes, or the 511 of an old one. */
  readonly footer: Uint8Array;
  /** Of the footer at the end; where the file has none, its end in whole sectors. */
  readonly footerOffset: number;
  readonly hasFooter: boolean;
  /** Blocks, table and other structures end here; behind the footer where the last block is cut short. */
  readonly contentEnd: number;
  readonly fileBytes: number;
  /** Highest entry of the table; null in a file without blocks. */
  readonly lastEntry: number | null;
}

/** `bat` is the table as the file holds it. Reads the two ends of the file. */
export async function readFileEnd(image: DiskImage, tables: BlockTables, bat: Uint8Array): Promise<FileEnd> {
  const window = await FileWindow.open(image.file);
  const chosen = chooseFooter(window);
  if (chosen === null) throw footerGone(image);
  const { bytes, lengthBytes } = chosen.chosen;
  const hasFooter = chosen.endOffset < window.sizeBytes;
  const footerOffset = roundUp(chosen.endOffset, SECTOR_BYTES);
  const lastEntry = highestEntry(bat);
  const ends = image.structures
    .filter((structure) => structure.name !== FOOTER_NAME)
    .map((structure) => structure.offset + structure.lengthBytes);
  ends.push(tables.batOffset + batBytesOf(tables.batEntries));
  const blocksEnd =
    lastEntry === null ? 0 : lastEntry * SECTOR_BYTES + tables.bitmapBytes + tables.blockSizeBytes;
  return {
    footer: bytes.subarray(0, lengthBytes),
    footerOffset,
    hasFooter,
    contentEnd: Math.max(blocksEnd, Math.min(footerOffset, Math.max(...ends))),
    fileBytes: window.sizeBytes,
    lastEntry,
  };
}

/** The end of a file that ends somewhere after a failed write: nothing of what is there is counted on. */
export function unknownEnd(end: FileEnd, fileBytes: number): FileEnd {
  const footerOffset = roundUp(fileBytes, SECTOR_BYTES);
  return { ...end, footerOffset, hasFooter: false, contentEnd: footerOffset, fileBytes };
}

function highestEntry(bat: Uint8Array): number | null {
  const view = viewOf(bat);
  let highest = -1;
  for (let at = 0; at + ENTRY_BYTES <= bat.length; at += ENTRY_BYTES) {
    const entry = view.getUint32(at);
    if (entry !== UNUSED_ENTRY && entry > highest) highest = entry;
  }
  return highest < 0 ? null : highest;
}

/** Bytes of the old end that come to lie in a last block that was cut short: the block gets its room, of zeros. */
export function oldEndInBlock(
  end: FileEnd,
): { readonly offset: number; readonly lengthBytes: number } | null {
  if (end.contentEnd <= end.footerOffset || end.fileBytes <= end.footerOffset) return null;
  return { offset: end.footerOffset, lengthBytes: end.fileBytes - end.footerOffset };
}

export interface Placement {
  /** Table entries of the new blocks: sectors of the file, each of a bitmap. */
  readonly entries: readonly number[];
  /** The file's end with the blocks in it. */
  readonly end: FileEnd;
}

/**
 * Places for `count` blocks, one behind the other. With `aligned4k`, data begins at multiples of 4 KiB and the file ends
 * at one, as Windows 10 does; else blocks and footer follow one another without a gap. Throws 'limit'.
 *
 * Data begins at or behind the old end of the file, so that what is not written of a block reads as zeros: only a
 * bitmap, which is written whole, may lie over the old footer and the slack before it.
 */
export function placeBlocks(
  file: string,
  tables: BlockTables,
  end: FileEnd,
  aligned4k: boolean,
  count: number,
): Placement {
  const { bitmapBytes, blockSizeBytes } = tables;
  const step = aligned4k ? ALIGNMENT_BYTES : SECTOR_BYTES;
  // More than slack between the last block and the footer: something that this program does not know may be there.
  const from = end.footerOffset - end.contentEnd < ALIGNMENT_BYTES ? end.contentEnd : end.footerOffset;
  let at = Math.max(from, end.fileBytes - bitmapBytes);
  const entries: number[] = [];
  for (let i = 0; i < count; i++) {
    const offset = roundUp(at + bitmapBytes, step) - bitmapBytes;
    entries.push(offset / SECTOR_BYTES);
    at = offset + bitmapBytes + blockSizeBytes;
  }
  if (at > HIGHEST_OFFSET) throw tooFar(file, at);
  const footerOffset = aligned4k ? endFooterOffset(at) : at;
  return {
    entries,
    end: {
      footer: end.footer,
      footerOffset,
      hasFooter: true,
      contentEnd: at,
      fileBytes: footerOffset + end.footer.length,
      lastEntry: entries.at(-1) ?? end.lastEntry,
    },
  };
}

/** Sector numbers have 32 bits. */
const HIGHEST_OFFSET = 2 ** 32 * SECTOR_BYTES;

/** Bytes of the table with `entries` (block → entry) filled in, one piece for each sector of the file that changes. */
export function tablePieces(
  tables: BlockTables,
  bat: Uint8Array,
  entries: ReadonlyMap<number, number>,
): { readonly offset: number; readonly bytes: Uint8Array }[] {
  const blocks = [...entries.keys()].sort((a, b) => a - b);
  const sectorOf = (block: number) => Math.floor(entryOffset(tables, block) / SECTOR_BYTES);
  const pieces: { readonly offset: number; readonly bytes: Uint8Array }[] = [];
  for (let i = 0; i < blocks.length; ) {
    const first = blocks[i] ?? 0;
    let last = first;
    const inSector: number[] = [];
    for (; i < blocks.length && sectorOf(blocks[i] ?? 0) === sectorOf(first); i++) {
      last = blocks[i] ?? 0;
      inSector.push(last);
    }
    const bytes = bat.slice(first * ENTRY_BYTES, (last + 1) * ENTRY_BYTES);
    const view = viewOf(bytes);
    for (const block of inSector)
      view.setUint32((block - first) * ENTRY_BYTES, entries.get(block) ?? UNUSED_ENTRY);
    pieces.push({ offset: entryOffset(tables, first), bytes });
  }
  return pieces;
}

function tooFar(file: string, endBytes: number): DiskError {
  return new DiskError({
    code: 'limit',
    message: `${file} would grow to ${sizeText(endBytes)} (${grouped(endBytes)} bytes); sector numbers in a VHD have 32 bits, which reach to 2 TiB.`,
    where: { file, offset: 0, lengthBytes: 0 },
    meaning: 'Nothing was written.',
    remedy: 'Compact the file, or merge it, to give back the room that no block uses.',
  });
}

function footerGone(image: DiskImage): DiskError {
  return new DiskError({
    code: 'changed',
    message: `${image.file.name} had a footer when it was opened; now it has none.`,
    where: { file: image.file.name, offset: 0, lengthBytes: 0 },
    meaning: 'Another program wrote to the file. Nothing was written by this one.',
    remedy: 'Stop what writes to the file, then open it again.',
  });
}
