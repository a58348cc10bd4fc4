/**
 * The order book: a file of pages, or a stretch of bare sectors. An order is confirmed to its customer when it stands in
 * memory; a lazy writer brings changed pages to the disk every few seconds, and then notes in the first sector how many
 * orders they hold. That sector is what counts after a power cut: a drive writes it whole or not at all.
 */
import { Prng } from '../../base/prng.ts';
import { KIB, SECTOR_BYTES } from '../../base/units.ts';
import { databasePage, encoded } from '../sampleTexts.ts';
import type { GuestAction } from './guest.ts';
import type { OperationDraft } from './operationDraft.ts';

export const DATABASE_PAGE_BYTES = 4 * KIB;
const PAGE_SECTORS = DATABASE_PAGE_BYTES / SECTOR_BYTES;
const ORDERS_PER_PAGE = 20;
/** Pages of the goods in stock, at the end of the file: each order changes one of them. */
const MOST_STOCK_PAGES = 48;
/** Written in one operation. */
const PAGES_PER_STEP = 16;
const REST_US = 3_500_000;

/** Where its pages lie. */
export interface PageStore {
  readonly pageCount: number;
  read(page: number, pageCount: number, out: GuestAction[]): void;
  /** Whole sectors from the start of a page. */
  write(page: number, bytes: Uint8Array, out: GuestAction[]): void;
  /** What its system notes when the file was changed. */
  stamp(date: Date, out: GuestAction[]): void;
}

export interface DatabaseState {
  confirmed: number;
  written: number;
  /** Pages that the disk does not have yet, each with the last order that changed it. */
  readonly dirty: Map<number, number>;
  /** What the lazy writer is at: pages to go, ascending, and the orders that they hold. */
  writing: { readonly pages: readonly number[]; readonly orders: number } | null;
  nextWriteUs: number;
}

export function freshDatabase(orders: number): DatabaseState {
  return { confirmed: orders, written: orders, dirty: new Map(), writing: null, nextWriteUs: REST_US };
}

/** The number of orders that the first sector states; 0 where it is none of ours. */
export function ordersOf(header: Uint8Array): number {
  const [, digits = '0'] = /^ORDER BOOK orders (\d{10})\r\n/.exec(latin1Line(header)) ?? [];
  return Number(digits);
}

export function headerBytes(orders: number, pageCount: number, date: Date): Uint8Array {
  const bytes = new Uint8Array(SECTOR_BYTES);
  const digits = String(orders).padStart(10, '0');
  bytes.set(
    encoded(`ORDER BOOK orders ${digits}\r\npages ${pageCount}\r\nwritten ${date.toISOString()}\r\n`),
  );
  return bytes;
}

/** Control characters kept: they are part of the line. */
function latin1Line(bytes: Uint8Array): string {
  let text = '';
  for (const value of bytes.subarray(0, 64)) text += String.fromCharCode(value);
  return text;
}

/** A page as it stands after an order. */
export function orderPage(seed: number, page: number, order: number, date: Date): Uint8Array {
  const bytes = databasePage(new Prng(seed ^ Math.imul(page, 0x9e37_79b1) ^ order), page, date);
  bytes.set(encoded(`order ${String(order).padStart(10, '0')}`), 44);
  return bytes;
}

export class Database {
  constructor(
    readonly store: PageStore,
    readonly state: DatabaseState,
    private readonly seed: number,
    /** Pages of the guest's memory. */
    private readonly memoryPages: number,
  ) {}

  /** Somebody looks something up: a walk through the index and the rows. */
  query(draft: OperationDraft): void {
    draft.name = 'query';
    const { random, actions } = draft;
    const reads = 5 + random.below(9);
    for (let i = 0; i < reads; i++) this.readPages(random, actions);
    draft.touch(1 + random.below(2));
  }

