/**
 * A folder in memory on a drive whose power can be cut: what was flushed stays; of what was not, any part is kept, lost
 * or torn sector by sector, as a seed or an exhaustive test decides. Names (create, rename, remove) last at once,
 * because the real folders flush them.
 */
import { Prng } from '../base/prng.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import type { DiskFolder, FolderEntry } from './diskFolder.ts';
import { MemoryBytes, MemoryFile } from './memoryFile.ts';
import { MemoryFolder } from './memoryFolder.ts';
import type { RandomAccessFile, ReadRequest } from './randomAccessFile.ts';
import { type Attempt, checkName, storageFault } from './storageErrors.ts';

/** What becomes of one unflushed change. 'garbage': the sector that was being written holds anything. */
export type Fate = 'kept' | 'lost' | 'garbage';

/** Asked once for each unflushed change, in the order in which they were made; sizes take 'garbage' as 'kept'. */
export type Decide = () => Fate;

/**
 * Each of `changeCount` changes is kept or lost as a coin falls, biased anew for each seed; with `garbage`, one of them
 * is the sector in flight.
 */
export function decideBySeed(seed: number, changeCount: number, garbage: boolean): Decide {
  const prng = new Prng(seed);
  const inFlight = garbage && changeCount > 0 ? prng.below(changeCount) : -1;
  const keptShare = prng.below(5) / 4;
  let asked = 0;
  return () => (asked++ === inFlight ? 'garbage' : prng.fraction() < keptShare ? 'kept' : 'lost');
}

/** One thing that a drive does whole or not at all: a sector, or a new size of the file. */
type Change =
  | { readonly kind: 'sector'; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: 'grow'; readonly sizeBytes: number }
  | { readonly kind: 'cut'; readonly sizeBytes: number };

/** One file of the drive: as programs see it, and as it would be without power. */
class Platter {
  readonly seen = new MemoryBytes();
  readonly unflushed: Change[] = [];
  private readonly durable = new MemoryBytes();

  write(offset: number, source: Uint8Array): void {
    for (let at = 0; at < source.length; ) {
      const length = Math.min(SECTOR_BYTES - ((offset + at) % SECTOR_BYTES), source.length - at);
      this.unflushed.push({ kind: 'sector', offset: offset + at, bytes: source.slice(at, at + length) });
      at += length;
    }
    const before = this.seen.sizeBytes;
    this.seen.write(offset, source);
    if (this.seen.sizeBytes > before) this.unflushed.push({ kind: 'grow', sizeBytes: this.seen.sizeBytes });
  }

  truncate(sizeBytes: number): void {
    this.unflushed.push({ kind: sizeBytes > this.seen.sizeBytes ? 'grow' : 'cut', sizeBytes });
    this.seen.truncate(sizeBytes);
  }

  flush(): void {
    replay(this.durable, this.unflushed, () => 'kept', new Prng(0));
    this.unflushed.length = 0;
  }

  afterCut(decide: Decide, noise: Prng): MemoryBytes {
    const left = this.durable.copy();
    replay(left, this.unflushed, decide, noise);
    return left;
  }
}

function replay(onto: MemoryBytes, changes: readonly Change[], decide: Decide, noise: Prng): void {
  // The size is a change of its own: a sector can last though the growth that it was part of did not.
  let { sizeBytes } = onto;
  for (const change of changes) {
    const fate = decide();
    if (fate === 'lost') continue;
    if (change.kind === 'grow') {
      sizeBytes = Math.max(sizeBytes, change.sizeBytes);
    } else if (change.kind === 'cut') {
      onto.truncate(change.sizeBytes);
      sizeBytes = Math.min(sizeBytes, change.sizeBytes);
    } else if (fate === 'kept') {
      onto.write(change.offset, change.bytes);
    } else {
      const anything = new Uint8Array(SECTOR_BYTES);
      noise.fill(anything);
      onto.write(change.offset - (change.offset % SECTOR_BYTES), anything);
    }
  }
  onto.truncate(sizeBytes);
}

export class PowerCutFolder implements DiskFolder {
  /** Changes asked for so far: writes, truncates, flushes, creates, renames, removes. */
  operations = 0;
  /** The power goes during the operation of this number, counted from 0; null = it stays. */
  cutAt: number | null = null;
  private off = false;
  private readonly platters = new Map<string, Platter>();

  /** Puts a file there, flushed. */
  put(name: string, bytes: Uint8Array): void {
    const platter = new Platter();
    platter.write(0, bytes);
    platter.flush();
    this.platters.set(name, platter);
  }

