/** What became of everything under a path between two points. */
import { DiskError, type Problem } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { type ChangeReason, type ContentVerdict, contentVerdict, whyChanged } from './entryChange.ts';
import { entryFacts } from './history.ts';
import type { EntryKind, Listing } from './listing.ts';
import { pairOf } from './listingPair.ts';
import { orderOfPaths } from './nameOrder.ts';

interface ChangeSide {
  /** Bytes; of a folder: everything in it. */
  readonly sizeBytes: number;
  readonly modifiedMs: number | null;
  readonly sha256: string | null;
}

export interface FileChange {
  readonly path: string;
  readonly kind: EntryKind;
  readonly change: 'added' | 'removed' | 'changed';
  /** What changed: 'content' where hashes differ, and only where contents were compared (of links: where they lead). */
  readonly why: readonly ChangeReason[];
  readonly before: ChangeSide | null;
  readonly after: ChangeSide | null;
}

export interface FilesCompared {
  readonly changes: readonly FileChange[];
  readonly unchanged: number;
  /** Of the unchanged ones: proven by hashing, and by the maps of the layers alone. 0 where contents were not compared. */
  readonly hashed: number;
  readonly proven: number;
  readonly problems: readonly { readonly path: string; readonly problem: Problem }[];
}

/** Two files whose contents must be looked at: one path, one size. */
export interface ContentPair {
  /** Entries of the two listings. */
  readonly before: number;
  readonly after: number;
  readonly path: string;
  readonly sizeBytes: number;
}

/** What looking at a pair came to. */
export type ContentResult =
  /** No layer between holds any of its sectors. */
  | { readonly kind: 'proven' }
  /** SHA-256, hex. */
  | { readonly kind: 'hashed'; readonly before: string; readonly after: string }
  /** It counts as by its listing. */
  | { readonly kind: 'problem'; readonly problem: Problem };

/** By entry of the newer listing. */
type ContentResults = ReadonlyMap<number, ContentResult>;

/**
 * The pairs under `path` whose contents the listings do not tell apart: files at both points, of one size, not empty. In
 * the order of the newer listing, which is near that of the disk. Throws 'bad-request' where neither has the path.
 */
export function contentPairs(before: Listing, after: Listing, path: string): ContentPair[] {
  const { newRoot, entryBefore } = rootsOf(before, after, path);
  if (newRoot < 0) return [];
  return after.under(newRoot).flatMap((entry) => {
    const older = entryBefore(entry);
    const sizeBytes = after.sizeBytes(entry);
    if (older < 0 || after.kind(entry) !== 'file' || before.kind(older) !== 'file') return [];
    if (sizeBytes === 0 || before.sizeBytes(older) !== sizeBytes) return [];
    return [{ before: older, after: entry, path: after.path(entry), sizeBytes }];
  });
}

/**
 * Every file, link and folder under `path` (itself too) that was added, removed or changed, in the order of paths. A folder
 * that came or went is a row with all that is in it as its size, and so is everything in it; one that stayed is no row.
 * `unchanged` counts what is no folder. With `contents`, a file that was only touched is unchanged (see `whyChanged`).
 * Throws 'bad-request' where neither listing has the path.
 */
export function compareListings(
  before: Listing,
  after: Listing,
  path: string,
  contents: ContentResults = new Map(),
): FilesCompared {
  const { oldRoot, newRoot, entryBefore, isAfter } = rootsOf(before, after, path);
  const changes: FileChange[] = [];
  const problems: { path: string; problem: Problem }[] = [];
  const unchanged = { proven: 0, hashed: 0, listed: 0 };
  for (const entry of newRoot < 0 ? [] : after.under(newRoot)) {
    const older = entryBefore(entry);
    const result = contents.get(entry);
    if (result?.kind === 'problem') problems.push({ path: after.path(entry), problem: result.problem });
    if (older < 0) {
      changes.push(oneSided('added', after, entry));
      continue;
    }
    const why = whyChanged(after, entry, before, older, verdictOf(result));
    if (why.length > 0) changes.push(changed(before, older, after, entry, why, result));
    else if (!after.isFolder(entry))
      unchanged[result === undefined || result.kind === 'problem' ? 'listed' : result.kind]++;
  }
  for (const older of oldRoot < 0 ? [] : before.under(oldRoot))
    if (!isAfter(older)) changes.push(oneSided('removed', before, older));
  const order = orderOfPaths(changes.map((change) => change.path));
  return {
    changes: Array.from(order, (place) => changes[place]).filter((change) => change !== undefined),
    unchanged: unchanged.proven + unchanged.hashed + unchanged.listed,
    hashed: unchanged.hashed,
    proven: unchanged.proven,
    problems,
  };
}

function rootsOf(before: Listing, after: Listing, path: string) {
  const oldRoot = before.find(path);
  const newRoot = after.find(path);
  if (oldRoot < 0 && newRoot < 0)
    throw new DiskError({
      code: 'bad-request',
      message: `Neither point has “${printable(path)}” on this volume.`,
    });
  const pair = pairOf(after, before);
  return {
    oldRoot,
    newRoot,
    entryBefore: (entry: number) => pair.olderOf(entry),
    isAfter: (older: number) => pair.isInNewer(older),
  };
}

function verdictOf(result: ContentResult | undefined): ContentVerdict {
  if (result?.kind === 'proven') return 'equal';
  return result?.kind === 'hashed' ? contentVerdict(result.after, result.before) : 'unknown';
}

function oneSided(change: 'added' | 'removed', listing: Listing, entry: number): FileChange {
  const side = { ...entryFacts(listing, entry), sha256: null };
  const [before, after] = change === 'added' ? [null, side] : [side, null];
  return { path: listing.path(entry), kind: listing.kind(entry), change, why: [], before, after };
}

function changed(
  before: Listing,
  older: number,
  after: Listing,
  entry: number,
  why: readonly ChangeReason[],
  result: ContentResult | undefined,
): FileChange {
  const hashes = result?.kind === 'hashed' ? result : null;
  return {
    path: after.path(entry),
    kind: after.kind(entry),
    change: 'changed',
    why,
    before: { ...entryFacts(before, older), sha256: hashes?.before ?? null },
    after: { ...entryFacts(after, entry), sha256: hashes?.after ?? null },
  };
}
