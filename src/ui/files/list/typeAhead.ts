/** Typed letters lead to the next name that begins with them, as in every list of files. */
import type { FolderRows } from '../folderRows.svelte.ts';

/** Letters typed in quick succession belong together. */
const TOGETHER_MS = 900;
const CHUNK_ROWS = 3200;

export class TypeAhead {
  #typed = '';
  #lastMs = Number.NEGATIVE_INFINITY;
  #ticket = 0;

  /** Another key came: what was typed before does not count. */
  reset(): void {
    this.#typed = '';
    this.#ticket++;
  }

  /** Row that a key leads to from `cursor`; null where none does, or another key came meanwhile. */
  async take(key: string, rows: FolderRows, cursor: number): Promise<number | null> {
    const now = performance.now();
    const goesOn = now - this.#lastMs < TOGETHER_MS;
    this.#lastMs = now;
    this.#typed = (goesOn ? this.#typed : '') + key.toLowerCase();
    // The same letter again goes on to the next name with it.
    const repeated = [...this.#typed].every((letter) => letter === this.#typed[0]);
    const start = repeated ? (this.#typed[0] ?? '') : this.#typed;
    const ticket = ++this.#ticket;
    let at = (repeated ? cursor + 1 : cursor) % rows.total;
    for (let left = rows.total; left > 0; ) {
      const count = Math.min(CHUNK_ROWS, rows.total - at, left);
      const some = await rows.between(at, at + count - 1);
      if (ticket !== this.#ticket || !some) return null;
      const found = some.findIndex(({ name }) => name.toLowerCase().startsWith(start));
      if (found >= 0) return at + found;
      left -= count;
      at = (at + count) % rows.total;
    }
    return null;
  }
}
