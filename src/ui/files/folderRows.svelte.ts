/** The rows of one folder as it was asked for: pages of them, asked when they come into sight and kept while they are near. */
import { SvelteMap } from 'svelte/reactivity';
import type { Problem } from '../../base/errors.ts';
import type { EngineApi, FolderRequest, FolderRow, FolderView, Outcome } from '../../engine/api.ts';

type FolderQuestion = Omit<FolderRequest, 'first' | 'count'>;
type AskFolder = (request: FolderRequest) => ReturnType<EngineApi['folder']>;

const PAGE_ROWS = 200;
/** Pages further away than the rest are forgotten above it: a folder may hold millions. */
const MOST_PAGES = 400;

export class FolderRows {
  problem: Problem | null = $state.raw(null);
  readonly #pages = new SvelteMap<number, readonly FolderRow[]>();
  readonly #asked = new Set<number>();

  private constructor(
    readonly question: FolderQuestion,
    /** What was said of the folder with the first answer. */
    readonly view: FolderView,
    private readonly ask: AskFolder,
    /** The folder is no longer what it was when its first rows came. */
    private readonly onstale: () => void,
  ) {}

  /** The folder with the pages that hold `first` to `last`. */
  static async open(
    question: FolderQuestion,
    ask: AskFolder,
    onstale: () => void,
    [first, last]: readonly [number, number],
  ): Promise<Outcome<FolderRows>> {
    const from = pageOf(first) * PAGE_ROWS;
    const count = (pageOf(Math.max(first, last)) + 1) * PAGE_ROWS - from;
    let outcome = await ask({ ...question, first: from, count });
    // What was in sight lies behind the end now.
    if (outcome.ok && from > 0 && from >= outcome.value.total) {
      outcome = await ask({ ...question, first: 0, count: PAGE_ROWS });
      if (outcome.ok) return { ok: true, value: FolderRows.#with(question, outcome.value, ask, onstale, 0) };
    }
    if (!outcome.ok) return outcome;
    return { ok: true, value: FolderRows.#with(question, outcome.value, ask, onstale, from) };
  }

  static #with(
    question: FolderQuestion,
    view: FolderView,
    ask: AskFolder,
    onstale: () => void,
    from: number,
  ): FolderRows {
    const rows = new FolderRows(question, view, ask, onstale);
    rows.#keep(from, view.rows);
    return rows;
  }

  get total(): number {
    return this.view.total;
  }

  /** null while it is not here: see `want`. */
  at(index: number): FolderRow | null {
    return this.#pages.get(pageOf(index))?.[index % PAGE_ROWS] ?? null;
  }

  /** Index of the row with this path among those that are here; -1. */
  find(path: string): number {
    for (const [page, rows] of this.#pages) {
      const at = rows.findIndex((row) => row.path === path);
      if (at >= 0) return page * PAGE_ROWS + at;
    }
    return -1;
  }

  /** Asks for what is not here of these rows. */
  async want(first: number, last: number): Promise<void> {
    const to = Math.min(last, this.total - 1);
    const missing: number[] = [];
    for (let page = pageOf(Math.max(0, first)); page <= pageOf(to); page++) {
      if (!this.#pages.has(page) && !this.#asked.has(page)) missing.push(page);
    }
    await Promise.all(missing.map((page) => this.#ask(page)));
  }

  /** All rows from one to the other, asked where they are not here; null where they can't be had. */
  async between(first: number, last: number): Promise<readonly FolderRow[] | null> {
    const found: FolderRow[] = [];
    for (let at = Math.max(0, first); at <= last && at < this.total; ) {
      const row = this.at(at);
      if (row) {
        found.push(row);
        at++;
        continue;
      }
      // Many at once: nobody waits for a page after the other.
      const count = Math.min(last + 1 - at, 16 * PAGE_ROWS);
      const outcome = await this.ask({ ...this.question, first: at, count });
      if (!outcome.ok || outcome.value.total !== this.total || outcome.value.rows.length === 0) return null;
      found.push(...outcome.value.rows);
      at += outcome.value.rows.length;
    }
    return found;
  }

  async #ask(page: number): Promise<void> {
    this.#asked.add(page);
    const outcome = await this.ask({ ...this.question, first: page * PAGE_ROWS, count: PAGE_ROWS });
    this.#asked.delete(page);
    if (!outcome.ok) {
      if (outcome.error.code !== 'cancelled') this.problem = outcome.error;
    } else if (outcome.value.total !== this.total) this.onstale();
    else {
      this.problem = null;
      this.#keep(page * PAGE_ROWS, outcome.value.rows);
    }
  }

  #keep(from: number, rows: readonly FolderRow[]): void {
    for (let at = 0; at < rows.length; at += PAGE_ROWS) {
      this.#pages.set(pageOf(from + at), rows.slice(at, at + PAGE_ROWS));
    }
    const near = pageOf(from);
    while (this.#pages.size > MOST_PAGES) {
      let far = near;
      for (const page of this.#pages.keys()) if (Math.abs(page - near) > Math.abs(far - near)) far = page;
      this.#pages.delete(far);
    }
  }
}

function pageOf(index: number): number {
  return Math.floor(index / PAGE_ROWS);
}
