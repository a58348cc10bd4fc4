/**
 * What was opened before, kept in this browser only: handles, which need permission again, and a few figures. A browser
 * without handles keeps nothing.
 */
import { get, set } from 'idb-keyval';
import type { PileView } from '../../engine/api.ts';
import { sharedName } from './names.ts';

export interface RecentEntry {
  readonly id: string;
  readonly title: string;
  readonly handles: readonly FileSystemHandle[];
  readonly disks: number;
  readonly sizeBytes: number;
  readonly errors: number;
  readonly warnings: number;
  /** Milliseconds since 1970. */
  readonly openedMs: number;
}

/** Where the entries lie: IndexedDB, which can hold handles; tests bring another. */
export interface RecentStore {
  load(): Promise<readonly RecentEntry[]>;
  save(entries: readonly RecentEntry[]): Promise<void>;
}

const KEY = 'disklab-recent';
const MOST_ENTRIES = 8;
/** More loose files than this are not one thing that somebody would open again. */
const MOST_HANDLES = 500;

const indexedDbStore: RecentStore = {
  load: async () => (await get<readonly RecentEntry[]>(KEY)) ?? [],
  save: (entries) => set(KEY, entries),
};

export class Recent {
  list: readonly RecentEntry[] = $state.raw([]);
  readonly #store: RecentStore;

  constructor(store: RecentStore = indexedDbStore) {
    this.#store = store;
  }

  async load(): Promise<void> {
    try {
      this.list = await this.#store.load();
    } catch {
      // A browser that keeps nothing has no recent files; the page works without.
      this.list = [];
    }
  }

  /** Puts what was opened on top; the same handles opened before move up. */
  async remember(handles: readonly FileSystemHandle[], pile: PileView): Promise<void> {
    if (handles.length === 0 || handles.length > MOST_HANDLES || pile.files.length === 0) return;
    const entry = summary(handles, pile);
    const others: RecentEntry[] = [];
    for (const other of this.list) if (!(await sameHandles(other.handles, handles))) others.push(other);
    await this.#keep([entry, ...others].slice(0, MOST_ENTRIES));
  }

  async forget(id: string): Promise<void> {
    await this.#keep(this.list.filter((entry) => entry.id !== id));
  }

  async forgetAll(): Promise<void> {
    await this.#keep([]);
  }

  async #keep(list: readonly RecentEntry[]): Promise<void> {
    this.list = list;
    try {
      await this.#store.save(list);
    } catch {
      // Not kept: the list lasts as long as the page.
    }
  }
}

function summary(handles: readonly FileSystemHandle[], pile: PileView): RecentEntry {
  const findings = pile.files.flatMap((file) => file.findings);
  const folder = handles.length === 1 && handles[0]?.kind === 'directory' ? handles[0].name : '';
  const names = pile.files.map(({ name }) => name);
  return {
    id: crypto.randomUUID(),
    title: folder || sharedName(names) || names[0] || 'files',
    handles: [...handles],
    disks: pile.files.length,
    sizeBytes: pile.files.reduce((sum, file) => sum + file.sizeBytes, 0),
    errors: findings.filter(({ severity }) => severity === 'error').length,
    warnings: findings.filter(({ severity }) => severity === 'warning').length,
    openedMs: Date.now(),
  };
}

async function sameHandles(a: readonly FileSystemHandle[], b: readonly FileSystemHandle[]): Promise<boolean> {
  if (a.length !== b.length) return false;
  for (const [i, handle] of a.entries()) {
    const other = b[i];
    if (!other || !(await handle.isSameEntry(other))) return false;
  }
  return true;
}

/** `today 02:11`, `Thursday`, `12 Nov`, `12 Nov 2020`; local time. */
export function whenText(thenMs: number, nowMs: number): string {
  const then = new Date(thenMs);
  const now = new Date(nowMs);
  const day = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const days = Math.round((day(now) - day(then)) / 86_400_000);
  if (days <= 0)
    return `today ${String(then.getHours()).padStart(2, '0')}:${String(then.getMinutes()).padStart(2, '0')}`;
  if (days === 1) return 'yesterday';
  if (days < 7)
    return (
      ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'][then.getDay()] ?? ''
    );
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const date = `${then.getDate()} ${months[then.getMonth()]}`;
  return then.getFullYear() === now.getFullYear() ? date : `${date} ${then.getFullYear()}`;
}
