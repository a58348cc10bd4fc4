/** The thread that reads file systems, in Node: this same program, started once more beside itself. */
import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { assert, must } from '../base/assert.ts';
import { loadCore } from '../core/loadCoreNode.ts';
import type { FilesRequest } from '../engine/filesMessages.ts';
import { FilesThread } from '../engine/filesThread.ts';
import type { ContentHasher } from '../filesystems/contentHasher.ts';
import { fileSystemsWith } from '../filesystems/openFileSystem.ts';
import { loadSevenZipNode } from '../filesystems/sevenZip/loadSevenZipNode.ts';
import { NodeFile } from '../storage/nodeFile.ts';

/** Does nothing until the first message comes. */
export function serveFiles(): void {
  const port = must(parentPort, 'this is a thread');
  const thread = new FilesThread({
    tools: { loadCore, openFileSystem: fileSystemsWith(loadSevenZipNode), createHasher: nodeContentHasher },
    openPiece(piece) {
      assert(piece.kind === 'path', 'the terminal gives paths');
      return new NodeFile(piece.path);
    },
    spools: { openLarge: neverSpooled, openSmall: neverSpooled },
    post: (reply, transfer) => port.postMessage(reply, transfer),
  });
  port.on('message', (request: FilesRequest) => thread.receive(request));
}

async function nodeContentHasher(): Promise<ContentHasher> {
  let hash = createHash('sha256');
  return {
    begin() {
      hash = createHash('sha256');
    },
    update: (bytes) => void hash.update(bytes),
    digest: () => hash.digest('hex'),
  };
}

function neverSpooled(): never {
  throw new Error('threads of Node share memory');
}
