/**
 * A merge while a guest writes to the leaf. There are no locks: calls of the guest and steps of the merge run to their end
 * in the order in which they were made. What the guest writes goes to the leaf; where that is one of the sources, the
 * blocks of the target that it touches are dirty and are copied again. When few enough are left, one step copies them and
 * changes over to the merged chain. It ends whatever the guest does (`catchUp.ts`).
 */
import { assert, must } from '../base/assert.ts';
import { MIB, SECTOR_BYTES } from '../base/units.ts';
import type { DiskChain } from '../chain/diskChain.ts';
import { withState } from '../chain/writeFaults.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import { CatchUp } from './catchUp.ts';
import { headInPlace } from './journalHeadOf.ts';
import { type GuestTools, LiveGuest } from './liveGuest.ts';
import { checkLive, type LiveRequest, stretchOf, switchFailed } from './liveRequest.ts';
import { MergeRun } from './mergeRun.ts';
import { orClose } from './openFiles.ts';

export type { LiveRequest } from './liveRequest.ts';

export interface LiveTools extends GuestTools {
  /** What one step copies, about: so long the guest may have to wait. 16 MiB where left out; a block at least. */
  readonly batchBytes?: number;
}

/** 'stopped': it can be resumed. 'failed': its end broke off; recovery finishes it, and the guest is refused till then. */
export type LiveState =
  | 'copying'
  | 'catching up'
  | 'switched'
  | 'stopped'
  | 'abandoned'
  | 'failed'
  | 'closed';

export interface LiveProgress {
  readonly state: LiveState;
  /** The first copies everything, each later one what the guest wrote to meanwhile. */
  readonly pass: number;
  /** Blocks of the target to be copied again, as of now. */
  readonly dirtyBlocks: number;
  readonly nextBlock: number;
  readonly blockCount: number;
  /** Everything that was copied, also again. */
  readonly copiedBytes: number;
  /** 'slowed': it wrote faster than the merge copies. Stays so once it was. */
  readonly writer: 'free' | 'slowed';
  /** Batches that writes waited for. */
  readonly waits: number;
}

const BATCH_BYTES = 16 * MIB;

export class LiveMerge {
  private readonly catchUp: CatchUp;
  private last: Promise<unknown> = Promise.resolve();
  private state: LiveState = 'copying';
  private waits = 0;
  /** Everything that the guest wrote is durable. */
  private isFlushed = true;
  /** Of a batch that a write waited for: the next step throws it. */
  private copyFault: unknown = null;
  private failure: unknown = null;

  private constructor(
    private readonly folder: DiskFolder,
    private readonly request: LiveRequest,
    private readonly tools: LiveTools,
    private guest: LiveGuest,
    private readonly run: MergeRun,
  ) {
    const { blockCount, blockSizeBytes } = run;
    const batchBlocks = Math.max(1, Math.floor((tools.batchBytes ?? BATCH_BYTES) / blockSizeBytes));
    this.catchUp = new CatchUp(blockCount, blockSizeBytes, batchBlocks);
  }

  /**
   * Opens every file of the chain, the leaf and the target for writing, and begins the merge. Throws 'bad-request' for what
   * cannot be merged in place, and what the storage throws; then nothing was changed.
   */
  static async start(folder: DiskFolder, request: LiveRequest, tools: LiveTools): Promise<LiveMerge> {
    const { names, complete, first, last } = request;
    const guest = await LiveGuest.open(folder, { names, complete, written: [0, last] }, tools);
    return orClose([guest], async () => {
      const stretch = stretchOf(request, guest.images);
      checkLive(stretch, guest.disk.findings);
      const isLeafMerged = first === 0;
      const job = {
        // Where the leaf stands above the stretch, nothing that is copied changes: a cut need not begin anew.
        head: await headInPlace(folder, stretch, { sha256Before: null, live: isLeafMerged }),
        sources: guest.images.slice(first, last),
        target: must(guest.images[last], 'the target is in the chain'),
        onMoved: (block: number, entry: number) => guest.disk.blockMoved(last, block, entry),
        ...(isLeafMerged ? { guest: guest.disk } : {}),
      };
      const { module, batchBytes = BATCH_BYTES } = tools;
      // Without the signal: it is heard between two steps, never inside the switch.
      const run = await MergeRun.start(folder, job, { module, batchBytes });
      return new LiveMerge(folder, request, tools, guest, run);
    });
  }

  get sectorCount(): number {
    return this.guest.disk.sectorCount;
  }

  /** Distinct bytes to copy, from bitmaps alone: what the guest writes meanwhile comes on top. */
  totalBytes(): Promise<number> {
    return this.inTurn(() => this.run.totalBytes());
  }

  get progress(): LiveProgress {
    const { run, catchUp, state, waits } = this;
    return {
      state,
      pass: catchUp.pass,
      dirtyBlocks: catchUp.dirtyBlocks,
      nextBlock: run.nextBlock,
      blockCount: run.blockCount,
      copiedBytes: run.copiedBytes,
      writer: catchUp.isSlowed ? 'slowed' : 'free',
      waits,
    };
  }

  /** Of the guest, as `DiskChain.read`. */
  read(firstSector: number, target: Uint8Array): Promise<void> {
    return this.inTurn(() => this.disk().read(firstSector, target));
  }

