/** What became of files, told slowly from maps of paths: the oracle of src/filesystems/history.ts. */
import type { PointCell } from '../../src/filesystems/history.ts';
import { differs, type TreePoint } from './listingTrees.ts';

/** Anything at `path` or below it is not the same at both points. */
function anyChange(newer: TreePoint, older: TreePoint, path: string, withContents: boolean): boolean {
  const hash = (point: TreePoint, at: string) =>
    withContents && !at.includes('/#') ? point.hashes.get(at) : undefined;
  const all = new Set([...newer.paths.keys(), ...older.paths.keys()]);
  return [...all].some((at) => {
    if (at !== path && !at.startsWith(`${path}/`)) return false;
    // Another of the same name is not below it.
    if (/^\/#\d/.test(at.slice(path.length))) return false;
    const [a, b] = [newer.paths.get(at), older.paths.get(at)];
    return !a || !b || differs(a, b, hash(newer, at), hash(older, at));
  });
}

export function slowCells(
  points: readonly TreePoint[],
  path: string,
  withContents: boolean,
): (PointCell | null)[] {
  return points.map((point, at) => {
    if (!point.known) return null;
    const older = points.slice(at + 1).find(({ known }) => known);
    const [here, before] = [point.paths.has(path), older?.paths.has(path) ?? false];
    if (!older || !before) return here ? 'added' : 'absent';
    if (!here) return 'removed';
    return anyChange(point, older, path, withContents) ? 'changed' : 'unchanged';
  });
}
