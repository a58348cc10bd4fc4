/** The structures of a zip, with the 64-bit extension only where a figure needs it. PKWARE APPNOTE 6.3.10, little-endian. */

export interface ZipEntry {
  readonly name: string;
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
const UTF8_NAME = 1 << 11;
const DEFLATED = 8;
const ZIP64_EXTRA = 1;
/** What cannot be packed grows a little: a file from here on may need 64 bits for what it is packed to. */
const LARGE_BYTES = 0xf000_0000;

/** Its length depends on name and size alone: it is written again when the rest is known. APPNOTE 4.3.7. */
export function localHeader({ name, crc, sizeBytes, packedBytes }: ZipEntry, made: Date): Uint8Array {
  const nameBytes = new TextEncoder().encode(name);
  const isLarge = sizeBytes >= LARGE_BYTES;
  const extra = zip64Extra(isLarge ? [sizeBytes, packedBytes] : []);
  return fields([
    [4, 0x0403_4b50],
    ...versionToChecksum(made, crc, isLarge),
    [4, isLarge ? FULL_32 : packedBytes],
    [4, isLarge ? FULL_32 : sizeBytes],
    [2, nameBytes.length],
    [2, extra.length],
    nameBytes,
    extra,
  ]);
}

/** APPNOTE 4.3.12. */
export function centralHeader(entry: ZipEntry, made: Date): Uint8Array {
  const { name, crc, sizeBytes, packedBytes, offset } = entry;
  const nameBytes = new TextEncoder().encode(name);
  const isLarge = sizeBytes >= LARGE_BYTES || offset >= FULL_32;
  const extra = zip64Extra(isLarge ? [sizeBytes, packedBytes, offset] : []);
  return fields([
    [4, 0x0201_4b50],
    [2, isLarge ? NEEDS_ZIP64 : NEEDS_DEFLATE],
    ...versionToChecksum(made, crc, isLarge),
    [4, isLarge ? FULL_32 : packedBytes],
    [4, isLarge ? FULL_32 : sizeBytes],
    [2, nameBytes.length],
    [2, extra.length],
    [2, 0],
    [2, 0],
    [2, 0],
    [4, 0],
    [4, isLarge ? FULL_32 : offset],
    nameBytes,
    extra,
  ]);
}

/** What ends a zip: where its directory lies. APPNOTE 4.3.14 to 4.3.16. */
export function directoryEnd(count: number, offset: number, lengthBytes: number): Uint8Array {
  const isLarge = count >= FULL_16 || offset + lengthBytes >= FULL_32;
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
    [2, NEEDS_ZIP64],
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

/** From "version needed to extract" to the checksum. */
function versionToChecksum(made: Date, crc: number, isLarge: boolean): Field[] {
  const time = (made.getUTCHours() << 11) | (made.getUTCMinutes() << 5) | (made.getUTCSeconds() >> 1);
  const date = ((made.getUTCFullYear() - 1980) << 9) | ((made.getUTCMonth() + 1) << 5) | made.getUTCDate();
  return [
    [2, isLarge ? NEEDS_ZIP64 : NEEDS_DEFLATE],
    [2, UTF8_NAME],
    [2, DEFLATED],
    [2, time],
    [2, date],
    [4, crc],
  ];
}

function zip64Extra(values: readonly number[]): Uint8Array {
  if (values.length === 0) return new Uint8Array(0);
  return fields([[2, ZIP64_EXTRA], [2, values.length * 8], ...values.map((value): Field => [8, value])]);
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
