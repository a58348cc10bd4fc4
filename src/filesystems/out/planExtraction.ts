/** What is to be written, from what was chosen in a listing. */
import { DiskError, type Problem } from '../../base/errors.ts';
import { grouped } from '../../base/units.ts';
import type { ReadItem } from '../fileSystem.ts';
import { type Listing, ROOT_ENTRY } from '../listing.ts';

/** Entry numbers ascend everywhere; a folder stands before what is in it. */
export interface ExtractionPlan {
  /** The files. */
  readonly items: readonly ReadItem[];
  readonly folders: readonly number[];
  /** Files and folders that stand directly in the target: what was chosen, or what lies in the root where that was. */
  readonly tops: readonly number[];
  /** Of the files. */
  readonly bytes: number;
  /** Paths of links, devices and whatever lies in something that is no folder. */
  readonly skipped: readonly string[];
  /** Folders and files that lie too deep; what is in them is left out with them. */
  readonly refused: readonly { readonly path: string; readonly problem: Problem }[];
}

/** No system takes longer paths; damaged and hostile file systems have them, each a copy of all names above it. */
export const LONGEST_PATH = 4096;
export const DEEPEST = 256;

const OUT = 0;
const IN_FOLDER = 1;
const LEFT_OUT = 2;

/**
 * `paths` as in `Listing.path`; '' is the whole volume. A chosen `A/B` becomes `B` in the target, with everything in it;
 * of the whole volume, what lies in its root. What was chosen twice, or lies in something chosen, counts once.
 * Throws 'bad-request' where there is no such entry.
 */
export function planExtraction(listing: Listing, paths: readonly string[]): ExtractionPlan {
  const chosen = new Uint8Array(listing.count);
  const find = finder(listing);
  for (const path of paths) chosen[find(path)] = 1;
  const state = new Uint8Array(listing.count);
  // Joined above each other, not each from the root: the text of a path is shared by everything below it.
  const folderPaths = new Map<number, { readonly path: string; readonly depth: number }>();
  const items: ReadItem[] = [];
  const folders: number[] = [];
  const tops: number[] = [];
  const skipped: string[] = [];
  const refused: { path: string; problem: Problem }[] = [];
  let bytes = 0;
  if (chosen[ROOT_ENTRY] === 1) {
    state[ROOT_ENTRY] = IN_FOLDER;
    folderPaths.set(ROOT_ENTRY, { path: '', depth: 0 });
  }
  for (let entry = ROOT_ENTRY + 1; entry < listing.count; entry++) {
    const parent = listing.parent(entry);
    const above = state[parent];
    if (above === LEFT_OUT) state[entry] = LEFT_OUT;
    if (above === LEFT_OUT || (above === OUT && chosen[entry] !== 1)) continue;
    const folder = above === IN_FOLDER ? folderPaths.get(parent) : undefined;
    const prefix = folder?.path ?? listing.path(parent);
    const path = prefix === '' ? listing.name(entry) : `${prefix}/${listing.name(entry)}`;
    const depth = (folder?.depth ?? 0) + 1;
    const kind = listing.kind(entry);
    state[entry] = LEFT_OUT;
    if (kind !== 'file' && kind !== 'folder') skipped.push(toldPath(path));
    else if (path.length > LONGEST_PATH || depth > DEEPEST) refused.push(tooDeep(path));
    else {
      if (kind === 'folder') {
        state[entry] = IN_FOLDER;
        folderPaths.set(entry, { path, depth });
        folders.push(entry);
      } else {
        const sizeBytes = listing.sizeBytes(entry);
        items.push({ entry, path, sizeBytes });
        bytes += sizeBytes;
      }
      if (depth === 1) tops.push(entry);
    }
  }
  return { items, folders, tops, bytes, skipped, refused };
}

/** `Listing.find` for many paths: the names of each folder are looked through once. */
function finder(listing: Listing): (path: string) => number {
  const names = new Map<number, Map<string, number>>();
  const namesIn = (folder: number) => {
    let known = names.get(folder);
    if (!known) {
      known = new Map();
      for (const child of listing.children(folder)) {
        const name = listing.name(child);
        if (!known.has(name)) known.set(name, child);
      }
      names.set(folder, known);
    }
    return known;
  };
  return (path) => {
    let at: number | undefined = ROOT_ENTRY;
    for (const part of path.split('/')) {
      if (part !== '' && at !== undefined) at = namesIn(at).get(part);
    }
    if (at !== undefined) return at;
    throw new DiskError({
      code: 'bad-request',
      message: `There is no “${toldPath(path)}” in this volume.`,
      meaning: 'Nothing was written.',
      remedy: 'Look at the folder again; at other points of the chain it may hold other files.',
    });
  };
}

function tooDeep(path: string): { path: string; problem: Problem } {
  const told = toldPath(path);
  return {
    path: told,
    problem: {
      code: 'limit',
      message:
        `“${told}” lies too deep: paths of up to ${grouped(LONGEST_PATH)} characters in up to ` +
        `${grouped(DEEPEST)} folders are written.`,
      meaning: 'It was left out, with everything in it. A loop in a damaged file system looks like this.',
      remedy: 'Choose a folder further down, and extract that.',
    },
  };
}

const TOLD = 400;

/** A path as reports carry it: of a very long one the end. */
export function toldPath(path: string): string {
  return path.length <= TOLD ? path : `…${path.slice(-TOLD)}`;
}
