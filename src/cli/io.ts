/** Where the program writes to. Commands see only this, so that tests run them without a process. */
import { createInterface } from 'node:readline';
import type { FilesSource } from '../engine/filesSource.ts';
import type { FilesHost } from '../filesystems/filesHost.ts';
import { nodeFilesHost } from './nodeFilesHost.ts';

/** Whoever read our output has gone (`disklab read … | head`): there is nothing left to do, and nothing to say. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

export interface Io {
  /** Resolves when the bytes were taken; they may be changed afterwards. Throws `OutputClosed`. */
  out(data: string | Uint8Array): Promise<void>;
  err(text: string): void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Width of the terminal on stderr. */
  readonly columns: number;
  /** Puts a question on stderr and reads one line of the answer; '' where nobody answers. */
  ask(question: string): Promise<string>;
  /** Ends long work: the user pressed Ctrl-C. */
  readonly signal: AbortSignal;
  /** Looks into the disks of a chain; a thread of this program. */
  readonly openFiles: (source: FilesSource) => FilesHost;
}

export function processIo(): Io {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  process.once('SIGTERM', () => controller.abort());
  // Each write's callback tells of its fault; without a listener the event itself would end the process.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  return {
    out: (data) =>
      new Promise((resolve, reject) => {
        // A reader that takes nothing in does not keep a Ctrl-C from being heard.
        const stop = () => reject(controller.signal.reason);
        controller.signal.addEventListener('abort', stop);
        process.stdout.write(data, (error) => {
          controller.signal.removeEventListener('abort', stop);
          if (!error) resolve();
          else reject(isClosed(error) ? new OutputClosed('the reader is gone', { cause: error }) : error);
        });
      }),
    err: (text) => void process.stderr.write(text),
    ask,
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    columns: process.stderr.columns ?? 80,
    signal: controller.signal,
    openFiles: (source) => nodeFilesHost(source),
  };
}

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise((resolve) => {
      lines.once('close', () => resolve(''));
      lines.question(question, resolve);
    });
  } finally {
    lines.close();
  }
}

function isClosed(error: Error): boolean {
  const code = 'code' in error ? error.code : undefined;
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' || code === 'EOF';
}
