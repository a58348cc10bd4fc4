/** Rewrites the link of a file to the one that its parent was merged into. */
import { equalBytes } from '../base/bytes.ts';
import type { ErrorCode } from '../base/errors.ts';
import { MIB } from '../base/units.ts';
import type { CoreModule } from '../core/core.ts';
import { isDiskImage, openImage } from '../formats/openImage.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import type { ByteChange } from '../storage/patch.ts';
import { PatchedFile } from '../storage/patchedFile.ts';
import { finishPatch, patchInPlace, unfinishedPatches } from '../storage/patchJournal.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import { isUnmade, SLOTS_BYTES } from '../storage/slots.ts';
import { storageCode } from '../storage/storageErrors.ts';
import { UndoFile } from '../storage/undoFile.ts';
import { patchesIn, withFile, withUndo } from '../storage/undoFolder.ts';
import { type NewLink, relinkPatch } from './relinkPatch.ts';

/** The folder that a child's undo file is in, and the child's name there. */
interface Home {
  readonly folder: DiskFolder;
  readonly name: string;
}

/**
 * Points `child` at `survivor`, into which its parent `old` was merged and which carries that one's id: name, paths and time
 * stamp are written, the id stays. Names are those of the folder. Durable when it resolves, whole after a cut on the way
 * once it is called again; where the link is right already, nothing is written. Throws 'bad-request' for what is no
 * differencing VHD, 'corrupt' where the child's structures share bytes, and what the storage throws.
 */
export async function relink(
  folder: DiskFolder,
  child: string,
  old: { readonly name: string },
  survivor: string,
  { signal }: { readonly module: CoreModule; readonly signal?: AbortSignal },
): Promise<void> {
  const home = folder.home?.(child) ?? { folder, name: child };
  const modified = await withFile(folder, survivor, 'read-only', async (file) => {
    const image = await openImage(file);
    return isDiskImage(image) ? image.modified : null;
  });
  const link: NewLink = { child, old: old.name, survivor, modified };
  await removeUnmade(home);
  for (const { undoName, file } of await unfinishedPatches(home.folder))
    if (file === home.name) await finishPatch(home.folder, undoName);
  const patch = await withFile(home.folder, home.name, 'read-only', (file) => relinkPatch(file, link));
  if (patch.changes.length > 0) {
    const { undoName } = await patchInPlace(home.folder, home.name, patch, signal ? { signal } : {});
    // A merge is not taken back.
    await home.folder.remove(undoName);
  } else await removeOwnUndo(home, link);
}

/** Undo files of this child that a cut left behind in their making: they hold nothing that was ever written. */
async function removeUnmade({ folder, name }: Home): Promise<void> {
  for (const { name: undoName, sizeBytes } of await folder.list()) {
    if (!undoName.startsWith(name) || !/^( \d+)?\.undo$/.test(undoName.slice(name.length))) continue;
    const isNothing = sizeBytes === 0 || (await withFile(folder, undoName, 'read-only', isUnmadeUndo));
    if (isNothing) await folder.remove(undoName);
  }
}

async function isUnmadeUndo(file: RandomAccessFile): Promise<boolean> {
  // Its records come first, so the slots are never all that there is.
  if (file.sizeBytes <= SLOTS_BYTES || (await UndoFile.read(file)) !== null) return false;
  const bytes = new Uint8Array(SLOTS_BYTES);
  await file.read(0, bytes);
  return isUnmade(bytes);
}

/** What a cut left behind when the link was written but its undo file not yet gone. Others are somebody else's to keep. */
async function removeOwnUndo({ folder, name }: Home, link: NewLink): Promise<void> {
  for (const { undoName, file, state } of await patchesIn(folder)) {
    if (file !== name || state !== 'applied') continue;
    await withUndo(folder, undoName, async (undo) => {
      try {
        const isOwn = await withFile(folder, name, 'read-only', (content) => isUndoOf(undo, content, link));
        return isOwn ? 'remove' : 'keep';
      } catch (error) {
        // Damaged, or of a repair that made the file a differencing disk in the first place.
        if (NOT_OWN.includes(storageCode(error))) return 'keep';
        throw error;
      }
    });
  }
}

const NOT_OWN: readonly ErrorCode[] = ['corrupt', 'bad-request'];

/** More than the header and two paths can take, before and after. */
const OWN_UNDO_BYTES = MIB;

/** True where just this link, written into what the undo file keeps, gives what the file holds. */
async function isUndoOf(undo: UndoFile, file: RandomAccessFile, link: NewLink): Promise<boolean> {
  const { recordBytes, sizeBefore, sizeAfter } = undo.slot;
  if (recordBytes > OWN_UNDO_BYTES || sizeBefore !== sizeAfter || sizeAfter !== file.sizeBytes) return false;
  const back: ByteChange[] = [];
  await undo.verify();
  for await (const { offset, before, after } of undo.records())
    if (after) back.push({ offset, before: after, after: before });
  if (!(await holds(file, back))) return false;
  const earlier = new PatchedFile(file, { sizeBefore, sizeAfter, changes: back });
  const patch = await relinkPatch(earlier, link);
  const isWithin = patch.changes.every(({ offset, after }) =>
    back.some((kept) => kept.offset <= offset && offset + after.length <= kept.offset + kept.after.length),
  );
  return isWithin && holds(new PatchedFile(earlier, patch), back);
}

/** True where the file has all of `before`. */
async function holds(file: RandomAccessFile, changes: readonly ByteChange[]): Promise<boolean> {
  for (const { offset, before } of changes) {
    const found = new Uint8Array(before.length);
    if (offset + before.length > file.sizeBytes) return false;
    await file.read(offset, found);
    if (!equalBytes(found, before)) return false;
  }
  return true;
}
