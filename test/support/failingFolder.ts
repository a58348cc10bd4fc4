/** A folder in which one operation fails, as on a full drive or a pulled cable, and all others work: no power cut. */
import { DiskError, type ErrorCode } from '../../src/base/errors.ts';
import type { DiskFolder, FolderEntry } from '../../src/storage/diskFolder.ts';
import type { RandomAccessFile } from '../../src/storage/randomAccessFile.ts';

export class FailingFolder implements DiskFolder {
  /** Changes asked for so far: creates, writes, truncates, flushes, renames, removes. */
  operations = 0;

  constructor(
    private readonly folder: DiskFolder,
    private readonly failAt: number | null,
    private readonly code: ErrorCode = 'no-space',
  ) {}

  list(): Promise<FolderEntry[]> {
    return this.folder.list();
  }

  async open(name: string, access: 'read-only' | 'read-write'): Promise<RandomAccessFile> {
    return this.failing(await this.folder.open(name, access));
  }

  async create(name: string): Promise<RandomAccessFile> {
    this.step(name);
    return this.failing(await this.folder.create(name));
  }

  async rename(source: string, target: string): Promise<void> {
    this.step(source);
    await this.folder.rename(source, target);
  }

  async remove(name: string): Promise<void> {
    this.step(name);
    await this.folder.remove(name);
  }

  private step(name: string): void {
    if (this.operations++ !== this.failAt) return;
    throw new DiskError({ code: this.code, message: `${name}: operation ${this.failAt} fails.` });
  }

  private failing(file: RandomAccessFile): RandomAccessFile {
    const step = () => this.step(file.name);
    return new Proxy(file, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        const isChange = key === 'write' || key === 'truncate' || key === 'flush';
        return async (...args: unknown[]) => {
          if (isChange) step();
          return Reflect.apply(value, target, args);
        };
      },
    });
  }
}
