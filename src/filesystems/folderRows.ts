/** A folder as a matrix: its rows at one point of a chain, with a cell for each of the points, a window of them at a time. */
import { DiskError } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import {
  cellsOf,
  changedIn,
  childrenAt,
  entriesAt,
  entryFacts,
  type HistoryPoint,
  type PointCell,
  stepsOf,
} from './history.ts';
import type { EntryKind, Listing } from './listing.ts';
import { pairOf } from './listingPair.ts';
import { type FolderScene, type RowOrder, RowSet, type RowSource } from './rowSet.ts';

export type { RowOrder } from './rowSet.ts';

/** Which rows of a folder are wanted, and how. */
export interface RowsWanted {
  /** Only names that hold this text, without regard to case; ''. */
  readonly filter: string;
  /** With `filter`: in all folders below as well. */
  readonly deep: boolean;
  readonly order: RowOrder;
  readonly descending: boolean;
  /** The rows wanted, of all that match. */
  readonly first: number;
  readonly count: number;
}

/** One name in a folder: there at the point in view, or, struck through, only at others. */
export interface FolderRow {
  readonly name: string;
  readonly path: string;
  readonly kind: EntryKind;
  /** At the point in view, else where it was last. Bytes; of a folder: everything in it. */
  readonly sizeBytes: number;
  /** Files and folders directly in it; null for files. */
  readonly items: number | null;
  /** Milliseconds since 1970; null = not known. */
  readonly modifiedMs: number | null;
  /** Bits of `ATTRIBUTE`. */
  readonly attributes: number;
  readonly linkTarget: string | null;
  /** It is there at the point in view. */
  readonly here: boolean;
  /** One for each of the request's points; null = that point's listing is not known yet. */
  readonly cells: readonly (PointCell | null)[];
}

export interface FolderView {
  /** Rows that match. */
  readonly total: number;
  readonly rows: readonly FolderRow[];
  /** Of the folder itself and all below, at the point in view. */
  readonly files: number;
  readonly folders: number;
  readonly bytes: number;
  /** Rows (before the filter) that changed along the points, and that came and went. */
  readonly changedRows: number;
  readonly goneRows: number;
  /** For each point: its listing is known. */
  readonly known: readonly boolean[];
}

interface RowCounts {
  readonly changedRows: number;
  readonly goneRows: number;
}

/** Enough for a folder, the one before, and the letters of a filter as they are typed. */
const KEPT_SETS = 8;

/** Folder views; keeps the last few orders and counts, so that windows of the same view are quick. */
export class FolderRows {
  private sets = new Map<string, RowSet>();
  private counts = new Map<string, RowCounts>();
  private ids = new WeakMap<object, number>();
  private nextId = 1;

  /**
   * `listing`: the point in view, which need not be among `points` (newest first). A name that stands several times in a
   * folder is one row, the first of them; a name that is empty is none. Throws 'bad-request' where there is no such folder.
   */
  view(listing: Listing, points: readonly HistoryPoint[], path: string, wanted: RowsWanted): FolderView {
    const folder = listing.find(path);
    if (folder < 0 || !listing.isFolder(folder))
      throw new DiskError({
        code: 'bad-request',
        message: `The volume has no folder “${printable(path)}” at this point.`,
      });
    const scene: FolderScene = { listing, folder, path: listing.path(folder), points };
    const set = this.setOf(scene, wanted.filter, wanted.deep && wanted.filter !== '');
    const places = set.inOrder(wanted.order, wanted.descending);
    const first = Math.max(0, wanted.first);
    const rowOf = rowMaker(points);
    const rows: FolderRow[] = [];
    for (const place of places.subarray(first, first + Math.max(0, wanted.count))) {
      const source = set.sources[place];
      if (source) rows.push(rowOf(source));
    }
    return {
      total: set.sources.length,
      rows,
      ...listing.totalsOf(folder),
      ...this.countsOf(scene),
      known: points.map((point) => point.listing !== null),
    };
  }

