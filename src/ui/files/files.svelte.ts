/** The Files screen's one state. Survives a change of screen; starts afresh when another chain comes into view. */
import { untrack } from 'svelte';
import type { FileId, FolderRow, OpenedVolume, VolumeAt, VolumeTable } from '../../engine/api.ts';
import { Run } from '../save/run.svelte.ts';
import { lasting } from '../state/lasting.svelte.ts';
import type { Session } from '../state/session.svelte.ts';
import { FilesFolder } from './filesFolder.svelte.ts';
import { folderOf, formatPlace, parsePlace } from './place.ts';
import { UNASKED_SECONDS } from './pointListing.svelte.ts';
import { chooseVolume } from './volumeChoice.ts';

type ChainInView = Session['chain'];

export class Files extends FilesFolder {
  #chain: ChainInView = null;
  /** Path of the file that was the point: ids are new when the engine was started again. */
  #pointPath = '';
  /** What is loaded for an older one is of no use any more. */
  #ticket = 0;
  /** What the address said; undefined = the screen was not there. */
  #lastAt: string | null | undefined;

  // ── Going somewhere ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Called in an effect of the screen: the chain in view and the address decide what is shown. */
  follow(): void {
    const { chain, at, pile, screen } = this.session;
    if (screen !== 'files') return;
    untrack(() => {
      if (chain !== this.#chain) this.#startAfresh(chain, pile);
      else if (at !== this.#lastAt) this.#goToAddress(at);
      this.#lastAt = at;
    });
  }

  /** The screen goes; what it showed stays. */
  leave(): void {
    this.#lastAt = undefined;
  }

  chooseVolume(firstSector: number): void {
    if (firstSector === this.firstSector) this.go('');
    else void this.#toVolume(firstSector, '');
  }

  /** The disk as it was with another file of the chain on top. */
  seeAt(point: FileId): void {
    if (point === this.point) return;
    this.#setPoint(point);
    void this.#load();
  }

  /** Another folder of the volume. */
  go(path: string): void {
    if (path === this.path && !this.folderMissing && this.filter === '') return;
    this.#setPath(path);
    this.#remember();
    void this.ask();
  }

  /** The folder above, with the one that was left under the keyboard. */
  async up(): Promise<void> {
    if (this.path === '') return;
    const left = this.path;
    this.go(folderOf(left));
    await this.settled;
    this.focusPath(left);
  }

  /** The folder that holds it, with it under the keyboard. */
  async reveal(path: string): Promise<void> {
    if (folderOf(path) !== this.path || this.filter !== '') {
      this.filter = '';
      this.#setPath(folderOf(path));
      this.#remember();
      await this.ask();
    }
    this.focusPath(path);
  }

  focusPath(path: string): void {
    const at = this.rows?.find(path) ?? -1;
    if (at >= 0) void this.selection.moveTo(at);
  }

  /** A folder is opened, a file's contents are shown. */
  open(row: FolderRow): void {
    if (row.kind === 'folder') {
      this.filter = '';
      this.go(row.path);
    } else this.preview(row);
  }

  /** What cannot be tried again otherwise: the table, the volume, the folder, from where it failed. */
  tryAgain(): void {
    void this.#load();
  }

  // ── Listing the other points ───────────────────────────────────────────────────────────────────────────────────────

  /** At all points that nothing is known of, in the background. */
  listOthers(): void {
    const { firstSector } = this;
    if (firstSector === null) return;
    void this.listing.run(firstSector, this.unlisted, () => this.refresh());
  }

  // ── Reading ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #startAfresh(chain: ChainInView, pile: Session['pile']): void {
    const wanted = parsePlace(this.session.at);
    const paths = new Map(pile?.files.map(({ path, id }) => [path, id]) ?? []);
    const kept = paths.get(this.#pointPath);
    this.#chain = chain;
    this.#halt();
    this.table = null;
    this.opened = null;
    this.rows = null;
    this.selection.clear();
    this.dialog = null;
    this.secondsPerPoint = null;
    if (wanted.volume !== null) {
      this.firstSector = wanted.volume;
      this.path = wanted.path;
    }
    const [leaf] = chain?.layers ?? [];
    this.point = kept !== undefined && chain?.layers.includes(kept) ? kept : (leaf ?? null);
    this.#pointPath = this.point === null ? this.#pointPath : this.#filePath(this.point);
    if (this.point !== null) void this.#load(true);
  }

  #goToAddress(at: string | null): void {
    const { volume, path } = parsePlace(at);
    if (volume === null) {
      // Back to where the screen was opened: its first folder.
      if (!this.#lastAt || this.path === '') return;
      this.#setPath('');
      void this.ask();
    } else if (volume !== this.firstSector) void this.#toVolume(volume, path, false);
    else if (path !== this.path) {
      this.#setPath(path);
      void this.ask();
    }
  }

  async #toVolume(firstSector: number, path: string, remember = true): Promise<void> {
    this.#halt();
    this.firstSector = firstSector;
    this.secondsPerPoint = null;
    this.filter = '';
    this.rows = null;
    this.#setPath(path);
    if (remember) this.#remember();
    await this.#load();
  }

  /** Nobody waits for it any more. */
  #halt(): void {
    this.#ticket++;
    this.abandonRows();
    if (this.opening?.running) this.opening.cancel();
    if (this.reading?.running) this.reading.cancel();
    this.listing.forget();
    this.folderProblem = null;
    this.folderMissing = false;
  }

