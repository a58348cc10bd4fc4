/**
 * Every entry of a volume, in columns: a hundred thousand files take a few megabytes and cross threads cheaply. Entry 0 is
 * the root; a folder stands before what is in it.
 */
import { assert, must } from '../base/assert.ts';

export const ROOT_ENTRY = 0;

/** `kinds` holds places in this list. 'other': a device, a socket, a pipe. */
export const ENTRY_KINDS = ['file', 'folder', 'link', 'other'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];
const FOLDER = ENTRY_KINDS.indexOf('folder');

/** Bits of `attributes`. */
export const ATTRIBUTE = {
  hidden: 1,
  system: 2,
  readOnly: 4,
  compressed: 8,
  encrypted: 16,
  sparse: 32,
} as const;

export interface ListingData {
  /** Without folders; the root's is ''. Text from the disk: anything may stand in it but `/`. */
  readonly names: readonly string[];
  /** The folder that each lies in; the root's is -1. Always smaller than the entry itself. */
  readonly parents: Int32Array;
  readonly kinds: Uint8Array;
  /** Bytes; 0 for folders. */
  readonly sizes: Float64Array;
  /** Milliseconds since 1970, NaN = not known. */
  readonly modifiedMs: Float64Array;
  readonly attributes: Uint8Array;
  /** MFT record or inode, NaN = the reader does not say. */
  readonly fileNumbers: Float64Array;
  /** Where symbolic links lead, by entry. */
  readonly linkTargets: ReadonlyMap<number, string>;
}

/** What lies in a folder and all folders below it. */
interface FolderTotals {
  readonly files: number;
  readonly folders: number;
  readonly bytes: number;
}

/** By entry: the first in a folder, the next in the same folder (-1: none), how many a folder holds. */
interface Links {
  readonly first: Int32Array;
  readonly next: Int32Array;
  readonly items: Int32Array;
}

interface TotalColumns {
  readonly files: Int32Array;
  readonly folders: Int32Array;
  readonly bytes: Float64Array;
}

/** Folders up to this size are looked through, larger ones get an index of their names. */
const FEW_ITEMS = 16;
/** So many names are kept in indexes. */
const MOST_INDEXED = 1 << 18;

export class Listing {
  private linked: Links | null = null;
  private totals: TotalColumns | null = null;
  private readonly indexes = new Map<number, Map<string, number>>();
  private indexedNames = 0;
  /** 1 for what no path leads to; null: not looked for yet. */
  private hidden: Uint8Array | null = null;

  constructor(readonly data: ListingData) {
    const { parents, names } = data;
    assert(names.length > 0 && parents[ROOT_ENTRY] === -1, 'a listing begins with its root');
    for (const column of [
      parents,
      data.kinds,
      data.sizes,
      data.modifiedMs,
      data.attributes,
      data.fileNumbers,
    ])
      assert(column.length === names.length, 'columns of a listing are of one length');
    for (let entry = 1; entry < names.length; entry++) {
      const parent = parents[entry] ?? -1;
      assert(parent >= 0 && parent < entry, 'a folder stands before what is in it');
    }
  }

  /** The root counts. */
  get count(): number {
    return this.data.names.length;
  }

  name(entry: number): string {
    return must(this.data.names[entry], 'an entry of the listing');
  }
  kind(entry: number): EntryKind {
    return must(ENTRY_KINDS[this.data.kinds[entry] ?? -1], 'an entry of the listing');
  }
  isFolder(entry: number): boolean {
    return this.data.kinds[entry] === FOLDER;
  }
  parent(entry: number): number {
    return this.data.parents[entry] ?? -1;
  }
  sizeBytes(entry: number): number {
    return this.data.sizes[entry] ?? 0;
  }
  /** NaN = not known. */
  modifiedMs(entry: number): number {
    return this.data.modifiedMs[entry] ?? Number.NaN;
  }

  /** From the root, `/` between; the root's is ''. */
  path(entry: number): string {
    const parts: string[] = [];
    for (let at = entry; at > ROOT_ENTRY; at = this.parent(at)) parts.push(this.name(at));
    return parts.reverse().join('/');
  }

  /** In the order of the listing. */
  *children(folder: number): Generator<number, void, undefined> {
    for (let entry = this.firstIn(folder); entry >= 0; entry = this.nextAfter(entry)) yield entry;
  }

  /** The first entry of a folder in the order of the listing, -1: it is empty. With `nextAfter` for walks of all entries. */
  firstIn(folder: number): number {
    return this.links().first[folder] ?? -1;
  }
  /** The entry after this one in the same folder, or -1. */
  nextAfter(entry: number): number {
    return this.links().next[entry] ?? -1;
  }
  /** How many files and folders lie directly in it. */
  itemsIn(folder: number): number {
    return this.links().items[folder] ?? 0;
  }

