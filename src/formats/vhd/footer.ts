/** The hard disk footer: 512 bytes at the end of every VHD, copied to its start in dynamic and differencing ones. */
import { latin1 } from '../../base/bytes.ts';
import { onesComplementSum } from '../../base/checksum.ts';
import { sizeText } from '../../base/units.ts';
import type { ImageType } from '../diskImage.ts';
import { ascii, type FieldType, field, hex32, raw, struct, u8, u32 } from '../struct.ts';
import {
  dateOfTimeStamp,
  type Geometry,
  geometry,
  NO_OFFSET,
  offset64,
  size64,
  timeStamp,
  uniqueIdField,
  version,
} from './fieldTypes.ts';
import { geometryBytes, isMaximalGeometry } from './geometry.ts';

export const FOOTER_BYTES = 512;
/** What Virtual PC wrote before 2004: the last byte of the structure is not there. */
export const OLD_FOOTER_BYTES = 511;
export const FOOTER_COOKIE = 'conectix';
/** Xen's cookie for a disk that was disabled in the middle of a resize. */
export const POISON_COOKIE = 'v_poison';
export const FILE_FORMAT_VERSION = 0x0001_0000;

export const FEATURE_TEMPORARY = 1;
/** Always set, says the specification. */
export const FEATURE_RESERVED = 2;

export const DISK_TYPES: Readonly<Record<number, string>> = {
  0: 'none',
  1: 'reserved (deprecated)',
  2: 'fixed',
  3: 'dynamic',
  4: 'differencing',
  5: 'reserved (deprecated)',
  6: 'reserved (deprecated)',
};

/** null for types that no disk has. */
export function imageTypeOf(diskType: number): ImageType | null {
  return diskType === 2 ? 'fixed' : diskType === 3 ? 'dynamic' : diskType === 4 ? 'differencing' : null;
}

export const DISK_TYPE_CODES: Readonly<Record<ImageType, number>> = { fixed: 2, dynamic: 3, differencing: 4 };

const diskType: FieldType<number> = {
  ...u32,
  text: (value) => `${value} (${DISK_TYPES[value] ?? 'unknown'})`,
};

/** Hard Disk Footer Format, specification section "Hard Disk Footer Format". */
export const footerStruct = struct('Footer', FOOTER_BYTES, {
  cookie: field(ascii(8), (value) =>
    value === FOOTER_COOKIE
      ? 'Marks a VHD: the first creator’s name, Connectix.'
      : value === POISON_COOKIE
        ? 'Xen disabled this disk in the middle of a resize.'
        : 'Should be “conectix”.',
  ),
  features: field(hex32, (value) => featuresText(value)),
  fileFormatVersion: field(version, 'Version of the file format; only 1.0 was ever published.'),
  dataOffset: field(offset64, (value) =>
    value === NO_OFFSET
      ? 'No further header: a fixed disk.'
      : 'Where the dynamic disk header begins, in bytes from the start of the file.',
  ),
  timeStamp: field(timeStamp, (value) =>
    dateOfTimeStamp(value) === null
      ? 'When the file was made, in seconds since 2000-01-01; 0 is unknown.'
      : 'When the file was made or last changed, in seconds since 2000-01-01 (UTC; Virtual PC used local time).',
  ),
  creatorApplication: field(ascii(4), 'The program that wrote the file.'),
  creatorVersion: field(version, 'That program’s version.'),
  creatorHostOs: field(ascii(4), (value) =>
    value === 'Wi2k'
      ? 'Written on Windows.'
      : value === 'Mac '
        ? 'Written on a Mac.'
        : 'The system it was written on.',
  ),
  originalSize: field(size64, 'Size of the disk when it was made.'),
  currentSize: field(
    size64,
    'Size of the disk now, as the guest sees it, for all makers but Virtual PC and old qemu.',
  ),
  diskGeometry: field(geometry, (value) => geometryText(value)),
  diskType: field(
    diskType,
    'Fixed, dynamic (blocks are added as they are written) or differencing (only changes).',
  ),
  checksum: field(hex32, 'Ones’ complement of the sum of the footer’s bytes, this field counted as zero.'),
  uniqueId: field(uniqueIdField, 'The disk’s identity, raw: a child names its parent by these 16 bytes.'),
  savedState: field(u8, (value) =>
    value === 0 ? 'The virtual machine is not in a saved state.' : 'The virtual machine is in a saved state.',
  ),
  hidden: field(u8, 'Reserved; Xen marks hidden disks here.'),
  reserved: field(raw(426), 'Reserved, zeros.'),
});

