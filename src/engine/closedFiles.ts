/** Work on files of private storage that needs them for itself: the pile closes them and opens them anew afterwards. */
import { DiskError } from '../base/errors.ts';
import type { DiskImage, RefusedFile } from '../formats/diskImage.ts';
import { openImage } from '../formats/openImage.ts';
import { openRaw } from '../formats/raw/open.ts';
import { storageCode } from '../storage/storageErrors.ts';
import type { Jobs } from './jobs.ts';
import { failureFinding } from './opening.ts';
import type { Pile, PileEntry } from './pile.ts';
import type { Platform, PrivateFolder } from './platform.ts';
import type { ViewSlot } from './viewSlot.ts';

export interface OpenFiles {
  readonly platform: Platform;
  readonly pile: Pile;
  readonly slot: ViewSlot;
  readonly jobs: Jobs;
}

/**
 * A chain in view that has one of the files goes out of view. Files that are gone afterwards leave the pile. Throws
 * 'busy' where another job runs: it may read them.
 */
export async function withFilesClosed<T>(
  { platform, pile, slot, jobs }: OpenFiles,
  entries: readonly PileEntry[],
  work: () => Promise<T>,
): Promise<T> {
  const [first] = entries;
  if (first && jobs.count > 1) throw busy(first);
  const folder = await platform.privateFolder();
  const ids = entries.map(({ id }) => id);
  pile.hold(ids);
  try {
    if (slot.layers.some((id) => ids.includes(id))) await slot.close();
    for (const { content } of entries) await content.file.close();
    return await work();
  } finally {
    pile.release(ids);
    for (const entry of entries) await openAnew(folder, pile, entry);
  }
}

/** What cannot be opened any more is a failure of that file alone. */
async function openAnew(folder: PrivateFolder, pile: Pile, entry: PileEntry): Promise<void> {
  const { id, path } = entry;
  try {
    pile.update(id, { content: await opened(folder, path, entry.content), blocks: null });
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    pile.remove(id);
    if (storageCode(error) !== 'vanished') pile.fail(path, failureFinding(path, error.problem));
  }
}

/** What the user took for a raw disk stays one. */
async function opened(
  folder: PrivateFolder,
  name: string,
  before: DiskImage | RefusedFile,
): Promise<DiskImage | RefusedFile> {
  const file = await folder.open(name, 'read-only');
  try {
    return await (before.format === 'raw' ? openRaw(file) : openImage(file));
  } catch (error) {
    await file.close();
    throw error;
  }
}

function busy({ path }: PileEntry): DiskError {
  return new DiskError({
    code: 'busy',
    message: `“${path}” may be read by another action that still runs.`,
    meaning: 'Nothing was changed.',
    remedy: 'Wait until it ends, or cancel it, and try again.',
  });
}
