/** One record of a saved state, as pages. */
import { inflateSync } from 'fflate';
import { viewOf } from '../../base/bytes.ts';
import { PAGE_BYTES } from './memory.ts';
import { damagedState } from './savedStateErrors.ts';
import {
  parseRecordHeader,
  RECORD_HEADER_BYTES,
  RECORD_PAGE,
  type RecordMethod,
} from './savedStateFormat.ts';
import type { SequentialReader } from './sequentialReader.ts';

export interface ReadRecord {
  readonly offset: number;
  readonly lengthBytes: number;
  readonly pages: readonly ReadPage[];
}

export interface ReadPage {
  readonly page: number;
  /** Of its beginning; what is not kept is zeros. */
  readonly kept: Uint8Array;
}

/** The record at the reader's place; its pages hold until the reader goes on. */
export async function readRecord(fileName: string, reader: SequentialReader): Promise<ReadRecord> {
  const { offset } = reader;
  const damaged = (lengthBytes: number, found: string) =>
    damagedState(fileName, { offset, lengthBytes, found });
  if (reader.leftBytes < RECORD_HEADER_BYTES) {
    throw damaged(
      reader.leftBytes,
      `${reader.leftBytes} bytes are left in front of the index, too few for a record`,
    );
  }
  const header = parseRecordHeader(await reader.take(RECORD_HEADER_BYTES));
  if (!header) throw damaged(RECORD_HEADER_BYTES, 'no record of pages begins where one should');
  const listBytes = header.pageCount * RECORD_PAGE.sizeBytes;
  const lengthBytes = RECORD_HEADER_BYTES + listBytes + header.payloadBytes;
  if (reader.leftBytes < listBytes + header.payloadBytes) {
    throw damaged(lengthBytes, `a record of ${lengthBytes} bytes reaches into the index`);
  }
  const bytes = await reader.take(listBytes + header.payloadBytes);
  const list = parseList(bytes.subarray(0, listBytes));
  if (!list)
    throw damaged(lengthBytes, `a page of a record keeps 1 to ${PAGE_BYTES} bytes, one keeps others`);
  const contentBytes = list.reduce((sum, { keptBytes }) => sum + keptBytes, 0);
  const contents = unpacked(header.method, bytes.subarray(listBytes), contentBytes);
  if (!contents)
    throw damaged(lengthBytes, `a record does not unpack to the ${contentBytes} bytes of its pages`);
  return { offset, lengthBytes, pages: pagesOf(list, contents) };
}

type KeptPages = { readonly page: number; readonly keptBytes: number }[];

/** null where a page keeps nothing, or more than it has. */
function parseList(bytes: Uint8Array): KeptPages | null {
  const view = viewOf(bytes);
  const list: KeptPages = [];
  for (let at = 0; at < bytes.length; at += RECORD_PAGE.sizeBytes) {
    const keptBytes = view.getUint32(at + RECORD_PAGE.keptBytes);
    if (keptBytes === 0 || keptBytes > PAGE_BYTES) return null;
    list.push({ page: view.getUint32(at + RECORD_PAGE.page), keptBytes });
  }
  return list;
}

function pagesOf(list: KeptPages, contents: Uint8Array): ReadPage[] {
  let at = 0;
  return list.map(({ page, keptBytes }) => {
    const kept = contents.subarray(at, at + keptBytes);
    at += keptBytes;
    return { page, kept };
  });
}

/** null where it does not come to `lengthBytes`; never takes more room than that and a byte. */
function unpacked(method: RecordMethod, payload: Uint8Array, lengthBytes: number): Uint8Array | null {
  if (method === 'stored') return payload.length === lengthBytes ? payload : null;
  const out = new Uint8Array(lengthBytes + 1);
  try {
    const { length } = inflateSync(payload, { out });
    return length === lengthBytes ? out.subarray(0, lengthBytes) : null;
  } catch {
    // Whatever it stumbled over: the stream is none.
    return null;
  }
}
