/** Writes a machine's folder into a folder that the user picked, under a name that is free there. */
import { DiskError } from '../base/errors.ts';
import type { FileSink } from '../storage/fileSink.ts';
import { guardedAsync, storageCode } from '../storage/storageErrors.ts';
import { freeName } from './privateStorage.ts';

export interface PickedTarget {
  /** Of the new folder. */
  readonly name: string;
  /** `Snapshots/x.avhd`: its folder is made where it is missing. */
  sinkOf(name: string): Promise<FileSink>;
  /** Takes the new folder away again, with all that is in it. */
  abandon(): Promise<void>;
}

type SinkOf = (handle: FileSystemFileHandle) => Promise<FileSink>;

/** Throws 'permission' where the picked folder may not be written to. */
export async function newFolderIn(
  picked: FileSystemDirectoryHandle,
  wanted: string,
  handleSink: SinkOf,
): Promise<PickedTarget> {
  const attempt = { action: 'create', file: wanted } as const;
  const taken = await guardedAsync(attempt, () => namesIn(picked));
  const name = freeName(wanted, taken);
  const root = await guardedAsync(attempt, () => picked.getDirectoryHandle(name, { create: true }));
  return {
    name,
    async sinkOf(path) {
      const parts = path.split('/');
      const own = parts.pop() ?? path;
      const handle = await guardedAsync({ action: 'create', file: path }, async () => {
        let folder = root;
        for (const part of parts) folder = await folder.getDirectoryHandle(part, { create: true });
        return folder.getFileHandle(own, { create: true });
      });
      return handleSink(handle);
    },
    async abandon() {
      try {
        await guardedAsync({ action: 'remove', file: name }, () =>
          picked.removeEntry(name, { recursive: true }),
        );
      } catch (error) {
        // The fault that ended the writing is the one to tell.
        if (!(error instanceof DiskError) || storageCode(error) === 'engine-failed') throw error;
      }
    },
  };
}

async function namesIn(folder: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = [];
  for await (const name of folder.keys()) names.push(name);
  return names;
}
