/** Volumes for the reader over 7-Zip: windows in memory or with holes, and what a reading gives, kept whole. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DiskError } from '../../src/base/errors.ts';
import type { DiskWindow } from '../../src/filesystems/diskWindow.ts';
import type { ContentEnd, ContentSink, ReadItem, VolumeListing } from '../../src/filesystems/fileSystem.ts';
import { Listing } from '../../src/filesystems/listing.ts';
import { loadSevenZipNode } from '../../src/filesystems/sevenZip/loadSevenZipNode.ts';
import { SevenZipFileSystem } from '../../src/filesystems/sevenZip/sevenZipFileSystem.ts';
import type { VolumeContentKind } from '../../src/volumes/volume.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../fixtures/filesystems/sevenzip');

export function fixtureVolume(name: string): Uint8Array {
  return new Uint8Array(gunzipSync(readFileSync(path.join(FIXTURES, `${name}.gz`))));
}

/** A window on bytes, longer than them by zeros where `sizeBytes` says so; counts what it is asked for. */
export class MemoryWindow implements DiskWindow {
  readonly sizeBytes: number;
  asked: { offset: number; length: number }[] = [];
  /** Reads of any of these bytes fail. */
  bad: { start: number; end: number } | null = null;

  constructor(
    private readonly bytes: Uint8Array,
    sizeBytes = bytes.length,
  ) {
    this.sizeBytes = sizeBytes;
  }

  readNow(offset: number, target: Uint8Array): void {
    const end = offset + target.length;
    this.asked.push({ offset, length: target.length });
    if (this.bad && offset < this.bad.end && end > this.bad.start)
      throw new DiskError({ code: 'parent-missing', message: 'The sector lies in a file that is not here.' });
    target.fill(0);
    target.set(this.bytes.subarray(offset, end));
  }
}

/** A file of this machine, which may be far larger than memory. */
export class FileWindow implements DiskWindow {
  readonly sizeBytes: number;
  readBytes = 0;
  private readonly file: number;

  constructor(name: string, sizeBytes = statSync(name).size) {
    this.sizeBytes = sizeBytes;
    this.file = openSync(name, 'r');
  }

  readNow(offset: number, target: Uint8Array): void {
    target.fill(0);
    this.readBytes += target.length;
    readSync(this.file, target, 0, target.length, offset);
  }

  close(): void {
    closeSync(this.file);
  }
}

export interface ReadFile extends ContentEnd {
  readonly item: ReadItem;
  /** As long as `sizeBytes`. */
  readonly bytes: Uint8Array;
}

export interface OpenVolume {
  readonly fileSystem: SevenZipFileSystem;
  readonly volume: VolumeListing;
  readonly listing: Listing;
}

export async function openVolume(window: DiskWindow, kind: VolumeContentKind): Promise<OpenVolume> {
  const fileSystem = new SevenZipFileSystem(window, kind, loadSevenZipNode);
  const volume = await fileSystem.list();
  return { fileSystem, volume, listing: new Listing(volume.listing) };
}

export function itemOf(listing: Listing, entry: number): ReadItem {
  return { entry, path: listing.path(entry), sizeBytes: listing.sizeBytes(entry) };
}

/** Every entry that is a file, in order. */
export function allFiles(listing: Listing): ReadItem[] {
  const entries = Array.from({ length: listing.count }, (_, entry) => entry);
  return entries.filter((entry) => listing.kind(entry) === 'file').map((entry) => itemOf(listing, entry));
}

/** Keeps everything; `most` bytes of a file are wanted. Checks that the calls come in their order. */
export class KeepingSink implements ContentSink {
  readonly files: ReadFile[] = [];
  private parts: { offset: number; bytes: Uint8Array }[] = [];
  private current: ReadItem | null = null;

  constructor(private readonly most = Number.POSITIVE_INFINITY) {}

  begin(item: ReadItem): void {
    if (this.current) throw new Error(`${item.path} begins within ${this.current.path}`);
    this.current = item;
    this.parts = [];
  }
  write(item: ReadItem, offset: number, bytes: Uint8Array): boolean {
    if (this.current !== item) throw new Error(`bytes of ${item.path} out of its turn`);
    this.parts.push({ offset, bytes: bytes.slice() });
    return offset + bytes.length < this.most;
  }
  end(item: ReadItem, end: ContentEnd): void {
    if (this.current !== item) throw new Error(`${item.path} ends out of its turn`);
    const bytes = new Uint8Array(end.sizeBytes);
    for (const part of this.parts) bytes.set(part.bytes, part.offset);
    this.files.push({ ...end, item, bytes });
    this.current = null;
  }

  text(entry: number): string {
    const file = this.files.find(({ item }) => item.entry === entry);
    if (!file) throw new Error(`entry ${entry} was not read`);
    if (file.problem) throw new Error(file.problem.message);
    return new TextDecoder().decode(file.bytes);
  }
}

export async function readAll(
  { fileSystem }: OpenVolume,
  items: readonly ReadItem[],
  most?: number,
): Promise<KeepingSink> {
  const sink = new KeepingSink(most);
  await fileSystem.read(items, sink);
  return sink;
}

/** Runs a maker; its output matters only where it fails. */
export function make(program: string, args: readonly string[], env: Record<string, string> = {}): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
}
