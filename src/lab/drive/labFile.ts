/** A file of the drive as one who opened it sees it. */
import { grouped } from '../../base/units.ts';
import type { RandomAccessFile, ReadRequest } from '../../storage/randomAccessFile.ts';
import { type Attempt, checkWritable, closedFault, storageFault } from '../../storage/storageErrors.ts';
import type { DriveMeter } from './driveMeter.ts';
import type { StoredFile } from './storedFile.ts';
import { CACHE_BYTES } from './unflushed.ts';

/** What a file has to know of its drive. */
export interface FileHost {
  readonly meter: DriveMeter;
  /** Another one after each power cut. */
  readonly epoch: number;
  /** Bytes that may still be written behind the ends of files; Infinity = no limit. */
  readonly freeBytes: number;
  /** The power goes in one of the next changes: each is to be told with `change` before it is made. */
  readonly isArmed: boolean;
  /** Throws 'io' where the power goes now. */
  change(attempt: Attempt): Promise<void>;
  /** A file has become larger or smaller by so many bytes. */
  resized(byBytes: number): void;
}

export class LabFile implements RandomAccessFile {
  readonly name: string;
  readonly durable = true;
  readonly readThroughBytes = 0;
  readonly readNow?: (offset: number, target: Uint8Array) => void;
  /**
   * Tables cost nothing: the host of a machine keeps them in memory. So what an operation costs does not depend on which
   * of them were read before, and a run that is gone back into costs the same.
   */
  readonly readTableNow?: (offset: number, target: Uint8Array) => void;
  private readonly epoch: number;
  private isOpen = true;

  constructor(
    private readonly host: FileHost,
    private readonly stored: StoredFile,
    readonly access: 'read-only' | 'read-write',
  ) {
    this.name = stored.name.slice(stored.name.lastIndexOf('/') + 1);
    this.epoch = host.epoch;
    if (stored.opened.readNow) {
      this.readNow = (offset, target) => {
        if (!this.isUsable) throw this.fault('read', offset, target.length);
        stored.file?.readNow?.(offset, target);
        host.meter.read(stored, offset, target.length);
      };
      this.readTableNow = (offset, target) => {
        if (!this.isUsable) throw this.fault('read', offset, target.length);
        stored.file?.readNow?.(offset, target);
      };
    }
  }

  get sizeBytes(): number {
    return this.stored.file?.sizeBytes ?? this.stored.sizeBytes;
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    if (this.readNow) return this.readNow(offset, target);
    if (!this.isUsable) throw this.fault('read', offset, target.length);
    await this.stored.opened.read(offset, target);
    this.host.meter.read(this.stored, offset, target.length);
  }

  async readMany(requests: readonly ReadRequest[]): Promise<void> {
    if (!this.isUsable) throw this.fault('read', requests[0]?.offset, requests[0]?.target.length);
    if (!this.readNow) await this.stored.opened.readMany(requests);
    for (const { offset, target } of requests) {
      if (this.readNow) this.readNow(offset, target);
      else this.host.meter.read(this.stored, offset, target.length);
    }
  }

  async write(offset: number, source: Uint8Array): Promise<void> {
    this.checkChange('write', offset, source.length);
    const { host, stored } = this;
    if (source.length === 0) return;
    if (host.isArmed)
      await host.change({ action: 'write', file: this.name, offset, lengthBytes: source.length });
    const file = stored.opened;
    const { sizeBytes: sizeBefore } = file;
    const sizeAfter = Math.max(sizeBefore, offset + source.length);
    this.checkRoom(sizeAfter - sizeBefore, {
      action: 'write',
      file: this.name,
      offset,
      lengthBytes: source.length,
    });
    const before = new Uint8Array(Math.max(0, Math.min(source.length, sizeBefore - offset)));
    if (before.length > 0) {
      if (file.readNow) file.readNow(offset, before);
      else await file.read(offset, before);
    }
    stored.changes++;
    stored.unflushed.add({
      kind: 'write',
      offset,
      lengthBytes: source.length,
      before,
      sizeBefore,
      sizeAfter,
    });
    host.meter.write(stored, offset, source.length);
    try {
      await file.write(offset, source);
    } finally {
      this.noteSize(file);
    }
  }

  async truncate(sizeBytes: number): Promise<void> {
    this.checkChange('truncate');
    const { host, stored } = this;
    if (host.isArmed) await host.change({ action: 'truncate', file: this.name });
    const file = stored.opened;
    const { sizeBytes: sizeBefore } = file;
    stored.changes++;
    this.checkRoom(sizeBytes - sizeBefore, { action: 'truncate', file: this.name });
    const cutBytes = Math.max(0, sizeBefore - sizeBytes);
    if (cutBytes > CACHE_BYTES) {
      // More than the cache could bring back: it lasts at once, and what was written before it too.
      await file.truncate(sizeBytes);
      stored.unflushed.forget(stored.unflushed.mark);
    } else {
      const before = new Uint8Array(cutBytes);
      if (cutBytes > 0) await file.read(sizeBytes, before);
      const offset = Math.min(sizeBytes, sizeBefore);
      stored.unflushed.add({
        kind: 'size',
        offset,
        lengthBytes: cutBytes,
        before,
        sizeBefore,
        sizeAfter: sizeBytes,
      });
      await file.truncate(sizeBytes);
    }
    host.meter.other();
    this.noteSize(file);
  }

  async flush(): Promise<void> {
    if (!this.isUsable) throw this.fault('flush');
    if (this.access === 'read-only') return;
    const { host, stored } = this;
    if (host.isArmed) await host.change({ action: 'flush', file: this.name });
    const { mark } = stored.unflushed;
    host.meter.flush();
    await stored.opened.flush();
    stored.unflushed.forget(mark);
  }

  async close(): Promise<void> {
    if (!this.isOpen) return;
    this.isOpen = false;
    if (this.epoch === this.host.epoch) await this.stored.leave();
  }

  private get isUsable(): boolean {
    return this.isOpen && this.epoch === this.host.epoch && !this.stored.isLost;
  }

  private checkChange(action: Attempt['action'], offset?: number, lengthBytes?: number): void {
    if (!this.isUsable) throw this.fault(action, offset, lengthBytes);
    if (this.access === 'read-only') checkWritable(this, action, offset);
  }

  private checkRoom(growthBytes: number, attempt: Attempt): void {
    const { freeBytes } = this.host;
    if (growthBytes <= 0 || growthBytes <= freeBytes) return;
    const left = `there are ${grouped(Math.max(0, freeBytes))} bytes left on the drive, ${grouped(growthBytes)} more are needed`;
    throw storageFault('no-space', attempt, left);
  }

  private noteSize(file: RandomAccessFile): void {
    const { stored } = this;
    if (file.sizeBytes === stored.sizeBytes || this.epoch !== this.host.epoch) return;
    this.host.resized(file.sizeBytes - stored.sizeBytes);
    stored.sizeBytes = file.sizeBytes;
  }

  private fault(action: Attempt['action'], offset?: number, lengthBytes?: number): Error {
    const attempt: Attempt = { action, file: this.name, offset, lengthBytes };
    if (!this.isOpen) return closedFault(action, this.name);
    if (this.epoch !== this.host.epoch) return storageFault('io', attempt, 'the power is off');
    return storageFault('vanished', attempt);
  }
}
