/** Whether a folder has everything that its configuration names, and the disks in it belong together. */
import { DiskError } from '../../base/errors.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import { openDisk } from '../../merge/openFiles.ts';
import type { DiskFolder } from '../../storage/diskFolder.ts';
import { checkLinks } from '../machine/checkLinks.ts';
import type { StoredMachine } from '../machine/configuration.ts';
import type { MachineState } from '../machine/machine.ts';
import { chainOf, filesOf, nodesOf } from '../machine/tree.ts';
import { countText, listText } from '../rules/words.ts';

/** Every file that the machine cannot do without: disks, saved states, disks left behind when it was removed. */
export function neededFiles(state: MachineState): string[] {
  const saved = nodesOf(state).flatMap(({ savedState }) => (savedState ? [savedState.file] : []));
  return [...new Set([...diskFiles(state), ...saved])];
}

export function diskFiles(state: MachineState): string[] {
  return [...new Set([...filesOf(state), ...state.left])];
}

/**
 * Opens each disk once; the files are closed again. Gives what was found in them, by name. Throws 'unsupported' for a
 * machine on somebody else's chain, 'vanished' where files are missing, 'not-a-disk', and 'corrupt' where a file is not the
 * parent that the one above it names.
 */
export async function checkMachine(
  folder: DiskFolder,
  { state, hasFoundation }: StoredMachine,
): Promise<ReadonlyMap<string, DiskImage>> {
  if (hasFoundation) throw standsElsewhere(state);
  const there = new Set((await folder.list()).map(({ name }) => name));
  const missing = neededFiles(state).filter((name) => !there.has(name));
  if (missing.length > 0) throw filesMissing(missing);
  const images = new Map<string, DiskImage>();
  for (const name of diskFiles(state)) {
    const image = await openDisk(folder, name, 'read-only', false);
    await image.file.close();
    images.set(name, image);
  }
  for (const node of nodesOf(state))
    for (const disk of Object.keys(node.files)) checkAbove(chainOf(state, node.id, disk), images);
  return images;
}

/** The first file of a chain and the one that it stands on; the others are first of their own. */
function checkAbove([file = '', parent]: readonly string[], images: ReadonlyMap<string, DiskImage>): void {
  const [child, below] = [images.get(file), images.get(parent ?? '')];
  if (!child) return;
  if (below) checkLinks([file, parent ?? ''], [child, below]);
  else if (child.type === 'differencing') throw parentNotNamed(file, child);
}

function filesMissing(names: readonly string[]): DiskError {
  return new DiskError({
    code: 'vanished',
    message: `${countText(names.length, 'file')} of the machine ${names.length === 1 ? 'is' : 'are'} missing: ${listText(names)}.`,
    meaning: 'Nothing was imported: every checkpoint above a missing disk reads wrong or not at all.',
    remedy: 'Choose the folder with all of its files, or open the disks that are there as a chain.',
  });
}

function parentNotNamed(name: string, image: DiskImage): DiskError {
  return new DiskError({
    code: 'parent-missing',
    message: `${name} seeks a parent with the id ${image.parent?.idText}, and the configuration names none.`,
    where: { file: name, offset: 0, lengthBytes: 0 },
    meaning: 'Nothing was imported.',
    remedy: 'Open the disks as a chain together with that parent.',
  });
}

function standsElsewhere({ foundation }: MachineState): DiskError {
  return new DiskError({
    code: 'unsupported',
    message: `The machine stands on ${listText(Object.values(foundation).flat())}, which belongs to another chain and is not in the folder.`,
    meaning: 'Nothing was imported.',
    remedy: 'Open its disks as a chain together with that one, and take the chain into the lab.',
  });
}
