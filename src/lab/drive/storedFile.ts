/** One file of the drive, whoever has it open. */
import { must } from '../../base/assert.ts';
import type { RandomAccessFile } from '../../storage/randomAccessFile.ts';
import { type Unflushed, UnflushedChanges } from './unflushed.ts';

export class StoredFile {
  isLost = false;
  /** Open while somebody uses it: storage may give one handle a file. */
  file: RandomAccessFile | null = null;
  users = 0;
  /** Changes of its bytes so far. */
  changes = 0;
  readonly unflushed: UnflushedChanges;
  private opening: Promise<RandomAccessFile> | null = null;

  constructor(
    /** In the drive's folder. */
    public name: string,
    /** As of the last request. */
    public sizeBytes: number,
    /** It belongs to somebody else, stays open and is only read. */
    readonly isMounted: boolean,
    changes: readonly Unflushed[] = [],
  ) {
    this.unflushed = new UnflushedChanges(changes);
  }

  static mounted(name: string, file: RandomAccessFile): StoredFile {
    const stored = new StoredFile(name, file.sizeBytes, true);
    stored.file = file;
    return stored;
  }

  /** Counts one more user; `open` is called where there was none. */
  async use(open: () => Promise<RandomAccessFile>): Promise<void> {
    this.users++;
    if (this.file) return;
    this.opening ??= open();
    try {
      this.file = await this.opening;
    } catch (error) {
      this.users--;
      throw error;
    } finally {
      this.opening = null;
    }
  }

  async leave(): Promise<void> {
    // Closed for all of them before: a lost file whose name was taken.
    if (this.users === 0) return;
    this.users--;
    if (this.users === 0) await this.closeFile();
  }

  /** Whoever uses it has it no more. */
  async closeFile(): Promise<void> {
    this.users = 0;
    if (this.isMounted) return;
    const { file } = this;
    this.file = null;
    await file?.close();
  }

  /** The file under this one. */
  get opened(): RandomAccessFile {
    return must(this.file, 'a file in use is open');
  }
}
