/** Xen's extra structure behind the block allocation table: a map of the blocks that are wholly written. */
import { latin1 } from '../../base/bytes.ts';
import { SECTOR_BYTES } from '../../base/units.ts';
import { type Annotation, ascii, field, hex32, struct, u8, u32 } from '../struct.ts';
import { offset64, version } from './fieldTypes.ts';

const BATMAP_COOKIE = 'tdbatmap';

/** blktap's `dd_batmap_hdr`. */
export const batmapStruct = struct('Xen block map', 29, {
  cookie: field(ascii(8), 'Marks Xen’s block map.'),
  batmapOffset: field(offset64, 'Where the map’s bits are, from the start of the file.'),
  batmapSectors: field(u32, 'Size of the map in sectors.'),
  batmapVersion: field(version, 'Version of the map.'),
  checksum: field(hex32, 'Ones’ complement of the sum of the map’s bytes.'),
  marker: field(u8, 'Not 0 = a tool that does not keep the map changed the file, so the map is stale.'),
});

export const BATMAP_HEADER_BYTES = batmapStruct.sizeBytes;

export function isBatmap(bytes: Uint8Array): boolean {
  return (
    bytes.length >= BATMAP_HEADER_BYTES && latin1(bytes.subarray(0, BATMAP_COOKIE.length)) === BATMAP_COOKIE
  );
}

export function annotateBatmap(bytes: Uint8Array, fileOffset: number): Annotation {
  return batmapStruct.annotate(
    bytes,
    fileOffset,
    'Tells Xen which blocks are wholly written; nothing here depends on it.',
  );
}

/** Name of its annotation. */
export const BATMAP_NAME = batmapStruct.name;

const BATMAP_VERSION = 0x0001_0002;

/**
 * A map that says of no block that it is wholly written: always true, Xen then asks the bitmaps. Header and map, to be
 * written at `fileOffset` on, right behind the padded table.
 */
export function emptyBatmap(fileOffset: number, blockCount: number): { offset: number; bytes: Uint8Array }[] {
  const mapBytes = Math.ceil(Math.ceil(blockCount / 8) / SECTOR_BYTES) * SECTOR_BYTES;
  const header = new Uint8Array(SECTOR_BYTES);
  const mapOffset = fileOffset + header.length;
  batmapStruct.write(
    {
      cookie: BATMAP_COOKIE,
      batmapOffset: BigInt(mapOffset),
      batmapSectors: mapBytes / SECTOR_BYTES,
      batmapVersion: BATMAP_VERSION,
      // Of zeros.
      checksum: 0xffff_ffff,
      marker: 0,
    },
    header,
  );
  return [
    { offset: fileOffset, bytes: header },
    { offset: mapOffset, bytes: new Uint8Array(mapBytes) },
  ];
}
