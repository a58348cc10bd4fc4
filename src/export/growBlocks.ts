/** A disk with blocks grows: its table gets more entries, where it is or at a new place behind the last block. */
import { must } from '../base/assert.ts';
import { viewOf } from '../base/bytes.ts';
import { grouped, SECTOR_BYTES } from '../base/units.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { Annotation } from '../formats/struct.ts';
import {
  type BlockPlaces,
  type BlockTables,
  batBytesOf,
  bitmapOffset,
  blockCountOf,
  blockPlaces,
  dataOffset,
  ENTRY_BYTES,
  MAX_BLOCK_COUNT,
  roundUp,
  usedBytesOf,
} from '../formats/vhd/blockAllocationTable.ts';
import { checkPlaces } from '../formats/vhd/blockChecks.ts';
import { FOOTER_NAME } from '../formats/vhd/chooseFooter.ts';
import { ALIGNMENT_BYTES, endFooterOffset } from '../formats/vhd/create.ts';
import { HEADER_BYTES, headerChecksum, headerStruct, locatorsOf } from '../formats/vhd/dynamicDiskHeader.ts';
import { FOOTER_BYTES } from '../formats/vhd/footer.ts';
import { BAT_NAME } from '../formats/vhd/openBlocks.ts';
import { dataSpaceBytes, isUsed, LOCATOR_READ_LIMIT_BYTES } from '../formats/vhd/parentLocator.ts';
import { BATMAP_NAME, batmapStruct, emptyBatmap } from '../formats/vhd/xenBatmap.ts';
import type { Patch } from '../storage/patch.ts';
import { clearFrom } from './blockPieces.ts';
import { clearStretch } from './clearStretch.ts';
import { damaged, inTheWay, tooManyBlocks } from './growErrors.ts';
import type { Growth } from './planGrow.ts';

export async function growBlocks(growth: Growth, tables: BlockTables): Promise<Patch> {
  const { image, chosen, virtualSizeBytes, footer, draft } = growth;
  const needed = blockCountOf(virtualSizeBytes, tables.blockSizeBytes);
  if (needed > MAX_BLOCK_COUNT) throw tooManyBlocks(image, needed, MAX_BLOCK_COUNT);
  const table = new Uint8Array(needed * ENTRY_BYTES).fill(0xff);
  const old = table.subarray(0, tables.batEntries * ENTRY_BYTES);
  await image.file.read(tables.batOffset, old);
  const places = blockPlaces(old);
  const wrong = checkPlaces(image, tables, old, places).findings.find(({ severity }) => severity === 'error');
  if (wrong) throw damaged(image, wrong);

  const hasEnd = chosen.endOffset < image.file.sizeBytes;
  if (hasEnd) draft.put(chosen.endOffset, new Uint8Array(image.file.sizeBytes - chosen.endOffset));
  await clearLastBlock(growth, tables, places);
  const header = await readHeader(image);
  const oldMax = headerStruct.parse(header.bytes).maxTableEntries;
  const batmap = await readBatmap(image);
  const parentPaths = locatorSpaces(image, header.bytes);
  let end = contentEnd(image, tables, places, batmap, parentPaths);
  if (await fitsInPlace(image, tables, places, needed, oldMax, batmap, parentPaths)) {
    draft.put(tables.batOffset + old.length, table.subarray(old.length));
    setHeader(header.bytes, tables.batOffset, Math.max(needed, oldMax));
    // Whoever keeps the map finds it where it was, and makes it anew.
    if (batmap) draft.put(batmap.offset + batmapStruct.offsetOf('marker'), Uint8Array.of(1));
  } else {
    const offset = roundUp(end, ALIGNMENT_BYTES);
    end = moveTable(growth, offset, table, batmap !== null);
    setHeader(header.bytes, offset, needed);
  }
  draft.put(header.offset, header.bytes);
  // The header is never written over: a copy only where there is room for one.
  if (header.offset >= FOOTER_BYTES) draft.put(0, footer);
  const least = roundUp(chosen.endOffset, SECTOR_BYTES);
  const footerOffset = hasEnd && end <= least ? least : Math.max(endFooterOffset(end), least);
  draft.put(footerOffset, footer);
  return draft.patch(footerOffset + FOOTER_BYTES);
}