  /** Lets go of all that is kept, and with it of listings. */
  clear(): void {
    this.sets.clear();
    this.counts.clear();
  }

  private setOf(scene: FolderScene, filter: string, deep: boolean): RowSet {
    const listings = [scene.listing, ...scene.points.map(({ listing }) => listing)];
    const key = JSON.stringify([listings.map((listing) => this.idOf(listing)), scene.path, filter, deep]);
    return kept(this.sets, key, () => new RowSet(scene, filter, deep));
  }

  private countsOf(scene: FolderScene): RowCounts {
    const points = scene.points.map(({ listing, contents }) => [
      this.idOf(listing),
      this.idOf(contents),
      contents?.size,
    ]);
    const key = JSON.stringify([this.idOf(scene.listing), points, scene.path]);
    return kept(this.counts, key, () => ({
      changedRows: countChanged(scene),
      goneRows: this.setOf(scene, '', false).sources.filter(({ here }) => !here).length,
    }));
  }

  private idOf(object: object | null | undefined): number {
    if (!object) return 0;
    const id = this.ids.get(object) ?? this.nextId++;
    this.ids.set(object, id);
    return id;
  }
}

/** What is kept under `key`, else made; the least recently used goes. */
function kept<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const value = cache.get(key) ?? make();
  cache.delete(key);
  cache.set(key, value);
  for (const oldest of cache.keys()) {
    if (cache.size <= KEPT_SETS) break;
    cache.delete(oldest);
  }
  return value;
}

/** Rows at the point in view that changed from any point to the next, or were gone in between or later. */
function countChanged({ listing, folder, path, points }: FolderScene): number {
  const folders = entriesAt(points, path);
  const names = new Set<string>();
  for (const step of stepsOf(points)) {
    const { newer, older } = step;
    const [newerFolder, olderFolder] = [folders[step.at] ?? -1, folders[step.olderAt] ?? -1];
    if (olderFolder < 0 || (newerFolder >= 0 && !changedIn(step, newerFolder))) continue;
    const pair = pairOf(newer.listing, older.listing);
    if (newerFolder >= 0)
      for (const entry of newer.listing.children(newerFolder)) {
        if (pair.olderOf(entry) < 0 || !changedIn(step, entry)) continue;
        const name = newer.listing.name(entry);
        if (newer.listing.child(newerFolder, name) === entry) names.add(name);
      }
    for (const entry of older.listing.children(olderFolder)) {
      if (pair.isInNewer(entry)) continue;
      const name = older.listing.name(entry);
      if (newerFolder < 0 || newer.listing.child(newerFolder, name) < 0) names.add(name);
    }
  }
  let changed = 0;
  for (const name of names) if (name !== '' && listing.child(folder, name) >= 0) changed++;
  return changed;
}

function rowMaker(points: readonly HistoryPoint[]): (source: RowSource) => FolderRow {
  const steps = stepsOf(points);
  const foldersAt = new Map<string, number[]>();
  return ({ listing, entry, here }) => {
    const name = listing.name(entry);
    const rowPath = listing.path(entry);
    // Rows of a search share few folders.
    const folderPath = rowPath.slice(0, Math.max(0, rowPath.length - name.length - 1));
    const folders = foldersAt.get(folderPath) ?? entriesAt(points, folderPath);
    foldersAt.set(folderPath, folders);
    const isFolder = listing.isFolder(entry);
    return {
      name,
      path: rowPath,
      kind: listing.kind(entry),
      ...entryFacts(listing, entry),
      items: isFolder ? listing.itemsIn(entry) : null,
      attributes: listing.data.attributes[entry] ?? 0,
      linkTarget: listing.data.linkTargets.get(entry) ?? null,
      here,
      cells: cellsOf(points, childrenAt(points, folders, name), steps),
    };
  };
}
