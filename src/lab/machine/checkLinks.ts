/** Whether the files of a chain are the parents that those above them name: what Hyper-V asks before it opens a disk. */
import { DiskError } from '../../base/errors.ts';
import type { DiskImage } from '../../formats/diskImage.ts';

/** Throws 'corrupt' with both ids. */
export function checkLinks(names: readonly string[], images: readonly DiskImage[]): void {
  for (const [layer, child] of images.entries()) {
    const parent = images[layer + 1];
    if (!parent || child.parent?.id === parent.id) continue;
    throw new DiskError({
      code: 'corrupt',
      message: child.parent
        ? `${names[layer]} names a parent with the id ${child.parent.idText}; ${names[layer + 1]} has the id ${parent.idText}.`
        : `${names[layer]} is no differencing disk, and stands above ${names[layer + 1]}.`,
      where: { file: names[layer] ?? '', offset: 0, lengthBytes: 0, field: 'parentUniqueId' },
      meaning: 'The disk is not opened: what the two read together may be wrong.',
      remedy: 'Put the right parent back.',
    });
  }
}
