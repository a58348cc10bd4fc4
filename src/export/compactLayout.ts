/**
 * The structures of a file that holds the same disk without what need not be kept: footer and header as they are, but for
 * the places; parent locators byte for byte; room for a new block table.
 */
import { must } from '../base/assert.ts';
import { viewOf } from '../base/bytes.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import { FileWindow } from '../formats/fileWindow.ts';
import {
  type BlockTables,
  batBytesOf,
  blockCountOf,
  ENTRY_BYTES,
  MAX_BLOCK_COUNT,
  roundUp,
} from '../formats/vhd/blockAllocationTable.ts';
import { chooseFooter } from '../formats/vhd/chooseFooter.ts';
import { ALIGNMENT_BYTES, type NewVhd } from '../formats/vhd/create.ts';
import { MAX_DISK_BYTES } from '../formats/vhd/diskSize.ts';
import {
  HEADER_BYTES,
  headerChecksum,
  headerStruct,
  locatorOffset,
  locatorsOf,
} from '../formats/vhd/dynamicDiskHeader.ts';
import { FOOTER_BYTES, type Footer, footerChecksum, footerStruct } from '../formats/vhd/footer.ts';
import {
  dataSpaceBytes,
  isUsed,
  LOCATOR_READ_LIMIT_BYTES,
  type ParentLocator,
  parentLocatorStruct,
} from '../formats/vhd/parentLocator.ts';
import { BATMAP_NAME, emptyBatmap } from '../formats/vhd/xenBatmap.ts';

export interface CompactLayout {
  readonly vhd: NewVhd;
  /** Bytes of the disk that are kept: all that either of the footer's two sizes means. */
  readonly diskBytes: number;
  /** Entries of the old table that count. */
  readonly oldEntries: number;
}

export async function layOutCompact(image: DiskImage, tables: BlockTables): Promise<CompactLayout> {
  const window = await FileWindow.open(image.file);
  const { chosen } = must(chooseFooter(window), 'an opened VHD has a footer');
  const headerAt = must(
    image.structures.find(({ name }) => name === headerStruct.name),
    'an opened disk with blocks has a header',
  ).offset;
  const [read] = await window.read([{ offset: headerAt, lengthBytes: HEADER_BYTES }]);
  const header = must(read, 'one range, one result').slice();
  const { maxTableEntries } = headerStruct.parse(header);
  const diskBytes = keptBytes(image.virtualSizeBytes, chosen.footer, tables.blockSizeBytes);
  const batEntries = blockCountOf(diskBytes, tables.blockSizeBytes);
  const held = Math.floor((image.file.sizeBytes - tables.batOffset) / ENTRY_BYTES);

  const locators = await readLocators(window, header);
  const hasBatmap = image.structures.some(({ name }) => name === BATMAP_NAME);
  const places = layOut(locators, batEntries, hasBatmap);
  const view = viewOf(header);
  view.setBigUint64(headerStruct.offsetOf('tableOffset'), BigInt(places.batOffset));
  view.setUint32(headerStruct.offsetOf('maxTableEntries'), batEntries);
  for (const [i, { entry }] of locators.entries()) {
    const stored = { ...entry, platformDataOffset: BigInt(places.locatorOffsets[i] ?? 0) };
    parentLocatorStruct.write(stored, header.subarray(locatorOffset(0, i), locatorOffset(0, i + 1)));
  }
  view.setUint32(headerStruct.offsetOf('checksum'), headerChecksum(header));
  const footer = footerFor(chosen.bytes);
  return {
    diskBytes,
    oldEntries: Math.min(maxTableEntries, batEntries, held),
    vhd: {
      parts: [
        { offset: 0, bytes: footer },
        { offset: FOOTER_BYTES, bytes: header },
        ...locators.flatMap(({ data }, i) =>
          data.length > 0 ? [{ offset: places.locatorOffsets[i] ?? 0, bytes: data }] : [],
        ),
        ...places.batmap,
      ],
      footer,
      firstBlockOffset: places.end,
      blocks: { ...tables, batOffset: places.batOffset, batBytes: places.batBytes, batEntries },
    },
  };
}

