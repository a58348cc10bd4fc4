/** What is in a folder, in the order of names; with what is below it, each folder before its contents. */
import type { Listing } from '../filesystems/listing.ts';
import { orderOfNames } from '../filesystems/nameOrder.ts';
import { DEEPEST, LONGEST_PATH } from '../filesystems/out/planExtraction.ts';

export interface WalkedEntry {
  readonly entry: number;
  /** From the folder where the walk began. */
  readonly path: string;
  /** A folder that was not gone into: it lies too deep, as in a loop of a damaged file system. */
  readonly isTooDeep: boolean;
}

interface Level {
  readonly prefix: string;
  readonly entries: readonly number[];
  next: number;
}

export function* walkFolder(listing: Listing, folder: number, recursive: boolean): Generator<WalkedEntry> {
  const levels: Level[] = [{ prefix: '', entries: sorted(listing, folder), next: 0 }];
  for (let level = levels.at(-1); level; level = levels.at(-1)) {
    const entry = level.entries[level.next++];
    if (entry === undefined) {
      levels.pop();
      continue;
    }
    const path = level.prefix + listing.name(entry);
    const goesOn = recursive && listing.isFolder(entry) && listing.firstIn(entry) >= 0;
    const isTooDeep = goesOn && (levels.length >= DEEPEST || path.length >= LONGEST_PATH);
    yield { entry, path, isTooDeep };
    if (goesOn && !isTooDeep) levels.push({ prefix: `${path}/`, entries: sorted(listing, entry), next: 0 });
  }
}

function sorted(listing: Listing, folder: number): number[] {
  const entries = [...listing.children(folder)];
  const order = orderOfNames(entries.map((entry) => listing.name(entry)));
  return Array.from(order, (place) => entries[place] ?? 0);
}