/** Returns where it ends: padded as a new file's. Xen looks for its map right behind the table. */
function moveTable({ draft }: Growth, offset: number, table: Uint8Array, hasBatmap: boolean): number {
  const entries = table.length / ENTRY_BYTES;
  const step = hasBatmap ? SECTOR_BYTES : ALIGNMENT_BYTES;
  const padded = new Uint8Array(roundUp(table.length, step)).fill(0xff);
  padded.set(table);
  draft.put(offset, padded);
  let end = offset + padded.length;
  for (const part of hasBatmap ? emptyBatmap(end, entries) : []) {
    draft.put(part.offset, part.bytes);
    end = part.offset + part.bytes.length;
  }
  return end;
}

/**
 * Sectors of the last block that the disk did not have until now: zeros, or in a differencing disk clear bits, so that
 * the parent answers for them.
 */
async function clearLastBlock(growth: Growth, tables: BlockTables, places: BlockPlaces): Promise<void> {
  const { image, draft } = growth;
  const last = blockCountOf(image.virtualSizeBytes, tables.blockSizeBytes) - 1;
  const at = places.blocks.indexOf(last);
  if (at < 0) return;
  const data = dataOffset(tables, places.sectors[at] ?? 0);
  const used = usedBytesOf(tables, last, image.virtualSizeBytes);
  const end = data + tables.blockSizeBytes;
  const next = places.sectors[at + 1];
  const behind = image.structures.find(
    ({ name, offset }) => name !== FOOTER_NAME && offset >= data && offset < end,
  );
  if ((next !== undefined && bitmapOffset(next) < end) || behind) {
    const found = `its last block, ${grouped(last)}, has no room behind the end of the disk`;
    throw inTheWay(image, found, data + used);
  }
  if (image.type === 'differencing') {
    const bitmap = new Uint8Array(tables.bitmapBytes);
    await image.file.read(data - tables.bitmapBytes, bitmap);
    clearFrom(bitmap, used / SECTOR_BYTES);
    draft.put(data - tables.bitmapBytes, bitmap);
  } else {
    await clearStretch(image, draft, data + used, end);
  }
}

/** A stretch of the file. */
interface Space {
  readonly offset: number;
  readonly end: number;
}

/** What is set aside for the parent's paths, whether they fill it or not: their writer may make use of it again. */
function locatorSpaces({ type, file }: DiskImage, header: Uint8Array): Space[] {
  if (type !== 'differencing') return [];
  return locatorsOf(headerStruct.parse(header))
    .filter((locator) => isUsed(locator) && locator.platformDataOffset < BigInt(file.sizeBytes))
    .map(({ platformDataOffset, platformDataSpace, platformDataLength }) => {
      const offset = Number(platformDataOffset);
      const space = Math.max(dataSpaceBytes(platformDataSpace) ?? 0, platformDataLength);
      return { offset, end: offset + Math.min(space, LOCATOR_READ_LIMIT_BYTES) };
    });
}

/** Behind every whole block, and behind every structure but the footer at the end. */
function contentEnd(
  image: DiskImage,
  tables: BlockTables,
  places: BlockPlaces,
  batmap: FoundBatmap | null,
  parentPaths: readonly Space[],
): number {
  const lastSector = places.sectors.at(-1);
  let end = lastSector === undefined ? 0 : dataOffset(tables, lastSector) + tables.blockSizeBytes;
  for (const { offset, lengthBytes } of otherStructures(image)) end = Math.max(end, offset + lengthBytes);
  for (const space of parentPaths) end = Math.max(end, space.end);
  const tableBytes = batBytesOf(tables.batEntries);
  return Math.max(end, tables.batOffset + tableBytes, batmap?.end ?? 0);
}

