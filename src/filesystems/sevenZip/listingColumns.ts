/** Puts a listing's columns together, entry by entry, in the order in which they come. */
import { DiskError } from '../../base/errors.ts';
import { grouped } from '../../base/units.ts';
import { ENTRY_KINDS, type EntryKind, type ListingData, ROOT_ENTRY } from '../listing.ts';

export interface EntryFacts {
  readonly kind: EntryKind;
  readonly sizeBytes: number;
  /** NaN = not known, as for the number. */
  readonly modifiedMs: number;
  readonly attributes: number;
  readonly fileNumber: number;
  /** '' where it is no link. */
  readonly linkTarget: string;
}

const KIND_NUMBER = new Map<EntryKind, number>(ENTRY_KINDS.map((kind, number) => [kind, number]));
const FIRST_ROOM = 1024;

export class ListingColumns {
  private readonly names: string[] = [''];
  private parents = new Int32Array(FIRST_ROOM);
  private kinds = new Uint8Array(FIRST_ROOM);
  private sizes = new Float64Array(FIRST_ROOM);
  private modifiedMs = new Float64Array(FIRST_ROOM);
  private attributes = new Uint8Array(FIRST_ROOM);
  private fileNumbers = new Float64Array(FIRST_ROOM);
  private readonly linkTargets = new Map<number, string>();
  private readonly folders = new Map<string, number>([['', ROOT_ENTRY]]);

  constructor(private readonly mostEntries: number) {
    this.fill(ROOT_ENTRY, -1, FOLDER);
  }

  /** The root does not count. */
  get count(): number {
    return this.names.length - 1;
  }

  /** The folder at `path`; made, with everything above it, where only paths of files have named it so far. */
  folder(path: string): number {
    const known = this.folders.get(path);
    if (known !== undefined) return known;
    // Not by recursion: a path may be as deep as a damaged file system makes it.
    const missing: string[] = [];
    let above = path;
    let entry: number | undefined;
    while (entry === undefined) {
      missing.push(above);
      above = above.slice(0, Math.max(0, above.lastIndexOf('/')));
      entry = this.folders.get(above);
    }
    for (const next of missing.reverse()) {
      entry = this.append(next.slice(next.lastIndexOf('/') + 1), entry, FOLDER);
      this.folders.set(next, entry);
    }
    return entry;
  }

  /** One more entry that is no folder. */
  add(name: string, parent: number, facts: EntryFacts): void {
    const entry = this.append(name, parent, facts);
    if (facts.kind === 'link') this.linkTargets.set(entry, facts.linkTarget);
  }

  /** What is told of a folder that may be known by its path already. */
  describe(folder: number, facts: EntryFacts): void {
    this.fill(folder, this.parents[folder] ?? -1, facts);
  }

  /** All entries in `folder` and below get these bits too. */
  mark(folder: number, attributes: number): void {
    const inside = new Uint8Array(this.names.length);
    inside[folder] = 1;
    for (let entry = folder; entry < inside.length; entry++) {
      if (entry !== folder && inside[this.parents[entry] ?? 0] !== 1) continue;
      inside[entry] = 1;
      this.attributes[entry] = (this.attributes[entry] ?? 0) | attributes;
    }
  }

  /** The folder at `path`, or null. */
  find(path: string): number | null {
    return this.folders.get(path) ?? null;
  }

  toData(): ListingData {
    const count = this.names.length;
    return {
      names: this.names,
      parents: this.parents.slice(0, count),
      kinds: this.kinds.slice(0, count),
      sizes: this.sizes.slice(0, count),
      modifiedMs: this.modifiedMs.slice(0, count),
      attributes: this.attributes.slice(0, count),
      fileNumbers: this.fileNumbers.slice(0, count),
      linkTargets: this.linkTargets,
    };
  }

  private append(name: string, parent: number, facts: EntryFacts): number {
    if (this.count >= this.mostEntries)
      throw new DiskError({
        code: 'limit',
        message: `The volume holds more than ${grouped(this.mostEntries)} files and folders.`,
        meaning:
          'A listing of so many does not fit in memory; or the file system is damaged and repeats itself.',
      });
    const entry = this.names.length;
    if (entry === this.parents.length) this.grow();
    this.names.push(name);
    this.fill(entry, parent, facts);
    return entry;
  }

  private fill(entry: number, parent: number, facts: EntryFacts): void {
    this.parents[entry] = parent;
    this.kinds[entry] = KIND_NUMBER.get(facts.kind) ?? 0;
    this.sizes[entry] = facts.sizeBytes;
    this.modifiedMs[entry] = facts.modifiedMs;
    this.attributes[entry] = facts.attributes;
    this.fileNumbers[entry] = facts.fileNumber;
  }

  private grow(): void {
    const room = this.parents.length * 2;
    this.parents = copied(this.parents, new Int32Array(room));
    this.kinds = copied(this.kinds, new Uint8Array(room));
    this.sizes = copied(this.sizes, new Float64Array(room));
    this.modifiedMs = copied(this.modifiedMs, new Float64Array(room));
    this.attributes = copied(this.attributes, new Uint8Array(room));
    this.fileNumbers = copied(this.fileNumbers, new Float64Array(room));
  }
}

const FOLDER: EntryFacts = {
  kind: 'folder',
  sizeBytes: 0,
  modifiedMs: Number.NaN,
  attributes: 0,
  fileNumber: Number.NaN,
  linkTarget: '',
};

function copied<T extends { set(from: T): void }>(from: T, into: T): T {
  into.set(from);
  return into;
}
