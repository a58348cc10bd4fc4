/** The Files screen's rows: filter, order, what is in sight, and the questions that are asked of what is selected. */
import type { FolderRow, RowOrder, VolumeAt } from '../../engine/api.ts';
import { FilesView } from './filesView.svelte.ts';
import { FolderRows } from './folderRows.svelte.ts';

export abstract class FilesFolder extends FilesView {
  /** Rows that were asked for before are of no use any more. */
  #asking = 0;
  /** Until the rows that were asked for last are here. */
  protected settled: Promise<void> = Promise.resolve();

  /** Lists a volume; false where that failed, or nobody waits for it any more. */
  protected abstract openVolume(place: VolumeAt): Promise<boolean>;

  // ── Asking for rows ────────────────────────────────────────────────────────────────────────────────────────────────

  setFilter(filter: string): void {
    if (filter === this.filter) return;
    this.filter = filter;
    this.toTop();
    // What is no longer in sight is not selected.
    this.selection.clear();
    void this.ask();
  }

  setDeep(deep: boolean): void {
    if (deep === this.deep) return;
    this.deep = deep;
    this.toTop();
    if (this.filter !== '') void this.ask();
  }

  /** The same once more turns it round; sizes and times start with the largest and newest. */
  sortBy(order: RowOrder): void {
    this.descending = order === this.order ? !this.descending : order !== 'name';
    this.order = order;
    this.toTop();
    void this.ask();
  }

  /** Rows in sight: those that are not here are asked. */
  show(first: number, last: number): void {
    this.first = first;
    this.last = last;
    void this.rows?.want(first, last);
  }

  /** What is known of the files has changed: rows are asked again and stay where they are. */
  async refresh(): Promise<void> {
    this.version++;
    await this.ask();
  }

  /** Rows as everything is set now; those before stay until they are here. */
  ask(): Promise<void> {
    this.settled = this.#ask();
    return this.settled;
  }

  async #ask(again = false): Promise<void> {
    const { place } = this;
    if (!place) return;
    const asking = ++this.#asking;
    const { points, filter, deep, order, descending } = this;
    const question = { ...place, points, filter, deep: deep && filter !== '', order, descending };
    const outcome = await FolderRows.open(
      question,
      (request) => this.session.client.api.folder(request),
      () => void this.ask(),
      [this.first, this.last],
    );
    if (asking !== this.#asking) return;
    if (outcome.ok) {
      this.folderProblem = null;
      this.folderMissing = false;
      this.rows = outcome.value;
      this.selection.renew(outcome.value);
      void outcome.value.want(this.first, this.last);
    } else if (outcome.error.code !== 'bad-request') this.folderProblem = outcome.error;
    // Listings that were not used for long are forgotten; and a folder need not be there at every point.
    else if (!again && (await this.openVolume(place))) await this.#ask(true);
    else if (asking === this.#asking) {
      this.rows = null;
      this.folderMissing = true;
    }
  }

  // ── Dialogues ──────────────────────────────────────────────────────────────────────────────────────────────────────

  preview(row: FolderRow): void {
    const place = this.placeOf(row);
    if (place && row.kind === 'file') this.dialog = { kind: 'preview', place };
  }

  /** What is selected and there at the point in view; the folder itself where nothing is. */
  save(): void {
    const { place } = this;
    if (!place) return;
    const chosen = [...this.selection.rows.values()].filter(({ here }) => here).map(({ path }) => path);
    const volume: VolumeAt = { at: place.at, volume: place.volume };
    this.dialog = { kind: 'save', volume, paths: chosen.length > 0 ? chosen : [this.path] };
  }

  compare(): void {
    const { place } = this;
    if (place) this.dialog = { kind: 'compare', volume: place.volume, path: this.path };
  }

  protected abandonRows(): void {
    this.#asking++;
  }

  protected toTop(): void {
    this.first = 0;
    this.last = 0;
  }
}
