/**
 * Copies a stretch of a chain into one file, batch by batch, so that a power cut at any write loses nothing. Until the
 * sources are removed they shadow every sector that is copied, so the disk reads the same at every moment, and copying can
 * be done again; what has to survive is the target's structure, and how far the merge has come: the journal keeps both.
 */
import { assert, must } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import { Pacer } from '../base/pacer.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import type { DiskChain } from '../chain/diskChain.ts';
import { openChain } from '../chain/openChain.ts';
import type { CoreModule } from '../core/core.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import { BlocksTarget } from './blocksTarget.ts';
import { FlatTarget } from './flatTarget.ts';
import { type JournalHead, MergeJournal, type MergePhase, type RedoRecord } from './mergeJournal.ts';
import type { MergeTarget, TargetState } from './mergeTarget.ts';
import { closeAll, orClose } from './openFiles.ts';
import { openLeft, sourcesAreAsLeft } from './openLeft.ts';
import { relink } from './relink.ts';
import { removeIfThere } from './removeUnbegun.ts';
import { PIECE_BYTES } from './runPieces.ts';
import { mostSpares } from './spares.ts';
import { StretchSource } from './stretchSource.ts';
import { takeOverRecords } from './takeOver.ts';

export interface RunTools {
  readonly module: CoreModule;
  readonly signal?: AbortSignal;
  /** Bytes that one batch writes, about; 64 MiB where left out. */
  readonly batchBytes?: number;
}

/** What is merged into what. Every file is open and is the run's from then on: it closes them. */
export interface MergeJob {
  readonly head: JournalHead;
  /** Newest first, as in the head. */
  readonly sources: readonly DiskImage[];
  /** Open for writing. */
  readonly target: DiskImage;
  /**
   * Live: the guest's chain, whose layers 0 … sources.length − 1 are the sources (the leaf among them) and which goes on
   * being written to. Left out where the run opens the sources as a chain of its own.
   */
  readonly guest?: DiskChain;
  /** A block of the target lies at another place of its file now; `entry` is its new table entry. */
  readonly onMoved?: (block: number, entry: number) => void;
}

/** Blocks that are looked up at once. */
const LOOK_AHEAD_BLOCKS = 1024;

export class MergeRun {
  /** Blocks of the target that the disk has; pieces of 2 MiB where the target has no blocks. */
  readonly blockCount: number;
  readonly blockSizeBytes: number;
  private block: number;
  private copied: number;
  /** Blocks from `first` on: 1 where there may be something to copy. */
  private marks: { readonly first: number; readonly blocks: Uint8Array } = {
    first: 0,
    blocks: new Uint8Array(0),
  };
  private readonly pacer = new Pacer();

  private constructor(
    private readonly folder: DiskFolder,
    private readonly job: MergeJob,
    private readonly journal: MergeJournal,
    /** null: nothing is copied any more. */
    private readonly source: StretchSource | null,
    private readonly into: MergeTarget,
    private readonly tools: RunTools,
    nextBlock: number,
    copiedBytes: number,
  ) {
    this.blockCount = into.blockCount;
    this.blockSizeBytes = into.blockSizeBytes;
    this.block = nextBlock;
    this.copied = copiedBytes;
  }

  /** Makes the journal. Nothing is changed where that fails; the files are closed then. */
  static async start(folder: DiskFolder, job: MergeJob, tools: RunTools): Promise<MergeRun> {
    return orClose(filesOf(job), async () => {
      checkSizes(job);
      const source = await sourceOf(job, tools);
      const target = await targetOf(job, tools, null);
      const journal = await MergeJournal.create(folder, job.head);
      const run = new MergeRun(folder, job, journal, source, target, tools, 0, 0);
      try {
        // What is written behind the end from here on is the merge's own: only its journal tells it from what was there.
        await run.commit('copying');
        return run;
      } catch (error) {
        await journal.remove().catch(() => undefined);
        throw error;
      }
    });
  }

  /**
   * Opens what a cut left behind. Throws 'changed' where the files are not those that were left, 'corrupt' for a damaged
   * journal; nothing is written then.
   */
  static async resume(folder: DiskFolder, name: string, tools: RunTools): Promise<MergeRun> {
    const journal = await MergeJournal.open(folder, name);
    return orClose([journal], async () => {
      const { head, state } = journal;
      const left = await openLeft(folder, journal);
      const job: MergeJob = { head, ...left };
      return orClose(filesOf(job), async () => {
        const isCopied = state.phase === 'copied' || state.phase === 'relinked';
        const source = isCopied ? null : await sourceOf(job, tools);
        const target = await targetOf(job, tools, state.phase === 'planned' ? null : state);
        // What was copied is only good while the sources are as they were.
        const isGood = isCopied || (!head.live && (await sourcesAreAsLeft(folder, head)));
        const next = isGood ? state.nextBlock : 0;
        const copied = isGood ? state.copiedBytes : 0;
        const run = new MergeRun(folder, job, journal, source, target, tools, next, copied);
        if (state.phase === 'planned') await run.commit('copying');
        return run;
      });
    });
  }

