/** Which rows of the folder are selected, and where the keyboard stands: as in every list of files. */
import type { FolderRow } from '../../engine/api.ts';
import type { FolderRows } from './folderRows.svelte.ts';

interface SelectKeys {
  /** Up to here from where the selection began (Shift). */
  readonly extend?: boolean;
  /** This one too, or no longer (Ctrl). */
  readonly toggle?: boolean;
}

export class RowSelection {
  /** By path. */
  rows: ReadonlyMap<string, FolderRow> = $state.raw(new Map());
  /** Row that the keyboard is on. */
  cursor: number = $state.raw(0);
  /** The row whose facts are shown; null = none yet. */
  focused: FolderRow | null = $state.raw(null);
  #anchor = 0;
  #ticket = 0;

  constructor(private readonly folder: () => FolderRows | null) {}

  readonly bytes: number = $derived.by(() => {
    let sum = 0;
    for (const row of this.rows.values()) if (row.here) sum += row.sizeBytes;
    return sum;
  });

  /** Another folder: nothing is selected there. */
  clear(): void {
    this.#ticket++;
    this.rows = new Map();
    this.cursor = 0;
    this.#anchor = 0;
    this.focused = null;
  }

  /** The keyboard goes to a row, and what is selected follows unless it is kept. */
  async moveTo(index: number, keys: SelectKeys & { readonly keep?: boolean } = {}): Promise<void> {
    const folder = this.folder();
    if (!folder || folder.total === 0) return;
    const ticket = ++this.#ticket;
    const at = Math.min(Math.max(0, index), folder.total - 1);
    this.cursor = at;
    if (!folder.at(at)) await folder.want(at, at);
    if (ticket !== this.#ticket) return;
    const row = folder.at(at);
    if (!row) return;
    this.focused = row;
    if (keys.keep) return;
    if (keys.extend) await this.#extendTo(folder, at, ticket);
    else if (keys.toggle) this.#toggle(at, row);
    else {
      this.#anchor = at;
      this.rows = new Map([[row.path, row]]);
    }
  }

  async selectAll(): Promise<void> {
    const folder = this.folder();
    if (!folder) return;
    const ticket = ++this.#ticket;
    const rows = await folder.between(0, folder.total - 1);
    if (ticket === this.#ticket && rows) this.rows = byPath(rows);
  }

  /** The same rows as they are told of now; what is gone is no longer selected where that is known. */
  renew(folder: FolderRows): void {
    const { focused } = this;
    if (focused) {
      const at = folder.find(focused.path);
      if (at >= 0) {
        this.cursor = at;
        this.focused = folder.at(at) ?? focused;
      }
    }
    this.cursor = Math.min(this.cursor, Math.max(0, folder.total - 1));
    this.#anchor = Math.min(this.#anchor, this.cursor);
    if (this.rows.size === 0) return;
    const next = new Map(this.rows);
    for (const path of next.keys()) {
      const at = folder.find(path);
      const row = at < 0 ? null : folder.at(at);
      if (row) next.set(path, row);
    }
    this.rows = next;
  }

  async #extendTo(folder: FolderRows, at: number, ticket: number): Promise<void> {
    const rows = await folder.between(Math.min(this.#anchor, at), Math.max(this.#anchor, at));
    if (ticket === this.#ticket && rows) this.rows = byPath(rows);
  }

  #toggle(at: number, row: FolderRow): void {
    this.#anchor = at;
    const next = new Map(this.rows);
    if (!next.delete(row.path)) next.set(row.path, row);
    this.rows = next;
  }
}

function byPath(rows: readonly FolderRow[]): Map<string, FolderRow> {
  return new Map(rows.map((row) => [row.path, row]));
}