  /** Of the guest, as `DiskChain.write`. `source` stays as it is until this ends. */
  write(firstSector: number, source: Uint8Array): Promise<void> {
    return this.inTurn(async () => {
      if (!this.isMerging || !this.catchUp.isSlowed) return this.writeNow(firstSector, source);
      try {
        for (const part of this.catchUp.portions(firstSector, source)) {
          await this.makeRoom(part.firstSector, part.bytes.length / SECTOR_BYTES);
          await this.writeNow(part.firstSector, part.bytes);
        }
      } catch (error) {
        // Portions before it were written.
        throw withState(error, 'either', { firstSector, sectorCount: source.length / SECTOR_BYTES });
      }
    });
  }

  /** Of the guest: what it wrote before survives a power cut. */
  flush(): Promise<void> {
    return this.inTurn(() => this.flushNow());
  }

  /**
   * Copies one batch, or copies one again, or switches; between two steps the merge rests. Where copying fails the guest goes on, and the step can be made
   * again; where the switch itself fails, what the guest wrote is safe and recovery ends the merge.
   */
  step(): Promise<LiveProgress> {
    return this.inTurn(async () => {
      this.tools.signal?.throwIfAborted();
      const fault = this.copyFault;
      this.copyFault = null;
      if (fault !== null) throw fault;
      if (this.state === 'copying') await this.copyOn();
      else if (this.state === 'catching up')
        await (this.catchUp.isShort ? this.switchOver() : this.copyBatch());
      return this.progress;
    });
  }

  /** Ends the work where it is, so that it can be resumed without a guest; until then the guest goes on on the old chain. */
  stop(): Promise<void> {
    return this.leave('stopped', () => this.run.close());
  }

  /** Gives the merge up: the guest goes on on the old chain. */
  abandon(): Promise<void> {
    return this.leave('abandoned', () => this.run.abandon());
  }

  /** Closes every file. A merge that is not over can be resumed. */
  close(): Promise<void> {
    return this.inTurn(async () => {
      // One that broke off holds its journal open.
      if (this.isMerging || this.state === 'failed') await this.run.close();
      this.state = 'closed';
      await this.guest.close();
    });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => {});
    return turn;
  }

  private get isMerging(): boolean {
    return this.state === 'copying' || this.state === 'catching up';
  }

  /** The leaf is copied from. */
  private get isLeafMerged(): boolean {
    return this.request.first === 0;
  }

  private disk(): DiskChain {
    assert(this.state !== 'closed', 'the disk is open');
    if (this.state === 'failed') throw switchFailed(this.request, this.failure);
    return this.guest.disk;
  }

  /** Marks first: a write that fails may have changed any of its sectors. Nothing is copied before it ends. */
  private async writeNow(firstSector: number, source: Uint8Array): Promise<void> {
    const disk = this.disk();
    if (this.isMerging && this.isLeafMerged) this.catchUp.mark(firstSector, source.length / SECTOR_BYTES);
    this.isFlushed = false;
    await disk.write(firstSector, source);
  }

  private async flushNow(): Promise<void> {
    await this.disk().flush();
    this.isFlushed = true;
  }

  private async makeRoom(firstSector: number, sectorCount: number): Promise<void> {
    if (!this.catchUp.mustWait(firstSector, sectorCount)) return;
    this.waits++;
    try {
      await this.copyBatch();
    } catch (error) {
      // That the merge fails is no fault of the guest's write.
      this.copyFault = error;
    }
  }

  /**
   * What the target takes over must be durable in the leaf: else, after a power cut, the leaf would not hide a sector that
   * was being written in the target.
   */
  private async settleWrites(): Promise<void> {
    if (!this.isFlushed && this.isLeafMerged) await this.flushNow();
  }

  private async copyOn(): Promise<void> {
    await this.settleWrites();
    const from = this.run.nextBlock;
    const goesOn = await this.run.step();
    this.catchUp.copied(from, this.run.nextBlock);
    if (!goesOn) this.state = 'catching up';
  }

  private async copyBatch(): Promise<void> {
    await this.copyAgain(this.catchUp.batch());
  }

  private async copyAgain(blocks: readonly number[]): Promise<void> {
    if (blocks.length === 0) return;
    await this.settleWrites();
    await this.run.copyAgain(blocks);
    this.catchUp.copiedAgain(blocks);
  }

  private async switchOver(): Promise<void> {
    const { run, guest } = this;
    const { names, first, last } = this.request;
    if (!this.isFlushed) await this.flushNow();
    await this.copyAgain(this.catchUp.rest());
    try {
      await run.settle();
      // Files above the stretch are relinked, and storage may give one handle a file.
      for (const [layer, { file }] of guest.images.entries())
        if (layer < first || layer > last) await file.close();
      await run.finish();
      await this.openGuest([...names.slice(0, first), ...names.slice(last)]);
      this.state = 'switched';
    } catch (error) {
      // Until the journal says 'copied' the leaf may be written to.
      if (run.phase !== 'copying') this.fail(error);
      throw error;
    }
  }

  private leave(state: 'stopped' | 'abandoned', work: () => Promise<void>): Promise<void> {
    return this.inTurn(async () => {
      assert(this.isMerging, 'a merge is under way');
      if (!this.isFlushed) await this.flushNow();
      try {
        await work();
        await this.openGuest(this.request.names);
        this.state = state;
      } catch (error) {
        this.fail(error);
        throw error;
      }
    });
  }

  private async openGuest(names: readonly string[]): Promise<void> {
    await this.guest.close();
    const { complete } = this.request;
    // Without the signal: a cancelled merge leaves the guest its disk.
    const { module, caches } = this.tools;
    this.guest = await LiveGuest.open(this.folder, { names, complete, written: [0] }, { module, caches });
  }

  private fail(error: unknown): void {
    this.state = 'failed';
    this.failure = error;
  }
}
