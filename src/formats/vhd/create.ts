/**
 * Lays out a new VHD as Windows 10 does: footer copy at 0, header at 0x200, the absolute parent path at 0x1000, the
 * table behind it, the relative path behind that, data at multiples of 4 KiB. Pure bytes, no I/O.
 */
import { assert } from '../../base/assert.ts';
import { utf16Bytes } from '../../base/bytes.ts';
import { SECTOR_BYTES } from '../../base/units.ts';
import type { ImageType } from '../diskImage.ts';
import {
  bitmapBytesOf,
  blockCountOf,
  ENTRY_BYTES,
  isBlockSize,
  roundUp,
  USUAL_BLOCK_BYTES,
} from './blockAllocationTable.ts';
import { WINDOWS_MAX_DISK_BYTES } from './diskSize.ts';
import {
  type DynamicDiskHeader,
  HEADER_BYTES,
  HEADER_COOKIE,
  HEADER_VERSION,
  headerBytes,
} from './dynamicDiskHeader.ts';
import { NO_OFFSET, timeStampOf } from './fieldTypes.ts';
import {
  DISK_TYPE_CODES,
  FEATURE_RESERVED,
  FILE_FORMAT_VERSION,
  FOOTER_BYTES,
  FOOTER_COOKIE,
  footerBytes,
} from './footer.ts';
import { geometryOf } from './geometry.ts';
import { baseNameOf, LOCATOR_READ_LIMIT_BYTES, type ParentLocator } from './parentLocator.ts';
import { ID_BYTES } from './uniqueId.ts';

/** Data, and the structures that Windows sets apart, begin at multiples of this. */
export const ALIGNMENT_BYTES = 4096;

export interface CreateParent {
  /** The raw 16 bytes. */
  readonly id: Uint8Array;
  /** The name, or the path, for the header. */
  readonly name: string;
  /** `C:\disks\base.vhd`; left out where the parent's folder is not known. */
  readonly absolutePath?: string;
  /** `.\base.vhd`. */
  readonly relativePath?: string;
  /** null = unknown, written as 0 as Windows 10 does. */
  readonly modified: Date | null;
}

export interface CreateOptions {
  readonly type: ImageType;
  /** Whole sectors, at most 2040 GiB. */
  readonly virtualSizeBytes: number;
  /** 2 MiB where left out. Not used for fixed disks. */
  readonly blockSizeBytes?: number;
  /** The raw 16 bytes. */
  readonly id: Uint8Array;
  readonly modified: Date | null;
  readonly parent?: CreateParent;
  /** `win ` where left out: the creator for which every program takes the current size as the disk's. */
  readonly creator?: string;
  readonly creatorVersion?: number;
}

export interface NewVhd {
  /** Structures before the data, the table left out: what is written first. */
  readonly parts: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
  /** 512 bytes for the end of the file (and for offset 0, where they are among `parts`). */
  readonly footer: Uint8Array;
  /** null for fixed disks. */
  readonly blocks: NewBlocks | null;
  /** Where the first bitmap, or a fixed disk's first sector, may begin. */
  readonly firstBlockOffset: number;
}

export interface NewBlocks {
  readonly batOffset: number;
  /** Padded to a multiple of 4 KiB in the file; unused entries and padding are all ones. */
  readonly batBytes: number;
  readonly batEntries: number;
  readonly blockSizeBytes: number;
  readonly bitmapBytes: number;
}

export function createVhd(options: CreateOptions): NewVhd {
  const { type, virtualSizeBytes, id } = options;
  assert(virtualSizeBytes > 0 && virtualSizeBytes % SECTOR_BYTES === 0, 'a disk is whole sectors');
  assert(virtualSizeBytes <= WINDOWS_MAX_DISK_BYTES, 'a VHD has at most 2040 GiB');
  assert(id.length === ID_BYTES, 'an id has 16 bytes');
  assert(
    (type === 'differencing') === (options.parent !== undefined),
    'differencing disks have a parent, others none',
  );
  const footer = newFooter(options);
  if (type === 'fixed') return { parts: [], footer, blocks: null, firstBlockOffset: 0 };

  const blockSizeBytes = options.blockSizeBytes ?? USUAL_BLOCK_BYTES;
  assert(isBlockSize(blockSizeBytes), 'a block is a power of two from 4 KiB to 2 GiB');
  const batEntries = blockCountOf(virtualSizeBytes, blockSizeBytes);
  const places = layOut(options.parent, batEntries * ENTRY_BYTES);
  const header = newHeader(options, blockSizeBytes, batEntries, places);
  const parts = [
    { offset: 0, bytes: footer },
    { offset: FOOTER_BYTES, bytes: headerBytes(header) },
    ...places.locators.map(({ offset, data }) => ({ offset, bytes: data })),
  ];
  return {
    parts,
    footer,
    firstBlockOffset: places.end,
    blocks: {
      batOffset: places.batOffset,
      batBytes: places.batBytes,
      batEntries,
      blockSizeBytes,
      bitmapBytes: bitmapBytesOf(blockSizeBytes),
    },
  };
}

