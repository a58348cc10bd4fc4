/** SHA-256 on a thread of its own: hashing is slower than reading, so it runs beside it and beside the writes. */
import { must } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import { MIB } from '../base/units.ts';
import type { Hasher } from './hasher.ts';
import type { HashReply, HashRequest } from './hashWorker.ts';

const BUFFER_BYTES = 2 * MIB;
/** How far reading may run ahead of hashing, 64 MiB: writing goes on meanwhile, and hashing ends while the file is closed. */
const MOST_BUFFERS = 32;

/** A worker that has not started by then will not; a thread that waits for it would wait for ever. */
const START_MILLISECONDS = 15_000;

/** Falls back to the calling thread where no worker can be started. */
export async function createHasher(
  startWorker = () => new Worker(new URL('./hashWorker.ts', import.meta.url), { type: 'module' }),
  startMilliseconds = START_MILLISECONDS,
): Promise<Hasher> {
  const hasher = new WorkerHasher(startWorker());
  if (await within(startMilliseconds, hasher.ready)) return hasher;
  hasher.close();
  const { wasmHasher } = await import('./hasher.ts');
  return wasmHasher();
}

/** False where it does not come in time. */
async function within(milliseconds: number, ready: Promise<boolean>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([ready, late]);
  } finally {
    clearTimeout(timer);
  }
}

class WorkerHasher implements Hasher {
  /** False: the worker did not start. */
  readonly ready: Promise<boolean>;
  private readonly free: ArrayBuffer[] = [];
  private made = 0;
  private failure: DiskError | null = null;
  private wake: () => void = () => undefined;
  private result: string | null = null;

  constructor(private readonly worker: Worker) {
    this.ready = new Promise((resolve) => {
      worker.addEventListener('message', ({ data }: MessageEvent<HashReply>) => {
        if (data === 'ready') resolve(true);
        else if ('digest' in data) this.result = data.digest;
        else this.free.push(data.buffer);
        this.wake();
      });
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        resolve(false);
        this.failure = new DiskError({
          code: 'io',
          message: `The hash could not be computed: its worker failed (${event.message}).`,
          meaning: 'What was written so far is not complete.',
          remedy: 'Try again; close other pages where memory is short.',
        });
        this.wake();
      });
    });
  }

  async update(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += BUFFER_BYTES) {
      const part = bytes.subarray(at, at + BUFFER_BYTES);
      const buffer = await this.takeBuffer();
      new Uint8Array(buffer).set(part);
      this.post({ buffer, lengthBytes: part.length }, [buffer]);
    }
  }

  async digest(): Promise<string> {
    this.post('digest', []);
    await this.until(() => this.result !== null);
    return must(this.result, 'a digest came');
  }

  close(): void {
    this.worker.terminate();
  }

  private async takeBuffer(): Promise<ArrayBuffer> {
    if (this.free.length === 0 && this.made < MOST_BUFFERS) {
      this.made++;
      return new ArrayBuffer(BUFFER_BYTES);
    }
    await this.until(() => this.free.length > 0);
    return must(this.free.pop(), 'a buffer came back');
  }

  private post(request: HashRequest, transfer: Transferable[]): void {
    this.worker.postMessage(request, transfer);
  }

  /** One caller at a time: an export is one stream. */
  private async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.failure) throw this.failure;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    if (this.failure) throw this.failure;
  }
}
