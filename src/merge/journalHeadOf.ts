/** What the journal of a merge is told when it begins. */
import { must } from '../base/assert.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import type { JournalHead, JournalSource } from './mergeJournal.ts';
import { entryOf } from './openLeft.ts';
import type { Stretch } from './stretch.ts';

export type HeadRest = Pick<JournalHead, 'sha256Before' | 'live'>;

/** Everything above `last` of the stretch goes into its file. */
export async function headInPlace(
  folder: DiskFolder,
  stretch: Stretch,
  rest: HeadRest,
): Promise<JournalHead> {
  const { images, names, first, last, children } = stretch;
  return {
    way: 'in-place',
    target: must(names[last], 'the target has a name'),
    targetId: must(images[last], 'the target').id,
    newName: null,
    sources: await sourcesOf(folder, stretch, last - 1),
    complete: false,
    below: names.slice(last + 1),
    relink: children.filter(({ of }) => of === first).map(({ name }) => name),
    zeros: null,
    ...rest,
  };
}

/** The whole stretch goes into a new file, which is `NAME.part` until it is complete. */
export async function headOfNewFile(
  folder: DiskFolder,
  stretch: Stretch,
  target: { readonly name: string; readonly image: DiskImage; readonly newName: string },
  zeros: JournalHead['zeros'],
  rest: HeadRest,
): Promise<JournalHead> {
  const { images, names, complete, last } = stretch;
  const { name, image, newName } = target;
  return {
    way: 'new-file',
    target: name,
    targetId: image.id,
    newName,
    sources: await sourcesOf(folder, stretch, last),
    complete: complete && last === images.length - 1,
    below: image.type === 'differencing' ? names.slice(last + 1) : [],
    relink: [],
    zeros,
    ...rest,
  };
}

async function sourcesOf(
  folder: DiskFolder,
  { images, names, first }: Stretch,
  last: number,
): Promise<JournalSource[]> {
  const sources: JournalSource[] = [];
  for (const [i, { id, virtualSizeBytes, file }] of images.slice(first, last + 1).entries()) {
    const name = must(names[first + i], 'a layer has a name');
    const modifiedMs = (await entryOf(folder, name))?.modifiedMs ?? null;
    sources.push({ name, id, virtualSizeBytes, sizeBytes: file.sizeBytes, modifiedMs });
  }
  return sources;
}
