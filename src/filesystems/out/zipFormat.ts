/** The structures of a ZIP, with the 64-bit extension only where a figure needs it. PKWARE APPNOTE 6.3.10, little-endian. */

export const STORED = 0;
export const DEFLATED = 8;

export interface ZipEntry {
  /** UTF-8, `/` between; folders end in `/`. */
  readonly name: Uint8Array;
  readonly isFolder: boolean;
  /** Milliseconds since 1970, NaN = not known. */
  readonly modifiedMs: number;
  /** Extra fields say it exactly, in UTC. Without them readers show the date as it stands, in whatever zone they are. */
  readonly hasExactTime: boolean;
  readonly method: typeof STORED | typeof DEFLATED;
  /** Checksum and sizes stand behind the contents: they were not known before. */
  readonly hasDescriptor: boolean;
  /** It has room for 64-bit sizes, needed or not. */
  readonly isLarge: boolean;
  readonly crc: number;
  readonly sizeBytes: number;
  readonly packedBytes: number;
  /** Of its local header. */
  readonly offset: number;
}

const FULL_32 = 0xffff_ffff;
const FULL_16 = 0xffff;
const NEEDS_DEFLATE = 20;
const NEEDS_ZIP64 = 45;
const HAS_DESCRIPTOR = 1 << 3;
const UTF8_NAME = 1 << 11;
const EXTRA_ZIP64 = 0x0001;
const EXTRA_NTFS = 0x000a;
const EXTRA_TIMES = 0x5455;
/** Unix, version 6.3: the upper half of the attributes is a file mode. */
const MADE_BY = (3 << 8) | 63;
const FILE_MODE = 0o100644;
const FOLDER_MODE = 0o040755;
const DOS_FOLDER = 0x10;

/** The longest name that the format holds, in bytes. */
export const LONGEST_ZIP_NAME = FULL_16;
/** From here on an entry has room for 64-bit sizes: what cannot be packed grows a little. */
export const LARGE_BYTES = 0xf000_0000;

/** APPNOTE 4.3.7. With a descriptor, checksum and sizes are zero here. */
export function localHeader(entry: ZipEntry): Uint8Array {
  const { hasDescriptor, isLarge } = entry;
  const crc = hasDescriptor ? 0 : entry.crc;
  const size = hasDescriptor ? 0 : entry.sizeBytes;
  const packed = hasDescriptor ? 0 : entry.packedBytes;
  const extra = join([isLarge ? zip64Extra([size, packed]) : NOTHING, timesExtra(entry)]);
  return fields([
    [4, 0x0403_4b50],
    ...versionToTime(entry),
    [4, crc],
    [4, isLarge ? FULL_32 : packed],
    [4, isLarge ? FULL_32 : size],
    [2, entry.name.length],
    [2, extra.length],
    entry.name,
    extra,
  ]);
}

/** APPNOTE 4.3.9. */
export function dataDescriptor({ crc, isLarge, packedBytes, sizeBytes }: ZipEntry): Uint8Array {
  const width = isLarge ? 8 : 4;
  return fields([
    [4, 0x0807_4b50],
    [4, crc],
    [width, packedBytes],
    [width, sizeBytes],
  ]);
}

/** APPNOTE 4.3.12. */
export function centralHeader(entry: ZipEntry): Uint8Array {
  const { name, crc, sizeBytes, packedBytes, offset, isFolder } = entry;
  const needs64 = entry.isLarge || offset >= FULL_32;
  const extra = join([
    needs64 ? zip64Extra([sizeBytes, packedBytes, offset]) : NOTHING,
    timesExtra(entry),
    ntfsExtra(entry),
  ]);
  return fields([
    [4, 0x0201_4b50],
    [2, MADE_BY],
    ...versionToTime({ ...entry, isLarge: needs64 }),
    [4, crc],
    [4, needs64 ? FULL_32 : packedBytes],
    [4, needs64 ? FULL_32 : sizeBytes],
    [2, name.length],
    [2, extra.length],
    [2, 0],
    [2, 0],
    [2, 0],
    [2, isFolder ? DOS_FOLDER : 0],
    [2, isFolder ? FOLDER_MODE : FILE_MODE],
    [4, needs64 ? FULL_32 : offset],
    name,
    extra,
  ]);
}

