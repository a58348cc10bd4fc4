/** Pages of memory as records of the saved state. */
import { deflateSync } from 'fflate';
import { viewOf } from '../../base/bytes.ts';
import type { GuestMemory } from './guestMemory.ts';
import { PAGE_BYTES } from './memory.ts';
import { usedBytes } from './pageContents.ts';
import {
  RECORD_HEADER_BYTES,
  RECORD_PAGE,
  type RecordMethod,
  writeRecordHeader,
} from './savedStateFormat.ts';

export interface PageRecord {
  readonly pages: readonly KeptPage[];
  readonly bytes: Uint8Array;
}

export interface KeptPage {
  readonly page: number;
  /** Up to the last byte that is not zero. */
  readonly keptBytes: number;
}

/** The records of some pages, RECORD_LIMIT_PAGES at most; pages of zeros are in none. */
export function recordsOf(memory: GuestMemory, pages: readonly number[]): PageRecord[] {
  const soft = new GatheredPages('soft', pages.length);
  const hard = new GatheredPages('hard', pages.length);
  for (const page of pages) {
    const bytes = soft.room();
    memory.pageBytes(page, bytes);
    const keptBytes = usedBytes(bytes);
    if (keptBytes === 0) continue;
    if (isWorthDeflating(bytes, keptBytes)) {
      soft.keep({ page, keptBytes });
    } else {
      hard.room().set(bytes);
      hard.keep({ page, keptBytes });
    }
  }
  // By their first pages: a page alone in front of a lower one is then one that did not wait for its turn.
  const first = ({ pages: [kept] }: PageRecord) => kept?.page ?? 0;
  return [...deflated(soft), ...stored(hard)].sort((one, other) => first(one) - first(other));
}

/** Of a whole step, kept for the next one: clearing so much anew each time takes as long as looking at it. */
const rooms: Record<'soft' | 'hard', Uint8Array> = { soft: new Uint8Array(0), hard: new Uint8Array(0) };

/** The bytes that pages keep, one behind the other; they hold until the next are gathered. */
class GatheredPages {
  readonly pages: KeptPage[] = [];
  private readonly all: Uint8Array;
  private lengthBytes = 0;

  constructor(kind: 'soft' | 'hard', limitPages: number) {
    const sizeBytes = limitPages * PAGE_BYTES;
    if (rooms[kind].length < sizeBytes) rooms[kind] = new Uint8Array(sizeBytes);
    this.all = rooms[kind];
  }

  get bytes(): Uint8Array {
    return this.all.subarray(0, this.lengthBytes);
  }

  /** Where the next page goes: what stands there is of another one. */
  room(): Uint8Array {
    return this.all.subarray(this.lengthBytes, this.lengthBytes + PAGE_BYTES);
  }

  /** The page stands in its room. */
  keep(page: KeptPage): void {
    this.pages.push(page);
    this.lengthBytes += page.keptBytes;
  }
}

function deflated({ pages, bytes }: GatheredPages): PageRecord[] {
  if (pages.length === 0) return [];
  const payload = deflateSync(bytes, { level: 1 });
  return [
    payload.length < bytes.length ? record('deflated', pages, payload) : record('stored', pages, bytes),
  ];
}

function stored({ pages, bytes }: GatheredPages): PageRecord[] {
  return pages.length === 0 ? [] : [record('stored', pages, bytes)];
}

function record(method: RecordMethod, pages: readonly KeptPage[], payload: Uint8Array): PageRecord {
  const payloadOffset = RECORD_HEADER_BYTES + pages.length * RECORD_PAGE.sizeBytes;
  const bytes = new Uint8Array(payloadOffset + payload.length);
  const view = viewOf(bytes);
  writeRecordHeader({ method, pageCount: pages.length, payloadBytes: payload.length }, bytes);
  for (const [i, { page, keptBytes }] of pages.entries()) {
    const at = RECORD_HEADER_BYTES + i * RECORD_PAGE.sizeBytes;
    view.setUint32(at + RECORD_PAGE.page, page);
    view.setUint32(at + RECORD_PAGE.keptBytes, keptBytes);
  }
  bytes.set(payload, payloadOffset);
  return { pages, bytes };
}

/** Of 256 random bytes some 162 differ, of text or code at most a hundred: so few are enough to tell. */
const SAMPLE_BYTES = 256;
const SAMPLE_LIMIT = 135;

/** False for contents that deflating would take long over and not make smaller. */
function isWorthDeflating(bytes: Uint8Array, lengthBytes: number): boolean {
  const seen = new Uint8Array(256);
  let different = 0;
  const end = Math.min(lengthBytes, SAMPLE_BYTES);
  for (let i = 0; i < end; i++) {
    const value = bytes[i] ?? 0;
    if (seen[value] === 0) different++;
    seen[value] = 1;
  }
  return different <= SAMPLE_LIMIT;
}
