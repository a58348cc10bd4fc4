/** Saved states made and read independently of the program: by docs/formats/saved-state.md, inflated by zlib. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { crc32c } from '../../src/base/checksum.ts';
import type { GuestMemory } from '../../src/lab/memory/guestMemory.ts';
import { MemorySave } from '../../src/lab/memory/memorySave.ts';
import { MemoryFile } from '../../src/storage/memoryFile.ts';

export const PAGE = 4096;

export interface BuiltRecord {
  readonly method: number;
  readonly pages: readonly (readonly [page: number, keptBytes: number])[];
  readonly payload: Uint8Array;
}

export interface StateParts {
  readonly version: number;
  readonly pageBytes: number;
  readonly pageCount: number;
  readonly seed: number;
  readonly guest: Uint8Array;
  /** What the header says; null = as many as there are. */
  readonly guestBytes: number | null;
  readonly records: readonly BuiltRecord[];
  readonly index: readonly { readonly place: number; readonly version: number }[];
  readonly recordCount: number;
}

/** The bytes of all of a memory, one page behind the other: the oracle. */
export function flatBytes(memory: GuestMemory): Uint8Array {
  const all = new Uint8Array(memory.pageCount * PAGE);
  for (let page = 0; page < memory.pageCount; page++) {
    memory.pageBytes(page, all.subarray(page * PAGE, (page + 1) * PAGE));
  }
  return all;
}

export function crcOf(bytes: Uint8Array): Buffer {
  const field = Buffer.alloc(4);
  field.writeUInt32BE(crc32c(bytes));
  return field;
}

function u32s(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

function recordBytes({ method, pages, payload }: BuiltRecord): Buffer {
  return Buffer.concat([
    u32s(method, pages.length, payload.length),
    ...pages.map((page) => u32s(...page)),
    payload,
  ]);
}

/** A whole file with right checksums, whatever its parts say. */
export function buildState(parts: StateParts): Buffer {
  const { version, pageBytes, pageCount, seed, guest, guestBytes } = parts;
  const fields = Buffer.concat([
    Buffer.from('dlabsave'),
    u32s(version, pageBytes, pageCount, seed, guestBytes ?? guest.length),
  ]);
  const before = Buffer.concat([
    fields,
    crcOf(fields),
    guest,
    ...parts.records.map(recordBytes),
    ...parts.index.map((entry) => Buffer.concat([u64(entry.place), u32s(entry.version)])),
  ]);
  const covered = Buffer.concat([
    before,
    Buffer.from('dlabends'),
    u64(before.length + 24),
    u32s(parts.recordCount),
  ]);
  return Buffer.concat([covered, crcOf(covered)]);
}

/** The parts of a sound file: each page of `memory` in a record of its own, but for those of zeros. */
export function soundParts(memory: GuestMemory, guest: Uint8Array): StateParts {
  const flat = flatBytes(memory);
  const records: BuiltRecord[] = [];
  const index: { place: number; version: number }[] = [];
  let place = 32 + guest.length;
  for (let page = 0; page < memory.pageCount; page++) {
    const bytes = flat.subarray(page * PAGE, (page + 1) * PAGE);
    const keptBytes = bytes.findLastIndex((byte) => byte !== 0) + 1;
    index.push({ place: keptBytes > 0 ? place : 0, version: memory.version(page) });
    if (keptBytes === 0) continue;
    const record = {
      method: 2,
      pages: [[page, keptBytes]],
      payload: deflateRawSync(bytes.subarray(0, keptBytes)),
    } as const;
    records.push(record);
    place += recordBytes(record).length;
  }
  return {
    version: 1,
    pageBytes: PAGE,
    pageCount: memory.pageCount,
    seed: memory.seed,
    guest,
    guestBytes: null,
    records,
    index,
    recordCount: records.length,
  };
}

export interface ReadState {
  readonly memory: Uint8Array;
  readonly guest: Uint8Array;
  /** Pages by record, in the order of the file. */
  readonly records: readonly (readonly number[])[];
}

/** What a sound file holds; throws where a page is there twice, or anything does not fit the document. */
export function readState(bytes: Buffer): ReadState {
  const check = (isRight: boolean, what: string) => {
    if (!isRight) throw new Error(what);
  };
  const [pageCount, guestBytes] = [bytes.readUInt32BE(16), bytes.readUInt32BE(24)];
  const indexOffset = bytes.length - 24 - 12 * pageCount;
  check(bytes.toString('latin1', 0, 8) === 'dlabsave', 'magic');
  check(bytes.readUInt32BE(8) === 1 && bytes.readUInt32BE(12) === PAGE, 'version and page size');
  check(crcOf(bytes.subarray(0, 28)).equals(bytes.subarray(28, 32)), 'the checksum of the header');
  check(crcOf(bytes.subarray(0, -4)).equals(bytes.subarray(-4)), 'the checksum of everything');
  check(bytes.toString('latin1', bytes.length - 24, bytes.length - 16) === 'dlabends', 'the trailer');
  check(Number(bytes.readBigUInt64BE(bytes.length - 16)) === bytes.length, 'the size');
  const memory = new Uint8Array(pageCount * PAGE);
  const places = new Map<number, number>();
  const records: number[][] = [];
  for (let at = 32 + guestBytes; at < indexOffset; ) {
    const [method, count, payloadBytes] = [0, 4, 8].map((field) => bytes.readUInt32BE(at + field));
    const payloadAt = at + 12 + 8 * (count ?? 0);
    const payload = bytes.subarray(payloadAt, payloadAt + (payloadBytes ?? 0));
    const contents = method === 1 ? payload : inflateRawSync(payload);
    const pages: number[] = [];
    let from = 0;
    for (let entry = at + 12; entry < payloadAt; entry += 8) {
      const [page, keptBytes] = [bytes.readUInt32BE(entry), bytes.readUInt32BE(entry + 4)];
      check(!places.has(page), `page ${page} is saved twice`);
      places.set(page, at);
      memory.set(contents.subarray(from, from + keptBytes), page * PAGE);
      from += keptBytes;
      pages.push(page);
    }
    check(from === contents.length, 'a record holds its pages and nothing else');
    records.push(pages);
    at = payloadAt + payload.length;
  }
  for (let page = 0; page < pageCount; page++) {
    const place = Number(bytes.readBigUInt64BE(indexOffset + 12 * page));
    check(place === (places.get(page) ?? 0), `the index entry of page ${page}`);
  }
  check(bytes.readUInt32BE(bytes.length - 8) === records.length, 'the number of records');
  return { memory, guest: bytes.subarray(32, 32 + guestBytes), records };
}

/** A memory saved in one go, by the program. */
export async function savedFile(memory: GuestMemory, guest: Uint8Array): Promise<MemoryFile> {
  const file = new MemoryFile('state.vsv');
  const save = new MemorySave(memory, { checkpoint: 'A', fileName: 'Snapshots/state.vsv', file, guest });
  await save.finish();
  return file;
}
