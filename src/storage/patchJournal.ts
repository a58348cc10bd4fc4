/**
 * Changes bytes of a file in place so that a power cut at any moment leaves it wholly as before or to be finished: all
 * that is written over goes to an undo file first. The undo file stays, so that the change can be taken back.
 */
import { hexOffset } from '../base/bytes.ts';
import { grouped } from '../base/units.ts';
import { type DiskFolder, homeOf } from './diskFolder.ts';
import type { Patch } from './patch.ts';
import { changedSince, halfChanged, interruptedBefore, nothingToDo } from './patchErrors.ts';
import { assertPatch, checkSizeBefore, clamp, PatchReader, spansOf } from './patchSpans.ts';
import type { RandomAccessFile } from './randomAccessFile.ts';
import { UndoFile } from './undoFile.ts';
import { patchesIn, withFile, withUndo } from './undoFolder.ts';
import { RECORD_LIMIT_BYTES } from './undoFormat.ts';

export interface UnfinishedPatch {
  readonly undoName: string;
  /** The file that is half changed. */
  readonly file: string;
  readonly state: 'applying' | 'undoing';
}

/**
 * Makes the change and returns the name of the undo file, which lies beside the file. Throws 'changed' where the file is not as the patch says that
 * it was, 'limit' where more than 1 GiB would have to be kept, 'bad-request' where the patch changes nothing or an
 * earlier change of the file was interrupted: nothing is written then. `signal` ends it before the file is touched,
 * not behind that.
 */
export async function patchInPlace(
  folder: DiskFolder,
  name: string,
  patch: Patch,
  options: { readonly signal?: AbortSignal } = {},
): Promise<{ undoName: string }> {
  assertPatch(patch);
  if (patch.sizeBefore === patch.sizeAfter && patch.changes.length === 0) throw nothingToDo(name);
  const { folder: home, name: ownName } = homeOf(folder, name);
  await clearTheWay(home, ownName);
  return withFile(home, ownName, 'read-write', async (file) => {
    checkSizeBefore(file, patch);
    await compareBefore(file, patch, options.signal);
    const undo = await UndoFile.make(home, file, patch, options.signal);
    try {
      await applyOrTakeBack(home, file, undo);
      return { undoName: name.slice(0, name.length - ownName.length) + undo.name };
    } finally {
      await undo.file.close();
    }
  });
}

/** Changes that a power cut interrupted, by the undo files of a folder. What cannot be opened is passed over. */
export async function unfinishedPatches(folder: DiskFolder): Promise<readonly UnfinishedPatch[]> {
  const found: UnfinishedPatch[] = [];
  for (const { undoName, file, state } of await patchesIn(folder)) {
    if (state === 'applying' || state === 'undoing') found.push({ undoName, file, state });
  }
  return found;
}

/**
 * Brings an interrupted change to its end: forward where it was being made, back where it was being taken back (the
 * undo file then goes). Doing it twice does no harm. Throws 'corrupt' for what is no whole undo file, 'changed' where
 * the file cannot be the one that was left; nothing is written then.
 */
export async function finishPatch(folder: DiskFolder, undoName: string): Promise<void> {
  const { folder: home, name } = homeOf(folder, undoName);
  await withUndo(home, name, async (undo) => {
    const { state } = undo.slot;
    if (state === 'applied') return 'keep';
    // Nothing was changed yet.
    if (state === 'planned') return 'remove';
    await undo.verify();
    await withFile(home, undo.slot.file, 'read-write', async (file) => {
      checkSizeBetween(file, undo);
      await restore(file, undo, state === 'applying' ? 'after' : 'before');
      if (state === 'applying') await undo.setState('applied');
    });
    return state === 'applying' ? 'keep' : 'remove';
  });
}

/**
 * Takes a change back, also one that was interrupted, and removes the undo file. Throws 'changed' where the file was
 * changed since: nothing is written then.
 */
