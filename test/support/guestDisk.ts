/** A flat disk for guests: takes their actions, checks their reads, and loses unflushed sectors when its power is cut. */
import { SECTOR_BYTES } from '../../src/base/units.ts';
import type { Guest, GuestAction, GuestKind, GuestOperation } from '../../src/lab/guest/guest.ts';
import { installVolume } from '../../src/lab/guest/installVolume.ts';
import { startGuest } from '../../src/lab/guest/startGuest.ts';
import { WrittenSectors } from '../../src/lab/guest/writtenSectors.ts';
import { LAB_EPOCH_MS } from '../../src/lab/labTime.ts';
import { MemoryBytes } from '../../src/storage/memoryFile.ts';
import { decideBySeed } from '../../src/storage/powerCut.ts';

export const PAGES = 4096;

const installed = new Map<string, GuestDisk>();

export class GuestDisk {
  private durable: MemoryBytes;
  private seen: MemoryBytes;
  private unflushed: { readonly offset: number; readonly bytes: Uint8Array }[] = [];
  wrongSectors = 0;
  unknownSectors = 0;
  readSectors = 0;
  /** Of the run's clock. */
  nowUs = 0;

  constructor(
    readonly sectorCount: number,
    content = new MemoryBytes(),
    readonly written = new WrittenSectors(),
  ) {
    this.seen = content;
    this.durable = content.copy();
  }

  /** As the setup leaves it; made once for all that ask for the same. */
  static installed(sectorCount: number, seed: number): GuestDisk {
    const key = `${sectorCount} ${seed}`;
    const made = installed.get(key) ?? GuestDisk.install(sectorCount, seed);
    installed.set(key, made);
    return made.fork();
  }

  private static install(sectorCount: number, seed: number): GuestDisk {
    const disk = new GuestDisk(sectorCount);
    for (const { firstSector, bytes } of installVolume({ seed, sectorCount, date: disk.now() })) {
      disk.perform([{ kind: 'write', firstSector, bytes }]);
    }
    disk.perform([{ kind: 'flush' }]);
    return disk;
  }

  private fork(): GuestDisk {
    return new GuestDisk(this.sectorCount, this.seen.copy(), this.written.fork());
  }

  now = (): Date => new Date(LAB_EPOCH_MS + Math.floor(this.nowUs / 1000));

  read = async (firstSector: number, sectorCount: number): Promise<Uint8Array> => {
    if (firstSector < 0 || sectorCount < 1 || firstSector + sectorCount > this.sectorCount) {
      throw new Error(`${sectorCount} sectors from ${firstSector} on are not on the disk`);
    }
    this.readSectors += sectorCount;
    return this.bytes(firstSector, sectorCount);
  };

  bytes(firstSector: number, sectorCount: number): Uint8Array {
    const bytes = new Uint8Array(sectorCount * SECTOR_BYTES);
    this.seen.read(firstSector * SECTOR_BYTES, bytes);
    return bytes;
  }

  start(kind: GuestKind, load: number, options: { seed?: number; hasVolume?: boolean } = {}): Promise<Guest> {
    const { seed = 7, hasVolume = true } = options;
    const { sectorCount, read, now } = this;
    return startGuest({ kind, load, seed, sectorCount, pageCount: PAGES, hasVolume, read, saved: null, now });
  }

  restore(saved: Uint8Array): Promise<Guest> {
    const { sectorCount, now } = this;
    const read = () => Promise.reject(new Error('a restored guest reads nothing'));
    const others = { kind: 'idle', load: 0, seed: 0, pageCount: PAGES, hasVolume: true } as const;
    return startGuest({ ...others, sectorCount, read, saved, now });
  }

  perform(actions: readonly GuestAction[]): void {
    for (const action of actions) {
      if (action.kind === 'flush') this.flush();
      else if (action.kind === 'touch') this.checkPage(action.page);
      else if (action.kind === 'write') this.write(action.firstSector, action.bytes);
      else this.checkRead(action.firstSector, action.sectorCount);
    }
  }

  /** Performs the next `count` operations; each takes half a millisecond. */
  run(guest: Guest, count: number): GuestOperation[] {
    const operations: GuestOperation[] = [];
    for (let i = 0; i < count; i++) {
      const operation = guest.next();
      this.nowUs += operation.afterUs + 500;
      this.perform(operation.actions);
      operations.push(operation);
    }
    return operations;
  }

  /** The disk as it is found when, after the power went, a seed decided on each unflushed sector. */
  afterCut(seed: number): GuestDisk {
    const left = this.durable.copy();
    const decide = decideBySeed(seed, this.unflushed.length, false);
    for (const { offset, bytes } of this.unflushed) if (decide() === 'kept') left.write(offset, bytes);
    const disk = new GuestDisk(this.sectorCount, left);
    disk.nowUs = this.nowUs;
    return disk;
  }

  /** As it was at the last flush. */
  lastFlushed(): GuestDisk {
    return new GuestDisk(this.sectorCount, this.durable.copy());
  }

  private flush(): void {
    for (const { offset, bytes } of this.unflushed) this.durable.write(offset, bytes);
    this.unflushed = [];
  }

  private write(firstSector: number, bytes: Uint8Array): void {
    const sectors = bytes.length / SECTOR_BYTES;
    if (!Number.isInteger(sectors) || sectors < 1) throw new Error(`a write of ${bytes.length} bytes`);
    if (firstSector < 0 || firstSector + sectors > this.sectorCount)
      throw new Error('a write beyond the disk');
    this.written.write(firstSector, bytes);
    this.seen.write(firstSector * SECTOR_BYTES, bytes);
    for (let at = 0; at < bytes.length; at += SECTOR_BYTES) {
      const offset = firstSector * SECTOR_BYTES + at;
      this.unflushed.push({ offset, bytes: bytes.slice(at, at + SECTOR_BYTES) });
    }
  }

  private checkRead(firstSector: number, sectorCount: number): void {
    if (firstSector < 0 || sectorCount < 1 || firstSector + sectorCount > this.sectorCount) {
      throw new Error(`a read of ${sectorCount} sectors at ${firstSector}`);
    }
    const checked = this.written.check(firstSector, this.bytes(firstSector, sectorCount));
    this.wrongSectors += checked.wrongSectors;
    this.unknownSectors += checked.unknownSectors;
  }

  private checkPage(page: number): void {
    if (!Number.isInteger(page) || page < 0 || page >= PAGES) throw new Error(`page ${page}`);
  }
}
