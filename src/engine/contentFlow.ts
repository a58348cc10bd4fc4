/**
 * How much content is on its way, in memory that both threads see: the reading thread stands still while it is too much.
 * Also says which file nobody wants any more.
 */
import { MOST_UNDER_WAY } from './filesMessages.ts';

const UNDER_WAY = 0;
const UNWANTED = 1;

export class ContentFlow {
  private readonly numbers: Int32Array;

  constructor(readonly buffer: SharedArrayBuffer) {
    this.numbers = new Int32Array(buffer);
  }

  static create(): ContentFlow {
    return new ContentFlow(new SharedArrayBuffer(8));
  }

  /** Reading thread: waits until there is room. One batch always has room when none is under way. */
  send(cost: number): void {
    for (;;) {
      const before = Atomics.load(this.numbers, UNDER_WAY);
      if (before === 0 || before + cost <= MOST_UNDER_WAY) break;
      Atomics.wait(this.numbers, UNDER_WAY, before);
    }
    Atomics.add(this.numbers, UNDER_WAY, cost);
  }

  /** The other thread. */
  taken(cost: number): void {
    Atomics.sub(this.numbers, UNDER_WAY, cost);
    Atomics.notify(this.numbers, UNDER_WAY);
  }

  giveUp(entry: number): void {
    Atomics.store(this.numbers, UNWANTED, entry + 1);
  }

  isWanted(entry: number): boolean {
    return Atomics.load(this.numbers, UNWANTED) !== entry + 1;
  }

  /** Before a call, when nothing is under way. */
  reset(): void {
    Atomics.store(this.numbers, UNDER_WAY, 0);
    Atomics.store(this.numbers, UNWANTED, 0);
  }
}
