/** The engine's surroundings in a browser's worker. */
import { loadCore } from '../core/loadCore.ts';
import { createHasher } from '../export/createHasher.ts';
import { opfsTree } from '../lab/drive/labFolders.ts';
import { BlobFile } from '../storage/blobFile.ts';
import { OpfsFolder } from '../storage/opfsFolder.ts';
import { storageError } from '../storage/storageErrors.ts';
import { openUserFile, userSink } from '../storage/userFile.ts';
import type { FileSource } from './api.ts';
import { browserFilesHost } from './browserFilesHost.ts';
import { lockLabStore } from './labStore.ts';
import { pickedFolder } from './pickedFolder.ts';
import type { OpenedFile, Platform } from './platform.ts';

export function browserPlatform(): Platform {
  let folder: Promise<OpfsFolder> | null = null;
  /** One for the whole worker: it shares the handles of files that are open twice. */
  const privateFolder = () => {
    folder ??= OpfsFolder.open().catch((error: unknown) => {
      folder = null;
      throw error;
    });
    return folder;
  };
  return {
    loadCore,
    privateFolder,
    createHasher,
    takeLabStore: () => lockLabStore(opfsTree),
    handleSink: userSink,
    folderTarget: async (handle) => pickedFolder(handle),
    openFiles: (source) => browserFilesHost(source, privateFolder),
    openSource: (source) => openSource(source, privateFolder),
    async quotaBytes() {
      const { quota } = (await navigator.storage?.estimate?.()) ?? {};
      return quota ?? null;
    },
    newId: () => crypto.getRandomValues(new Uint8Array(16)),
    now: () => new Date(),
  };
}

async function openSource(source: FileSource, privateFolder: () => Promise<OpfsFolder>): Promise<OpenedFile> {
  if (source.kind === 'private') {
    const file = await (await privateFolder()).open(source.name, 'read-only');
    return { file, path: source.name, storage: 'private', changedMs: null, handle: null };
  }
  const { path } = source;
  if (source.kind === 'blob') {
    const { file } = source;
    const opened = new BlobFile(file.name, file);
    return { file: opened, path, storage: 'user', changedMs: file.lastModified, handle: null };
  }
  const { handle } = source;
  const file = await openUserFile(handle);
  const { lastModified } = await handle.getFile().catch((error: unknown) => {
    throw storageError(error, { action: 'open', file: handle.name });
  });
  return { file, path, storage: 'user', changedMs: lastModified, handle };
}