/** Makers differ in which field is the size; what lies behind the smaller one is nobody's to drop. */
function keptBytes(virtualSizeBytes: number, { currentSize }: Footer, blockSizeBytes: number): number {
  const current = Math.floor(Number(currentSize) / SECTOR_BYTES) * SECTOR_BYTES;
  const largest = Math.min(MAX_DISK_BYTES, MAX_BLOCK_COUNT * blockSizeBytes);
  return current <= largest ? Math.max(virtualSizeBytes, current) : virtualSizeBytes;
}

/** The footer with the header where this program puts it. */
function footerFor(old: Uint8Array): Uint8Array {
  const footer = old.slice(0, FOOTER_BYTES);
  const view = viewOf(footer);
  view.setBigUint64(footerStruct.offsetOf('dataOffset'), BigInt(FOOTER_BYTES));
  view.setUint32(footerStruct.offsetOf('checksum'), footerChecksum(footer));
  return footer;
}

interface KeptLocator {
  readonly entry: ParentLocator;
  readonly data: Uint8Array;
  /** In the new file. */
  readonly spaceBytes: number;
}

const UNUSED: ParentLocator = {
  platformCode: '',
  platformDataSpace: 0,
  platformDataLength: 0,
  reserved: 0,
  platformDataOffset: 0n,
};

/** All eight, those without data too. An entry whose data the file does not hold becomes an unused one. */
async function readLocators(window: FileWindow, header: Uint8Array): Promise<KeptLocator[]> {
  const entries = locatorsOf(headerStruct.parse(header));
  const ranges = entries.map((entry) => {
    const lengthBytes = Math.min(entry.platformDataLength, LOCATOR_READ_LIMIT_BYTES);
    const isHere = entry.platformDataOffset + BigInt(lengthBytes) <= BigInt(window.sizeBytes);
    return isUsed(entry) && isHere
      ? { offset: Number(entry.platformDataOffset), lengthBytes }
      : { offset: 0, lengthBytes: 0 };
  });
  const read = await window.read(ranges);
  return entries.map((entry, i) => {
    const data = read[i] ?? new Uint8Array(0);
    if (data.length === 0) return { entry: UNUSED, data, spaceBytes: 0 };
    const declared = dataSpaceBytes(entry.platformDataSpace) ?? 0;
    const isSound = declared >= data.length && declared <= LOCATOR_READ_LIMIT_BYTES;
    const spaceBytes = isSound ? declared : roundUp(data.length, SECTOR_BYTES);
    return {
      entry: {
        ...entry,
        platformDataLength: data.length,
        platformDataSpace: isSound ? entry.platformDataSpace : spaceBytes,
      },
      data,
      spaceBytes,
    };
  });
}

/** As Windows: the first locator before the table, the others behind it. Xen's map stands right behind the table. */
function layOut(locators: readonly KeptLocator[], batEntries: number, hasBatmap: boolean) {
  const used = [...locators.entries()].filter(([, { spaceBytes }]) => spaceBytes > 0);
  const locatorOffsets = locators.map(() => 0);
  let at = used.length > 0 ? ALIGNMENT_BYTES : FOOTER_BYTES + HEADER_BYTES;
  const place = ([i, { spaceBytes }]: readonly [number, KeptLocator]) => {
    locatorOffsets[i] = at;
    at += spaceBytes;
  };
  for (const each of used.slice(0, 1)) {
    place(each);
    at = roundUp(at, ALIGNMENT_BYTES);
  }
  const batOffset = at;
  const tableEnd = batOffset + batBytesOf(batEntries);
  const batmap = hasBatmap ? emptyBatmap(tableEnd, batEntries) : [];
  const batmapEnd = Math.max(0, ...batmap.map(({ offset, bytes }) => offset + bytes.length));
  at = roundUp(Math.max(tableEnd, batmapEnd), ALIGNMENT_BYTES);
  const batBytes = (hasBatmap ? tableEnd : at) - batOffset;
  for (const each of used.slice(1)) place(each);
  return { locatorOffsets, batOffset, batBytes, batmap, end: at };
}
