/** The empty file that a merge to a new file copies into: a whole disk already, under a name of its own until it is full. */
import { must } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import { checkNewDisk, writeNewDisk } from '../export/createDisk.ts';
import type { NewIdentity } from '../export/exportDisk.ts';
import { checkDiskSize } from '../export/vhdLimits.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import { isDiskImage, openImage } from '../formats/openImage.ts';
import { openRaw } from '../formats/raw/open.ts';
import type { CreateParent } from '../formats/vhd/create.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import { PART_SUFFIX } from '../storage/fileSink.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import { storageCode } from '../storage/storageErrors.ts';
import { JOURNAL_SUFFIX } from './mergeJournal.ts';
import type { NewFormat } from './stretch.ts';

export interface NewTargetOptions {
  /** That the file gets at the end; must not be there. */
  readonly newName: string;
  readonly format: NewFormat;
  /** Whole sectors; at most 2040 GiB, raw images excepted. */
  readonly virtualSizeBytes: number;
  /** Dynamic and differencing: 512 KiB to 8 MiB, 2 MiB where left out. */
  readonly blockSizeBytes?: number;
  readonly identity: NewIdentity;
  /** Differencing disks only. */
  readonly parent?: CreateParent;
}

export interface NewTarget {
  /** `NAME.part`. */
  readonly name: string;
  /** Open for writing; for the caller to close. */
  readonly image: DiskImage;
}

/**
 * Durable when it resolves. What an earlier attempt left under the name is replaced. Throws 'busy' where a file has the
 * final name, or where a merge into it waits, and what `createDisk` says of sizes, block sizes and parents; then, and
 * where the storage fails, no file is left behind.
 */
export async function makeNewTarget(folder: DiskFolder, options: NewTargetOptions): Promise<NewTarget> {
  const { newName, format } = options;
  const name = newName + PART_SUFFIX;
  checkTarget(options);
  if (await isThere(folder, newName)) throw taken(newName);
  if (await isThere(folder, newName + JOURNAL_SUFFIX)) throw waits(newName);
  if (await isThere(folder, name)) await folder.remove(name);
  const file = await folder.create(name);
  try {
    await layOut(file, options);
    await file.flush();
    const image = format === 'raw' ? await openRaw(file) : await openImage(file);
    return { name, image: must(isDiskImage(image) ? image : null, 'a new disk can be opened') };
  } catch (error) {
    // The fault that ended it is the one to tell, also where the rest cannot be taken away any more.
    await file.close().catch(() => undefined);
    await folder.remove(name).catch(() => undefined);
    throw error;
  }
}

function checkTarget({ format, ...options }: NewTargetOptions): void {
  if (format === 'raw') checkDiskSize(options.virtualSizeBytes);
  else checkNewDisk({ ...options, type: format });
}

async function layOut(file: RandomAccessFile, { format, ...options }: NewTargetOptions): Promise<void> {
  if (format === 'raw') await file.truncate(options.virtualSizeBytes);
  else await writeNewDisk(file, { ...options, type: format });
}

/** Asked by opening: some systems take names that differ in case for the same, and a list does not tell. */
async function isThere(folder: DiskFolder, name: string): Promise<boolean> {
  try {
    const file = await folder.open(name, 'read-only');
    await file.close();
    return true;
  } catch (error) {
    const code = storageCode(error);
    if (code === 'vanished') return false;
    if (code === 'busy' || code === 'permission') return true;
    throw error;
  }
}

function taken(name: string): DiskError {
  return new DiskError({
    code: 'busy',
    message: `“${name}” is there already: a merge never writes over a file that it does not merge.`,
    meaning: 'Nothing was written.',
    remedy: 'Choose another name.',
  });
}

function waits(name: string): DiskError {
  return new DiskError({
    code: 'busy',
    message: `A merge into “${name}” was stopped and waits to go on.`,
    meaning: 'Nothing was written.',
    remedy: 'Resume it or give it up, or choose another name.',
  });
}
