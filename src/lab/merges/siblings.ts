/** What a merge of one file into the one below it is asked for: where both stand in a chain, and who else stands on the child. */

import { assert } from '../../base/assert.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import { closeAll, openDisk } from '../../merge/openFiles.ts';
import type { ChildOf } from '../../merge/stretch.ts';
import type { DiskFolder } from '../../storage/diskFolder.ts';
import type { MachineState } from '../machine/machine.ts';
import { NOW } from '../machine/machine.ts';
import { chainOf, type DueMerge, descendantsOf, isOnPathOfNow } from '../machine/tree.ts';

export interface FileMerge {
  /** Leaf first, as far as a chain is opened for it: that of Now, or the child's own. */
  readonly chain: readonly string[];
  /** Of the child's file in it; the deleted checkpoint's is the next one. */
  readonly first: number;
  readonly isOfNow: boolean;
}

export function fileMergeOf(state: MachineState, { node, child }: DueMerge, disk: string): FileMerge {
  const isOfNow = isOnPathOfNow(state, child.id);
  const chain = chainOf(state, isOfNow ? NOW : child.id, disk);
  const first = chain.indexOf(child.files[disk] ?? '');
  assert(first >= 0 && chain[first + 1] === node.files[disk], 'the child stands on the deleted checkpoint');
  return { chain, first, isOfNow };
}

/** Every file that stands on the child's: their links are rewritten. Closed again: they are only looked at. */
export async function childrenOf(
  folder: DiskFolder,
  state: MachineState,
  { child }: DueMerge,
  disk: string,
  first: number,
): Promise<ChildOf[]> {
  const names = descendantsOf(state, child.id).flatMap(({ files }) => files[disk] ?? []);
  const images: DiskImage[] = [];
  try {
    for (const name of names) images.push(await openDisk(folder, name, 'read-only', false));
  } finally {
    await closeAll(images.map(({ file }) => file));
  }
  return images.map((image, i) => ({ name: names[i] ?? '', image, of: first }));
}
