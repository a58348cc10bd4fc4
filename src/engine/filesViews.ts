/** What a folder and a file look like at the points that are known; nothing is read for it. */
import { versionsOf } from '../filesystems/history.ts';
import type { FileId } from './api.ts';
import type { FileVersion, FolderRequest, FolderView } from './filesApi.ts';
import type { Insides } from './insides.ts';

export function folderView(insides: Insides, request: FolderRequest): FolderView {
  const { volume, points, path } = request;
  const { listing } = insides.mustKnow(request);
  return insides.rows.view(listing, insides.history(volume, points), path, request);
}

export function versionsAt(
  insides: Insides,
  volume: number,
  path: string,
  points: readonly FileId[],
): FileVersion[] {
  return versionsOf(insides.history(volume, points), path).flatMap(({ point, ...facts }) => {
    const at = points[point];
    return at === undefined ? [] : [{ at, ...facts }];
  });
}
