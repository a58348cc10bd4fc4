/** The journal of a merge: what is merged into what, how far it has come, and the sectors that are being written over. */
import { assert } from '../base/assert.ts';
import { crc32c } from '../base/checksum.ts';
import { DiskError, type Problem } from '../base/errors.ts';
import { fileNameKey } from '../chain/windowsPath.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import { isUnmade, newestFirst, SLOTS_BYTES, slotOffset } from '../storage/slots.ts';
import { storageCode } from '../storage/storageErrors.ts';
import { withFile } from '../storage/undoFolder.ts';
import { damaged, headTooLarge, mergeWaits, neverBegan, otherName } from './journalErrors.ts';
import {
  HEAD_LIMIT_BYTES,
  HEAD_OFFSET,
  JOURNAL_SUFFIX,
  type JournalSlot,
  type JournalState,
  nextRedoOffset,
  parseRedo,
  parseSlot,
  type RedoRecord,
  redoBytesOf,
  slotBytes,
} from './journalFormat.ts';
import { headBytesOf, type JournalHead, parseHead } from './journalHead.ts';

export type { JournalState, MergePhase, RedoRecord } from './journalFormat.ts';
export { JOURNAL_SUFFIX, REDO_LIMIT_BYTES } from './journalFormat.ts';
export type { JournalHead, JournalSource } from './journalHead.ts';

export interface PendingMerge {
  /** Of the journal. */
  readonly name: string;
  /** null: its making was cut short, nothing was changed; or it is damaged, then `problem` says so. */
  readonly head: JournalHead | null;
  readonly state: JournalState | null;
  readonly problem: Problem | null;
}

/** What a merge begins with. */
const PLANNED: JournalState = {
  phase: 'planned',
  nextBlock: 0,
  copiedBytes: 0,
  spares: [],
  contentEnd: 0,
  tableCrc: 0,
};

/** What a journal holds that can be relied on. */
interface Held {
  readonly head: JournalHead;
  readonly slot: JournalSlot;
  readonly redo: readonly RedoRecord[];
}

export class MergeJournal {
  private isOpen = true;

  private constructor(
    readonly name: string,
    readonly head: JournalHead,
    private readonly folder: DiskFolder,
    private readonly file: RandomAccessFile,
    private slot: JournalSlot,
    private records: readonly RedoRecord[],
  ) {}

  /**
   * Makes the journal, phase 'planned', and flushes it. Throws 'busy' where one of that name is there, 'limit' where the
   * head is larger than 1 MiB, and what the storage throws: nothing stays behind then.
   */
  static async create(folder: DiskFolder, head: JournalHead): Promise<MergeJournal> {
    const name = nameOf(head);
    const bytes = headBytesOf(head);
    if (bytes === null) throw headTooLarge(name);
    const file = await make(folder, name);
    try {
      await file.write(HEAD_OFFSET, bytes);
      // Before the slot: behind a whole slot there is always a whole head, so another one is damage and no cut.
      await file.flush();
      const sizes = {
        headBytes: bytes.length,
        headCrc: crc32c(bytes),
        redoOffset: 0,
        redoBytes: 0,
        redoCrc: 0,
      };
      const slot: JournalSlot = { sequence: 1, state: PLANNED, ...sizes };
      await file.write(slotOffset(slot.sequence), slotBytes(slot));
      await file.flush();
      return new MergeJournal(name, head, folder, file, slot, []);
    } catch (error) {
      // The error that ended it is the one to tell.
      await file.close().catch(() => undefined);
      await folder.remove(name).catch(() => undefined);
      throw error;
    }
  }

