/**
 * Builds VHD images in memory, sound ones in every maker's layout and damaged ones. Written from the specification,
 * without the program's own writer and structures, so that reader and builder can prove each other wrong.
 */
import { MemoryBytes, MemoryFile } from '../../src/storage/memoryFile.ts';

export const SECTOR = 512;

/** Which rule says where blocks lie. `windows10`: data at multiples of 4 KiB. `packed`: one behind the other. */
export type Layout = 'windows10' | 'packed';

export interface LocatorOptions {
  readonly platform: string;
  readonly data: Uint8Array;
  /** As stored; the builder sets aside this many bytes. Default: 512 for short paths, in bytes. */
  readonly space?: number;
  /** Stored as the length instead of the data's own. */
  readonly length?: number;
  /** Stored as the offset instead of the true one. */
  readonly offset?: bigint;
}

export interface ParentOptions {
  readonly id: Uint8Array;
  readonly name?: string;
  readonly timeStamp?: number;
  readonly locators?: readonly LocatorOptions[];
}

export interface BlockContent {
  /** One byte a sector of the block: its bit. Missing = all set. */
  readonly bits?: Uint8Array;
  /** A whole block, or less: the rest is zeros. */
  readonly data: Uint8Array;
}

export interface ImageOptions {
  readonly type: 'fixed' | 'dynamic' | 'differencing';
  readonly virtualSizeBytes: number;
  readonly id?: Uint8Array;
  readonly creator?: string;
  readonly creatorVersion?: number;
  readonly timeStamp?: number;
  readonly currentSize?: bigint;
  /** Cylinders, heads, sectors per track. */
  readonly geometry?: readonly [number, number, number];
  readonly features?: number;
  readonly savedState?: number;
  readonly hidden?: number;
  readonly cookie?: string;
  readonly formatVersion?: number;
  readonly diskType?: number;
  readonly dataOffset?: bigint;
  /** 511 = as before Virtual PC 2004; 0 = lost in a crash. */
  readonly endFooter?: 512 | 511 | 0;
  readonly footerCopy?: boolean;

  /** A fixed disk's sectors. */
  readonly data?: Uint8Array;

  readonly blockSizeBytes?: number;
  readonly parent?: ParentOptions;
  readonly layout?: Layout;
  readonly batPadding?: 0xff | 0x00;
  /** Entries beyond the need (Xen). */
  readonly extraEntries?: number;
  readonly headerVersion?: number;
  readonly tableOffset?: bigint;
  readonly maxTableEntries?: number;
  /** In the order in which they lie in the file. */
  readonly blocks?: readonly (readonly [block: number, content: BlockContent])[];
  /** Sectors left free before the block that is the `index`th in the file. */
  readonly gapSectors?: (index: number) => number;
  /** The last block of the disk takes only the sectors that the disk has. */
  readonly cutLastBlock?: boolean;
  /** Bytes between the last block and the footer. Default: Windows 10 lets the file end at a multiple of 4 KiB. */
  readonly slackBytes?: number;
}

export interface BuiltImage {
  readonly content: MemoryBytes;
  readonly sizeBytes: number;
  /** -1 where there is none. */
  readonly footerOffset: number;
  readonly headerOffset: number;
  readonly batOffset: number;
  readonly batEntries: number;
  /** Offset of each block's bitmap. */
  readonly places: ReadonlyMap<number, number>;
  /** Offsets of the locators' data. */
  readonly locatorOffsets: readonly number[];
  file(name: string): MemoryFile;
  bytes(): Uint8Array;
}

