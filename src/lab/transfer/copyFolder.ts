/** Copies files of a machine's folder; what is zeros in them stays a hole. */

import { type CopyPatchedOptions, copyPatched } from '../../storage/copyPatched.ts';
import type { DiskFolder } from '../../storage/diskFolder.ts';
import type { FileSink } from '../../storage/fileSink.ts';
import type { Patch } from '../../storage/patch.ts';
import type { RandomAccessFile } from '../../storage/randomAccessFile.ts';
import { inFolderOrder } from './machineFiles.ts';

export interface CopiedFiles {
  readonly files: number;
  /** Sizes of the new files, holes counted. */
  readonly bytes: number;
  /** Bytes that were written: holes are left out. */
  readonly writtenBytes: number;
}

export interface CopyOptions extends CopyPatchedOptions {
  /** What is changed on the way; files are copied as they are where left out. */
  readonly patchOf?: (name: string, file: RandomAccessFile) => Promise<Patch>;
}

/**
 * One file after the other, the configuration last: a folder with one is whole. A fault ends it; the files before it are
 * there then. Throws what the folder and the sinks throw, and the signal's reason.
 */
export async function copyFolder(
  from: DiskFolder,
  names: readonly string[],
  to: (name: string) => Promise<FileSink>,
  { patchOf = unchanged, ...options }: CopyOptions,
): Promise<CopiedFiles> {
  let bytes = 0;
  let writtenBytes = 0;
  for (const name of inFolderOrder(names)) {
    options.signal?.throwIfAborted();
    const file = await from.open(name, 'read-only');
    try {
      const patch = await patchOf(name, file);
      const copied = await copyPatched(file, await to(name), patch, options);
      bytes += copied.fileBytes;
      writtenBytes += copied.writtenBytes;
    } finally {
      await file.close();
    }
  }
  return { files: names.length, bytes, writtenBytes };
}

async function unchanged(_name: string, { sizeBytes }: RandomAccessFile): Promise<Patch> {
  return { sizeBefore: sizeBytes, sizeAfter: sizeBytes, changes: [] };
}
