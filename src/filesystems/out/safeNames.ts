/** Where each entry of an extraction goes: names that the target can hold, folder by folder, no two of them one. */
import { inParallel } from '../../base/inParallel.ts';
import { type Listing, ROOT_ENTRY } from '../listing.ts';
import { heldName, isShort, looksShort, type NameRules, nameKey, nameParts } from './nameRules.ts';
import { type ExtractionPlan, toldPath } from './planExtraction.ts';

interface NameWanted {
  readonly name: string;
  readonly isFolder: boolean;
}

/** Room for ` (1234567)`. */
const NUMBER_BYTES = 10;

/** The names of one folder: each is given once. */
class FolderNames {
  private readonly used = new Set<string>();
  private readonly numbers = new Map<string, number>();

  constructor(private readonly rules: NameRules) {}

  /** False where it is taken. */
  take(name: string): boolean {
    const key = nameKey(name, this.rules);
    if (this.used.has(key)) return false;
    this.used.add(key);
    return true;
  }

  /** The name, or `name (2).txt`, `name (3).txt` … */
  takeFree({ name, isFolder }: NameWanted): string {
    if (this.take(name)) return name;
    // Cut alike whatever the number: then names that try the same numbers share one count, however many they are.
    const { stem, ending } = nameParts(name, isFolder, NUMBER_BYTES);
    const series = nameKey(`${stem}/${ending}`, this.rules);
    for (let number = this.numbers.get(series) ?? 2; ; number++) {
      const numbered = `${stem} (${number})${ending}`;
      if (!this.take(numbered)) continue;
      this.numbers.set(series, number + 1);
      return numbered;
    }
  }
}

/**
 * Names for what goes into one folder, in the order given. What needs no change keeps its name before anything else gets
 * it; the others follow in their order. `taken`: names that are there already.
 */
export function folderNames(
  wanted: readonly NameWanted[],
  rules: NameRules,
  taken: Iterable<string> = [],
): string[] {
  const folder = new FolderNames(rules);
  for (const name of taken) folder.take(name);
  const hasLong = rules.hasShortNames && wanted.some(({ name }) => !isShort(name));
  const held = wanted.map(({ name, isFolder }) => {
    const safe = heldName(name, rules, isFolder);
    return hasLong && looksShort(safe) ? safe.replace('~', '_') : safe;
  });
  const names = wanted.map(({ name }, index) => (held[index] === name && folder.take(name) ? name : null));
  return names.map(
    (name, index) =>
      name ?? folder.takeFree({ name: held[index] ?? '_', isFolder: wanted[index]?.isFolder ?? false }),
  );
}

export interface RenamedEntry {
  /** Its path in the volume. */
  readonly from: string;
  /** Its path in the target, `/` between. */
  readonly to: string;
}

export class SafeNames {
  /** Only those that are not the entry's own. */
  private readonly changed = new Map<number, string>();
  private readonly isTop: ReadonlySet<number>;
  /** For renaming later: the names in use, by folder. */
  private readonly later = new Map<number, FolderNames>();
  private readonly inFolders = new Map<number, number[]>();

  constructor(
    private readonly listing: Listing,
    plan: ExtractionPlan,
    private readonly rules: NameRules,
  ) {
    this.isTop = new Set(plan.tops);
    // Both ascend, and so do the entries of each folder once they are merged.
    for (const entry of plan.folders) this.put(entry);
    for (const { entry } of plan.items) this.put(entry);
    for (const [folder, entries] of this.inFolders) {
      entries.sort((a, b) => a - b);
      if (folder !== ROOT_ENTRY - 1) this.assign(entries, []);
    }
    this.assign(this.tops, []);
  }

  /** Names that `has` finds in the target are not used again for what stands directly in it. */
  async avoid(has: (name: string) => Promise<boolean>): Promise<void> {
    const taken = new Set<string>();
    const free = new Set<string>();
    for (;;) {
      const unknown = this.tops.map((entry) => this.name(entry)).filter((name) => !free.has(name));
      if (unknown.length === 0) return;
      const there = await inParallel(unknown, 16, has);
      unknown.forEach((name, index) => {
        (there[index] === true ? taken : free).add(name);
      });
      this.assign(this.tops, taken);
    }
  }

  name(entry: number): string {
    return this.changed.get(entry) ?? this.listing.name(entry);
  }

  /** The folder of the plan that the entry goes into; null = the target itself. */
  folder(entry: number): number | null {
    return this.isTop.has(entry) ? null : this.listing.parent(entry);
  }

  /** From the target down: single components, never `.`, `..` or with a separator. */
  parts(entry: number): string[] {
    const parts: string[] = [];
    for (let at: number | null = entry; at !== null; at = this.folder(at)) parts.push(this.name(at));
    return parts.reverse();
  }

  path(entry: number): string {
    return this.parts(entry).join('/');
  }

  /** Another name for an entry whose own the target refused: by stricter rules, and free in its folder. */
  rename(entry: number, rules: NameRules): string {
    const folder = this.folder(entry) ?? ROOT_ENTRY - 1;
    let names = this.later.get(folder);
    if (!names) {
      names = new FolderNames(rules);
      for (const other of this.inFolders.get(folder) ?? []) names.take(this.name(other));
      this.later.set(folder, names);
    }
    const isFolder = this.listing.kind(entry) === 'folder';
    const name = names.takeFree({ name: heldName(this.name(entry), rules, isFolder), isFolder });
    this.changed.set(entry, name);
    return name;
  }

  /** Ascending. */
  get renamed(): RenamedEntry[] {
    const entries = [...this.changed.keys()].sort((a, b) => a - b);
    return entries.map((entry) => ({
      from: toldPath(this.listing.path(entry)),
      to: toldPath(this.path(entry)),
    }));
  }

  private get tops(): readonly number[] {
    return this.inFolders.get(ROOT_ENTRY - 1) ?? [];
  }

  private put(entry: number): void {
    const folder = this.folder(entry) ?? ROOT_ENTRY - 1;
    const entries = this.inFolders.get(folder);
    if (entries) entries.push(entry);
    else this.inFolders.set(folder, [entry]);
  }

  private assign(entries: readonly number[], taken: Iterable<string>): void {
    const wanted = entries.map((entry) => ({
      name: this.listing.name(entry),
      isFolder: this.listing.kind(entry) === 'folder',
    }));
    folderNames(wanted, this.rules, taken).forEach((name, index) => {
      const entry = entries[index] ?? ROOT_ENTRY;
      if (name === wanted[index]?.name) this.changed.delete(entry);
      else this.changed.set(entry, name);
    });
  }
}
