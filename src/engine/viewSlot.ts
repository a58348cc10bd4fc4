/**
 * Holds the chain that the page looks at: one at a time, changed in turn, and closed only when the last call on it has
 * ended.
 */
import { DiskError } from '../base/errors.ts';
import type { DiskChain } from '../chain/diskChain.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import type { FileId } from './api.ts';
import { cancelled } from './jobs.ts';

export interface View {
  /** Layer 0 first. */
  readonly layers: readonly FileId[];
  readonly chain: DiskChain;
}

export class ViewSlot {
  private view: View | null = null;
  private readonly users = new Set<Promise<unknown>>();
  /** Ends the long calls on the view when it is taken away. */
  private leaving = new AbortController();
  private opening: AbortController | null = null;
  private turn: Promise<unknown> = Promise.resolve();
  /** Files that only the view still reads from. */
  private readonly retired: RandomAccessFile[] = [];

  get layers(): readonly FileId[] {
    return this.view?.layers ?? [];
  }

  /**
   * Takes the old view away, then shows what `open` gives: two chains of large tables never lie in memory together.
   * A call that comes later cancels one that still opens. Where `open` fails nothing is in view.
   */
  show(signal: AbortSignal, open: (signal: AbortSignal) => Promise<View>): Promise<View> {
    this.opening?.abort(cancelled('Another disk was chosen.'));
    const opening = new AbortController();
    this.opening = opening;
    const either = AbortSignal.any([signal, opening.signal]);
    return this.inTurn(async () => {
      either.throwIfAborted();
      await this.takeAway();
      this.view = await open(either);
      return this.view;
    });
  }

  /** Runs a call on the view; it stays open until the call has ended. Throws 'bad-request' where nothing is in view. */
  async use<T>(
    work: (chain: DiskChain, signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const { view, leaving } = this;
    if (view === null) {
      throw new DiskError({
        code: 'bad-request',
        message: 'No disk is in view.',
        remedy: 'Choose the file that the disk is to be seen from.',
      });
    }
    const either = signal ? AbortSignal.any([signal, leaving.signal]) : leaving.signal;
    const running = work(view.chain, either);
    this.users.add(running);
    try {
      return await running;
    } finally {
      this.users.delete(running);
    }
  }

  /** Closes the file when the view is taken away. */
  closeLater(file: RandomAccessFile): void {
    this.retired.push(file);
  }

  close(): Promise<void> {
    this.opening?.abort(cancelled('The files were closed.'));
    return this.inTurn(() => this.takeAway());
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work, work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async takeAway(): Promise<void> {
    const { view } = this;
    if (view === null) return;
    this.view = null;
    this.leaving.abort(cancelled('The disk is no longer in view.'));
    this.leaving = new AbortController();
    await Promise.allSettled(this.users);
    await Promise.all(this.retired.splice(0).map((file) => file.close()));
  }
}