export type Footer = ReturnType<typeof footerStruct.parse>;

function featuresText(value: number): string {
  const temporary = value & FEATURE_TEMPORARY ? 'Temporary disk: may be deleted on shutdown. ' : '';
  return `${temporary}Bit 1 is always set; no other feature is defined.`;
}

function geometryText(value: Geometry): string {
  if (isMaximalGeometry(value))
    return 'Cylinders, heads, sectors per track: the largest there is; the current size counts.';
  return `Cylinders, heads, sectors per track: ${sizeText(geometryBytes(value))}; CHS rounds down.`;
}

export function footerChecksum(bytes: Uint8Array): number {
  return onesComplementSum(bytes.subarray(0, FOOTER_BYTES), footerStruct.offsetOf('checksum'));
}

/** Versions of Xen's driver that set the hidden flag without filling in the checksum anew. */
const CARELESS_XEN_VERSIONS: readonly number[] = [0x0000_0001, 0x0001_0001];

/** What the checksum field should hold: of this footer, or of what Xen's early versions took for it. */
function expectedChecksum(bytes: Uint8Array, footer: Footer): number {
  const expected = footerChecksum(bytes);
  if (expected === footer.checksum || !hidesCarelessly(footer)) return expected;
  const shown = bytes.slice();
  shown[footerStruct.offsetOf('hidden')] = 0;
  const before = footerChecksum(shown);
  return before === footer.checksum ? before : expected;
}

/** True where the hidden flag may differ between footer and copy, and from what the checksum says. */
export function hidesCarelessly({ creatorApplication, creatorVersion, hidden }: Footer): boolean {
  return (
    hidden !== 0 && creatorApplication.startsWith('tap') && CARELESS_XEN_VERSIONS.includes(creatorVersion)
  );
}

/** A footer as found in a file. */
export interface FoundFooter {
  readonly footer: Footer;
  /** 512 bytes; the last is a zero that the file lacks where `lengthBytes` is 511. */
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly lengthBytes: number;
  readonly checksumFound: number;
  readonly checksumExpected: number;
}

/** The footer that these bytes hold (511 or 512 of them), or null without its cookie. */
export function findFooter(bytes: Uint8Array, offset: number): FoundFooter | null {
  if (bytes.length < OLD_FOOTER_BYTES || !hasCookie(bytes)) return null;
  const whole = new Uint8Array(FOOTER_BYTES);
  whole.set(bytes.subarray(0, FOOTER_BYTES));
  const footer = footerStruct.parse(whole);
  return {
    footer,
    bytes: whole,
    offset,
    lengthBytes: Math.min(bytes.length, FOOTER_BYTES),
    checksumFound: footer.checksum,
    checksumExpected: expectedChecksum(whole, footer),
  };
}

function hasCookie(bytes: Uint8Array): boolean {
  const cookie = latin1(bytes.subarray(0, FOOTER_COOKIE.length));
  return cookie === FOOTER_COOKIE || cookie === POISON_COOKIE;
}

export function checksumHolds(found: FoundFooter): boolean {
  return found.checksumFound === found.checksumExpected;
}

/** 512 bytes with the checksum filled in. */
export function footerBytes(footer: Footer): Uint8Array {
  const bytes = new Uint8Array(FOOTER_BYTES);
  footerStruct.write(footer, bytes);
  footerStruct.write({ ...footer, checksum: footerChecksum(bytes) }, bytes);
  return bytes;
}

/** Names of the fields in which two footers differ, the checksum left out. */
export function differingFields(one: Footer, other: Footer): string[] {
  const spell = (footer: Footer) =>
    Object.entries(footer).map(([name, value]) => [name, JSON.stringify(value, jsonOf)] as const);
  const others = new Map(spell(other));
  return spell(one)
    .filter(([name, text]) => name !== 'checksum' && others.get(name) !== text)
    .map(([name]) => name);
}

function jsonOf(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value instanceof Uint8Array ? Array.from(value) : value;
}
