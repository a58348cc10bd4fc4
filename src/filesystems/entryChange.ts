/** When two entries of one path, seen at two points, differ: the one rule behind cells, versions and comparisons. */
import type { Listing } from './listing.ts';

export type ChangeReason = 'kind' | 'size' | 'time' | 'content';

/** What is known of the contents of two files: by hashes of both, or because no layer between holds any of their sectors. */
export type ContentVerdict = 'equal' | 'different' | 'unknown';

const NOTHING: readonly ChangeReason[] = [];

function sameTime(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

/**
 * Why an entry counts as changed; empty: it does not. A difference in kind, size or contents is a change; one of the time
 * alone is a change only where the contents are not known at both points, since a file that was only touched holds the
 * same. A folder's own time and size say nothing: it is changed by what lies in it. A link's contents are where it leads.
 */
export function whyChanged(
  newer: Listing,
  entry: number,
  older: Listing,
  olderEntry: number,
  contents: ContentVerdict,
): readonly ChangeReason[] {
  if (newer.data.kinds[entry] !== older.data.kinds[olderEntry]) return ['kind'];
  if (newer.isFolder(entry)) return NOTHING;
  const sizeDiffers = newer.sizeBytes(entry) !== older.sizeBytes(olderEntry);
  const contentDiffers =
    contents === 'different' || newer.data.linkTargets.get(entry) !== older.data.linkTargets.get(olderEntry);
  const timeDiffers = !sameTime(newer.modifiedMs(entry), older.modifiedMs(olderEntry));
  if (!sizeDiffers && !contentDiffers && (contents === 'equal' || !timeDiffers)) return NOTHING;
  const reasons: ChangeReason[] = [];
  if (sizeDiffers) reasons.push('size');
  if (timeDiffers) reasons.push('time');
  if (contentDiffers) reasons.push('content');
  return reasons;
}

/** Of two hashes, null or undefined = not known. */
export function contentVerdict(a: string | null | undefined, b: string | null | undefined): ContentVerdict {
  if (!a || !b) return 'unknown';
  return a === b ? 'equal' : 'different';
}
