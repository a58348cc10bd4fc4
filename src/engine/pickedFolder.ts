/** A folder that the user picked (or one of private storage), as a target of extractions. */
import type { FileFacts, FolderTarget, TargetFolder } from '../filesystems/out/folderTarget.ts';
import { TIMID_NAMES, WINDOWS_NAMES } from '../filesystems/out/nameRules.ts';
import { type FileSink, WriteBehind } from '../storage/fileSink.ts';
import {
  type Attempt,
  guardedAsync,
  storageCode,
  storageError,
  storageFault,
} from '../storage/storageErrors.ts';

/** Making a file costs a few round trips to the browser's own process, whatever is in it. */
const FILES_AT_ONCE = 8;

/**
 * Needs the permission to write; throws 'permission' where it is gone. Names follow Windows' rules on every system: a
 * page is not told which one it writes to. Browsers let nobody set times. A new file is there, empty, while it is written.
 */
export function pickedFolder(handle: FileSystemDirectoryHandle): FolderTarget {
  return {
    name: handle.name,
    root: new PickedFolder(handle),
    rules: WINDOWS_NAMES,
    timidRules: TIMID_NAMES,
    filesAtOnce: FILES_AT_ONCE,
  };
}

class PickedFolder implements TargetFolder {
  constructor(private readonly handle: FileSystemDirectoryHandle) {}

  async has(name: string): Promise<boolean> {
    try {
      await this.handle.getFileHandle(name);
      return true;
    } catch (error) {
      // A folder has the name.
      if (error instanceof DOMException && error.name === 'TypeMismatchError') return true;
      // A name that the browser refuses leads to nothing that could be written over.
      if (error instanceof TypeError || storageCode(error) === 'vanished') return false;
      throw storageError(error, { action: 'open', file: name });
    }
  }

  async make(name: string): Promise<PickedFolder> {
    const attempt: Attempt = { action: 'create', file: name };
    await this.refuseTaken(attempt);
    return named(attempt, async () => {
      return new PickedFolder(await this.handle.getDirectoryHandle(name, { create: true }));
    });
  }

  open(name: string): Promise<PickedFolder> {
    return named({ action: 'open', file: name }, async () => {
      return new PickedFolder(await this.handle.getDirectoryHandle(name));
    });
  }

  async create(name: string, { sizeBytes }: FileFacts): Promise<FileSink> {
    const attempt: Attempt = { action: 'create', file: name };
    await this.refuseTaken(attempt);
    const file = await named(attempt, () => this.handle.getFileHandle(name, { create: true }));
    const remove = () => this.handle.removeEntry(name).catch(() => undefined);
    try {
      if (typeof file.createWritable !== 'function') throw storageFault('unsupported', attempt);
      return new PickedSink(name, await file.createWritable(), sizeBytes, remove);
    } catch (error) {
      await remove();
      throw storageError(error, attempt);
    }
  }

  /** Opening for writing would take what is there. */
  private async refuseTaken(attempt: Attempt): Promise<void> {
    if (await this.has(attempt.file)) throw storageFault('busy', attempt, 'the name is taken');
  }
}

/** Up to here a file comes in one or two writes, and needs no buffers. */
const FEW_WRITES_BYTES = 2 ** 20;

class PickedSink implements FileSink {
  private readonly behind: WriteBehind | null;
  private end = 0;

  constructor(
    readonly name: string,
    private readonly stream: FileSystemWritableFileStream,
    sizeBytes: number,
    private readonly remove: () => Promise<void>,
  ) {
    this.behind =
      sizeBytes > FEW_WRITES_BYTES ? new WriteBehind((position, data) => this.put(position, data)) : null;
  }

  async write(offset: number, source: Uint8Array): Promise<void> {
    this.end = Math.max(this.end, offset + source.length);
    if (this.behind) await this.behind.write(offset, source);
    else await this.put(offset, source.slice());
  }

  async truncate(sizeBytes: number): Promise<void> {
    await this.behind?.drain();
    if (sizeBytes === this.end) return;
    await guardedAsync({ action: 'truncate', file: this.name }, () => this.stream.truncate(sizeBytes));
    this.end = sizeBytes;
  }

  async close(): Promise<void> {
    await this.behind?.drain();
    await guardedAsync({ action: 'close', file: this.name }, () => this.stream.close());
  }

  async abort(): Promise<void> {
    // A stream that failed is aborted already.
    await this.stream.abort().catch(() => undefined);
    await this.remove();
  }

  private put(position: number, data: Uint8Array<ArrayBuffer>): Promise<void> {
    return guardedAsync(
      { action: 'write', file: this.name, offset: position, lengthBytes: data.length },
      () => this.stream.write({ type: 'write', position, data }),
    );
  }
}

/** What a browser says of a name that it does not allow is a plain TypeError. */
async function named<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TypeError)
      throw storageFault('bad-request', attempt, 'the browser does not allow this name', error);
    throw storageError(error, attempt);
  }
}