function newFooter(options: CreateOptions): Uint8Array {
  const size = BigInt(options.virtualSizeBytes);
  return footerBytes({
    cookie: FOOTER_COOKIE,
    features: FEATURE_RESERVED,
    fileFormatVersion: FILE_FORMAT_VERSION,
    dataOffset: options.type === 'fixed' ? NO_OFFSET : BigInt(FOOTER_BYTES),
    timeStamp: timeStampOf(options.modified),
    creatorApplication: options.creator ?? 'win ',
    creatorVersion: options.creatorVersion ?? 0x000a_0000,
    creatorHostOs: 'Wi2k',
    originalSize: size,
    currentSize: size,
    diskGeometry: geometryOf(options.virtualSizeBytes / SECTOR_BYTES),
    diskType: DISK_TYPE_CODES[options.type],
    checksum: 0,
    uniqueId: options.id,
    savedState: 0,
    hidden: 0,
    reserved: new Uint8Array(426),
  });
}

interface PlacedLocator {
  readonly platform: string;
  readonly offset: number;
  readonly spaceBytes: number;
  readonly data: Uint8Array;
}

interface Places {
  readonly batOffset: number;
  readonly batBytes: number;
  readonly locators: readonly PlacedLocator[];
  /** Where data may begin. */
  readonly end: number;
}

/** Windows keeps 4 KiB for the absolute path before the table and 64 KiB for the relative one behind it. */
function layOut(parent: CreateParent | undefined, entriesBytes: number): Places {
  const behindHeader = FOOTER_BYTES + HEADER_BYTES;
  const absolute = parent?.absolutePath;
  const relative = parent?.relativePath;
  const locators: PlacedLocator[] = [];
  let at = parent ? ALIGNMENT_BYTES : behindHeader;
  const place = (platform: string, path: string, spaceBytes: number) => {
    const data = utf16Bytes(path, true).subarray(0, spaceBytes);
    locators.push({ platform, offset: at, spaceBytes, data });
    at += spaceBytes;
  };
  if (absolute !== undefined) {
    const isLong = absolute.length * 2 > ALIGNMENT_BYTES;
    place('W2ku', absolute, isLong ? LOCATOR_READ_LIMIT_BYTES : ALIGNMENT_BYTES);
  }
  const batOffset = at;
  at = roundUp(at + entriesBytes, ALIGNMENT_BYTES);
  const batBytes = at - batOffset;
  if (relative !== undefined) place('W2ru', relative, LOCATOR_READ_LIMIT_BYTES);
  return { batOffset, batBytes, locators, end: at };
}

function newHeader(
  options: CreateOptions,
  blockSizeBytes: number,
  batEntries: number,
  places: Places,
): DynamicDiskHeader {
  const locator = (index: number): ParentLocator => {
    const placed = places.locators[index];
    return {
      platformCode: placed?.platform ?? '',
      platformDataSpace: placed?.spaceBytes ?? 0,
      platformDataLength: placed?.data.length ?? 0,
      reserved: 0,
      platformDataOffset: BigInt(placed?.offset ?? 0),
    };
  };
  return {
    cookie: HEADER_COOKIE,
    dataOffset: NO_OFFSET,
    tableOffset: BigInt(places.batOffset),
    headerVersion: HEADER_VERSION,
    maxTableEntries: batEntries,
    blockSize: blockSizeBytes,
    checksum: 0,
    parentUniqueId: options.parent?.id ?? new Uint8Array(ID_BYTES),
    parentTimeStamp: timeStampOf(options.parent?.modified ?? null),
    reserved1: 0,
    parentUnicodeName: headerName(options.parent?.name ?? ''),
    parentLocator1: locator(0),
    parentLocator2: locator(1),
    parentLocator3: locator(2),
    parentLocator4: locator(3),
    parentLocator5: locator(4),
    parentLocator6: locator(5),
    parentLocator7: locator(6),
    parentLocator8: locator(7),
    reserved2: new Uint8Array(256),
  };
}

/** A path that the header has no room for is told by its last component alone. */
function headerName(name: string): string {
  return name.length > 255 ? baseNameOf(name) : name;
}

/** Where the next block's bitmap goes, so that its data begins at a multiple of 4 KiB. */
export function nextBitmapOffset(end: number, bitmapBytes: number): number {
  return roundUp(roundUp(end, ALIGNMENT_BYTES) + bitmapBytes, ALIGNMENT_BYTES) - bitmapBytes;
}

/** Where the footer goes: Windows 10 lets the file end at a multiple of 4 KiB, with up to 3.5 KiB of slack before it. */
export function endFooterOffset(end: number): number {
  return roundUp(end + FOOTER_BYTES, ALIGNMENT_BYTES) - FOOTER_BYTES;
}
