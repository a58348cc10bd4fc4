/** The undo files of a folder: found by their name's ending, told by their content. */
import type { DiskFolder } from './diskFolder.ts';
import { notAnUndoFile } from './patchErrors.ts';
import type { RandomAccessFile } from './randomAccessFile.ts';
import { storageCode } from './storageErrors.ts';
import { UNDO_SUFFIX, UndoFile } from './undoFile.ts';

export interface FoundPatch {
  readonly undoName: string;
  readonly file: string;
  readonly state: 'planned' | 'applying' | 'applied' | 'undoing';
}

/** Every undo file of a folder that can be opened, whatever its state. */
export async function patchesIn(folder: DiskFolder): Promise<FoundPatch[]> {
  const found: FoundPatch[] = [];
  for (const { name } of await folder.list()) {
    if (!name.endsWith(UNDO_SUFFIX)) continue;
    const slot = await slotOf(folder, name);
    if (slot) found.push({ undoName: name, file: slot.file, state: slot.state });
  }
  return found;
}

/** null also for files that cannot be opened: somebody else's `.undo` must not stop a repair. */
async function slotOf(folder: DiskFolder, name: string): Promise<UndoFile['slot'] | null> {
  try {
    return await withFile(
      folder,
      name,
      'read-only',
      async (file) => (await UndoFile.read(file))?.slot ?? null,
    );
  } catch (error) {
    const code = storageCode(error);
    if (code === 'busy' || code === 'permission' || code === 'vanished' || code === 'bad-request')
      return null;
    throw error;
  }
}

/** Opens an undo file for `work`, which says whether it stays. */
export async function withUndo(
  folder: DiskFolder,
  undoName: string,
  work: (undo: UndoFile) => Promise<'keep' | 'remove'>,
): Promise<void> {
  const outcome = await withFile(folder, undoName, 'read-write', async (file) => {
    const undo = await UndoFile.read(file);
    if (undo === null || undo.slot.file === undoName) throw notAnUndoFile(undoName);
    return work(undo);
  });
  if (outcome === 'remove') await folder.remove(undoName);
}

export async function withFile<T>(
  folder: DiskFolder,
  name: string,
  access: 'read-only' | 'read-write',
  work: (file: RandomAccessFile) => Promise<T>,
): Promise<T> {
  const file = await folder.open(name, access);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}
