/** One disk of the machine as its host has it open: a chain, and while its files are merged the merge that carries the guest. */
import { assert, must } from '../../base/assert.ts';
import { KIB, MIB, SECTOR_BYTES } from '../../base/units.ts';
import type { CoreModule } from '../../core/core.ts';
import { LiveGuest } from '../../merge/liveGuest.ts';
import { LiveMerge, type LiveRequest } from '../../merge/liveMerge.ts';
import type { DiskFolder } from '../../storage/diskFolder.ts';
import { checkLinks } from './checkLinks.ts';

export interface DiskSize {
  readonly virtualSizeBytes: number;
  readonly blockSizeBytes: number;
}

/** A lab opens many chains, one after the other: each takes as much memory as its disk can make use of. */
function cachesFor({ virtualSizeBytes, blockSizeBytes }: DiskSize) {
  const sectors = virtualSizeBytes / SECTOR_BYTES;
  return {
    ownerBytes: Math.min(4 * MIB, Math.max(64 * KIB, sectors)),
    pageBytes: Math.min(2 * MIB, Math.max(256 * KIB, sectors / 2)),
    // A merge puts a block together beside what it reads; a disk without blocks goes in pieces of 2 MiB.
    stagingBytes: 3 * Math.max(blockSizeBytes, Math.min(2 * MIB, virtualSizeBytes)) + 64 * KIB,
  };
}

export class AttachedDisk {
  private merge: LiveMerge | null = null;

  private constructor(
    private readonly folder: DiskFolder,
    private readonly module: CoreModule,
    private readonly size: DiskSize,
    private chain: readonly string[],
    private guest: LiveGuest | null,
  ) {}

  /** Throws 'vanished', 'not-a-disk', and 'corrupt' where a file is not the parent that the one above it names. */
  static async open(
    folder: DiskFolder,
    module: CoreModule,
    size: DiskSize,
    chain: readonly string[],
  ): Promise<AttachedDisk> {
    return new AttachedDisk(folder, module, size, chain, await openGuest(folder, module, size, chain));
  }

  /** Leaf first. */
  get names(): readonly string[] {
    return this.chain;
  }

  get sectorCount(): number {
    return this.merge ? this.merge.sectorCount : this.open.disk.sectorCount;
  }

  get running(): LiveMerge | null {
    return this.merge;
  }

  read(firstSector: number, target: Uint8Array): Promise<void> {
    return this.merge ? this.merge.read(firstSector, target) : this.open.disk.read(firstSector, target);
  }

  write(firstSector: number, source: Uint8Array): Promise<void> {
    return this.merge ? this.merge.write(firstSector, source) : this.open.disk.write(firstSector, source);
  }

  flush(): Promise<void> {
    return this.merge ? this.merge.flush() : this.open.disk.flush();
  }

  /**
   * Changes over to another chain, opened beforehand: what is left to do while the machine stands still does not grow
   * with the disk. Nobody may have written meanwhile.
   */
  async change(prepared: AttachedDisk): Promise<void> {
    assert(this.merge === null && prepared.merge === null, 'no merge is under way');
    const before = this.open;
    this.guest = prepared.open;
    this.chain = prepared.chain;
    await before.close();
  }

  /** The guest goes on through the merge from here on. Where that cannot begin, everything is as before. */
  async startMerge(request: Omit<LiveRequest, 'names' | 'complete'>, batchBytes: number): Promise<LiveMerge> {
    assert(this.merge === null, 'one merge at a time');
    const { folder, module, size, chain } = this;
    await this.open.disk.flush();
    await this.open.close();
    this.guest = null;
    try {
      const whole = { ...request, names: chain, complete: true };
      this.merge = await LiveMerge.start(folder, whole, { module, caches: cachesFor(size), batchBytes });
      return this.merge;
    } catch (error) {
      this.guest = await openGuest(folder, module, size, chain);
      throw error;
    }
  }

  /** After a merge that is over, whichever way: `chain` is what is left. */
  async endMerge(chain: readonly string[]): Promise<void> {
    await must(this.merge, 'a merge is under way').close();
    this.merge = null;
    this.chain = chain;
    this.guest = await openGuest(this.folder, this.module, this.size, chain);
  }

  async close(): Promise<void> {
    await (this.merge ?? this.guest)?.close();
    this.merge = null;
    this.guest = null;
  }

  private get open(): LiveGuest {
    return must(this.guest, 'the disk is open');
  }
}

async function openGuest(
  folder: DiskFolder,
  module: CoreModule,
  size: DiskSize,
  chain: readonly string[],
): Promise<LiveGuest> {
  const files = { names: chain, complete: true, written: [0] };
  const guest = await LiveGuest.open(folder, files, { module, caches: cachesFor(size) });
  try {
    checkLinks(chain, guest.images);
    return guest;
  } catch (error) {
    await guest.close().catch(() => undefined);
    throw error;
  }
}
