/** What became of files from point to point of a chain. */

import type { Listing } from './listing.ts';
import { type KnownContents, pairOf } from './listingPair.ts';

/** At one point, beside the next older one that is known. 'absent': not there, and not there before. */
export type PointCell = 'absent' | 'added' | 'changed' | 'unchanged' | 'removed';

/** A point of the chain. Lists of points are newest first. */
export interface HistoryPoint {
  /** Null = not known. The same object at two points: they hold the same entries. */
  readonly listing: Listing | null;
  /** Hashes that are known at this point, by entry of its listing. */
  readonly contents?: KnownContents;
}

/** For each point the next older one whose listing is known, -1: none. */
function olderKnown(points: readonly HistoryPoint[]): number[] {
  const older = points.map(() => -1);
  let known = -1;
  for (let point = points.length - 1; point >= 0; point--) {
    older[point] = known;
    if (points[point]?.listing) known = point;
  }
  return older;
}

/** The path's entry in each point's listing, -1: not there, or not known. */
export function entriesAt(points: readonly HistoryPoint[], path: string): number[] {
  const found = new Map<Listing, number>();
  return points.map(({ listing }) => {
    if (!listing) return -1;
    const entry = found.get(listing) ?? listing.find(path);
    found.set(listing, entry);
    return entry;
  });
}

/** Two neighbours among the known points. */
export interface Step {
  readonly newer: HistoryPoint & { readonly listing: Listing };
  readonly older: HistoryPoint & { readonly listing: Listing };
  /** Their places in the list of points. */
  readonly at: number;
  readonly olderAt: number;
}

/** Newest first. */
export function stepsOf(points: readonly HistoryPoint[]): Step[] {
  return olderKnown(points).flatMap((olderAt, at) => {
    const [newer, older] = [points[at], points[olderAt]];
    if (!newer?.listing || !older?.listing) return [];
    return [
      {
        newer: { ...newer, listing: newer.listing },
        older: { ...older, listing: older.listing },
        at,
        olderAt,
      },
    ];
  });
}

/** An entry of the newer point that the older one has too: it, or anything below it, differs. */
export function changedIn({ newer, older }: Step, entry: number): boolean {
  return pairOf(newer.listing, older.listing).changed(entry, newer.contents, older.contents);
}

/**
 * One cell for each point, from one path's entry at each (as `entriesAt` gives them); null = not known. Each known point is
 * held against the next older known one; at the oldest, what is there counts as added. See `whyChanged` for what a change
 * is; a folder is changed when anything below it was added, removed or changed.
 */
export function cellsOf(
  points: readonly HistoryPoint[],
  entries: readonly number[],
  steps = stepsOf(points),
): (PointCell | null)[] {
  const cells: (PointCell | null)[] = points.map(({ listing }, point) => {
    if (!listing) return null;
    return (entries[point] ?? -1) >= 0 ? 'added' : 'absent';
  });
  for (const step of steps) {
    const entry = entries[step.at] ?? -1;
    if ((entries[step.olderAt] ?? -1) < 0) continue;
    cells[step.at] = entry < 0 ? 'removed' : changedIn(step, entry) ? 'changed' : 'unchanged';
  }
  return cells;
}

/** The entry of a name in one folder's entry at each point. */
export function childrenAt(
  points: readonly HistoryPoint[],
  folders: readonly number[],
  name: string,
): number[] {
  return points.map(({ listing }, point) => {
    const folder = folders[point] ?? -1;
    return listing && folder >= 0 ? listing.child(folder, name) : -1;
  });
}

/** What a file (or what lies in a folder) became at a point, or that it went. */
export interface VersionFacts {
  readonly cell: PointCell;
  /** Bytes; of a folder: everything in it. 0 where it was removed. */
  readonly sizeBytes: number;
  /** Milliseconds since 1970; null = not known, or removed. */
  readonly modifiedMs: number | null;
  /** Where contents were compared. */
  readonly sha256: string | null;
}

export interface Version extends VersionFacts {
  /** Its place in the list of points. */
  readonly point: number;
}

/** The points at which the path was added, changed or removed, newest first. Empty where no known point has it. */
export function versionsOf(points: readonly HistoryPoint[], path: string): Version[] {
  const entries = entriesAt(points, path);
  return cellsOf(points, entries).flatMap((cell, point) => {
    if (cell === null || cell === 'absent' || cell === 'unchanged') return [];
    return [{ point, cell, ...factsOf(points[point], entries[point] ?? -1) }];
  });
}

function factsOf(point: HistoryPoint | undefined, entry: number): Omit<VersionFacts, 'cell'> {
  if (!point?.listing || entry < 0) return { sizeBytes: 0, modifiedMs: null, sha256: null };
  return { ...entryFacts(point.listing, entry), sha256: point.contents?.get(entry) ?? null };
}

/** As rows and versions have them: bytes (of a folder: everything in it), and the time or null. */
export function entryFacts(
  listing: Listing,
  entry: number,
): { sizeBytes: number; modifiedMs: number | null } {
  const modifiedMs = listing.modifiedMs(entry);
  return {
    sizeBytes: listing.isFolder(entry) ? listing.totalsOf(entry).bytes : listing.sizeBytes(entry),
    modifiedMs: Number.isNaN(modifiedMs) ? null : modifiedMs,
  };
}
