/**
 * Two listings of one volume, walked together: which entry of the newer is which of the older, and below which folders
 * anything differs. Made once for every pair and kept as long as both listings are.
 *
 * Entries belong together by their path, compared exactly as stored. Where a folder holds a name several times (damaged
 * file systems do), the first belongs to the first, the second to the second.
 */
import { type ContentVerdict, contentVerdict, whyChanged } from './entryChange.ts';
import { type Listing, ROOT_ENTRY } from './listing.ts';

/** Hashes (SHA-256, hex) by entry of a listing. A map that is handed over may grow, but loses and changes nothing. */
export type KnownContents = ReadonlyMap<number, string>;

const NO_CONTENTS: KnownContents = new Map();

/** The counts that change where contents are known. */
interface Overlay {
  readonly newer: KnownContents;
  readonly older: KnownContents;
  readonly sizes: string;
  readonly counts: ReadonlyMap<number, number>;
}

class ListingPair {
  /** By entry of the newer; -1: not in the older. */
  private readonly toOlder: Int32Array;
  /** By entry of the older: 1, the newer has it too. */
  private readonly inNewer: Uint8Array;
  /** By entry of the newer: 1 for a change of its own, and 1 for each entry directly in it that was added, removed or changed. */
  private readonly counts: Int32Array;
  private overlay: Overlay | null = null;

  constructor(
    readonly newer: Listing,
    readonly older: Listing,
  ) {
    const same = newer === older;
    this.toOlder = new Int32Array(same ? 0 : newer.count).fill(-1);
    this.inNewer = new Uint8Array(same ? 0 : older.count);
    this.counts = new Int32Array(same ? 0 : newer.count);
    if (!same) this.match();
  }

  /** The older listing's entry of the same path, or -1. */
  olderOf(entry: number): number {
    return this.newer === this.older ? entry : (this.toOlder[entry] ?? -1);
  }

  /** An entry of the older listing is in the newer too. */
  isInNewer(olderEntry: number): boolean {
    return this.newer === this.older || this.inNewer[olderEntry] === 1;
  }

  /** An entry that both have: it changed, or anything below it was added, removed or changed. */
  changed(entry: number, newerContents = NO_CONTENTS, olderContents = NO_CONTENTS): boolean {
    const plain = this.counts[entry] ?? 0;
    if (newerContents.size === 0 || olderContents.size === 0) return plain > 0;
    return (this.countsWith(newerContents, olderContents).get(entry) ?? plain) > 0;
  }

  /** Folder by folder: those before have said which folder of the older one each is. */
  private match(): void {
    const { newer, toOlder, counts } = this;
    this.join(ROOT_ENTRY, ROOT_ENTRY);
    for (let folder = 0; folder < newer.count; folder++) {
      const olderFolder = toOlder[folder] ?? -1;
      if (olderFolder >= 0) this.matchFolder(folder, olderFolder);
    }
    for (let entry = newer.count - 1; entry > ROOT_ENTRY; entry--) {
      if ((counts[entry] ?? 0) > 0 || (toOlder[entry] ?? -1) < 0) this.count(newer.parent(entry), 1);
    }
  }

  private matchFolder(folder: number, olderFolder: number): void {
    const { newer, older } = this;
    let entry = newer.firstIn(folder);
    let olderEntry = older.firstIn(olderFolder);
    // From point to point little changes, and file systems list what stays in the same order.
    while (entry >= 0 && olderEntry >= 0 && newer.name(entry) === older.name(olderEntry)) {
      this.join(entry, olderEntry);
      entry = newer.nextAfter(entry);
      olderEntry = older.nextAfter(olderEntry);
    }
    if (entry < 0 && olderEntry < 0) return;
    const rest = new NamesLeft(older, olderEntry);
    for (; entry >= 0 && rest.size > 0; entry = newer.nextAfter(entry)) {
      const found = rest.take(newer.name(entry));
      if (found >= 0) this.join(entry, found);
    }
    this.count(folder, rest.size);
  }

  private join(entry: number, olderEntry: number): void {
    this.toOlder[entry] = olderEntry;
    this.inNewer[olderEntry] = 1;
    if (whyChanged(this.newer, entry, this.older, olderEntry, 'unknown').length > 0) this.count(entry, 1);
  }

  private count(entry: number, more: number): void {
    this.counts[entry] = (this.counts[entry] ?? 0) + more;
  }

  private countsWith(
    newerContents: KnownContents,
    olderContents: KnownContents,
  ): ReadonlyMap<number, number> {
    const sizes = `${newerContents.size} ${olderContents.size}`;
    const kept = this.overlay;
    if (kept && kept.newer === newerContents && kept.older === olderContents && kept.sizes === sizes)
      return kept.counts;
    const counts = new Map<number, number>();
    for (const [entry, hash] of newerContents) {
      const olderEntry = this.olderOf(entry);
      if (olderEntry >= 0)
        this.weigh(counts, entry, olderEntry, contentVerdict(hash, olderContents.get(olderEntry)));
    }
    this.overlay = { newer: newerContents, older: olderContents, sizes, counts };
    return counts;
  }

  /** Corrects an entry's own count, and those above it as far as they turn from changed to unchanged or back. */
  private weigh(
    counts: Map<number, number>,
    entry: number,
    olderEntry: number,
    verdict: ContentVerdict,
  ): void {
    const { newer, older } = this;
    const own = (contents: ContentVerdict) =>
      whyChanged(newer, entry, older, olderEntry, contents).length > 0 ? 1 : 0;
    let more = own(verdict) - own('unknown');
    for (let at = entry; more !== 0 && at >= 0; at = newer.parent(at)) {
      const before = counts.get(at) ?? this.counts[at] ?? 0;
      const after = before + more;
      counts.set(at, after);
      more = (after > 0 ? 1 : 0) - (before > 0 ? 1 : 0);
    }
  }
}

/** The entries of a folder from one of them on, to be taken away by name, the first of a name first. */
class NamesLeft {
  size = 0;
  private readonly first = new Map<string, number>();
  /** Where a name stands several times: the next after an entry. */
  private readonly again = new Map<number, number>();
  private readonly last = new Map<string, number>();

  constructor(listing: Listing, from: number) {
    for (let entry = from; entry >= 0; entry = listing.nextAfter(entry)) this.add(listing.name(entry), entry);
  }

  private add(name: string, entry: number): void {
    this.size++;
    if (!this.first.has(name)) {
      this.first.set(name, entry);
      return;
    }
    this.again.set(this.last.get(name) ?? this.first.get(name) ?? entry, entry);
    this.last.set(name, entry);
  }

  take(name: string): number {
    const entry = this.first.get(name);
    if (entry === undefined) return -1;
    this.size--;
    const next = this.again.get(entry);
    if (next === undefined) this.first.delete(name);
    else this.first.set(name, next);
    return entry;
  }
}

const pairs = new WeakMap<Listing, WeakMap<Listing, ListingPair>>();

/** Made at the first call for these two. */
export function pairOf(newer: Listing, older: Listing): ListingPair {
  let ofNewer = pairs.get(newer);
  if (!ofNewer) {
    ofNewer = new WeakMap();
    pairs.set(newer, ofNewer);
  }
  let pair = ofNewer.get(older);
  if (!pair) {
    pair = new ListingPair(newer, older);
    ofNewer.set(older, pair);
  }
  return pair;
}
