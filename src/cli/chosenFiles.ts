/** Which files of the pile a call with paths speaks of. */
import type { FileView, OtherFileView, PileView } from '../engine/api.ts';
import type { CollectedFile } from './collect.ts';

/** The named files that are disks and everything that they are read from, in the order of their trees. */
export function withParents({ files }: PileView, targets: readonly CollectedFile[]): FileView[] {
  const named = new Set(targets.map(({ path }) => path));
  const byId = new Map(files.map((file) => [file.id, file]));
  const wanted = new Set<number>();
  for (const file of files) {
    if (!named.has(file.path)) continue;
    for (let at: FileView | undefined = file; at && !wanted.has(at.id); at = byId.get(at.parent ?? -1)) {
      wanted.add(at.id);
    }
  }
  return files.filter(({ id }) => wanted.has(id));
}

/** Files that should be disks and are none. What merely lies beside disks in a folder is not spoken of. */
export function brokenDisks(
  { others }: PileView,
  targets: readonly CollectedFile[],
  given: readonly string[],
): OtherFileView[] {
  const named = new Map(targets.map((target) => [target.path, target]));
  return others.filter(({ path, format }) => {
    const target = named.get(path);
    if (!target) return false;
    return format !== 'unknown' || given.includes(target.shown) || /\.(a?vhdx?|v\d\d)$/i.test(path);
  });
}
