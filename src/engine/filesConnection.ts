/** One living thread that reads file systems, as the engine sees it: one call at a time, until it is ended or dies. */
import { assert } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import type { Advance } from '../filesystems/filesHost.ts';
import { ContentFlow } from './contentFlow.ts';
import type { ContentTaker } from './contentTaker.ts';
import type { FilesAnswers, FilesCall, FilesReply, FilesRequest } from './filesMessages.ts';
import type { ChainSource } from './filesSource.ts';

interface ThreadHandle {
  /** Memory can be shared with it; what it reads then waits for room on the way. */
  readonly sharesMemory: boolean;
  post(request: FilesRequest): void;
  /** The thread works on a call: where a process ends when nothing is left to do, it must wait. */
  hold?(busy: boolean): void;
  end(): void;
}

export interface ThreadListeners {
  readonly onReply: (reply: FilesReply) => void;
  /** It could not be started, or ended by itself. `what`: in a few words. */
  readonly onDeath: (what: string) => void;
}

/** Starts a thread; may throw. Listeners are not called before it returns. */
export type StartThread = (listeners: ThreadListeners) => ThreadHandle;

export interface Patience {
  /** Between looks whether the thread has heard of a call. */
  readonly tickMilliseconds: number;
  /** Looks in vain that mean it is dead: while its program is loaded, and later. */
  readonly ticksAtStart: number;
  readonly ticks: number;
}

type Answer = FilesAnswers[keyof FilesAnswers];

interface Pending {
  readonly settle: (outcome: { readonly value: Answer } | { readonly fault: unknown }) => void;
  readonly onAdvance: Advance | undefined;
  readonly taker: ContentTaker | null;
}

/** The thread did not take the call: it was ended from outside. Another one may. */
export class SilentThread extends Error {}

export class FilesConnection {
  readonly flow: ContentFlow | null;
  private readonly thread: ThreadHandle;
  private pending: Pending | null = null;
  private watch: ReturnType<typeof setInterval> | null = null;
  private hasAnswered = false;
  private death: DiskError | null = null;

  constructor(
    chain: ChainSource,
    start: StartThread,
    private readonly patience: Patience,
  ) {
    this.thread = start({
      onReply: (reply) => this.receive(reply),
      onDeath: (what) => this.end(threadFault(what)),
    });
    this.flow = this.thread.sharesMemory ? ContentFlow.create() : null;
    this.thread.post({ kind: 'open', chain, flow: this.flow?.buffer ?? null });
  }

  get isAlive(): boolean {
    return this.death === null;
  }

  /** Rejects with `DiskError`, or with `SilentThread`. */
  run(call: FilesCall, onAdvance: Advance | undefined, taker: ContentTaker | null): Promise<Answer> {
    assert(this.pending === null, 'calls wait for one another');
    if (this.death) return Promise.reject(this.death);
    return new Promise((resolve, reject) => {
      const settle: Pending['settle'] = (outcome) => {
        this.pending = null;
        this.stopWatching();
        this.thread.hold?.(false);
        if ('value' in outcome) resolve(outcome.value);
        else reject(outcome.fault);
      };
      this.pending = { settle, onAdvance, taker };
      this.flow?.reset();
      this.thread.hold?.(true);
      this.thread.post({ kind: 'call', call });
      this.watchStart();
    });
  }

  /** A batch was taken in. */
  taken(cost: number): void {
    if (this.flow) this.flow.taken(cost);
    else if (this.isAlive) this.thread.post({ kind: 'taken', cost });
  }

  /** Ends the thread; a call that it works on rejects with `reason`. */
  end(reason: unknown): void {
    if (this.death) return;
    this.death = reason instanceof DiskError ? reason : threadFault('it was ended');
    this.thread.end();
    this.pending?.settle({ fault: reason });
  }

  private receive(reply: FilesReply): void {
    const { pending } = this;
    if (!pending || this.death) return;
    this.hasAnswered = true;
    if (reply.kind === 'begun') this.stopWatching();
    else if (reply.kind === 'advance') pending.onAdvance?.(reply.done);
    else if (reply.kind === 'content') pending.taker?.take(reply.batch);
    else if (reply.outcome.ok) pending.settle({ value: reply.outcome.value });
    else if (reply.outcome.error.code === 'engine-failed')
      // Nothing in its memory can be trusted any more; the engine's own is not touched by it.
      this.end(threadFault(reply.outcome.error.message));
    else pending.settle({ fault: new DiskError(reply.outcome.error) });
  }

  private watchStart(): void {
    const { tickMilliseconds, ticks, ticksAtStart } = this.patience;
    let left = this.hasAnswered ? ticks : ticksAtStart;
    this.watch = setInterval(() => {
      if (--left > 0) return;
      this.end(new SilentThread('the thread does not answer'));
    }, tickMilliseconds);
  }

  private stopWatching(): void {
    if (this.watch !== null) clearInterval(this.watch);
    this.watch = null;
  }
}

/** Not 'engine-failed': the engine itself goes on. */
export function threadFault(what: string): DiskError {
  return new DiskError({
    code: 'io',
    message: `The thread that reads file systems failed: ${what.replace(/^The engine stopped: /, '').replace(/[.\s]+$/, '')}.`,
    meaning: 'What it was reading is incomplete. No file of yours was changed.',
    remedy:
      'Try again: a new thread is started. If it fails again at the same place, look at other volumes or points.',
  });
}
