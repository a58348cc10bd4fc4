/** A merge that was cut off before its journal was made: nothing was changed, and what it left is nobody's. */
import { DiskError } from '../base/errors.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import { PART_SUFFIX } from '../storage/fileSink.ts';
import { JOURNAL_SUFFIX } from './mergeJournal.ts';

/** Removes the journal, and the empty `NAME.part` that a merge to a new file makes before it. */
export async function removeUnbegun(folder: DiskFolder, journal: string): Promise<void> {
  await removeIfThere(folder, journal.slice(0, -JOURNAL_SUFFIX.length) + PART_SUFFIX);
  await removeIfThere(folder, journal);
}

export async function removeIfThere(folder: DiskFolder, name: string): Promise<void> {
  try {
    await folder.remove(name);
  } catch (error) {
    if (!(error instanceof DiskError && error.code === 'vanished')) throw error;
  }
}
