/**
 * Lets a long computation breathe: what runs for minutes on one thread gives way to waiting messages every few
 * milliseconds, so that other calls are answered meanwhile and a cancel is heard.
 */

const resting: (() => void)[] = [];
let ownPort: MessagePort | null = null;

/** One channel for all: a channel for each rest could be collected as garbage before its message came. */
function portToUs(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => resting.shift()?.();
  return port2;
}

/** Resolves after the messages that wait now were handled. A message costs microseconds; a timer costs 4 ms. */
export function letMessagesIn(): Promise<void> {
  return new Promise((resolve) => {
    // In Node an open channel would keep the program from ending.
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    resting.push(resolve);
    ownPort ??= portToUs();
    ownPort.postMessage(null);
  });
}

export class Pacer {
  private lastMs: number;

  constructor(
    private readonly sliceMs = 16,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.lastMs = now();
  }

  /** True when the slice is used up: `await pacer.rest()` is due. */
  get due(): boolean {
    return this.now() - this.lastMs >= this.sliceMs;
  }

  /** Gives way; throws the signal's reason where the work was cancelled meanwhile. */
  async rest(signal?: AbortSignal): Promise<void> {
    await letMessagesIn();
    this.lastMs = this.now();
    signal?.throwIfAborted();
  }

  /** `rest` where it is due. */
  async step(signal?: AbortSignal): Promise<void> {
    if (this.due) await this.rest(signal);
  }
}
