/** The dynamic disk header: 1024 bytes that say where the block allocation table is, and who the parent is. */
import { onesComplementSum } from '../../base/checksum.ts';
import { type Annotation, ascii, type FieldType, field, hex32, raw, struct, u32 } from '../struct.ts';
import { NO_OFFSET, offset64, size32, timeStamp, unicodeName, uniqueIdField, version } from './fieldTypes.ts';
import { isUsed, LOCATOR_COUNT, type ParentLocator, parentLocatorStruct } from './parentLocator.ts';

export const HEADER_BYTES = 1024;
export const HEADER_COOKIE = 'cxsparse';
export const HEADER_VERSION = 0x0001_0000;
/** Where every known writer puts the header: behind the copy of the footer. */
export const USUAL_HEADER_OFFSET = 512;

const locatorType: FieldType<ParentLocator> = {
  lengthBytes: parentLocatorStruct.sizeBytes,
  parse: (bytes) => parentLocatorStruct.parse(bytes),
  write: (value, bytes) => parentLocatorStruct.write(value, bytes),
  text: (value) => (isUsed(value) ? `“${value.platformCode}”` : 'unused'),
};
const locator = field(locatorType, 'One spelling of the parent’s path, for one platform.');

/** Dynamic Disk Header Format, specification section of that name. */
export const headerStruct = struct('Dynamic disk header', HEADER_BYTES, {
  cookie: field(ascii(8), (value) =>
    value === HEADER_COOKIE ? 'Marks the dynamic disk header.' : 'Should be “cxsparse”.',
  ),
  dataOffset: field(offset64, (value) =>
    value === NO_OFFSET ? 'Unused, all ones.' : 'Unused by every known writer; should be all ones.',
  ),
  tableOffset: field(
    offset64,
    'Where the block allocation table begins, in bytes from the start of the file.',
  ),
  headerVersion: field(version, 'Version of this header; only 1.0 was ever published.'),
  maxTableEntries: field(
    u32,
    'Entries in the block allocation table; at least one for every block of the disk.',
  ),
  blockSize: field(size32, 'Size of one block’s data, without its bitmap.'),
  checksum: field(hex32, 'Ones’ complement of the sum of the header’s bytes, this field counted as zero.'),
  parentUniqueId: field(uniqueIdField, 'The parent’s unique id, raw; zeros in a disk without parent.'),
  parentTimeStamp: field(timeStamp, 'The parent’s time stamp when this child was made; 0 is unknown.'),
  reserved1: field(hex32, 'Reserved, zeros.'),
  parentUnicodeName: field(unicodeName(512), 'The parent’s name, big-endian UTF-16; often its full path.'),
  parentLocator1: locator,
  parentLocator2: locator,
  parentLocator3: locator,
  parentLocator4: locator,
  parentLocator5: locator,
  parentLocator6: locator,
  parentLocator7: locator,
  parentLocator8: locator,
  reserved2: field(raw(256), 'Reserved, zeros.'),
});

export type DynamicDiskHeader = ReturnType<typeof headerStruct.parse>;

/** Offset of the first locator entry inside the header; the others follow. */
const FIRST_LOCATOR_OFFSET = headerStruct.offsetOf('parentLocator1');

export function locatorsOf(header: DynamicDiskHeader): ParentLocator[] {
  return [
    header.parentLocator1,
    header.parentLocator2,
    header.parentLocator3,
    header.parentLocator4,
    header.parentLocator5,
    header.parentLocator6,
    header.parentLocator7,
    header.parentLocator8,
  ];
}

/** Offset in the file of locator entry `index` of a header at `headerOffset`. */
export function locatorOffset(headerOffset: number, index: number): number {
  return headerOffset + FIRST_LOCATOR_OFFSET + index * parentLocatorStruct.sizeBytes;
}

export function headerChecksum(bytes: Uint8Array): number {
  return onesComplementSum(bytes.subarray(0, HEADER_BYTES), headerStruct.offsetOf('checksum'));
}

/** 1024 bytes with the checksum filled in. */
export function headerBytes(header: DynamicDiskHeader): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  headerStruct.write(header, bytes);
  headerStruct.write({ ...header, checksum: headerChecksum(bytes) }, bytes);
  return bytes;
}

/** The header field by field; its locator entries are opened up one level further. */
export function annotateHeader(bytes: Uint8Array, fileOffset: number): Annotation {
  const held = bytes.slice(0, HEADER_BYTES);
  const whole = headerStruct.annotate(
    held,
    fileOffset,
    'Says where the blocks are found, and who the parent is.',
  );
  const openUp = (entry: Annotation): Annotation => {
    const at = entry.offset - fileOffset;
    const index = (at - FIRST_LOCATOR_OFFSET) / parentLocatorStruct.sizeBytes;
    if (!Number.isInteger(index) || index < 0 || index >= LOCATOR_COUNT) return entry;
    const opened = parentLocatorStruct.annotate(held.subarray(at, at + entry.lengthBytes), entry.offset, '');
    return { ...entry, fields: opened.fields ?? [] };
  };
  const { name, offset, lengthBytes, value, explanation } = whole;
  let fields: Annotation[] | null = null;
  return {
    name,
    offset,
    lengthBytes,
    value,
    explanation,
    get fields() {
      fields ??= (whole.fields ?? []).map(openUp);
      return fields;
    },
  };
}
