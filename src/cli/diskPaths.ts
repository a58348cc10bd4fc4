/** Paths inside a volume, as a call writes them, and times as it prints them. */
import type { Listing } from '../filesystems/listing.ts';
import { UsageError } from './usage.ts';

/**
 * The entry at a path, or -1: `/` or `\` between names, at the start or not. A name with a `\` in it is found too, where
 * the path is written with `/`.
 */
export function findEntry(listing: Listing, path: string): number {
  const asWritten = listing.find(path);
  return asWritten >= 0 ? asWritten : listing.find(path.replaceAll('\\', '/'));
}

/** The same; throws `UsageError` where there is none. */
export function entryOf(listing: Listing, path: string): number {
  const entry = findEntry(listing, path);
  if (entry >= 0) return entry;
  throw new UsageError(`There is no “${path}” in this volume.`, hintFor(listing, path));
}

/** Case is as on the disk: what only differs in it is named. */
function hintFor(listing: Listing, path: string): string {
  let folder = 0;
  for (const name of path.split(/[\\/]/).filter((part) => part !== '')) {
    const next = listing.child(folder, name);
    if (next < 0) {
      const alike = [...listing.children(folder)].find((entry) => sameButCase(listing.name(entry), name));
      if (alike !== undefined) return `Did you mean “${listing.path(alike)}”? Case is as on the disk.`;
      break;
    }
    folder = next;
  }
  const place = folder === 0 ? 'the volume' : `“${listing.path(folder)}”`;
  return listing.isFolder(folder)
    ? `disklab ls shows what is in ${place}; at other points of the chain it may hold other files.`
    : `${place} is not a folder.`;
}

function sameButCase(a: string, b: string): boolean {
  return a.normalize().toLowerCase() === b.normalize().toLowerCase();
}

const LATEST_MS = 8.64e15;

/** ISO 8601, UTC; null where it is not known, or no date that there is. */
export function timeText(ms: number | null): string | null {
  if (ms === null || !(Math.abs(ms) <= LATEST_MS)) return null;
  return new Date(ms).toISOString();
}

/** To the second; `-` for none. */
export function shortTime(ms: number): string {
  return timeText(ms)?.replace(/\.\d+Z$/, 'Z') ?? '-';
}
