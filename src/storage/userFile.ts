/** Files that the user picked or dropped, by handle: read through a `File`, written only as a whole new file. */
import type { ErrorCode } from '../base/errors.ts';
import { BlobFile } from './blobFile.ts';
import { type FileSink, WriteBehind } from './fileSink.ts';
import { type Attempt, guardedAsync, storageCode, storageFault } from './storageErrors.ts';

declare global {
  interface FileSystemFileHandle {
    /** Chromium only. */
    remove?(): Promise<void>;
  }
}

/** Whether the browser lets us do it now. Only a click in the page can turn 'prompt' into 'granted'. */
export async function permissionOf(
  handle: FileSystemHandle,
  mode: 'read' | 'readwrite',
): Promise<PermissionState> {
  // Handles of private storage, and browsers without pickers, have no permissions to ask for.
  if (typeof handle.queryPermission !== 'function') return 'granted';
  return handle.queryPermission({ mode });
}

/** Opens a picked file for reading. Throws 'permission' or 'vanished'. */
export async function openUserFile(handle: FileSystemFileHandle): Promise<BlobFile> {
  const file = await guardedAsync({ action: 'open', file: handle.name }, () => handle.getFile());
  return new BlobFile(handle.name, file, { diagnose: () => diagnose(handle, file) });
}

/** What became of a file whose snapshot can no longer be read; null = it looks unchanged. */
async function diagnose(handle: FileSystemFileHandle, opened: File): Promise<ErrorCode | null> {
  try {
    const now = await handle.getFile();
    return now.lastModified === opened.lastModified && now.size === opened.size ? 'io' : 'changed';
  } catch (error) {
    return storageCode(error);
  }
}

/** Replaces the picked file by a new one at `close`; the browser keeps it aside until then. */
export async function userSink(handle: FileSystemFileHandle): Promise<FileSink> {
  const attempt: Attempt = { action: 'create', file: handle.name };
  if (typeof handle.createWritable !== 'function') throw storageFault('unsupported', attempt);
  return guardedAsync(attempt, async () => {
    const { size } = await handle.getFile();
    return new UserSink(handle, await handle.createWritable(), size === 0);
  });
}

class UserSink implements FileSink {
  readonly name: string;
  private readonly behind: WriteBehind;

  constructor(
    private readonly handle: FileSystemFileHandle,
    private readonly stream: FileSystemWritableFileStream,
    /** The picker makes an empty file for a new name: giving up takes it away again. */
    private readonly wasEmpty: boolean,
  ) {
    this.name = handle.name;
    this.behind = new WriteBehind((position, data) =>
      guardedAsync({ action: 'write', file: this.name, offset: position, lengthBytes: data.length }, () =>
        this.stream.write({ type: 'write', position, data }),
      ),
    );
  }

  write(offset: number, source: Uint8Array): Promise<void> {
    return this.behind.write(offset, source);
  }

  async truncate(sizeBytes: number): Promise<void> {
    await this.behind.drain();
    await guardedAsync({ action: 'truncate', file: this.name }, () => this.stream.truncate(sizeBytes));
  }

  async close(): Promise<void> {
    await this.behind.drain();
    await guardedAsync({ action: 'close', file: this.name }, () => this.stream.close());
  }

  async abort(): Promise<void> {
    // A stream that failed is aborted already.
    await this.stream.abort().catch(() => {});
    if (this.wasEmpty) await this.handle.remove?.().catch(() => {});
  }
}