/** True where the entries fit behind the table without touching anything but its padding. */
async function fitsInPlace(
  image: DiskImage,
  tables: BlockTables,
  places: BlockPlaces,
  needed: number,
  oldMax: number,
  batmap: FoundBatmap | null,
  parentPaths: readonly Space[],
): Promise<boolean> {
  const { batOffset, batEntries } = tables;
  const end = batOffset + needed * ENTRY_BYTES;
  if (batmap && (batBytesOf(Math.max(needed, oldMax)) !== batBytesOf(oldMax) || batmap.bits < needed))
    return false;
  const behind = otherStructures(image).filter(({ offset }) => offset > batOffset);
  const obstacles = [...behind, ...parentPaths].map(({ offset }) => offset);
  obstacles.push(...placeOf(batmap), footerAt(image));
  const [firstSector] = places.sectors;
  if (firstSector !== undefined) obstacles.push(bitmapOffset(firstSector));
  if (obstacles.some((offset) => offset >= batOffset && offset < end)) return false;
  const from = batOffset + Math.max(batEntries, oldMax) * ENTRY_BYTES;
  if (from >= end) return true;
  const padding = new Uint8Array(end - from);
  await image.file.read(from, padding);
  return padding.every((byte) => byte === 0xff) || padding.every((byte) => byte === 0);
}

const placeOf = (batmap: FoundBatmap | null) => (batmap ? [batmap.offset, batmap.bitsOffset] : []);

/** Where the footer at the end begins; the end of the file where there is none. */
function footerAt({ structures, file }: DiskImage): number {
  return structures.find(({ name }) => name === FOOTER_NAME)?.offset ?? file.sizeBytes;
}

function otherStructures({ structures }: DiskImage): readonly Annotation[] {
  return structures.filter(({ name }) => name !== FOOTER_NAME && name !== BAT_NAME);
}

async function readHeader({ file, structures }: DiskImage): Promise<{ offset: number; bytes: Uint8Array }> {
  const { offset } = must(
    structures.find(({ name }) => name === headerStruct.name),
    'an opened disk with blocks has a header',
  );
  const bytes = new Uint8Array(HEADER_BYTES);
  await file.read(offset, bytes);
  return { offset, bytes };
}

function setHeader(bytes: Uint8Array, tableOffset: number, maxTableEntries: number): void {
  const view = viewOf(bytes);
  view.setBigUint64(headerStruct.offsetOf('tableOffset'), BigInt(tableOffset));
  view.setUint32(headerStruct.offsetOf('maxTableEntries'), maxTableEntries);
  view.setUint32(headerStruct.offsetOf('checksum'), headerChecksum(bytes));
}

interface FoundBatmap {
  readonly offset: number;
  readonly bitsOffset: number;
  /** Blocks that it has room for. */
  readonly bits: number;
  /** Behind header and bits, where the file holds them. */
  readonly end: number;
}

async function readBatmap({ file, structures }: DiskImage): Promise<FoundBatmap | null> {
  const found = structures.find(({ name }) => name === BATMAP_NAME);
  if (!found) return null;
  const bytes = new Uint8Array(batmapStruct.sizeBytes);
  await file.read(found.offset, bytes);
  const { batmapOffset, batmapSectors } = batmapStruct.parse(bytes);
  const bitsBytes = batmapSectors * SECTOR_BYTES;
  const isHere = batmapOffset + BigInt(bitsBytes) <= BigInt(file.sizeBytes);
  const bitsOffset = isHere ? Number(batmapOffset) : found.offset;
  const end = Math.max(found.offset + SECTOR_BYTES, isHere ? bitsOffset + bitsBytes : 0);
  return { offset: found.offset, bitsOffset, bits: isHere ? bitsBytes * 8 : 0, end };
}
