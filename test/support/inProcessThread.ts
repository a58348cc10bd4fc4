/**
 * The thread that reads file systems, in this thread: messages cross as copies and come later, as between threads. It shares
 * no memory, so contents take the way over a spool.
 */
import type { StartThread, ThreadListeners } from '../../src/engine/filesConnection.ts';
import type { FilesReply, FilesRequest } from '../../src/engine/filesMessages.ts';
import type { ContentSpool } from '../../src/engine/filesSpool.ts';
import { FilesThread } from '../../src/engine/filesThread.ts';
import type { FilesTools } from '../../src/filesystems/chainFiles.ts';

export interface StartedThread {
  readonly listeners: ThreadListeners;
  /** From outside: nobody is told. */
  kill(): void;
  readonly posted: FilesReply[];
}

export interface InProcessThreads {
  readonly start: StartThread;
  /** All that were ever started. */
  readonly started: StartedThread[];
  /** Bytes that went through spools, and spools that are still open. */
  readonly spooled: { bytes: number; open: number };
}

export function inProcessThreads(
  tools: FilesTools,
  onReply: (reply: FilesReply, thread: StartedThread) => void = () => undefined,
): InProcessThreads {
  const started: StartedThread[] = [];
  const spooled = { bytes: 0, open: 0 };
  const start: StartThread = (listeners) => {
    let alive = true;
    const posted: FilesReply[] = [];
    const self: StartedThread = {
      listeners,
      posted,
      kill() {
        alive = false;
      },
    };
    started.push(self);
    const openSpool = () => memorySpool(spooled);
    const thread = new FilesThread({
      tools,
      openPiece: () => {
        throw new Error('files in memory only');
      },
      spools: { openLarge: async () => openSpool(), openSmall: openSpool },
      post(reply, transfer) {
        const copy = structuredClone(reply, { transfer });
        posted.push(copy);
        setImmediate(() => {
          if (!alive) return;
          onReply(copy, self);
          if (alive) listeners.onReply(copy);
        });
      },
    });
    return {
      sharesMemory: false,
      post(request: FilesRequest) {
        const copy = structuredClone(request);
        setImmediate(() => alive && thread.receive(copy));
      },
      end: () => self.kill(),
    };
  };
  return { start, started, spooled };
}

function memorySpool(spooled: { bytes: number; open: number }): ContentSpool {
  const pieces: Uint8Array[] = [];
  spooled.open++;
  return {
    append(bytes) {
      spooled.bytes += bytes.length;
      return pieces.push(bytes.slice()) - 1;
    },
    read(place, target) {
      target.set(pieces[place] ?? new Uint8Array(0));
    },
    clear() {
      pieces.length = 0;
    },
    async close() {
      spooled.open--;
    },
  };
}
