/** A folder target in memory, which can refuse names and fail at any call. */
import { DiskError, type ErrorCode } from '../../../../src/base/errors.ts';
import type { FileFacts, FolderTarget, TargetFolder } from '../../../../src/filesystems/out/folderTarget.ts';
import { TIMID_NAMES, WINDOWS_NAMES } from '../../../../src/filesystems/out/nameRules.ts';
import type { FileSink } from '../../../../src/storage/fileSink.ts';
import { MemorySink } from '../../../support/memorySink.ts';

export class MemoryTarget implements FolderTarget {
  readonly name = 'memory';
  readonly rules = WINDOWS_NAMES;
  readonly timidRules = TIMID_NAMES;
  /** By path; null = a folder. Files that were closed. */
  readonly there = new Map<string, Uint8Array | null>();
  /** Files begun and neither closed nor aborted. */
  readonly begun = new Set<string>();
  readonly times = new Map<string, number>();
  readonly root: TargetFolder = new MemoryFolder(this, '');
  calls = 0;

  constructor(
    readonly filesAtOnce: number,
    private readonly fault: { readonly call: number; readonly code: ErrorCode } | null = null,
    readonly refused: RegExp = /$^/,
  ) {}

  async step(): Promise<void> {
    this.calls++;
    const call = this.calls;
    await Promise.resolve();
    if (this.fault && call === this.fault.call)
      throw new DiskError({ code: this.fault.code, message: 'It failed.' });
  }
}

class MemoryFolder implements TargetFolder {
  constructor(
    private readonly target: MemoryTarget,
    private readonly path: string,
  ) {}

  async has(name: string): Promise<boolean> {
    await this.target.step();
    return this.target.there.has(this.inside(name));
  }

  async make(name: string): Promise<TargetFolder> {
    await this.check(name);
    this.target.there.set(this.inside(name), null);
    return new MemoryFolder(this.target, this.inside(name));
  }

  async open(name: string): Promise<TargetFolder> {
    await this.target.step();
    if (this.target.there.get(this.inside(name)) !== null) throw new Error('there is no such folder');
    return new MemoryFolder(this.target, this.inside(name));
  }

  async create(name: string, { modifiedMs }: FileFacts): Promise<FileSink> {
    await this.check(name);
    const path = this.inside(name);
    if (this.path !== '' && this.target.there.get(this.path) !== null)
      throw new Error('there is no such folder');
    this.target.begun.add(path);
    this.target.times.set(path, modifiedMs);
    return new TargetSink(this.target, path);
  }

  async setModified(modifiedMs: number): Promise<void> {
    await this.target.step();
    this.target.times.set(this.path, modifiedMs);
  }

  private inside(name: string): string {
    if (name === '' || name.includes('/') || name === '..') throw new Error(`“${name}” is no name`);
    return this.path === '' ? name : `${this.path}/${name}`;
  }

  private async check(name: string): Promise<void> {
    await this.target.step();
    const path = this.inside(name);
    if (this.target.refused.test(name))
      throw new DiskError({ code: 'bad-request', message: 'Not this name.' });
    if (this.target.there.has(path) || this.target.begun.has(path))
      throw new DiskError({ code: 'busy', message: 'Taken.' });
  }
}

class TargetSink implements FileSink {
  private readonly content = new MemorySink();

  constructor(
    private readonly target: MemoryTarget,
    readonly name: string,
  ) {}

  async write(offset: number, source: Uint8Array): Promise<void> {
    await this.target.step();
    await this.content.write(offset, source);
  }

  async truncate(sizeBytes: number): Promise<void> {
    await this.target.step();
    await this.content.truncate(sizeBytes);
  }

  async close(): Promise<void> {
    await this.target.step();
    this.target.begun.delete(this.name);
    this.target.there.set(this.name, this.content.asFile('x').bytes());
  }

  async abort(): Promise<void> {
    this.target.begun.delete(this.name);
  }
}