  /** Called when a block was copied. */
  onBlock: () => void = () => undefined;

  get head(): JournalHead {
    return this.job.head;
  }
  /** Those that are still there, newest first. */
  get sources(): readonly DiskImage[] {
    return this.job.sources;
  }
  get target(): DiskImage {
    return this.job.target;
  }
  get journalName(): string {
    return this.journal.name;
  }
  get phase(): MergePhase {
    return this.journal.state.phase;
  }
  get nextBlock(): number {
    return this.block;
  }
  get copiedBytes(): number {
    return this.copied;
  }
  /** All data is in the target. */
  get isCopied(): boolean {
    return this.phase === 'copied' || this.phase === 'relinked';
  }
  /** The target carries the newest source's id: there is no way back. */
  get hasTakenOver(): boolean {
    const newest = must(this.head.sources[0], 'a merge has a source').id;
    const { way, targetId } = this.head;
    return (
      this.phase === 'relinked' ||
      (way === 'in-place' && this.job.target.id === newest && newest !== targetId)
    );
  }

  /** Distinct bytes to copy, from bitmaps alone. */
  totalBytes(): Promise<number> {
    return this.from.totalBytes(this.tools.signal);
  }

  /**
   * Copies the next batch, durable when it resolves. False: nothing is left to copy. Where the signal stops it, what was
   * copied of the batch is made durable first; then its reason is thrown.
   */
  async step(): Promise<boolean> {
    const { signal } = this.tools;
    // A guest may have written to blocks that were looked up before.
    if (this.job.guest) this.marks = { first: 0, blocks: new Uint8Array(0) };
    while (this.block < this.blockCount && !signal?.aborted) {
      if (await this.mayHold(this.block)) {
        const copied = await this.into.copy(this.block, this.from);
        if (copied === null) break;
        this.copied += copied;
        this.onBlock();
        if (this.pacer.due) await this.pacer.rest();
      }
      this.block++;
    }
    if (this.into.isDirty || this.block === this.blockCount) await this.commit('copying');
    signal?.throwIfAborted();
    return this.block < this.blockCount;
  }

  /** Copies these blocks again, ascending, durable when it resolves. */
  async copyAgain(blocks: readonly number[]): Promise<void> {
    for (const block of blocks) {
      let copied = await this.into.copy(block, this.from);
      if (copied === null) {
        await this.commit('copying');
        copied = must(await this.into.copy(block, this.from), 'a commit makes room');
      }
    }
    await this.commit('copying');
  }

  /** Gives back the room that the work needed: the phase is 'copied' then. */
  async settle(): Promise<void> {
    if (this.isCopied) return;
    assert(this.block === this.blockCount, 'all is copied');
    await this.giveBack();
    await this.commit('copied');
  }

  /** The target takes the newest source's place; files that are not needed any more go, the journal last. */
  async finish(): Promise<void> {
    await this.settle();
    if (this.head.way === 'in-place') await this.takeOver();
    else await this.publish();
    await this.journal.remove();
  }

  /** Closes every file; the merge can be resumed. */
  async close(): Promise<void> {
    await closeAll([...filesOf(this.job), this.journal]);
  }

  /**
   * Gives it up: room is given back, an unfinished new file and the journal go. The chain reads as before. Throws
   * 'bad-request' where the target has taken over already.
   */
  async abandon(): Promise<void> {
    if (this.hasTakenOver) throw tooLate(this.head);
    if (this.head.way === 'new-file') {
      await closeAll(filesOf(this.job));
      await removeIfThere(this.folder, this.head.target);
    } else {
      if (this.phase === 'copying') await this.giveBack();
      await closeAll(filesOf(this.job));
    }
    await this.journal.remove();
  }

  private get from(): StretchSource {
    return must(this.source, 'not all is copied yet');
  }

  // ── Batches ────────────────────────────────────────────────────────────────────────────────────────────────────────

  private async mayHold(block: number): Promise<boolean> {
    const { first, blocks } = this.marks;
    if (block < first || block >= first + blocks.length) {
      const count = Math.min(LOOK_AHEAD_BLOCKS, this.blockCount - block);
      const sectors = this.blockSizeBytes / SECTOR_BYTES;
      this.marks = { first: block, blocks: await this.from.mayHold(block, count, sectors) };
    }
    return this.marks.blocks[block - this.marks.first] === 1;
  }

