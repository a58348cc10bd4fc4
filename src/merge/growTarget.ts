/** A parent that is smaller than its child grows before the merge begins: the disk reads the same through the child. */
import { must } from '../base/assert.ts';
import { planGrow } from '../export/planGrow.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import { patchInPlace } from '../storage/patchJournal.ts';
import { openDisk } from './openFiles.ts';
import type { Stretch } from './stretch.ts';
import { sizesInPlace } from './stretchSizes.ts';

/** A power cut leaves it as it was, or to be finished by the undo file; the undo file goes when the merge begins. */
export async function growTarget(folder: DiskFolder, stretch: Stretch): Promise<void> {
  const wanted = sizesInPlace(stretch);
  if (typeof wanted !== 'number') return;
  const name = must(stretch.names[stretch.last], 'the target has a name');
  const image = await openDisk(folder, name, 'read-only', false);
  const patch = await planGrow(image, wanted, { differencing: true }).finally(() => image.file.close());
  const { undoName } = await patchInPlace(folder, name, patch);
  await folder.remove(undoName);
}
