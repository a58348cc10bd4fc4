/** A file of the operating system, for the program in the terminal and for tests. Not part of the browser app. */
import * as fs from 'node:fs';
import path from 'node:path';
import type { RandomAccessFile, ReadRequest } from './randomAccessFile.ts';
import {
  type Attempt,
  checkRange,
  checkWritable,
  closedFault,
  guarded,
  storageFault,
} from './storageErrors.ts';

/** How a file is opened: 'create' makes a new one, and throws 'busy' where the name is taken. */
export type NodeOpen = 'read-only' | 'read-write' | 'create';

const FLAGS = { 'read-only': 'r', 'read-write': 'r+', create: 'wx+' } as const;

export class NodeFile implements RandomAccessFile {
  readonly name: string;
  /** From the root. */
  readonly path: string;
  readonly access: 'read-only' | 'read-write';
  readonly durable = true;
  readonly readThroughBytes = 4096;
  private readonly descriptor: number;
  private size: number;
  private open = true;

  /** Opens `filePath`. Throws 'vanished', 'permission', 'busy' or 'bad-request' (a folder). */
  constructor(filePath: string, how: NodeOpen = 'read-only') {
    this.name = path.basename(filePath);
    this.path = path.resolve(filePath);
    this.access = how === 'read-only' ? 'read-only' : 'read-write';
    const attempt: Attempt = { action: how === 'create' ? 'create' : 'open', file: this.name };
    this.descriptor = guarded(attempt, () => fs.openSync(filePath, FLAGS[how]));
    const stat = guarded(attempt, () => fs.fstatSync(this.descriptor));
    if (!stat.isFile()) {
      fs.closeSync(this.descriptor);
      throw storageFault('bad-request', attempt, 'it is not a file');
    }
    this.size = stat.size;
  }

  get sizeBytes(): number {
    return this.size;
  }

  readNow(offset: number, target: Uint8Array): void {
    this.checkOpen('read');
    checkRange(this.name, this.size, offset, target.length);
    const attempt: Attempt = { action: 'read', file: this.name, offset, lengthBytes: target.length };
    guarded(attempt, () => {
      for (let done = 0; done < target.length; ) {
        const count = fs.readSync(this.descriptor, target, done, target.length - done, offset + done);
        if (count === 0)
          throw storageFault('changed', attempt, `the file became shorter: only ${done} bytes came`);
        done += count;
      }
    });
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    this.readNow(offset, target);
  }

  async readMany(requests: readonly ReadRequest[]): Promise<void> {
    for (const { offset, target } of requests) this.readNow(offset, target);
  }

  async write(offset: number, source: Uint8Array): Promise<void> {
    this.checkOpen('write');
    checkWritable(this, 'write', offset);
    guarded({ action: 'write', file: this.name, offset, lengthBytes: source.length }, () => {
      for (let done = 0; done < source.length; ) {
        done += fs.writeSync(this.descriptor, source, done, source.length - done, offset + done);
        this.size = Math.max(this.size, offset + done);
      }
    });
  }

  async truncate(sizeBytes: number): Promise<void> {
    this.checkOpen('truncate');
    checkWritable(this, 'truncate');
    guarded({ action: 'truncate', file: this.name }, () => fs.ftruncateSync(this.descriptor, sizeBytes));
    this.size = sizeBytes;
  }

  async flush(): Promise<void> {
    this.checkOpen('flush');
    if (this.access === 'read-write') {
      guarded({ action: 'flush', file: this.name }, () => fs.fdatasyncSync(this.descriptor));
    }
  }

  async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    guarded({ action: 'close', file: this.name }, () => fs.closeSync(this.descriptor));
  }

  private checkOpen(action: Attempt['action']): void {
    if (!this.open) throw closedFault(action, this.name);
  }
}
