/**
 * Saves the memory of a machine while it runs: page by page in order, and a page that the guest is about to write to
 * before its turn (CHECKPOINTS, "Taking one", step 5). The file holds the memory as it was when the save began.
 */
import { assert } from '../../base/assert.ts';
import { viewOf } from '../../base/bytes.ts';
import { crc32c } from '../../base/checksum.ts';
import type { RandomAccessFile } from '../../storage/randomAccessFile.ts';
import type { SavedStateFile } from '../machine/machine.ts';
import type { GuestMemory } from './guestMemory.ts';
import { type MemorySaveProgress, PAGE_BYTES, PAGE_INTERCEPTED, PAGE_SAVED, PAGE_WAITS } from './memory.ts';
import { recordsOf } from './pageRecords.ts';
import {
  GUEST_LIMIT_BYTES,
  headerCrc,
  INDEX_ENTRY,
  RECORD_LIMIT_PAGES,
  SAVED_STATE_MAGIC,
  SAVED_STATE_VERSION,
  savedStateHeader,
  savedStateTrailer,
  TRAILER_MAGIC,
} from './savedStateFormat.ts';

export interface MemorySaveOptions {
  /** The checkpoint whose memory it is. */
  readonly checkpoint: string;
  /** In the machine's folder. */
  readonly fileName: string;
  /** Empty, writable. */
  readonly file: RandomAccessFile;
  /** What the guest was about: kept as it is, 64 MiB at most. */
  readonly guest: Uint8Array;
}

/** One call at a time. What a call that failed did not save still waits: it can be made again. */
export class MemorySave {
  /** PAGE_WAITS, PAGE_SAVED or PAGE_INTERCEPTED for each page. */
  readonly states: Uint8Array;
  private readonly options: MemorySaveOptions;
  private readonly memory: GuestMemory;
  /** Where each page's record begins; 0 = zeros, or not saved. */
  private readonly places: Float64Array;
  /** No page before it waits. */
  private nextPage = 0;
  private savedPages = 0;
  private interceptedPages = 0;
  private recordCount = 0;
  private writtenBytes = 0;
  private crc = 0;
  private isEnded = false;
  private isBusy = false;

  constructor(memory: GuestMemory, options: MemorySaveOptions) {
    assert(options.guest.length <= GUEST_LIMIT_BYTES, `${options.guest.length} bytes of a guest`);
    this.options = options;
    this.memory = memory.fork();
    this.states = new Uint8Array(memory.pageCount);
    this.places = new Float64Array(memory.pageCount);
  }

  get progress(): MemorySaveProgress {
    const { savedPages, interceptedPages, writtenBytes } = this;
    const { pageCount } = this.memory;
    return { checkpoint: this.options.checkpoint, pageCount, savedPages, interceptedPages, writtenBytes };
  }

  /** Saves the next `pages` that wait. True: there are more. */
  step(pages: number): Promise<boolean> {
    return this.alone(async () => {
      await this.saveNext(pages);
      return this.savedPages < this.memory.pageCount;
    });
  }

  /** To be called before the guest writes to a page. True: it had to be saved first. */
  intercept(page: number): Promise<boolean> {
    return this.alone(async () => {
      const state = this.states[page];
      assert(state !== undefined, `page ${page} of ${this.memory.pageCount}`);
      if (state !== PAGE_WAITS) return false;
      await this.save([page], PAGE_INTERCEPTED);
      this.interceptedPages++;
      return true;
    });
  }

  /** Saves what still waits, and ends the file; afterwards it survives a power cut. */
  finish(): Promise<SavedStateFile> {
    return this.alone(async () => {
      await this.saveNext(this.memory.pageCount);
      const { file, fileName } = this.options;
      if (!this.isEnded) await this.append(this.end());
      this.isEnded = true;
      await file.flush();
      return {
        file: fileName,
        fileBytes: this.writtenBytes,
        memoryBytes: this.memory.pageCount * PAGE_BYTES,
      };
    });
  }

