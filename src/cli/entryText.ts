/** Entries of a folder as `ls` prints them. */
import { grouped } from '../base/units.ts';
import type { Listing } from '../filesystems/listing.ts';
import { shortTime, timeText } from './diskPaths.ts';
import { printable } from './text.ts';
import type { WalkedEntry } from './walkFolder.ts';

export function entryRecord(listing: Listing, { entry, path }: WalkedEntry) {
  const fileNumber = listing.data.fileNumbers[entry] ?? Number.NaN;
  return {
    path,
    kind: listing.kind(entry),
    sizeBytes: listing.isFolder(entry) ? null : listing.sizeBytes(entry),
    modified: timeText(listing.modifiedMs(entry)),
    fileNumber: Number.isNaN(fileNumber) ? null : fileNumber,
    target: listing.data.linkTargets.get(entry) ?? null,
  };
}

/** Kind, size, time, name, in columns; `measured` are the same entries once more, for their widths. */
export function* entryLines(
  listing: Listing,
  measured: Iterable<WalkedEntry>,
  entries: Iterable<WalkedEntry>,
): Generator<string> {
  const widths = [0, 0, 0];
  for (const { entry } of measured) {
    for (const [i, cell] of factsOf(listing, entry).entries())
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  const [kindWidth = 0, sizeWidth = 0, timeWidth = 0] = widths;
  for (const { entry, path } of entries) {
    const [kind, size, time] = factsOf(listing, entry);
    const name = printable(path) + endingOf(listing, entry);
    yield `${kind.padEnd(kindWidth)}  ${size.padStart(sizeWidth)}  ${time.padEnd(timeWidth)}  ${name}`;
  }
}

function factsOf(listing: Listing, entry: number): [kind: string, size: string, time: string] {
  const size = listing.isFolder(entry) ? '-' : grouped(listing.sizeBytes(entry));
  return [listing.kind(entry), size, shortTime(listing.modifiedMs(entry))];
}

function endingOf(listing: Listing, entry: number): string {
  const target = listing.data.linkTargets.get(entry);
  if (target !== undefined) return ` -> ${printable(target)}`;
  return listing.isFolder(entry) ? '/' : '';
}