export function buildImage(options: ImageOptions): BuiltImage {
  const content = new MemoryBytes();
  const put = (offset: number, bytes: Uint8Array) => content.write(offset, bytes);
  const footer = footerBytes(options);
  if (options.type === 'fixed') {
    put(0, options.data ?? new Uint8Array(options.virtualSizeBytes));
    const end = options.virtualSizeBytes;
    content.truncate(Math.max(end, content.sizeBytes));
    return finish(content, content.sizeBytes, footer, options, {
      headerOffset: -1,
      batOffset: -1,
      batEntries: 0,
    });
  }
  const blockSizeBytes = options.blockSizeBytes ?? 2 ** 21;
  const blockCount = Math.ceil(options.virtualSizeBytes / blockSizeBytes);
  const entries = blockCount + (options.extraEntries ?? 0);
  const bat = new Uint8Array(up(entries * 4, SECTOR)).fill(options.batPadding ?? 0xff);
  bat.fill(0xff, 0, entries * 4);
  const layout = options.layout ?? 'windows10';
  const { batOffset, locators, end } = placeStructures(options, bat.length, layout);
  if (options.footerCopy !== false) put(0, footer);
  put(SECTOR, headerBytes(options, blockSizeBytes, entries, batOffset, locators));
  for (const [i, locator] of (options.parent?.locators ?? []).entries()) put(locators[i] ?? 0, locator.data);

  const bitmapBytes = up(blockSizeBytes / SECTOR / 8, SECTOR);
  const places = new Map<number, number>();
  let at = end;
  for (const [index, [block, { bits, data }]] of (options.blocks ?? []).entries()) {
    at += (options.gapSectors?.(index) ?? 0) * SECTOR;
    if (layout === 'windows10') at = up(up(at, 4096) + bitmapBytes, 4096) - bitmapBytes;
    places.set(block, at);
    new DataView(bat.buffer).setUint32(block * 4, at / SECTOR);
    put(at, bitmapOf(bitmapBytes, blockSizeBytes / SECTOR, bits));
    put(at + bitmapBytes, data);
    const isCut = options.cutLastBlock && block === blockCount - 1;
    at += bitmapBytes + (isCut ? options.virtualSizeBytes - block * blockSizeBytes : blockSizeBytes);
    content.truncate(Math.max(content.sizeBytes, at));
  }
  put(batOffset, bat);
  at = Math.max(at, content.sizeBytes);
  content.truncate(at);
  const slack = options.slackBytes ?? (layout === 'windows10' ? up(at + SECTOR, 4096) - SECTOR - at : 0);
  const shape = { headerOffset: SECTOR, batOffset, batEntries: entries, places, locatorOffsets: locators };
  return finish(content, at + slack, footer, options, shape);
}

function finish(
  content: MemoryBytes,
  footerAt: number,
  footer: Uint8Array,
  options: ImageOptions,
  shape: Pick<BuiltImage, 'headerOffset' | 'batOffset' | 'batEntries'> & Partial<BuiltImage>,
): BuiltImage {
  const length = options.endFooter ?? 512;
  if (length > 0) content.write(footerAt, footer.subarray(0, length));
  return {
    content,
    sizeBytes: content.sizeBytes,
    footerOffset: length > 0 ? footerAt : -1,
    places: new Map(),
    locatorOffsets: [],
    ...shape,
    file: (name) => new MemoryFile(name, content, 'read-only'),
    bytes: () => new MemoryFile('bytes', content).bytes(),
  };
}

export function up(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/** Windows 10: absolute path at 0x1000, table, relative path; packed: table behind the header, then paths. */
function placeStructures(options: ImageOptions, batBytes: number, layout: Layout) {
  const spaces = (options.parent?.locators ?? []).map((each) => up(Math.max(each.data.length, 1), SECTOR));
  const locators: number[] = [];
  if (layout === 'packed' || !options.parent) {
    let at = 1536 + batBytes;
    for (const space of spaces) {
      locators.push(at);
      at += space;
    }
    return { batOffset: 1536, locators, end: at };
  }
  let at = 4096;
  if (spaces.length > 0) {
    locators.push(at);
    at += up(spaces[0] ?? 0, 4096);
  }
  const batOffset = at;
  at = up(at + batBytes, 4096);
  for (const space of spaces.slice(1)) {
    locators.push(at);
    at += up(space, SECTOR);
  }
  return { batOffset, locators, end: at };
}

/** MSB first: bit 7 of the first byte is the block's first sector. */
export function bitmapOf(bitmapBytes: number, sectors: number, bits?: Uint8Array): Uint8Array {
  const bitmap = new Uint8Array(bitmapBytes);
  for (let i = 0; i < sectors; i++) {
    if (bits && !bits[i]) continue;
    bitmap[i >> 3] = (bitmap[i >> 3] ?? 0) | (0x80 >> (i & 7));
  }
  return bitmap;
}

export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return ~sum >>> 0;
}

function text(bytes: Uint8Array, offset: number, value: string): void {
  for (let i = 0; i < value.length; i++) bytes[offset + i] = value.charCodeAt(i);
}

const TYPE_CODES = { fixed: 2, dynamic: 3, differencing: 4 } as const;

export function footerBytes(options: ImageOptions): Uint8Array {
  const bytes = new Uint8Array(SECTOR);
  const view = new DataView(bytes.buffer);
  const [cylinders, heads, sectors] = options.geometry ?? roundedGeometry(options.virtualSizeBytes / SECTOR);
  const size = options.currentSize ?? BigInt(options.virtualSizeBytes);
  text(bytes, 0, options.cookie ?? 'conectix');
  view.setUint32(8, options.features ?? 2);
  view.setUint32(12, options.formatVersion ?? 0x00010000);
  view.setBigUint64(16, options.dataOffset ?? (options.type === 'fixed' ? 0xffffffffffffffffn : 512n));
  view.setUint32(24, options.timeStamp ?? 700_000_000);
  text(bytes, 28, options.creator ?? 'win ');
  view.setUint32(32, options.creatorVersion ?? 0x000a0000);
  text(bytes, 36, 'Wi2k');
  view.setBigUint64(40, size);
  view.setBigUint64(48, size);
  view.setUint16(56, cylinders);
  view.setUint8(58, heads);
  view.setUint8(59, sectors);
  view.setUint32(60, options.diskType ?? TYPE_CODES[options.type]);
  bytes.set(options.id ?? mixedEndianId(1), 68);
  view.setUint8(84, options.savedState ?? 0);
  view.setUint8(85, options.hidden ?? 0);
  view.setUint32(64, checksum(bytes));
  return bytes;
}