  private async alone<T>(work: () => Promise<T>): Promise<T> {
    assert(!this.isBusy, 'one call to a memory save at a time');
    this.isBusy = true;
    try {
      return await work();
    } finally {
      this.isBusy = false;
    }
  }

  private async saveNext(pages: number): Promise<void> {
    for (let left = pages; left > 0; ) {
      const next = this.waiting(Math.min(left, RECORD_LIMIT_PAGES));
      if (next.length === 0) return;
      await this.save(next, PAGE_SAVED);
      left -= next.length;
    }
  }

  /** The first pages that wait, so many at most. */
  private waiting(count: number): number[] {
    const pages: number[] = [];
    while (this.nextPage < this.states.length && this.states[this.nextPage] !== PAGE_WAITS) this.nextPage++;
    for (let page = this.nextPage; page < this.states.length && pages.length < count; page++) {
      if (this.states[page] === PAGE_WAITS) pages.push(page);
    }
    return pages;
  }

  private async save(pages: readonly number[], state: number): Promise<void> {
    const records = recordsOf(this.memory, pages);
    const [firstPlace = 0] = await this.append(records.map(({ bytes }) => bytes));
    let place = firstPlace;
    for (const record of records) {
      for (const { page } of record.pages) this.places[page] = place;
      place += record.bytes.length;
    }
    for (const page of pages) this.states[page] = state;
    this.savedPages += pages.length;
    this.recordCount += records.length;
  }

  /** Writes at the end, in one go; the header goes in front of what comes first. Where each piece begins. */
  private async append(pieces: readonly Uint8Array[]): Promise<number[]> {
    const start = this.writtenBytes === 0 ? [this.header(), this.options.guest] : [];
    const all = [...start, ...pieces];
    if (all.length === 0) return [];
    const bytes = new Uint8Array(all.reduce((sum, piece) => sum + piece.length, 0));
    const places: number[] = [];
    let at = 0;
    for (const piece of all) {
      bytes.set(piece, at);
      places.push(this.writtenBytes + at);
      at += piece.length;
    }
    await this.options.file.write(this.writtenBytes, bytes);
    this.crc = crc32c(bytes, this.crc);
    this.writtenBytes += bytes.length;
    return places.slice(start.length);
  }

  private header(): Uint8Array {
    const bytes = new Uint8Array(savedStateHeader.sizeBytes);
    const fields = {
      magic: SAVED_STATE_MAGIC,
      version: SAVED_STATE_VERSION,
      pageBytes: PAGE_BYTES,
      pageCount: this.memory.pageCount,
      seed: this.memory.seed,
      guestBytes: this.options.guest.length,
    };
    savedStateHeader.write({ ...fields, crc: 0 }, bytes);
    savedStateHeader.write({ ...fields, crc: headerCrc(bytes) }, bytes);
    return bytes;
  }

  private index(): Uint8Array {
    const bytes = new Uint8Array(this.memory.pageCount * INDEX_ENTRY.sizeBytes);
    const view = viewOf(bytes);
    for (const [page, place] of this.places.entries()) {
      const at = page * INDEX_ENTRY.sizeBytes;
      view.setBigUint64(at + INDEX_ENTRY.recordOffset, BigInt(place));
      view.setUint32(at + INDEX_ENTRY.version, this.memory.version(page));
    }
    return bytes;
  }

  /** Index and trailer. */
  private end(): Uint8Array[] {
    const index = this.index();
    const trailer = new Uint8Array(savedStateTrailer.sizeBytes);
    const fileBytes = BigInt(this.writtenBytes + index.length + trailer.length);
    const fields = { magic: TRAILER_MAGIC, fileBytes, recordCount: this.recordCount };
    const covered = trailer.subarray(0, savedStateTrailer.offsetOf('crc'));
    savedStateTrailer.write({ ...fields, crc: 0 }, trailer);
    const crc = crc32c(covered, crc32c(index, this.crc));
    savedStateTrailer.write({ ...fields, crc }, trailer);
    return [index, trailer];
  }
}
