/** Looks into disks in a worker of its own, in a browser. */
import type { FilesHost } from '../filesystems/filesHost.ts';
import type { StartThread } from './filesConnection.ts';
import type { FilesReply } from './filesMessages.ts';
import { FilesRemote } from './filesRemote.ts';
import type { FilesSource } from './filesSource.ts';
import { browserPieces, chainSource } from './layerPieces.ts';
import type { PrivateFolder } from './platform.ts';

/** Files that the user gave, of private storage, and in memory; other ones are refused with 'unsupported' at the first call. */
export function browserFilesHost(
  source: FilesSource,
  privateFolder: () => Promise<PrivateFolder>,
  startWorker = startFilesWorker,
): FilesHost {
  return new FilesRemote(
    () => chainSource(source, browserPieces(privateFolder)),
    (listeners) => overWorker(startWorker(), listeners),
  );
}

function startFilesWorker(): Worker {
  return new Worker(new URL('./filesWorker.ts', import.meta.url), { type: 'module' });
}

function overWorker(
  worker: Worker,
  { onReply, onDeath }: Parameters<StartThread>[0],
): ReturnType<StartThread> {
  worker.addEventListener('message', ({ data }: MessageEvent<FilesReply>) => onReply(data));
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    onDeath(event.message || 'it could not be started');
  });
  worker.addEventListener('messageerror', () => onDeath('a message could not be read'));
  return {
    // On pages that are isolated from others.
    sharesMemory: globalThis.crossOriginIsolated,
    post: (request) => worker.postMessage(request),
    end: () => worker.terminate(),
  };
}
