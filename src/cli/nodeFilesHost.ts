/** Looks into disks in a thread of its own, in Node. */
import { Worker } from 'node:worker_threads';
import type { StartThread } from '../engine/filesConnection.ts';
import type { FilesReply } from '../engine/filesMessages.ts';
import { FilesRemote } from '../engine/filesRemote.ts';
import type { FilesSource } from '../engine/filesSource.ts';
import { chainSource, type PieceOf } from '../engine/layerPieces.ts';
import type { FilesHost } from '../filesystems/filesHost.ts';
import { NodeFile } from '../storage/nodeFile.ts';

/**
 * Files of the operating system, and in memory. `program` is the built program, `disklab.js`: a thread runs what Node can
 * run, so from source there is none.
 */
export function nodeFilesHost(source: FilesSource, program = new URL(import.meta.url)): FilesHost {
  return new FilesRemote(
    () => chainSource(source, nodePiece),
    (listeners) => startThread(program, listeners),
  );
}

const nodePiece: PieceOf = async (file) =>
  file instanceof NodeFile ? { kind: 'path', path: file.path } : null;

function startThread(
  program: URL,
  { onReply, onDeath }: Parameters<StartThread>[0],
): ReturnType<StartThread> {
  const worker = new Worker(program);
  worker.on('message', (reply: FilesReply) => onReply(reply));
  worker.on('messageerror', () => onDeath('a message could not be read'));
  worker.on('error', (error) => onDeath(error.message));
  worker.on('exit', (code) => onDeath(`it ended with code ${code}`));
  // An idle thread does not keep the program from ending.
  worker.unref();
  return {
    sharesMemory: true,
    post: (request) => worker.postMessage(request),
    hold: (busy) => (busy ? worker.ref() : worker.unref()),
    end: () => void worker.terminate(),
  };
}