  /** The entry of this name in a folder (the first, where several have it), or -1. */
  child(folder: number, name: string): number {
    if (this.itemsIn(folder) > FEW_ITEMS) return this.indexOf(folder).get(name) ?? -1;
    let entry = this.firstIn(folder);
    while (entry >= 0 && this.data.names[entry] !== name) entry = this.nextAfter(entry);
    return entry;
  }

  /** The entry at `path` (the first, where several have it), or -1. */
  find(path: string): number {
    let at = ROOT_ENTRY;
    for (const part of path.split('/')) {
      if (part !== '') at = this.child(at, part);
      if (at < 0) return -1;
    }
    return at;
  }

  /** `find` of its path gives it: it has a name, no other of that name stands before it, and so for the folders above. */
  reachable(entry: number): boolean {
    this.hidden ??= this.findHidden();
    return this.hidden[entry] !== 1;
  }

  /** The entry and, where it is a folder, everything below it, ascending. */
  under(entry: number): number[] {
    const inside = new Uint8Array(this.count);
    inside[entry] = 1;
    const found = [entry];
    for (let at = entry + 1; at < this.count; at++) {
      if (inside[this.parent(at)] !== 1) continue;
      inside[at] = 1;
      found.push(at);
    }
    return found;
  }

  /** It is `folder`, or lies below it. */
  isUnder(entry: number, folder: number): boolean {
    let at = entry;
    while (at > folder) at = this.parent(at);
    return at === folder;
  }

  totalsOf(folder: number): FolderTotals {
    assert(folder >= 0 && folder < this.count, 'an entry of the listing');
    this.totals ??= this.countAll();
    const { files, folders, bytes } = this.totals;
    return { files: files[folder] ?? 0, folders: folders[folder] ?? 0, bytes: bytes[folder] ?? 0 };
  }

  private countAll(): TotalColumns {
    const { count } = this;
    const { kinds, parents, sizes } = this.data;
    const files = new Int32Array(count);
    const folders = new Int32Array(count);
    const bytes = new Float64Array(count);
    // A folder stands before what is in it: backwards, everything below is counted already.
    for (let entry = count - 1; entry > ROOT_ENTRY; entry--) {
      const above = parents[entry] ?? 0;
      const folder = kinds[entry] === FOLDER ? 1 : 0;
      files[above] = (files[above] ?? 0) + (files[entry] ?? 0) + 1 - folder;
      folders[above] = (folders[above] ?? 0) + (folders[entry] ?? 0) + folder;
      bytes[above] = (bytes[above] ?? 0) + (bytes[entry] ?? 0) + (sizes[entry] ?? 0);
    }
    return { files, folders, bytes };
  }

  private links(): Links {
    if (this.linked) return this.linked;
    const { count } = this;
    const { parents } = this.data;
    const first = new Int32Array(count).fill(-1);
    const next = new Int32Array(count).fill(-1);
    const items = new Int32Array(count);
    for (let entry = count - 1; entry > ROOT_ENTRY; entry--) {
      const folder = parents[entry] ?? 0;
      next[entry] = first[folder] ?? -1;
      first[folder] = entry;
      items[folder] = (items[folder] ?? 0) + 1;
    }
    this.linked = { first, next, items };
    return this.linked;
  }

  private indexOf(folder: number): Map<string, number> {
    const known = this.indexes.get(folder);
    if (known) return known;
    const index = new Map<string, number>();
    for (let entry = this.firstIn(folder); entry >= 0; entry = this.nextAfter(entry)) {
      const name = this.name(entry);
      if (!index.has(name)) index.set(name, entry);
    }
    if (this.indexedNames + index.size > MOST_INDEXED) {
      this.indexes.clear();
      this.indexedNames = 0;
    }
    this.indexes.set(folder, index);
    this.indexedNames += index.size;
    return index;
  }

  private findHidden(): Uint8Array {
    const hidden = new Uint8Array(this.count);
    const seen = new Set<string>();
    for (let folder = 0; folder < this.count; folder++) {
      let entry = this.firstIn(folder);
      if (entry < 0) continue;
      seen.clear();
      for (; entry >= 0; entry = this.nextAfter(entry)) {
        const name = this.name(entry);
        if (hidden[folder] === 1 || name === '' || seen.has(name)) hidden[entry] = 1;
        seen.add(name);
      }
    }
    return hidden;
  }
}

/** A volume with nothing in it: for a point that is known not to have the volume. */
export function emptyListing(): Listing {
  return new Listing({
    names: [''],
    parents: Int32Array.of(-1),
    kinds: Uint8Array.of(FOLDER),
    sizes: new Float64Array(1),
    modifiedMs: Float64Array.of(Number.NaN),
    attributes: new Uint8Array(1),
    fileNumbers: Float64Array.of(Number.NaN),
    linkTargets: new Map(),
  });
}