/** CHS by the specification's appendix: the product is at most the size. */
export function roundedGeometry(sectors: number): [number, number, number] {
  const total = Math.min(sectors, 65535 * 16 * 255);
  if (total >= 65535 * 16 * 63) return [Math.floor(total / 255 / 16), 16, 255];
  const tracks = Math.floor(total / 17);
  const heads = Math.max(4, Math.ceil(tracks / 1024));
  if (tracks < heads * 1024 && heads <= 16) return [Math.floor(tracks / heads), heads, 17];
  const by31 = Math.floor(total / 31);
  return by31 < 16 * 1024 ? [Math.floor(by31 / 16), 16, 31] : [Math.floor(total / 63 / 16), 16, 63];
}

function headerBytes(
  options: ImageOptions,
  blockSizeBytes: number,
  entries: number,
  batOffset: number,
  locatorOffsets: readonly number[],
): Uint8Array {
  const bytes = new Uint8Array(1024);
  const view = new DataView(bytes.buffer);
  const { parent } = options;
  text(bytes, 0, 'cxsparse');
  view.setBigUint64(8, 0xffffffffffffffffn);
  view.setBigUint64(16, options.tableOffset ?? BigInt(batOffset));
  view.setUint32(24, options.headerVersion ?? 0x00010000);
  view.setUint32(28, options.maxTableEntries ?? entries);
  view.setUint32(32, blockSizeBytes);
  if (parent) {
    bytes.set(parent.id, 40);
    view.setUint32(56, parent.timeStamp ?? 0);
    const name = parent.name ?? '';
    for (let i = 0; i < name.length; i++) view.setUint16(64 + i * 2, name.charCodeAt(i));
    for (const [i, locator] of (parent.locators ?? []).entries()) {
      const at = 576 + i * 24;
      text(bytes, at, locator.platform);
      view.setUint32(at + 4, locator.space ?? up(Math.max(locator.data.length, 1), SECTOR));
      view.setUint32(at + 8, locator.length ?? locator.data.length);
      view.setBigUint64(at + 16, locator.offset ?? BigInt(locatorOffsets[i] ?? 0));
    }
  }
  view.setUint32(36, checksum(bytes));
  return bytes;
}

/** 16 bytes that differ for each number and look like a random GUID as Windows stores it. */
export function mixedEndianId(number: number): Uint8Array {
  const id = idBytes(number);
  id[7] = ((id[7] ?? 0) & 15) | 0x40;
  id[6] = (id[6] ?? 0) & 15;
  return id;
}

/** The same as Virtual PC, qemu and Xen store it. */
export function bigEndianId(number: number): Uint8Array {
  const id = idBytes(number);
  id[6] = ((id[6] ?? 0) & 15) | 0x40;
  id[7] = (id[7] ?? 0) & 15;
  return id;
}

function idBytes(number: number): Uint8Array {
  let state = Math.imul(number + 1, 0x9e3779b1) >>> 0;
  return Uint8Array.from({ length: 16 }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0;
    state = (state + 0x6d2b79f5) >>> 0;
    return (state >>> 11) & 255;
  });
}

export function utf16le(value: string): Uint8Array {
  const bytes = new Uint8Array(value.length * 2);
  for (let i = 0; i < value.length; i++)
    new DataView(bytes.buffer).setUint16(i * 2, value.charCodeAt(i), true);
  return bytes;
}

/** Fills in the checksums of footer, copy and header of an image that a test changed. */
export function fixChecksums(bytes: Uint8Array): void {
  const fix = (offset: number, length: number, field: number) => {
    if (offset < 0 || offset + length > bytes.length) return;
    const structure = bytes.subarray(offset, offset + length);
    structure.fill(0, field, field + 4);
    new DataView(bytes.buffer, bytes.byteOffset + offset).setUint32(field, checksum(structure));
  };
  const startsWith = (offset: number, cookie: string) =>
    offset >= 0 && [...cookie].every((char, i) => bytes[offset + i] === char.charCodeAt(0));
  for (const offset of [0, bytes.length - SECTOR])
    if (startsWith(offset, 'conectix')) fix(offset, SECTOR, 64);
  if (startsWith(SECTOR, 'cxsparse')) fix(SECTOR, 1024, 36);
}
export {
  buildRandomChain,
  type ChainFile,
  type RandomChain,
  type RandomChainOptions,
} from './randomChain.ts';