  order(draft: OperationDraft): void {
    draft.name = 'order';
    const { random, actions } = draft;
    const order = ++this.state.confirmed;
    const stockPages = Math.min(MOST_STOCK_PAGES, (this.store.pageCount - 1) >>> 1);
    const rowPages = this.store.pageCount - 1 - stockPages;
    const row = 1 + (Math.floor(order / ORDERS_PER_PAGE) % rowPages);
    this.store.read(row, 1, actions);
    for (let i = 0; i < 2 + random.below(3); i++) this.readPages(random, actions);
    this.change(row, order, draft);
    if (stockPages > 0) this.change(1 + rowPages + random.below(stockPages), order, draft);
    draft.touch(1);
  }

  /** The lazy writer has something to do. Asked with the guest's own time. */
  isDue(ownUs: number): boolean {
    const { dirty, writing, nextWriteUs } = this.state;
    return writing !== null || (dirty.size > 0 && ownUs >= nextWriteUs);
  }

  /** One piece of the lazy writer's work. */
  writeSome(draft: OperationDraft, ownUs: number): void {
    draft.name = 'checkpoint';
    const { state } = this;
    state.writing ??= { pages: sorted(state.dirty.keys()), orders: state.confirmed };
    const { pages, orders } = state.writing;
    this.writePages(pages.slice(0, PAGES_PER_STEP), draft.date, draft.actions);
    draft.touch(1);
    if (pages.length > PAGES_PER_STEP) {
      state.writing = { pages: pages.slice(PAGES_PER_STEP), orders };
      return;
    }
    this.writeHeader(orders, draft.date, draft.actions);
    state.writing = null;
    state.nextWriteUs = ownUs + REST_US + draft.random.below(1_500_000);
  }

  /** Everything that the disk does not have. */
  writeAll(date: Date, out: GuestAction[]): void {
    const { state } = this;
    const pages = sorted(state.dirty.keys());
    state.writing = null;
    if (pages.length === 0 && state.written === state.confirmed) return;
    this.writePages(pages, date, out);
    this.writeHeader(state.confirmed, date, out);
  }

  private readPages(random: Prng, out: GuestAction[]): void {
    const page = random.below(this.store.pageCount);
    this.store.read(page, Math.min(1 + random.below(2), this.store.pageCount - page), out);
  }

  private change(page: number, order: number, draft: OperationDraft): void {
    this.state.dirty.set(page, order);
    // Its cache fills the middle half of the memory.
    const cachePages = Math.max(1, this.memoryPages >>> 1);
    draft.touchPage((this.memoryPages >>> 2) + (page % cachePages));
  }

  /** Neighbours in one write, at most PAGES_PER_STEP. Ascending. */
  private writePages(pages: readonly number[], date: Date, out: GuestAction[]): void {
    let run: number[] = [];
    const flushRun = () => {
      const [first] = run;
      if (first === undefined) return;
      const bytes = new Uint8Array(run.length * DATABASE_PAGE_BYTES);
      for (const [index, page] of run.entries()) {
        const order = this.state.dirty.get(page) ?? this.state.confirmed;
        bytes.set(orderPage(this.seed, page, order, date), index * DATABASE_PAGE_BYTES);
        this.state.dirty.delete(page);
      }
      this.store.write(first, bytes, out);
      run = [];
    };
    for (const page of pages) {
      const last = run.at(-1);
      if (last !== undefined && (last + 1 !== page || run.length === PAGES_PER_STEP)) flushRun();
      run.push(page);
    }
    flushRun();
  }

  private writeHeader(orders: number, date: Date, out: GuestAction[]): void {
    out.push({ kind: 'flush' });
    this.store.write(0, headerBytes(orders, this.store.pageCount, date), out);
    this.store.stamp(date, out);
    out.push({ kind: 'flush' });
    this.state.written = orders;
  }
}

function sorted(pages: Iterable<number>): number[] {
  return [...pages].sort((a, b) => a - b);
}

/** A stretch of bare sectors. */
export function barePages(firstSector: number, pageCount: number): PageStore {
  return {
    pageCount,
    read: (page, count, out) =>
      out.push({
        kind: 'read',
        firstSector: firstSector + page * PAGE_SECTORS,
        sectorCount: count * PAGE_SECTORS,
      }),
    write: (page, bytes, out) =>
      out.push({ kind: 'write', firstSector: firstSector + page * PAGE_SECTORS, bytes }),
    stamp: () => {},
  };
}
