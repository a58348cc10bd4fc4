/** Puts what a reader gives together into batches: a message costs more than copying thousands of bytes. */
import { MIB } from '../base/units.ts';
import type { ContentEnd, ContentSink, ReadItem } from '../filesystems/fileSystem.ts';
import type { ContentBatch, ContentEvent } from './filesMessages.ts';

const BATCH_BYTES = MIB;
const BATCH_EVENTS = 4096;
/** About what one takes in memory. */
const EVENT_BYTES = 160;

interface BatchOptions {
  /** Throws where it cannot be kept: then nothing more is taken in, and `finish` throws it again. */
  readonly onBatch: (batch: ContentBatch) => void;
  readonly isWanted: (entry: number) => boolean;
  /** Bytes of contents in all. */
  readonly onAdvance: (done: number) => void;
}

export class BatchSink implements ContentSink {
  private events: ContentEvent[] = [];
  private bytes = new Uint8Array(0);
  private used = 0;
  private cost = 0;
  private doneBytes = 0;
  private fault: { readonly error: unknown } | null = null;

  constructor(private readonly options: BatchOptions) {}

  begin({ entry }: ReadItem): void {
    this.note({ kind: 'begin', entry }, 0);
  }

  write({ entry }: ReadItem, offset: number, bytes: Uint8Array): boolean {
    for (let done = 0; done < bytes.length && !this.fault; ) {
      if (this.bytes.length === 0) this.bytes = new Uint8Array(BATCH_BYTES);
      const count = Math.min(bytes.length - done, BATCH_BYTES - this.used);
      this.bytes.set(bytes.subarray(done, done + count), this.used);
      const from = this.used;
      this.used += count;
      this.append(entry, offset + done, from, count);
      done += count;
      if (this.used === BATCH_BYTES) this.flush();
    }
    this.doneBytes += bytes.length;
    this.options.onAdvance(this.doneBytes);
    return !this.fault && this.options.isWanted(entry);
  }

  end({ entry }: ReadItem, end: ContentEnd): void {
    this.note({ kind: 'end', entry, end }, end.touched.byteLength);
  }

  /** The reader has ended. */
  finish(): void {
    this.flush();
    if (this.fault) throw this.fault.error;
  }

  /** Pieces that follow one another are one event. */
  private append(entry: number, offset: number, from: number, lengthBytes: number): void {
    const before = this.events.at(-1);
    if (before?.kind === 'write' && before.entry === entry && before.offset + before.lengthBytes === offset)
      this.events[this.events.length - 1] = { ...before, lengthBytes: before.lengthBytes + lengthBytes };
    else this.note({ kind: 'write', entry, offset, from, lengthBytes }, 0);
  }

  private note(event: ContentEvent, extraBytes: number): void {
    this.events.push(event);
    this.cost += EVENT_BYTES + extraBytes;
    if (event.kind !== 'write' && (this.events.length >= BATCH_EVENTS || this.cost >= BATCH_BYTES))
      this.flush();
  }

  /** A fault waits until the reader has ended: it must not be thrown through it. */
  private flush(): void {
    const { events, cost, used } = this;
    if (events.length === 0) return;
    const bytes = used === this.bytes.length ? this.bytes : this.bytes.slice(0, used);
    this.events = [];
    this.bytes = new Uint8Array(0);
    this.used = 0;
    this.cost = 0;
    if (this.fault) return;
    try {
      this.options.onBatch({ events, bytes, cost: cost + bytes.length });
    } catch (error) {
      this.fault = { error };
    }
  }
}
