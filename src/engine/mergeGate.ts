/** Holds a running merge between two batches while the user wants it to. */
import { DiskError } from '../base/errors.ts';

export class MergeGate {
  private opened: Promise<void> = Promise.resolve();
  private open: () => void = () => undefined;
  private held = false;

  get paused(): boolean {
    return this.held;
  }

  pause(paused: boolean): void {
    if (paused === this.held) return;
    this.held = paused;
    if (!paused) this.open();
    else {
      this.opened = new Promise((resolve) => {
        this.open = resolve;
      });
    }
  }

  /** Resolves when the merge may go on; throws the signal's reason, also while it is held. */
  async wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    // Held again between the letting go and this turn: it waits on.
    while (this.held) {
      await eitherEnds(this.opened, signal);
      signal.throwIfAborted();
    }
  }
}

function eitherEnds(opened: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      signal.removeEventListener('abort', end);
      resolve();
    };
    signal.addEventListener('abort', end);
    void opened.then(end);
  });
}

/** The gates of the merges that run, by job. */
export class MergeGates {
  private readonly gates = new Map<number, MergeGate>();

  /** Runs a merge whose gate `pause` finds under the job's number. */
  async during<T>(jobId: number, work: (gate: MergeGate) => Promise<T>): Promise<T> {
    const gate = new MergeGate();
    this.gates.set(jobId, gate);
    try {
      return await work(gate);
    } finally {
      if (this.gates.get(jobId) === gate) this.gates.delete(jobId);
    }
  }

  /** Throws 'bad-request' where no merge runs under this number. */
  pause(jobId: number, paused: boolean): void {
    const gate = this.gates.get(jobId);
    if (!gate) {
      throw new DiskError({
        code: 'bad-request',
        message: `No merge runs as job ${jobId}.`,
        meaning: 'There is nothing to hold: it has ended.',
      });
    }
    gate.pause(paused);
  }
}
