/** One record of an NTFS master file table: header, attributes, data runs, and the update sequence that guards its sectors. */
const HEADER_BYTES = 0x38;
const SEQUENCE_AT = 0x30;
export const RECORD_BYTES = 1024;

/** Where the last time of change stands in `$STANDARD_INFORMATION`, always the first attribute here. */
const MODIFIED_AT = HEADER_BYTES + 24 + 8;

/** Clusters that are compressed or left out together, as a power of two. */
const COMPRESSION_UNIT = 4;

export interface NtfsRun {
  /** null: a hole. */
  readonly cluster: number | null;
  readonly count: number;
}

export interface Attribute {
  readonly type: number;
  readonly name?: string;
  readonly flags?: number;
  readonly content:
    | Uint8Array
    | {
        readonly runs: readonly NtfsRun[];
        readonly sizeBytes: number;
        readonly allocatedBytes: number;
        /** Of a sparse or compressed file: what of it lies on the disk. */
        readonly heldBytes: number | null;
      };
}

export interface RecordOptions {
  readonly number: number;
  /** 1 in use, 2 folder. */
  readonly flags: number;
  readonly attributes: readonly Attribute[];
}

/** 100 ns since 1601, at each of these places; `ms` since 1970. */
function setTimes(view: DataView, places: readonly number[], ms: number): void {
  // In halves of 16 and more bits: a BigInt for each of half a million times takes longer than all the rest.
  const since1601 = ms + 11_644_473_600_000;
  const upper = Math.floor(since1601 / 2 ** 16) * 10_000;
  const lower = (upper % 2 ** 16) * 2 ** 16 + (since1601 % 2 ** 16) * 10_000;
  const high = Math.floor(upper / 2 ** 16) + Math.floor(lower / 2 ** 32);
  for (const at of places) {
    view.setUint32(at, lower % 2 ** 32, true);
    view.setUint32(at + 4, high, true);
  }
}

export function recordBytes({ number, flags, attributes }: RecordOptions): Uint8Array {
  const bytes = new Uint8Array(RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set([0x46, 0x49, 0x4c, 0x45]);
  view.setUint16(4, SEQUENCE_AT, true);
  view.setUint16(6, RECORD_BYTES / 512 + 1, true);
  view.setUint16(16, 1, true);
  view.setUint16(18, 1, true);
  view.setUint16(20, HEADER_BYTES, true);
  view.setUint16(22, flags, true);
  view.setUint32(28, RECORD_BYTES, true);
  view.setUint16(40, attributes.length, true);
  view.setUint32(44, number, true);
  let at = HEADER_BYTES;
  for (const [id, attribute] of attributes.entries()) {
    const encoded = attributeBytes(attribute, id);
    if (at + encoded.length + 8 > RECORD_BYTES) throw new Error(`record ${number} is full`);
    bytes.set(encoded, at);
    at += encoded.length;
  }
  view.setUint32(at, 0xffffffff, true);
  view.setUint32(24, at + 8, true);
  guard(bytes);
  return bytes;
}

/** The last two bytes of each sector go to the header, and a number that must stand in all of them takes their place. */
function guard(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const number = 1;
  view.setUint16(SEQUENCE_AT, number, true);
  for (let sector = 1; sector <= bytes.length / 512; sector++) {
    view.setUint16(SEQUENCE_AT + sector * 2, view.getUint16(sector * 512 - 2, true), true);
    view.setUint16(sector * 512 - 2, number, true);
  }
}

/** Changes the time of a record that `recordBytes` made. */
export function setModified(record: Uint8Array, ms: number): void {
  setTimes(new DataView(record.buffer, record.byteOffset), [MODIFIED_AT], ms);
}

export function standardInformation(modifiedMs: number, attributes: number): Attribute {
  const content = new Uint8Array(48);
  const view = new DataView(content.buffer);
  setTimes(view, [0, 8, 16, 24], modifiedMs);
  view.setUint32(32, attributes, true);
  return { type: 0x10, content };
}

export function fileName(parent: number, name: string, isFolder: boolean, modifiedMs: number): Attribute {
  const content = new Uint8Array(66 + name.length * 2);
  const view = new DataView(content.buffer);
  view.setUint32(0, parent, true);
  view.setUint16(6, 1, true);
  setTimes(view, [8, 16, 24, 32], modifiedMs);
  view.setUint32(56, isFolder ? 0x1000_0000 : 0, true);
  view.setUint8(64, name.length);
  view.setUint8(65, 1);
  for (let i = 0; i < name.length; i++) view.setUint16(66 + i * 2, name.charCodeAt(i), true);
  return { type: 0x30, content };
}

function attributeBytes({ type, name = '', flags = 0, content }: Attribute, id: number): Uint8Array {
  const isResident = content instanceof Uint8Array;
  const nameAt = isResident ? 0x18 : content.heldBytes === null ? 0x40 : 0x48;
  const bodyAt = up8(nameAt + name.length * 2);
  const body = isResident ? content : encodedRuns(content.runs);
  const bytes = new Uint8Array(up8(bodyAt + body.length));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, bytes.length, true);
  view.setUint8(8, isResident ? 0 : 1);
  view.setUint8(9, name.length);
  view.setUint16(10, nameAt, true);
  view.setUint16(12, flags, true);
  view.setUint16(14, id, true);
  for (let i = 0; i < name.length; i++) view.setUint16(nameAt + i * 2, name.charCodeAt(i), true);
  if (isResident) {
    view.setUint32(16, body.length, true);
    view.setUint16(20, bodyAt, true);
  } else {
    const clusters = content.runs.reduce((sum, { count }) => sum + count, 0);
    view.setBigUint64(24, BigInt(clusters - 1), true);
    view.setUint16(32, bodyAt, true);
    view.setBigUint64(40, BigInt(content.allocatedBytes), true);
    view.setBigUint64(48, BigInt(content.sizeBytes), true);
    view.setBigUint64(56, BigInt(content.sizeBytes), true);
    if (content.heldBytes !== null) {
      view.setUint16(34, COMPRESSION_UNIT, true);
      view.setBigUint64(64, BigInt(content.heldBytes), true);
    }
  }
  bytes.set(body, bodyAt);
  return bytes;
}

/** Each run: how long its two numbers are, its length, and how far it starts from the one before. */
function encodedRuns(runs: readonly NtfsRun[]): Uint8Array {
  const bytes: number[] = [];
  let before = 0;
  for (const { cluster, count } of runs) {
    const length = signedBytes(count);
    const start = cluster === null ? [] : signedBytes(cluster - before);
    before = cluster ?? before;
    bytes.push((start.length << 4) | length.length, ...length, ...start);
  }
  return Uint8Array.from([...bytes, 0]);
}

/** As few bytes as hold it with its sign, the lowest first. */
function signedBytes(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  let last = 0;
  do {
    last = ((rest % 256) + 256) % 256;
    bytes.push(last);
    rest = Math.floor(rest / 256);
  } while (!((rest === 0 && last < 128) || (rest === -1 && last >= 128)));
  return bytes;
}

function up8(value: number): number {
  return Math.ceil(value / 8) * 8;
}
