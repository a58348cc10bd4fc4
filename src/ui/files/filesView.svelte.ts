/**
 * What the Files screen shows: which volume, seen at which point, which folder, its rows and what is selected among them.
 * What can be done stands in `Files`.
 */
import type { Problem } from '../../base/errors.ts';
import type {
  FileId,
  FolderRow,
  OpenedVolume,
  PathAt,
  RowOrder,
  Volume,
  VolumeTable,
} from '../../engine/api.ts';
import type { Run } from '../save/run.svelte.ts';
import type { Session } from '../state/session.svelte.ts';
import type { FilesDialog } from './filesDialog.ts';
import type { FolderRows } from './folderRows.svelte.ts';
import { PointListing } from './pointListing.svelte.ts';
import { RowSelection } from './rowSelection.svelte.ts';

export class FilesView {
  // ── Where and when ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** The disk is seen as it was with this file on top; null = no disk in view. */
  point: FileId | null = $state.raw(null);
  /** Of the disk at `point`. */
  table: VolumeTable | null = $state.raw(null);
  /** First sector of the chosen volume, also where `point` does not have it; null = none to choose. */
  firstSector: number | null = $state.raw(null);
  /** `/` between; '' = the root. */
  path: string = $state.raw('');

  // ── What was read ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Reading the table of volumes, and listing the chosen one: the last run of each. */
  reading: Run<VolumeTable> | null = $state.raw(null);
  opening: Run<OpenedVolume> | null = $state.raw(null);
  /** The volume at `point`; null while it is being listed, or could not be. */
  opened: OpenedVolume | null = $state.raw(null);
  /** The folder's rows: those of the folder before stay until the next ones are here. */
  rows: FolderRows | null = $state.raw(null);
  /** Why the folder's rows can't be shown. */
  folderProblem: Problem | null = $state.raw(null);
  /** The volume has no such folder at `point`. */
  folderMissing: boolean = $state.raw(false);
  /** Counts up when what is known of files changed: contents compared, another point listed. */
  version: number = $state.raw(0);
  /** What listing the volume took, last time that it was listed; null = not known. */
  protected secondsPerPoint: number | null = $state.raw(null);

  // ── How it is shown ────────────────────────────────────────────────────────────────────────────────────────────────

  filter: string = $state.raw('');
  /** With a filter: in all folders below as well. */
  deep: boolean = $state.raw(false);
  order: RowOrder = $state.raw('name');
  descending: boolean = $state.raw(false);
  /** Rows in sight. */
  first: number = $state.raw(0);
  last: number = $state.raw(0);
  /** The question that is open: whoever wants one sets it, `FilesDialogs` shows it. */
  dialog: FilesDialog | null = $state.raw(null);

  readonly session: Session;
  readonly listing: PointListing;
  readonly selection: RowSelection;

  // ── What follows from it ───────────────────────────────────────────────────────────────────────────────────────────

  /** Points of the chain, newest first: layer 0 is the file that the disk is seen from. */
  readonly points: readonly FileId[] = $derived.by(() => this.session.chain?.layers ?? []);
  /** Of `point`; 0 where there is none. */
  readonly layer: number = $derived(Math.max(0, this.point === null ? 0 : this.points.indexOf(this.point)));
  /** null where `point` does not have it. */
  readonly volume: Volume | null = $derived(
    this.table?.volumes.find(({ firstSector }: Volume) => firstSector === this.firstSector) ?? null,
  );
  /** The folder as calls take it; null until a volume is open. */
  readonly place: PathAt | null = $derived(
    this.point === null || this.firstSector === null || !this.opened
      ? null
      : { at: this.point, volume: this.firstSector, path: this.path },
  );
  /** The row whose facts are shown. */
  readonly focused: FolderRow | null = $derived.by(() => this.selection.focused);
  /** Points that nothing is known of yet, newest first. */
  readonly unlisted: readonly FileId[] = $derived.by(() => {
    const known = this.rows?.view.known ?? [];
    return this.points.filter((point, i) => {
      const state = this.listing.results.get(point)?.state;
      return point !== this.point && !known[i] && state !== 'no-volume' && state !== 'failed';
    });
  });
  /** What listing them would take; null = not known. */
  readonly unlistedSeconds: number | null = $derived(
    this.secondsPerPoint === null ? null : this.secondsPerPoint * this.unlisted.length,
  );

  /** What listing a point of this volume took, last time that one was; null = not known. */
  get listedSeconds(): number | null {
    return this.secondsPerPoint;
  }

  constructor(session: Session) {
    this.session = session;
    this.listing = new PointListing(session);
    this.selection = new RowSelection(() => this.rows);
  }

  /** The row as it is at the point in view, else where it was last; null where nothing is open. */
  placeOf(row: FolderRow): PathAt | null {
    const { place, points } = this;
    if (!place || row.here) return place && { ...place, path: row.path };
    const there = this.#nearestFirst().find((layer) => {
      const cell = row.cells[layer];
      return cell === 'added' || cell === 'changed' || cell === 'unchanged';
    });
    const at = there === undefined ? undefined : points[there];
    return at === undefined ? null : { ...place, at, path: row.path };
  }

  /** From the point in view to older ones, then to newer ones. */
  #nearestFirst(): number[] {
    const layers = [...this.points.keys()];
    return [...layers.slice(this.layer), ...layers.slice(0, this.layer).reverse()];
  }
}
