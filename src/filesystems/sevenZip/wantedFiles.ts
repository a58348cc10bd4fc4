/** The files that a run is to give out: which names 7-Zip is asked for, and which file is which. */
import type { ReadItem } from '../fileSystem.ts';
import { listedName, listLine, type SharedPaths } from './producedNames.ts';

/** 7-Zip compares every file with every line: above these, it is asked for whole folders, or for everything. */
const MOST_LINES_OF_FOLDER = 100;
const MOST_LINES = 2000;

interface Group {
  /** By their place among all that have this path. */
  readonly items: Map<number, ReadItem>;
  seen: number;
}

export class WantedFiles {
  private readonly groups = new Map<string, Group>();
  private readonly left: Set<ReadItem>;

  /** `pathOf`: an item's path as 7-Zip has it. */
  constructor(
    items: readonly ReadItem[],
    shared: SharedPaths,
    private readonly pathOf: (item: ReadItem) => string,
  ) {
    this.left = new Set(items);
    for (const item of items) {
      const path = listedName(pathOf(item));
      const group = this.groups.get(path) ?? { items: new Map(), seen: 0 };
      this.groups.set(path, group);
      group.items.set(Math.max(0, shared.get(listedName(item.path))?.indexOf(item.entry) ?? 0), item);
    }
  }

  get isDone(): boolean {
    return this.left.size === 0;
  }

  /** Those that were not given out. */
  get missing(): ReadItem[] {
    return [...this.left];
  }

  /** Another file of this path came; its item, or null where nobody wants it. */
  take(path: string): ReadItem | null {
    const group = this.groups.get(listedName(path));
    if (!group) return null;
    const item = group.items.get(group.seen++);
    if (!item || !this.left.delete(item)) return null;
    return item;
  }

  /** Lines of the list of what 7-Zip looks for: it finds at least what is wanted. */
  lines(): string {
    const folders = new Map<string, ReadItem[]>();
    for (const item of this.left) {
      const path = this.pathOf(item);
      const folder = path.slice(0, path.lastIndexOf('/') + 1);
      const inside = folders.get(folder);
      if (inside) inside.push(item);
      else folders.set(folder, [item]);
    }
    const lines: string[] = [];
    for (const [folder, inside] of folders) {
      if (inside.length > MOST_LINES_OF_FOLDER) lines.push(listLine(folder).replace(/"$/, '*"'));
      else for (const item of inside) lines.push(listLine(this.pathOf(item)));
    }
    return (lines.length > MOST_LINES ? ['"*"'] : lines).join('\n');
  }
}

/**
 * Items that one run can give out, and those that have to wait: 7-Zip makes no file where it made a folder, and none twice.
 */
export function compatible(items: readonly ReadItem[]): { now: ReadItem[]; later: ReadItem[] } {
  const folders = new Set<string>();
  for (const { path } of items) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const folder = path.slice(0, at);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  const entries = new Set<number>();
  const now: ReadItem[] = [];
  const later: ReadItem[] = [];
  for (const item of items) {
    const waits = entries.has(item.entry) || folders.has(item.path);
    entries.add(item.entry);
    (waits ? later : now).push(item);
  }
  // Only files whose path is a folder's too: without the files in it, they can be made.
  return now.length > 0 ? { now, later } : { now: later, later: [] };
}