  /** Data first; then the journal has every sector that is written over; then these; only then they are relied on. */
  private async commit(phase: MergePhase): Promise<void> {
    const redo = this.into.isDirty ? await this.into.prepare() : [];
    await this.write(phase, this.into.state(), redo);
    this.into.committed();
  }

  private async write(phase: MergePhase, state: TargetState, redo: readonly RedoRecord[]): Promise<void> {
    const { file } = this.into;
    await this.journal.commit({ phase, nextBlock: this.block, copiedBytes: this.copied, ...state }, redo);
    for (const { offset, bytes } of redo) await file.write(offset, bytes);
    if (redo.length > 0) await file.flush();
  }

  private async giveBack(): Promise<void> {
    while (await this.into.giveBack()) await this.commit('copying');
    await this.into.trim();
  }

  // ── The end ────────────────────────────────────────────────────────────────────────────────────────────────────────

  private async takeOver(): Promise<void> {
    const { folder, head, tools } = this;
    const newest = must(head.sources[0], 'a merge has a source');
    if (this.phase === 'copied') {
      await this.write('copied', this.into.state(), await takeOverRecords(this.into.file, newest.id));
      // Every file from here on is opened anew, by whoever needs it.
      await closeAll(filesOf(this.job));
      for (const child of head.relink) await relink(folder, child, { name: newest.name }, head.target, tools);
      const { state } = this.journal;
      await this.journal.commit({ ...state, phase: 'relinked' });
    }
    await closeAll(filesOf(this.job));
    for (const { name } of head.sources) await removeIfThere(folder, name);
  }

  private async publish(): Promise<void> {
    const { folder, head } = this;
    await closeAll(filesOf(this.job));
    const newName = must(head.newName, 'a new file has a name');
    const names = (await folder.list()).map(({ name }) => name);
    if (names.includes(head.target)) await folder.rename(head.target, newName);
  }
}

function filesOf({ sources, target }: Pick<MergeJob, 'sources' | 'target'>): RandomAccessFile[] {
  return [target.file, ...sources.map(({ file }) => file)];
}

async function sourceOf({ guest, sources, target, head }: MergeJob, tools: RunTools): Promise<StretchSource> {
  if (guest) return new StretchSource(guest, sources.length, head.zeros);
  const chain = await openChain(tools.module, sources, {
    complete: head.complete,
    stagingBytes: stagingBytesFor(target),
    signal: tools.signal,
  });
  return new StretchSource(chain, sources.length, head.zeros);
}

/** A piece is put together with room for a bitmap before it; sources are read into twice as much behind. */
function stagingBytesFor({ tables, virtualSizeBytes }: DiskImage): number {
  const isFlat = tables.kind === 'flat';
  const blockBytes = Math.min(isFlat ? virtualSizeBytes : tables.blockSizeBytes, PIECE_BYTES);
  return (isFlat ? PIECE_BYTES : tables.bitmapBytes + blockBytes) + 2 * blockBytes;
}

async function targetOf(
  { target, sources, head, onMoved }: MergeJob,
  { batchBytes }: RunTools,
  left: TargetState | null,
): Promise<MergeTarget> {
  const { tables } = target;
  if (tables.kind === 'flat') return new FlatTarget(target, tables.dataOffset, batchBytes);
  const sourceBytes = sources.reduce((sum, { file }) => sum + file.sizeBytes, 0);
  const options = {
    isNew: head.way === 'new-file',
    mostSpares: mostSpares(sourceBytes, tables.blockSizeBytes),
    ...(batchBytes === undefined ? {} : { batchBytes }),
    ...(onMoved ? { onMoved } : {}),
  };
  return BlocksTarget.open(target, tables, options, left);
}

function checkSizes({ sources, target }: MergeJob): void {
  const newest = must(sources[0], 'a merge has a source');
  if (newest.virtualSizeBytes === target.virtualSizeBytes) return;
  throw new DiskError({
    code: 'bad-request',
    message: `${newest.file.name} describes a disk of ${newest.virtualSizeBytes} bytes, ${target.file.name} one of ${target.virtualSizeBytes}.`,
    where: { file: target.file.name, offset: 0, lengthBytes: 0 },
    meaning: 'Nothing was written.',
    remedy: 'Merge into a new file.',
  });
}

function tooLate({ target, sources }: JournalHead): DiskError {
  return new DiskError({
    code: 'bad-request',
    message: `${target} has taken the place of ${sources[0]?.name} already: the merge can only be finished.`,
    meaning: 'The disk reads as before. Nothing was written.',
    remedy: 'Finish it.',
  });
}
