/**
 * Looks into disks in this thread, which waits meanwhile: for tests, and for callers that have nothing else to do. The files
 * must answer at once.
 */
import { DiskError } from '../base/errors.ts';
import { MIB, sizeText } from '../base/units.ts';
import { ChainFiles, type FilesTools } from '../filesystems/chainFiles.ts';
import type { ContentEnd, ContentSink, ReadItem } from '../filesystems/fileSystem.ts';
import type { ContentConsumer, FilesHost, HostOptions } from '../filesystems/filesHost.ts';
import type { FilesSource } from './filesSource.ts';
import { cancelled } from './jobs.ts';

/** What may wait for a consumer that returns promises: the reader cannot be stopped meanwhile. */
const MOST_WAITING_BYTES = 64 * MIB;

export function localFilesHost(source: FilesSource, tools: FilesTools): FilesHost {
  return new LocalFilesHost(source, tools);
}

class LocalFilesHost implements FilesHost {
  private files: ChainFiles | null = null;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly source: FilesSource,
    private readonly tools: FilesTools,
  ) {}

  volumes: FilesHost['volumes'] = (point, options) => this.inTurn(options, (files) => files.volumes(point));

  list: FilesHost['list'] = (point, volume, options) =>
    this.inTurn(options, (files) => files.list(point, volume, options?.onAdvance));

  read: FilesHost['read'] = (point, volume, items, consumer, options) =>
    this.inTurn(options, async (files) => {
      const sink = new WaitingSink(consumer, options);
      await files.read(point, volume, items, sink);
      await sink.drain();
    });

  inspect: FilesHost['inspect'] = (point, volume, items, wanted, options) =>
    this.inTurn(options, (files) => files.inspect(point, volume, items, wanted, options?.onAdvance));

  layersBetween: FilesHost['layersBetween'] = (newer, older, ranges) =>
    this.inTurn(undefined, (files) => files.layersBetween(newer, older, ranges));

  close(): void {
    this.files?.close();
    this.files = null;
  }

  /** A cancel is heard between calls only. */
  private inTurn<T>(options: HostOptions | undefined, work: (files: ChainFiles) => Promise<T>): Promise<T> {
    const call = this.queue.then(async () => {
      if (options?.signal?.aborted) throw cancelled();
      this.files ??= new ChainFiles(this.source.images, this.source.complete, this.tools);
      const value = await work(this.files);
      if (options?.signal?.aborted) throw cancelled();
      return value;
    });
    this.queue = call.catch(() => undefined);
    return call;
  }
}

type Step = () => unknown;

/** Hands contents on; from the first promise on, everything waits in a queue until the reader has ended. */
class WaitingSink implements ContentSink {
  private readonly steps: Step[] = [];
  private first: Promise<unknown> | null = null;
  private waitingBytes = 0;
  private doneBytes = 0;
  private fault: unknown = null;
  private unwanted: ReadItem | null = null;

  constructor(
    private readonly consumer: ContentConsumer,
    private readonly options: HostOptions | undefined,
  ) {}

  begin(item: ReadItem): void {
    this.step(() => this.consumer.begin(item));
  }

  write(item: ReadItem, offset: number, bytes: Uint8Array): boolean {
    if (this.first) {
      this.waitingBytes += bytes.length;
      if (this.waitingBytes > MOST_WAITING_BYTES) this.fault ??= tooMuchWaiting();
    }
    const kept = this.first && !this.fault ? bytes.slice() : bytes;
    this.step(() => {
      if (this.unwanted === item) return;
      const wanted = this.consumer.write(item, offset, kept);
      if (typeof wanted !== 'boolean') return wanted.then((more) => this.note(item, more));
      this.note(item, wanted);
    });
    this.doneBytes += bytes.length;
    this.options?.onAdvance?.(this.doneBytes);
    return this.fault === null && this.unwanted !== item && !this.options?.signal?.aborted;
  }

  end(item: ReadItem, end: ContentEnd): void {
    this.step(() => this.consumer.end(item, end));
  }

  /** Ends when the consumer has everything; throws what it threw. */
  async drain(): Promise<void> {
    await this.first;
    for (const step of this.steps) {
      if (this.fault !== null) break;
      await step();
    }
    if (this.fault !== null) throw this.fault;
  }

  private note(item: ReadItem, more: boolean): void {
    if (!more) this.unwanted = item;
  }

  /** What the consumer throws waits until the reader has ended: it must not be thrown through it. */
  private step(work: Step): void {
    if (this.fault !== null) return;
    if (this.first) {
      this.steps.push(work);
      return;
    }
    try {
      const result = work();
      if (result instanceof Promise) {
        this.first = result;
        // It is awaited later; until then nobody else may take it for lost.
        result.catch(() => undefined);
      }
    } catch (error) {
      this.fault = error;
    }
  }
}

function tooMuchWaiting(): DiskError {
  return new DiskError({
    code: 'limit',
    message: `More than ${sizeText(MOST_WAITING_BYTES)} of contents wait to be taken in.`,
    meaning: 'Files are read here in one go, and cannot wait for who takes them in.',
    remedy: 'Read fewer files at a time.',
  });
}
