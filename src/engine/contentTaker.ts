/** Hands contents that come in batches to their consumer, in order, waiting where it does. */
import { must } from '../base/assert.ts';
import type { ReadItem } from '../filesystems/fileSystem.ts';
import type { ContentConsumer } from '../filesystems/filesHost.ts';
import type { ContentBatch, ContentEvent } from './filesMessages.ts';

interface TakerOptions {
  /** A batch needs no room any more. */
  readonly onTaken: (batch: ContentBatch) => void;
  /** Nothing more of this file is wanted. */
  readonly onUnwanted: (entry: number) => void;
  /** The consumer threw; it is not called again. */
  readonly onFault: (error: unknown) => void;
}

export class ContentTaker {
  private readonly items: ReadonlyMap<number, ReadItem>;
  private readonly batches: ContentBatch[] = [];
  private unwanted = -1;
  private stopped = false;
  private thrown: { readonly error: unknown } | null = null;
  private pumping: Promise<void> | null = null;

  constructor(
    items: readonly ReadItem[],
    private readonly consumer: ContentConsumer,
    private readonly options: TakerOptions,
  ) {
    this.items = new Map(items.map((item) => [item.entry, item]));
  }

  /** The consumer did not get everything. */
  get isStopped(): boolean {
    return this.stopped;
  }
  /** What the consumer threw. */
  get fault(): { readonly error: unknown } | null {
    return this.thrown;
  }

  take(batch: ContentBatch): void {
    this.batches.push(batch);
    this.pumping ??= this.pump().finally(() => {
      this.pumping = null;
    });
  }

  /** Everything that came is with the consumer. */
  async settled(): Promise<void> {
    while (this.pumping) await this.pumping;
  }

  /** The consumer is not called again; waits for the call that is under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.settled();
  }

  private async pump(): Promise<void> {
    for (let batch = this.batches.shift(); batch; batch = this.batches.shift()) {
      for (const event of batch.events) {
        if (this.stopped) break;
        try {
          const waits = this.hand(event, batch.bytes);
          if (waits) await waits;
        } catch (error) {
          this.stopped = true;
          this.thrown = { error };
          this.options.onFault(error);
        }
      }
      this.options.onTaken(batch);
    }
  }

  private hand(event: ContentEvent, bytes: Uint8Array): Promise<void> | undefined {
    const { consumer } = this;
    const item = must(this.items.get(event.entry), 'a file that was asked for');
    if (event.kind === 'begin') return consumer.begin(item) ?? undefined;
    if (event.kind === 'end') return consumer.end(item, event.end) ?? undefined;
    if (this.unwanted === event.entry) return undefined;
    const part = bytes.subarray(event.from, event.from + event.lengthBytes);
    const wanted = consumer.write(item, event.offset, part);
    if (typeof wanted !== 'boolean') return wanted.then((more) => this.note(event.entry, more));
    this.note(event.entry, wanted);
    return undefined;
  }

  private note(entry: number, more: boolean): void {
    if (more) return;
    this.unwanted = entry;
    this.options.onUnwanted(entry);
  }
}
