/** The files of an interrupted merge, opened again: the sectors that the journal keeps are written first. */
import { DiskError } from '../base/errors.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import { type DiskFolder, type FolderEntry, homeOf } from '../storage/diskFolder.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import { storageCode } from '../storage/storageErrors.ts';
import type { JournalHead, JournalSource, MergeJournal } from './mergeJournal.ts';
import { closeAll, imageIn } from './openFiles.ts';
import { idIn } from './takeOver.ts';

export interface LeftFiles {
  /** Those that are still there, newest first; all of them until the target has taken over. */
  readonly sources: readonly DiskImage[];
  readonly target: DiskImage;
}

/** Throws 'changed' where a file is gone or another one; nothing is written then. */
export async function openLeft(folder: DiskFolder, journal: MergeJournal): Promise<LeftFiles> {
  const { head, state, redo } = journal;
  const opened: RandomAccessFile[] = [];
  try {
    const sources: DiskImage[] = [];
    for (const source of head.sources) {
      const file = await openIfThere(folder, source.name, 'read-only');
      if (!file && state.phase === 'relinked') continue;
      if (!file) throw gone(source.name, journal.name);
      opened.push(file);
      sources.push(await sourceImage(file, source, journal.name));
    }
    const target = await openTarget(folder, head);
    if (!target) throw gone(head.target, journal.name);
    opened.push(target);
    const id = await idIn(target);
    const isKnown = id === null || id === head.targetId || id === head.sources[0]?.id;
    if (head.targetId !== '' && !isKnown) throw another(head.target, journal.name);
    for (const { offset, bytes } of redo) await target.write(offset, bytes);
    if (redo.length > 0) await target.flush();
    const image = await imageIn(target, head.targetId === '');
    if (!image) throw another(head.target, journal.name);
    return { sources, target: image };
  } catch (error) {
    await closeAll(opened).catch(() => undefined);
    throw error;
  }
}

/** True where no source was written to since the merge began, as far as sizes and times tell. */
export async function sourcesAreAsLeft(folder: DiskFolder, { sources }: JournalHead): Promise<boolean> {
  for (const { name, sizeBytes, modifiedMs } of sources) {
    const entry = await entryOf(folder, name);
    if (entry === null || entry.sizeBytes !== sizeBytes || entry.modifiedMs !== modifiedMs) return false;
  }
  return true;
}

/** What the file's own folder says of it; null where it is not there. */
export async function entryOf(folder: DiskFolder, name: string): Promise<FolderEntry | null> {
  const home = homeOf(folder, name);
  return (await home.folder.list()).find((entry) => entry.name === home.name) ?? null;
}

/** A new file may have its final name already. */
async function openTarget(folder: DiskFolder, { target, newName }: JournalHead) {
  const file = await openIfThere(folder, target, 'read-write');
  return file ?? (newName === null ? null : openIfThere(folder, newName, 'read-write'));
}

async function sourceImage(
  file: RandomAccessFile,
  { id, virtualSizeBytes }: JournalSource,
  journal: string,
): Promise<DiskImage> {
  const image = await imageIn(file, id === '');
  const isSame = image && image.id === id && image.virtualSizeBytes === virtualSizeBytes;
  if (!isSame) throw another(file.name, journal);
  return image;
}

async function openIfThere(
  folder: DiskFolder,
  name: string,
  access: 'read-only' | 'read-write',
): Promise<RandomAccessFile | null> {
  try {
    return await folder.open(name, access);
  } catch (error) {
    if (storageCode(error) === 'vanished') return null;
    throw error;
  }
}

function gone(name: string, journal: string): DiskError {
  return changed(`${name} is not here any more; ${journal} says that it is part of an interrupted merge.`);
}

function another(name: string, journal: string): DiskError {
  return changed(`${name} is not the file that ${journal} speaks of: it has another id or another size.`);
}

function changed(message: string): DiskError {
  return new DiskError({
    code: 'changed',
    message,
    meaning: 'Nothing was written; every file is kept as it is.',
    remedy: 'Put the file back, or see with a check whether the chain reads right without this merge.',
  });
}
