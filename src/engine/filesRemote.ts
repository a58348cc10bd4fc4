/**
 * Looks into disks in a thread of its own: calls wait for one another, a cancel ends the thread, and the next call starts
 * it again.
 */
import { DiskError } from '../base/errors.ts';
import type { ReadItem } from '../filesystems/fileSystem.ts';
import type { ContentConsumer, FilesHost, HostOptions } from '../filesystems/filesHost.ts';
import { ContentTaker } from './contentTaker.ts';
import {
  FilesConnection,
  type Patience,
  SilentThread,
  type StartThread,
  threadFault,
} from './filesConnection.ts';
import type { FilesAnswers, FilesCall } from './filesMessages.ts';
import type { ChainSource } from './filesSource.ts';
import { cancelled } from './jobs.ts';

const PATIENCE: Patience = { tickMilliseconds: 1000, ticksAtStart: 60, ticks: 5 };
/** A thread that was ended from outside while it had nothing to do is noticed at the next call. */
const ATTEMPTS = 2;

export class FilesRemote implements FilesHost {
  private connection: FilesConnection | null = null;
  private queue: Promise<unknown> = Promise.resolve();
  private closings = 0;

  constructor(
    private readonly chain: () => Promise<ChainSource>,
    private readonly start: StartThread,
    private readonly patience = PATIENCE,
  ) {}

  volumes: FilesHost['volumes'] = (point, options) =>
    this.ask('volumes', { call: 'volumes', point }, options);

  list: FilesHost['list'] = (point, volume, options) =>
    this.ask('list', { call: 'list', point, volume }, options);

  read: FilesHost['read'] = async (point, volume, items, consumer, options) => {
    await this.ask('read', { call: 'read', point, volume, items }, options, { items, consumer });
  };

  inspect: FilesHost['inspect'] = (point, volume, items, wanted, options) =>
    this.ask('inspect', { call: 'inspect', point, volume, items, wanted }, options);

  layersBetween: FilesHost['layersBetween'] = (newer, older, ranges) =>
    this.ask('layersBetween', { call: 'layersBetween', newer, older, ranges }, undefined);

  /** Calls that wait or run reject with 'cancelled'. */
  close(): void {
    this.closings++;
    this.connection?.end(cancelled());
    this.connection = null;
  }

  private ask<K extends keyof FilesAnswers>(
    _kind: K,
    call: FilesCall & { readonly call: K },
    options: HostOptions | undefined,
    contents?: Contents,
  ): Promise<FilesAnswers[K]> {
    const { closings, queue } = this;
    const { signal } = options ?? {};
    const work = async () => {
      await untilAborted(queue, signal);
      for (let attempt = 1; ; attempt++) {
        if (signal?.aborted || closings !== this.closings) throw reasonOf(signal);
        try {
          // The thread answers a call with what that call gives.
          return (await this.run(call, options, contents)) as FilesAnswers[K];
        } catch (error) {
          if (!(error instanceof SilentThread)) throw error;
          if (attempt === ATTEMPTS) throw threadFault('it does not answer');
        }
      }
    };
    const result = work();
    this.queue = Promise.allSettled([queue, result]);
    return result;
  }

  private async run(
    call: FilesCall,
    options: HostOptions | undefined,
    contents: Contents | undefined,
  ): Promise<FilesAnswers[keyof FilesAnswers]> {
    const { signal, onAdvance } = options ?? {};
    const connection = await this.connected();
    const taker = contents ? takerOf(connection, contents) : null;
    const cancel = () => {
      connection.end(reasonOf(signal));
      void taker?.stop();
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      if (signal?.aborted) cancel();
      const answer = await connection.run(call, onAdvance, taker);
      // The last batches are still being taken in.
      await taker?.settled();
      if (taker?.fault) throw taker.fault.error;
      if (taker?.isStopped) throw reasonOf(signal);
      return answer;
    } catch (error) {
      await taker?.stop();
      throw error;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  private async connected(): Promise<FilesConnection> {
    if (this.connection?.isAlive) return this.connection;
    const { closings } = this;
    const chain = await this.chain();
    if (closings !== this.closings) throw cancelled();
    try {
      this.connection = new FilesConnection(chain, this.start, this.patience);
    } catch (error) {
      if (error instanceof DiskError) throw error;
      throw threadFault(error instanceof Error ? error.message : String(error));
    }
    return this.connection;
  }
}

interface Contents {
  readonly items: readonly ReadItem[];
  readonly consumer: ContentConsumer;
}

function takerOf(connection: FilesConnection, { items, consumer }: Contents): ContentTaker {
  return new ContentTaker(items, consumer, {
    onTaken: ({ cost }) => connection.taken(cost),
    onUnwanted: (entry) => connection.flow?.giveUp(entry),
    onFault: (error) => connection.end(error),
  });
}

function reasonOf(signal: AbortSignal | undefined): DiskError {
  return signal?.reason instanceof DiskError ? signal.reason : cancelled();
}

async function untilAborted(turn: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) {
    await turn;
    return;
  }
  let stop = () => {};
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener('abort', stop, { once: true });
  });
  await Promise.race([turn, aborted]);
  signal.removeEventListener('abort', stop);
}
