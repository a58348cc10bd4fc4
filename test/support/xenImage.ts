/** A disk as Xen writes it: the map of wholly written blocks stands behind the table. Built without the program's structures. */
import {
  type BuiltImage,
  bigEndianId,
  buildImage,
  checksum,
  type ImageOptions,
  SECTOR,
} from './imageBuilder.ts';

export interface XenImage {
  readonly built: BuiltImage;
  /** Of the map's header, and of its bits. */
  readonly headerOffset: number;
  readonly bitsOffset: number;
  readonly bytes: Uint8Array;
}

/** `written`: blocks whose bit is set. Room for a map of one sector. */
export function xenImage(options: ImageOptions, written: readonly number[]): XenImage {
  const built = buildImage({
    creator: 'tap\0',
    id: bigEndianId(3),
    ...options,
    layout: 'packed',
    gapSectors: (index) => (index === 0 ? 2 : 0),
  });
  const headerOffset = Math.ceil((built.batOffset + built.batEntries * 4) / SECTOR) * SECTOR;
  const bitsOffset = headerOffset + SECTOR;
  const bytes = built.bytes();
  for (const [i, char] of [...'tdbatmap'].entries()) bytes[headerOffset + i] = char.charCodeAt(0);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(headerOffset + 8, BigInt(bitsOffset));
  view.setUint32(headerOffset + 16, 1);
  view.setUint32(headerOffset + 20, 0x0001_0002);
  const bits = bytes.subarray(bitsOffset, bitsOffset + SECTOR);
  for (const block of written) bits[block >> 3] = (bits[block >> 3] ?? 0) | (0x80 >> (block & 7));
  view.setUint32(headerOffset + 24, checksum(bits));
  return { built, headerOffset, bitsOffset, bytes };
}
