/** How a new differencing disk names the file below the stretch. */
import { parentPathsFor } from '../chain/parentPaths.ts';
import type { CreateParent } from '../formats/vhd/create.ts';
import type { Stretch } from '../merge/stretch.ts';

/**
 * As if it lay beside the oldest file of the stretch, whose parent it takes over: where a picked file really goes a page
 * does not learn. null where that file has no parent.
 */
export function parentBelow(
  { images, names, last }: Stretch,
  newName: string,
): Omit<CreateParent, 'id'> | null {
  const reference = images[last]?.parent;
  if (!reference) return null;
  const stored = (platform: string) => reference.paths.find((each) => each.platform === platform)?.path;
  const oldest = names[last] ?? '';
  const below = names[last + 1];
  const beside = oldest.slice(0, oldest.lastIndexOf('/') + 1) + newName;
  const absolutePath = stored('W2ku');
  const relativePath =
    below === undefined ? stored('W2ru') : parentPathsFor(beside, below, null).relativePath;
  return {
    name: absolutePath ?? (reference.name || (below ?? '')),
    // Windows 10 writes no time stamp of the parent.
    modified: null,
    ...(absolutePath ? { absolutePath } : {}),
    ...(relativePath ? { relativePath } : {}),
  };
}
