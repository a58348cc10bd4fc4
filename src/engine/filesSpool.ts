/**
 * Where contents wait that a reader gives faster than they are taken in, when it cannot be made to wait: a file in private
 * storage, or Blobs, which the browser keeps outside the thread's memory. In workers only.
 */
import { must } from '../base/assert.ts';
import { MIB } from '../base/units.ts';
import { guarded, storageFault } from '../storage/storageErrors.ts';
import type { ReadBlob } from '../storage/syncBlobFile.ts';

export interface ContentSpool {
  /** Returns the place for `read`. Throws 'no-space'. */
  append(bytes: Uint8Array): number;
  read(place: number, target: Uint8Array): void;
  /** Forgets everything. */
  clear(): void;
  /** Gives the room back; nothing may be asked afterwards. */
  close(): Promise<void>;
}

export const SPOOL_FOLDER = 'files-waiting';
const ATTEMPTS = 3;

/** Null where there is no private storage that can be written to. */
export async function openPrivateSpool(): Promise<ContentSpool | null> {
  try {
    const folder = await spoolFolder();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const spool = await newSpool(folder).catch(() => null);
      if (spool) return spool;
      // Another page that starts just now may have taken the file for a left-over.
    }
  } catch {
    // Private windows of some browsers have none.
  }
  return null;
}

/** Removes what a page that was closed in the middle left behind; what another page uses cannot be removed. */
export async function removeOldSpools(): Promise<void> {
  try {
    const folder = await spoolFolder();
    const names: string[] = [];
    for await (const name of folder.keys()) names.push(name);
    for (const name of names) await folder.removeEntry(name).catch(() => undefined);
  } catch {
    // Where there is no private storage there is nothing left in it.
  }
}

async function spoolFolder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(SPOOL_FOLDER, { create: true });
}

async function newSpool(folder: FileSystemDirectoryHandle): Promise<ContentSpool> {
  const name = crypto.randomUUID();
  const file = await folder.getFileHandle(name, { create: true });
  const handle = await file.createSyncAccessHandle({ mode: 'readwrite' });
  return new PrivateSpool(name, handle, () => folder.removeEntry(name).catch(() => undefined));
}

class PrivateSpool implements ContentSpool {
  private usedBytes = 0;

  constructor(
    private readonly name: string,
    private readonly handle: FileSystemSyncAccessHandle,
    private readonly remove: () => Promise<unknown>,
  ) {}

  append(bytes: Uint8Array<ArrayBuffer>): number {
    const place = this.usedBytes;
    const attempt = { action: 'write', file: this.name, offset: place, lengthBytes: bytes.length } as const;
    const count = guarded(attempt, () => this.handle.write(bytes, { at: place }));
    if (count < bytes.length) throw storageFault('no-space', attempt);
    this.usedBytes += bytes.length;
    return place;
  }

  read(place: number, target: Uint8Array<ArrayBuffer>): void {
    const attempt = { action: 'read', file: this.name, offset: place, lengthBytes: target.length } as const;
    const count = guarded(attempt, () => this.handle.read(target, { at: place }));
    if (count < target.length) throw storageFault('changed', attempt, `only ${count} bytes came`);
  }

  clear(): void {
    this.handle.truncate(0);
    this.usedBytes = 0;
  }

  async close(): Promise<void> {
    this.handle.close();
    await this.remove();
  }
}

const PIECE_BYTES = 32 * MIB;

export class BlobSpool implements ContentSpool {
  private pieces: Blob[] = [];
  /** What is not in a Blob yet. */
  private waiting: Uint8Array<ArrayBuffer>[] = [];
  private waitingBytes = 0;
  private readonly places: { readonly piece: number; readonly from: number }[] = [];

  constructor(private readonly readBlob: ReadBlob) {}

  append(bytes: Uint8Array<ArrayBuffer>): number {
    this.places.push({ piece: this.pieces.length, from: this.waitingBytes });
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    if (this.waitingBytes >= PIECE_BYTES) this.seal();
    return this.places.length - 1;
  }

  read(place: number, target: Uint8Array): void {
    this.seal();
    const { piece, from } = must(this.places[place], 'a place of the spool');
    const blob = must(this.pieces[piece], 'a piece of the spool');
    const bytes = guarded({ action: 'read', file: 'what waits in memory', offset: from }, () =>
      this.readBlob(blob.slice(from, from + target.length)),
    );
    target.set(new Uint8Array(bytes));
  }

  clear(): void {
    this.pieces = [];
    this.waiting = [];
    this.waitingBytes = 0;
    this.places.length = 0;
  }

  async close(): Promise<void> {
    this.clear();
  }

  private seal(): void {
    if (this.waiting.length === 0) return;
    this.pieces.push(new Blob(this.waiting));
    this.waiting = [];
    this.waitingBytes = 0;
  }
}
