/**
 * The rows of a folder view before a window of them is asked for: what is at the point in view and matches, and what only
 * other points have; in every order, each made at its first use.
 */
import { entriesAt, type HistoryPoint, stepsOf } from './history.ts';
import type { Listing } from './listing.ts';
import { pairOf } from './listingPair.ts';
import { orderOfNames } from './nameOrder.ts';

export type RowOrder = 'name' | 'size' | 'modified';

/** What a row tells of: an entry at the point in view or, where it is not there, at the newest point that has it. */
export interface RowSource {
  readonly listing: Listing;
  readonly entry: number;
  readonly here: boolean;
}

/** What is looked at: a folder at one point, beside others. */
export interface FolderScene {
  /** At the point in view. */
  readonly listing: Listing;
  readonly folder: number;
  readonly path: string;
  readonly points: readonly HistoryPoint[];
}

/** Case and the ways to compose a letter make no difference. Capitals: there is only one form of sigma. */
export function folded(text: string): string {
  return text.normalize('NFC').toUpperCase();
}

/** All of `folder`, or below it where `deep`; `filter` is looked for in the names. */
export class RowSet {
  readonly sources: readonly RowSource[];
  private byName: Uint32Array | null = null;
  private readonly orders = new Map<string, Uint32Array>();

  constructor(scene: FolderScene, filter: string, deep: boolean) {
    const wanted = folded(filter);
    const matches = (name: string) => wanted === '' || folded(name).includes(wanted);
    this.sources = [...hereSources(scene, deep, matches), ...goneSources(scene, deep, matches)];
  }

  /**
   * Places in `sources`. By name: folders first, whichever way. By size: folders with all that is in them. By time: what
   * has none is last, whichever way. Ties: by name, upwards, then as listed.
   */
  inOrder(order: RowOrder, descending: boolean): Uint32Array {
    const key = `${order} ${descending}`;
    const known = this.orders.get(key);
    if (known) return known;
    const places = this.sort(order, descending ? -1 : 1);
    this.orders.set(key, places);
    return places;
  }

  private sort(order: RowOrder, direction: 1 | -1): Uint32Array {
    this.byName ??= orderOfNames(this.sources.map(({ listing, entry }) => listing.name(entry)));
    const places = this.byName.slice();
    if (order === 'name') {
      const folder = Uint8Array.from(this.sources, ({ listing, entry }) => (listing.isFolder(entry) ? 1 : 0));
      if (direction < 0) places.reverse();
      return places.sort((a, b) => (folder[b] ?? 0) - (folder[a] ?? 0));
    }
    const values = Float64Array.from(this.sources, (source) => orderValue(source, order) * direction);
    return places.sort((a, b) => {
      const [valueA, valueB] = [values[a] ?? Number.NaN, values[b] ?? Number.NaN];
      if (Number.isNaN(valueA) || Number.isNaN(valueB))
        return (Number.isNaN(valueA) ? 1 : 0) - (Number.isNaN(valueB) ? 1 : 0);
      return valueA - valueB;
    });
  }
}

function orderValue({ listing, entry }: RowSource, order: 'size' | 'modified'): number {
  if (order === 'modified') return listing.modifiedMs(entry);
  return listing.isFolder(entry) ? listing.totalsOf(entry).bytes : listing.sizeBytes(entry);
}

function hereSources(
  { listing, folder }: FolderScene,
  deep: boolean,
  matches: (name: string) => boolean,
): RowSource[] {
  const sources: RowSource[] = [];
  // `reachable` looks through the whole volume once: only where all of it is looked through anyway.
  const leads = (entry: number, name: string) =>
    deep ? listing.reachable(entry) : name !== '' && listing.child(folder, name) === entry;
  const add = (entry: number) => {
    const name = listing.name(entry);
    if (matches(name) && leads(entry, name)) sources.push({ listing, entry, here: true });
  };
  if (!deep) for (const entry of listing.children(folder)) add(entry);
  else for (const entry of listing.under(folder)) if (entry !== folder) add(entry);
  return sources;
}

/** What is not at the point in view, but at some other, each at the newest point that has it. */
function goneSources(scene: FolderScene, deep: boolean, matches: (name: string) => boolean): RowSource[] {
  const { listing, path, points } = scene;
  const gone = new Set<string>();
  for (const { from, entry } of comings(scene, deep)) {
    const name = from.name(entry);
    if (!matches(name) || (deep ? !from.reachable(entry) : name === '')) continue;
    const entryPath = deep ? from.path(entry) : pathIn(path, name);
    if (listing.find(entryPath) < 0) gone.add(entryPath);
  }
  return [...gone].flatMap((entryPath) => {
    const entries = entriesAt(points, entryPath);
    const point = entries.findIndex((entry) => entry >= 0);
    const last = points[point]?.listing;
    return last ? [{ listing: last, entry: entries[point] ?? -1, here: false }] : [];
  });
}

/** Entries that one of two neighbouring points has and the other has not: what any point lacks is among them. */
function* comings(scene: FolderScene, deep: boolean): Generator<{ from: Listing; entry: number }> {
  const known = scene.points.some(({ listing }) => listing === scene.listing);
  const points = known ? scene.points : [{ listing: scene.listing }, ...scene.points];
  const folders = entriesAt(points, scene.path);
  for (const { newer, older, at, olderAt } of stepsOf(points)) {
    const [folder, olderFolder] = [folders[at] ?? -1, folders[olderAt] ?? -1];
    if (newer.listing === older.listing) continue;
    const pair = pairOf(newer.listing, older.listing);
    if (folder >= 0 && olderFolder >= 0 && !pair.changed(folder)) continue;
    for (const entry of inFolder(newer.listing, folder, deep))
      if (pair.olderOf(entry) < 0) yield { from: newer.listing, entry };
    for (const entry of inFolder(older.listing, olderFolder, deep))
      if (!pair.isInNewer(entry)) yield { from: older.listing, entry };
  }
}

function inFolder(listing: Listing, folder: number, deep: boolean): Iterable<number> {
  if (folder < 0) return [];
  return deep ? listing.under(folder).slice(1) : listing.children(folder);
}

/** The path of a name in a folder. */
function pathIn(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
