/** Sends one call's contents from the reading thread to the engine, with bounded memory on the way. */

import { GIB } from '../base/units.ts';
import type { ContentSink, ReadItem } from '../filesystems/fileSystem.ts';
import { BatchSink } from './contentBatches.ts';
import type { ContentFlow } from './contentFlow.ts';
import { type ContentBatch, MOST_UNDER_WAY } from './filesMessages.ts';
import type { ContentSpool } from './filesSpool.ts';

export interface ContentSender {
  readonly post: (batch: ContentBatch) => void;
  readonly onAdvance: (done: number) => void;
}

/** One run of a reader over these items, into the sink. */
type ReadRun = (items: readonly ReadItem[], sink: ContentSink) => Promise<void>;

/** Threads share memory: the reader stands still while too much is under way. */
export async function sendWithFlow(
  read: ReadRun,
  items: readonly ReadItem[],
  flow: ContentFlow,
  { post, onAdvance }: ContentSender,
): Promise<void> {
  const sink = new BatchSink({
    onBatch(batch) {
      flow.send(batch.cost);
      post(batch);
    },
    isWanted: (entry) => flow.isWanted(entry),
    onAdvance,
  });
  await read(items, sink);
  sink.finish();
}

/** What one run may leave in the spool, as far as listings tell the truth. */
const RUN_BYTES = 2 * GIB;
const RUN_ITEMS = 20_000;
/** Listed as more than this, contents may have to wait. */
const SURELY_FITS_BYTES = MOST_UNDER_WAY / 2;
const SURELY_FITS_ITEMS = 10_000;

export interface Spools {
  /** For much; null where there is no room for it. */
  readonly openLarge: () => Promise<ContentSpool | null>;
  readonly openSmall: () => ContentSpool;
}

/** Threads share no memory: what is too much waits in a spool until the reader has ended. */
export class SpooledSending {
  private underWay = 0;
  private wake: () => void = () => undefined;

  /** The engine took a batch in. */
  taken(cost: number): void {
    this.underWay -= cost;
    this.wake();
  }

  async send(
    read: ReadRun,
    items: readonly ReadItem[],
    spools: Spools,
    sender: ContentSender,
  ): Promise<void> {
    let before = 0;
    const runs = runsOf(items);
    const large = runs.some(isLarge) ? await spools.openLarge() : null;
    const spool = large ?? spools.openSmall();
    try {
      for (const run of runs) {
        let done = 0;
        const onAdvance = (bytes: number) => {
          done = bytes;
          sender.onAdvance(before + bytes);
        };
        await this.sendRun(read, run, spool, { ...sender, onAdvance });
        before += done;
      }
    } finally {
      await spool.close();
    }
  }

  private async sendRun(
    read: ReadRun,
    items: readonly ReadItem[],
    spool: ContentSpool,
    { post, onAdvance }: ContentSender,
  ): Promise<void> {
    const waiting: {
      readonly batch: Omit<ContentBatch, 'bytes'>;
      readonly place: number;
      readonly lengthBytes: number;
    }[] = [];
    const sink = new BatchSink({
      onBatch: (batch) => {
        if (waiting.length === 0 && this.hasRoom(batch.cost)) {
          this.underWay += batch.cost;
          post(batch);
          return;
        }
        const { events, cost, bytes } = batch;
        waiting.push({ batch: { events, cost }, place: spool.append(bytes), lengthBytes: bytes.length });
      },
      isWanted: () => true,
      onAdvance,
    });
    await read(items, sink);
    sink.finish();
    for (const { batch, place, lengthBytes } of waiting) {
      while (!this.hasRoom(batch.cost)) await this.someTaken();
      const bytes = new Uint8Array(lengthBytes);
      spool.read(place, bytes);
      this.underWay += batch.cost;
      post({ ...batch, bytes });
    }
    spool.clear();
  }

  private hasRoom(cost: number): boolean {
    return this.underWay === 0 || this.underWay + cost <= MOST_UNDER_WAY;
  }

  private someTaken(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}

function isLarge(run: readonly ReadItem[]): boolean {
  return run.length > SURELY_FITS_ITEMS || listedBytes(run) > SURELY_FITS_BYTES;
}

function listedBytes(items: readonly ReadItem[]): number {
  return items.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** In their order, so that each comes to little enough for the spool; one large file is a run by itself. */
function runsOf(items: readonly ReadItem[]): ReadItem[][] {
  const runs: ReadItem[][] = [];
  let run: ReadItem[] = [];
  let bytes = 0;
  for (const item of items) {
    if (run.length > 0 && (run.length >= RUN_ITEMS || bytes + item.sizeBytes > RUN_BYTES)) {
      runs.push(run);
      run = [];
      bytes = 0;
    }
    run.push(item);
    bytes += item.sizeBytes;
  }
  if (run.length > 0) runs.push(run);
  return runs;
}