  /**
   * Opens one to go on with. Throws 'corrupt' where it is damaged, 'changed' where it stands under another name than its
   * own, 'bad-request' where its making was cut short, and what the storage throws.
   */
  static async open(folder: DiskFolder, name: string): Promise<MergeJournal> {
    const file = await folder.open(name, 'read-write');
    try {
      const held = await read(file, name);
      if (held === null) throw neverBegan(name);
      // What is acted on from here must not be gone after the next cut: it may never have been flushed.
      await file.flush();
      return new MergeJournal(name, held.head, folder, file, held.slot, held.redo);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
  }

  /** That of the last commit. */
  get state(): JournalState {
    return this.slot.state;
  }

  /** Those of the last commit, to be written again after a cut. */
  get redo(): readonly RedoRecord[] {
    return this.records;
  }

  /** Durable when it resolves. After a cut on the way, or a fault, the state before counts, or this one. */
  async commit(state: JournalState, redo: readonly RedoRecord[] = []): Promise<void> {
    assert(this.isOpen, 'a journal that is open');
    const bytes = redoBytesOf(redo);
    const { sequence, headBytes, headCrc } = this.slot;
    const slot: JournalSlot = {
      sequence: sequence + 1,
      state: { ...state, spares: [...state.spares] },
      headBytes,
      headCrc,
      redoOffset: bytes.length > 0 ? nextRedoOffset(this.slot, bytes.length) : 0,
      redoBytes: bytes.length,
      redoCrc: crc32c(bytes),
    };
    const sealed = slotBytes(slot);
    if (bytes.length > 0) await this.file.write(slot.redoOffset, bytes);
    await this.file.write(slotOffset(slot.sequence), sealed);
    await this.file.flush();
    this.slot = slot;
    this.records = parseRedo(bytes, slot) ?? [];
  }

  /** Leaves the journal where it is. Doing it twice does no harm. */
  async close(): Promise<void> {
    if (!this.isOpen) return;
    this.isOpen = false;
    await this.file.close();
  }

  async remove(): Promise<void> {
    await this.close();
    await this.folder.remove(this.name);
  }
}

/**
 * The merges that wait in a folder, by its journals. One that somebody has open is not waiting and is left out, where
 * the storage says so; storage that does not lock (Node, memory) shows a merge that runs as well.
 */
export async function pendingMerges(folder: DiskFolder): Promise<readonly PendingMerge[]> {
  const found: PendingMerge[] = [];
  for (const { name } of await folder.list()) {
    if (!name.endsWith(JOURNAL_SUFFIX)) continue;
    const pending = await pendingMerge(folder, name);
    if (pending) found.push(pending);
  }
  return found;
}

async function pendingMerge(folder: DiskFolder, name: string): Promise<PendingMerge | null> {
  try {
    const held = await withFile(folder, name, 'read-only', (file) => read(file, name));
    return { name, head: held?.head ?? null, state: held?.slot.state ?? null, problem: null };
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    const code = storageCode(error);
    if (code === 'busy' || code === 'vanished') return null;
    return { name, head: null, state: null, problem: error.problem };
  }
}

async function make(folder: DiskFolder, name: string): Promise<RandomAccessFile> {
  try {
    return await folder.create(name);
  } catch (error) {
    throw storageCode(error) === 'busy' ? mergeWaits(name) : error;
  }
}

function nameOf({ newName, target }: JournalHead): string {
  return `${newName ?? target}${JOURNAL_SUFFIX}`;
}

/** null where the making of the journal was cut short: nothing was changed. Throws 'corrupt' and 'changed'. */
async function read(file: RandomAccessFile, name: string): Promise<Held | null> {
  const bytes = new Uint8Array(Math.min(SLOTS_BYTES, file.sizeBytes));
  await file.read(0, bytes);
  const slots = newestFirst(bytes, parseSlot);
  const [newest, before] = slots;
  if (!newest) {
    // Nothing is changed before the first commit, which writes the second slot.
    if (isUnmade(bytes) && file.sizeBytes <= HEAD_OFFSET + HEAD_LIMIT_BYTES) return null;
    throw damaged(name, file.sizeBytes, 'neither of its two slots is whole');
  }
  for (const slot of slots) {
    // One that is not the state before has nothing to say of what was written since.
    if (slot !== newest && before?.sequence !== newest.sequence - 1) break;
    const redo = await readRedo(file, slot);
    if (redo) return { head: await readHead(file, name, slot), slot, redo };
  }
  throw damaged(name, file.sizeBytes, 'the sectors that it keeps are not whole');
}

/** null where they are not those that the slot speaks of: the power went while they were being written. */
async function readRedo(file: RandomAccessFile, slot: JournalSlot): Promise<RedoRecord[] | null> {
  const { redoOffset, redoBytes } = slot;
  if (redoBytes > 0 && redoOffset + redoBytes > file.sizeBytes) return null;
  const bytes = new Uint8Array(redoBytes);
  if (bytes.length > 0) await file.read(redoOffset, bytes);
  return parseRedo(bytes, slot);
}

async function readHead(file: RandomAccessFile, name: string, slot: JournalSlot): Promise<JournalHead> {
  const isThere = HEAD_OFFSET + slot.headBytes <= file.sizeBytes;
  const bytes = new Uint8Array(isThere ? slot.headBytes : 0);
  if (isThere) await file.read(HEAD_OFFSET, bytes);
  const head = isThere && crc32c(bytes) === slot.headCrc ? parseHead(bytes) : null;
  if (head === null) throw damaged(name, file.sizeBytes, 'what it says of the merge is not whole');
  if (fileNameKey(nameOf(head)) !== fileNameKey(name)) throw otherName(name, nameOf(head));
  return head;
}
