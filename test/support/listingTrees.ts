/** Trees as plain objects: made into listings, changed at random, and compared slowly, as the oracle of the quick ways. */
import type { Prng } from '../../src/base/prng.ts';
import { ENTRY_KINDS, type EntryKind, Listing } from '../../src/filesystems/listing.ts';

export interface TreeEntry {
  name: string;
  kind: EntryKind;
  sizeBytes: number;
  modifiedMs: number;
  /** Where a link leads. */
  target?: string;
  items: TreeEntry[];
}

export function treeEntry(name: string, kind: EntryKind = 'file', sizeBytes = 0, modifiedMs = 0): TreeEntry {
  return { name, kind, sizeBytes: kind === 'folder' ? 0 : sizeBytes, modifiedMs, items: [] };
}

export function folderOf(name: string, ...items: TreeEntry[]): TreeEntry {
  return { ...treeEntry(name, 'folder'), items };
}

/** Folder by folder, as far from the order of paths as that of a file system may be. */
export function listingOf(root: TreeEntry): Listing {
  const entries = [root];
  const parents = [-1];
  for (const [at, { items }] of entries.entries())
    for (const item of items) {
      entries.push(item);
      parents.push(at);
    }
  return new Listing({
    names: entries.map(({ name }) => name),
    parents: Int32Array.from(parents),
    kinds: Uint8Array.from(entries, ({ kind }) => ENTRY_KINDS.indexOf(kind)),
    sizes: Float64Array.from(entries, ({ sizeBytes }) => sizeBytes),
    modifiedMs: Float64Array.from(entries, ({ modifiedMs }) => modifiedMs),
    attributes: new Uint8Array(entries.length),
    fileNumbers: new Float64Array(entries.length).fill(Number.NaN),
    linkTargets: new Map(
      entries.flatMap(({ target }, at) => (target === undefined ? [] : [[at, target] as const])),
    ),
  });
}

/**
 * Every entry by path, without the root. Where a folder has a name several times, those after the first get the name
 * with their count, which no name on a disk can have.
 */
export function pathsOf(root: TreeEntry, before = ''): Map<string, TreeEntry> {
  const found = new Map<string, TreeEntry>();
  const seen = new Map<string, number>();
  for (const item of root.items) {
    const times = seen.get(item.name) ?? 0;
    seen.set(item.name, times + 1);
    const path = `${before}${item.name}${times === 0 ? '' : `/#${times}`}`;
    found.set(path, item);
    for (const [below, entry] of pathsOf(item, `${path}/`)) found.set(below, entry);
  }
  return found;
}

const NAMES = ['a', 'b', 'A', 'file 9', 'file 10', 'ä', 'é.txt', '<b>', '..', '\u0007', 'x\u202Ey'];
const TIMES = [0, 1000, 2000, Number.NaN];

function randomEntry(random: Prng, depth: number): TreeEntry {
  const roll = depth > 0 ? random.below(10) : 3 + random.below(7);
  const name = NAMES[random.below(NAMES.length)] ?? 'a';
  if (roll < 4) {
    const folder = folderOf(name);
    if (roll === 3) return folder;
    for (let left = random.below(6); left > 0; left--) add(random, folder, randomEntry(random, depth - 1));
    return folder;
  }
  const kind: EntryKind = roll === 4 ? 'link' : roll === 5 ? 'other' : 'file';
  const entry = treeEntry(name, kind, random.below(3), TIMES[random.below(4)]);
  if (kind === 'link') entry.target = `to ${random.below(2)}`;
  return entry;
}

/** A name that is there already stays the only one, but for a few damaged folders. */
function add(random: Prng, folder: TreeEntry, entry: TreeEntry): void {
  if (folder.items.some(({ name }) => name === entry.name) && random.below(12) > 0) return;
  folder.items.splice(random.below(folder.items.length + 1), 0, entry);
}

export function randomTree(random: Prng): TreeEntry {
  const root = folderOf('');
  for (let left = random.below(9); left > 0; left--) add(random, root, randomEntry(random, 3));
  return root;
}

/** A copy with a few entries added, removed, changed or put elsewhere in their folder. */
export function changedTree(random: Prng, root: TreeEntry): TreeEntry {
  const copy = structuredClone(root);
  for (let left = random.below(4); left > 0; left--) {
    const folders = [copy, ...[...pathsOf(copy).values()].filter(({ kind }) => kind === 'folder')];
    const folder = folders[random.below(folders.length)] ?? copy;
    const item = folder.items[random.below(Math.max(1, folder.items.length))];
    const roll = random.below(6);
    if (roll < 2 || !item) add(random, folder, randomEntry(random, 2));
    else if (roll === 2) folder.items.splice(folder.items.indexOf(item), 1);
    else if (roll === 3) folder.items.reverse();
    else if (roll === 4 && item.kind !== 'folder') item.sizeBytes = random.below(3);
    else if (item.kind === 'link') item.target = `to ${random.below(2)}`;
    else item.modifiedMs = TIMES[random.below(4)] ?? 0;
  }
  return copy;
}

/** Contents of files by path, as hashes; a point may not know them. */
export type Hashes = ReadonlyMap<string, string>;

/** The rule of `whyChanged`, said once more in the simplest way. */
export function differs(a: TreeEntry, b: TreeEntry, hashA?: string, hashB?: string): boolean {
  if (a.kind !== b.kind) return true;
  if (a.kind === 'folder') return false;
  if (a.sizeBytes !== b.sizeBytes || a.target !== b.target) return true;
  return hashA && hashB ? hashA !== hashB : !Object.is(a.modifiedMs, b.modifiedMs);
}

/** One point of a random chain. */
export interface TreePoint {
  readonly tree: TreeEntry;
  readonly paths: ReadonlyMap<string, TreeEntry>;
  readonly hashes: Hashes;
  readonly known: boolean;
  readonly listing: Listing;
}

/** Newest first. Some points share a listing with their neighbour, some are not known, some files are hashed. */
export function randomChain(random: Prng, count = 1 + random.below(6)): TreePoint[] {
  const points: TreePoint[] = [];
  let tree = randomTree(random);
  let listing = listingOf(tree);
  for (let left = count; left > 0; left--) {
    const paths = pathsOf(tree);
    const hashes = new Map<string, string>();
    for (const [path, { kind }] of paths)
      if (kind === 'file' && random.below(3) === 0) hashes.set(path, `hash ${random.below(2)}`);
    points.unshift({ tree, paths, hashes, known: random.below(4) > 0, listing });
    if (random.below(3) === 0) continue;
    tree = changedTree(random, tree);
    listing = listingOf(tree);
  }
  return points;
}

/** The points as the functions want them; hashes by entry. */
export function historyPoints(points: readonly TreePoint[], withContents: boolean) {
  return points.map(({ known, listing, hashes }) => {
    if (!known) return { listing: null };
    if (!withContents) return { listing };
    const contents = new Map<number, string>();
    for (const [path, hash] of hashes) {
      const entry = path.includes('/#') ? -1 : listing.find(path);
      if (entry >= 0) contents.set(entry, hash);
    }
    return { listing, contents };
  });
}