  /** How often `afterCut` asks. */
  get unflushedChanges(): number {
    let count = 0;
    for (const platter of this.platters.values()) count += platter.unflushed.length;
    return count;
  }

  /** The power goes now; every later call fails. */
  cut(): void {
    this.off = true;
  }

  /** What is found when the power is back. This folder stays as it is, so that many fates can be tried. */
  afterCut(decide: Decide, noise = new Prng(1)): MemoryFolder {
    const left = new MemoryFolder();
    for (const [name, platter] of this.platters) left.put(name, platter.afterCut(decide, noise));
    return left;
  }

  async list(): Promise<FolderEntry[]> {
    this.checkPower({ action: 'list', file: 'the folder' });
    return [...this.platters]
      .map(([name, { seen }]) => ({ name, sizeBytes: seen.sizeBytes, modifiedMs: null }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async open(name: string, access: 'read-only' | 'read-write'): Promise<RandomAccessFile> {
    const attempt: Attempt = { action: 'open', file: name };
    this.checkPower(attempt);
    return new PowerCutFile(this, name, this.platter(attempt), access);
  }

  async create(name: string): Promise<RandomAccessFile> {
    const attempt: Attempt = { action: 'create', file: name };
    checkName('create', name);
    this.step(attempt);
    if (this.platters.has(name)) throw storageFault('busy', attempt, 'the name is taken');
    const platter = new Platter();
    this.platters.set(name, platter);
    return new PowerCutFile(this, name, platter, 'read-write');
  }

  async rename(source: string, target: string): Promise<void> {
    const attempt: Attempt = { action: 'rename', file: source };
    checkName('rename', target);
    const platter = this.platter(attempt);
    this.step(attempt);
    this.platters.delete(source);
    this.platters.set(target, platter);
  }

  async remove(name: string): Promise<void> {
    const attempt: Attempt = { action: 'remove', file: name };
    this.platter(attempt);
    this.step(attempt);
    this.platters.delete(name);
  }

  /** Counts an operation on a file's bytes. `arrive` is what has reached the drive's buffer when the power goes in it. */
  step(attempt: Attempt, arrive?: () => void): void {
    this.checkPower(attempt);
    if (this.operations++ !== this.cutAt) return;
    arrive?.();
    this.off = true;
    this.checkPower(attempt);
  }

  checkPower(attempt: Attempt): void {
    if (this.off) throw storageFault('io', attempt, 'the power is off');
  }

  private platter(attempt: Attempt): Platter {
    checkName(attempt.action, attempt.file);
    const platter = this.platters.get(attempt.file);
    if (!platter) throw storageFault('vanished', attempt);
    return platter;
  }
}

class PowerCutFile implements RandomAccessFile {
  readonly durable = true;
  readonly readThroughBytes = 0;
  /** Checks ranges, access and use after `close`. */
  private readonly view: MemoryFile;

  constructor(
    private readonly folder: PowerCutFolder,
    readonly name: string,
    private readonly platter: Platter,
    readonly access: 'read-only' | 'read-write',
  ) {
    this.view = new MemoryFile(name, platter.seen, access);
  }

  get sizeBytes(): number {
    return this.platter.seen.sizeBytes;
  }

  readNow(offset: number, target: Uint8Array): void {
    this.folder.checkPower({ action: 'read', file: this.name, offset, lengthBytes: target.length });
    this.view.readNow(offset, target);
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    this.readNow(offset, target);
  }

  async readMany(requests: readonly ReadRequest[]): Promise<void> {
    for (const { offset, target } of requests) this.readNow(offset, target);
  }

  async write(offset: number, source: Uint8Array): Promise<void> {
    this.view.checkWritable('write', offset);
    const arrive = () => this.platter.write(offset, source);
    this.folder.step({ action: 'write', file: this.name, offset, lengthBytes: source.length }, arrive);
    arrive();
  }

  async truncate(sizeBytes: number): Promise<void> {
    this.view.checkWritable('truncate');
    const arrive = () => this.platter.truncate(sizeBytes);
    this.folder.step({ action: 'truncate', file: this.name }, arrive);
    arrive();
  }

  async flush(): Promise<void> {
    await this.view.flush();
    this.folder.step({ action: 'flush', file: this.name });
    this.platter.flush();
  }

  close(): Promise<void> {
    return this.view.close();
  }
}