/** What ends a ZIP: where its directory lies. APPNOTE 4.3.14 to 4.3.16. */
export function directoryEnd(count: number, offset: number, lengthBytes: number): Uint8Array {
  const isLarge = count >= FULL_16 || offset >= FULL_32 || lengthBytes >= FULL_32;
  const last: Field[] = [
    [4, 0x0605_4b50],
    [2, 0],
    [2, 0],
    [2, isLarge ? FULL_16 : count],
    [2, isLarge ? FULL_16 : count],
    [4, isLarge ? FULL_32 : lengthBytes],
    [4, isLarge ? FULL_32 : offset],
    [2, 0],
  ];
  if (!isLarge) return fields(last);
  return fields([
    [4, 0x0606_4b50],
    [8, 44],
    [2, MADE_BY],
    [2, NEEDS_ZIP64],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, lengthBytes],
    [8, offset],
    [4, 0x0706_4b50],
    [4, 0],
    [8, offset + lengthBytes],
    [4, 1],
    ...last,
  ]);
}

type Field = readonly [bytes: 2 | 4 | 8, value: number] | Uint8Array;
const NOTHING = new Uint8Array(0);

/** From "version needed to extract" to the date. */
function versionToTime({ isLarge, hasDescriptor, method, modifiedMs }: ZipEntry): Field[] {
  const { time, date } = dosTime(modifiedMs);
  return [
    [2, isLarge ? NEEDS_ZIP64 : NEEDS_DEFLATE],
    [2, UTF8_NAME | (hasDescriptor ? HAS_DESCRIPTOR : 0)],
    [2, method],
    [2, time],
    [2, date],
  ];
}

const DOS_FIRST = Date.UTC(1980, 0, 1);
const DOS_LAST = Date.UTC(2107, 11, 31, 23, 59, 58);

/**
 * The nearest that the format holds, to two seconds, in UTC: the same ZIP wherever it is made. What reads the extra fields
 * takes the exact time from there.
 */
function dosTime(modifiedMs: number): { time: number; date: number } {
  const date = new Date(Math.min(DOS_LAST, Math.max(DOS_FIRST, modifiedMs || DOS_FIRST)));
  return {
    time: (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1),
    date: ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate(),
  };
}

/** "UT" of Info-ZIP: the time of the last change, seconds since 1970, signed 32 bits. */
function timesExtra({ modifiedMs, hasExactTime }: ZipEntry): Uint8Array {
  const seconds = Math.floor(modifiedMs / 1000);
  if (!hasExactTime || seconds !== (seconds | 0)) return NOTHING;
  return fields([[2, EXTRA_TIMES], [2, 5], Uint8Array.of(1), [4, seconds >>> 0]]);
}

const MS_FROM_1601 = 11_644_473_600_000;
/** Far beyond any calendar, and within 64 bits. */
const MOST_NTFS_MS = 2 ** 50;

/** APPNOTE 4.5.5: hundreds of nanoseconds since 1601; all three times are that of the last change. */
function ntfsExtra({ modifiedMs, hasExactTime }: ZipEntry): Uint8Array {
  const ms = Math.floor(modifiedMs) + MS_FROM_1601;
  if (!(hasExactTime && ms >= 0 && ms < MOST_NTFS_MS)) return NOTHING;
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, BigInt(ms) * 10_000n, true);
  return fields([[2, EXTRA_NTFS], [2, 32], [4, 0], [2, 1], [2, 24], time, time, time]);
}

/** APPNOTE 4.5.3. */
function zip64Extra(values: readonly number[]): Uint8Array {
  return fields([[2, EXTRA_ZIP64], [2, values.length * 8], ...values.map((value): Field => [8, value])]);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return fields(parts);
}

function fields(all: readonly Field[]): Uint8Array {
  const lengthOf = (field: Field) => (field instanceof Uint8Array ? field.length : field[0]);
  const bytes = new Uint8Array(all.reduce((sum, field) => sum + lengthOf(field), 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const field of all) {
    if (field instanceof Uint8Array) bytes.set(field, at);
    else putNumber(view, at, field[0], field[1]);
    at += lengthOf(field);
  }
  return bytes;
}

function putNumber(view: DataView, at: number, bytes: 2 | 4 | 8, value: number): void {
  if (bytes === 2) view.setUint16(at, value, true);
  else if (bytes === 4) view.setUint32(at, value, true);
  else view.setBigUint64(at, BigInt(value), true);
}