  /** Volumes at the point, the chosen one listed, its folder; whatever fails says so where it stands. */
  async #load(choose = false): Promise<void> {
    const { point } = this;
    if (point === null) return;
    const ticket = ++this.#ticket;
    this.opened = null;
    if (this.opening?.running) this.opening.cancel();
    this.opening = null;
    const reading = new Run<VolumeTable>('Read the partition table');
    this.reading = reading;
    const table = await reading.start(this.session, (api, job) => api.volumes(point, job));
    if (ticket !== this.#ticket) return;
    this.table = table;
    if (!table) return;
    if (choose || this.firstSector === null) this.#choose(table);
    const { volume } = this;
    if (!volume?.content.readable) {
      this.rows = null;
      return;
    }
    const opened = await this.openVolume({ at: point, volume: volume.firstSector });
    if (!opened || ticket !== this.#ticket) return;
    await this.ask();
    if (ticket !== this.#ticket || this.unlisted.length === 0) return;
    if ((this.unlistedSeconds ?? Number.POSITIVE_INFINITY) < UNASKED_SECONDS) this.listOthers();
  }

  #choose(table: VolumeTable): void {
    const chosen = chooseVolume(table, this.firstSector);
    if (chosen?.firstSector !== this.firstSector) this.path = '';
    this.firstSector = chosen?.firstSector ?? null;
  }

  protected async openVolume({ at, volume }: VolumeAt): Promise<boolean> {
    const ticket = this.#ticket;
    const opening = new Run<OpenedVolume>('List the volume');
    this.opening = opening;
    const opened = await opening.start(this.session, (api, job) => api.openVolume({ at, volume }, job));
    if (ticket !== this.#ticket || at !== this.point || volume !== this.firstSector) return false;
    this.opened = opened;
    if (opened && !this.listing.results.has(at))
      this.listing.note({ at, state: 'listed', seconds: opened.seconds, problem: null });
    if (opened && opened.seconds > 0) this.secondsPerPoint = opened.seconds;
    return opened !== null;
  }

  #setPoint(point: FileId): void {
    this.point = point;
    this.#pointPath = this.#filePath(point);
    this.folderProblem = null;
    this.folderMissing = false;
  }

  #setPath(path: string): void {
    this.path = path;
    this.folderMissing = false;
    this.folderProblem = null;
    this.toTop();
    this.selection.clear();
  }

  #filePath(id: FileId): string {
    return this.session.fileOf(id)?.path ?? '';
  }

  #remember(): void {
    if (this.firstSector === null) return;
    const at = formatPlace(this.firstSector, this.path);
    this.#lastAt = at;
    this.session.show('files', at);
  }
}

const known = new WeakMap<Session, Files>();

export function filesOf(session: Session): Files {
  const files = known.get(session) ?? lasting(() => new Files(session));
  known.set(session, files);
  return files;
}