export async function undoPatch(folder: DiskFolder, undoName: string): Promise<void> {
  const { folder: home, name } = homeOf(folder, undoName);
  await withUndo(home, name, async (undo) => {
    const { state } = undo.slot;
    if (state === 'planned') return 'remove';
    await undo.verify();
    await withFile(home, undo.slot.file, 'read-write', async (file) => {
      if (state === 'applied') await checkAfter(file, undo);
      else checkSizeBetween(file, undo);
      if (state !== 'undoing') await undo.setState('undoing');
      await restore(file, undo, 'before');
    });
    return 'remove';
  });
}

/** A fault on the way (no space, a pulled cable) is no power cut: the file goes back to what it was where it can. */
async function applyOrTakeBack(folder: DiskFolder, file: RandomAccessFile, undo: UndoFile): Promise<void> {
  try {
    await undo.setState('applying');
    await restore(file, undo, 'after');
    await undo.setState('applied');
  } catch (error) {
    try {
      await undo.setState('undoing');
      await restore(file, undo, 'before');
      await undo.file.close();
      await folder.remove(undo.name);
    } catch {
      throw halfChanged(error, file.name, undo.name);
    }
    throw error;
  }
}

/** Writes what stood there before, or what is to stand there after, and flushes it. */
async function restore(file: RandomAccessFile, undo: UndoFile, side: 'before' | 'after'): Promise<void> {
  const sizeBytes = side === 'before' ? undo.slot.sizeBefore : undo.slot.sizeAfter;
  if (file.sizeBytes < sizeBytes) await file.truncate(sizeBytes);
  for await (const record of undo.records()) {
    const bytes = record[side];
    const held = bytes?.subarray(0, clamp(sizeBytes - record.offset, bytes.length));
    if (held && held.length > 0) await file.write(record.offset, held);
  }
  if (file.sizeBytes > sizeBytes) await file.truncate(sizeBytes);
  await file.flush();
}

/** Reads all that the patch touches; `PatchReader` throws where it differs. */
async function compareBefore(file: RandomAccessFile, patch: Patch, signal?: AbortSignal): Promise<void> {
  const reader = new PatchReader(file, patch);
  for (const span of spansOf(patch, RECORD_LIMIT_BYTES)) {
    signal?.throwIfAborted();
    await reader.read(span);
  }
}

async function checkAfter(file: RandomAccessFile, undo: UndoFile): Promise<void> {
  const { sizeAfter } = undo.slot;
  if (file.sizeBytes !== sizeAfter) {
    throw changedSince(
      file.name,
      undo.name,
      0,
      `it has ${grouped(file.sizeBytes)} bytes, expected ${grouped(sizeAfter)}`,
    );
  }
  for await (const { offset, after } of undo.records()) {
    if (after === null) continue;
    const found = new Uint8Array(clamp(sizeAfter - offset, after.length));
    if (found.length === 0) continue;
    await file.read(offset, found);
    const at = found.findIndex((byte, i) => byte !== after[i]);
    if (at < 0) continue;
    throw changedSince(
      file.name,
      undo.name,
      offset + at,
      `the bytes at ${hexOffset(offset + at)} are others now`,
    );
  }
}

/** A half changed file has a size between the two; another one is another file. */
function checkSizeBetween(file: RandomAccessFile, undo: UndoFile): void {
  const { sizeBefore, sizeAfter } = undo.slot;
  const least = Math.min(sizeBefore, sizeAfter);
  const most = Math.max(sizeBefore, sizeAfter);
  if (file.sizeBytes >= least && file.sizeBytes <= most) return;
  const expected = least === most ? grouped(least) : `${grouped(least)} to ${grouped(most)}`;
  throw changedSince(
    file.name,
    undo.name,
    0,
    `it has ${grouped(file.sizeBytes)} bytes, expected ${expected}`,
  );
}

/** No second change on top of a half made one; undo files of changes that never began are of no use to anybody. */
async function clearTheWay(folder: DiskFolder, name: string): Promise<void> {
  for (const { undoName, file, state } of await patchesIn(folder)) {
    if (file !== name) continue;
    if (state === 'planned') await folder.remove(undoName);
    if (state === 'planned' || state === 'applied') continue;
    throw interruptedBefore(name, undoName);
  }
}
