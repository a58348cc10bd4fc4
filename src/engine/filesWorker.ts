/** The thread that reads file systems, in a browser: a worker of the engine's worker. */
import { assert } from '../base/assert.ts';
import { loadCore } from '../core/loadCore.ts';
import { wasmContentHasher } from '../filesystems/contentHasher.ts';
import { fileSystemsWith } from '../filesystems/openFileSystem.ts';
import { loadSevenZip } from '../filesystems/sevenZip/loadSevenZip.ts';
import { SyncBlobFile } from '../storage/syncBlobFile.ts';
import type { FilesRequest } from './filesMessages.ts';
import { BlobSpool, openPrivateSpool, removeOldSpools } from './filesSpool.ts';
import { FilesThread } from './filesThread.ts';

const reader = new FileReaderSync();
const readBlob = (blob: Blob) => reader.readAsArrayBuffer(blob);
const cleaned = removeOldSpools();

const thread = new FilesThread({
  tools: { loadCore, openFileSystem: fileSystemsWith(loadSevenZip), createHasher: wasmContentHasher },
  openPiece(piece) {
    assert(piece.kind === 'blob', 'a page gives Blobs');
    return new SyncBlobFile(piece.name, piece.blob, readBlob);
  },
  spools: {
    async openLarge() {
      await cleaned;
      return openPrivateSpool();
    },
    openSmall: () => new BlobSpool(readBlob),
  },
  post: (reply, transfer) => postMessage(reply, { transfer }),
});
addEventListener('message', ({ data }: MessageEvent<FilesRequest>) => thread.receive(data));
