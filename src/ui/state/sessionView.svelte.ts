/**
 * What every panel reads: the pile of files, the chain in view, the one selection, its trace, names and colours.
 * Everything is `$state.raw`: values are replaced, never changed inside. What can be done stands in `Session`.
 */
import type { Problem } from '../../base/errors.ts';
import { SECTOR_BYTES, type SectorRange } from '../../base/units.ts';
import type {
  ChainView,
  FileId,
  FileView,
  MapMode,
  OtherFileView,
  PileView,
  ReadTrace,
  Survey,
  TraceCosts,
  TraceExtent,
} from '../../engine/api.ts';
import { type Band, bandOf, bandsOf } from './bands.ts';
import type { EngineClient } from './engineClient.ts';
import { Jobs } from './jobs.svelte.ts';
import { PileIndex } from './pileIndex.ts';
import { Problems, type StandingProblem } from './problems.svelte.ts';
import { type ByteRange, Selection } from './selection.svelte.ts';
import { Walk } from './walk.svelte.ts';

export type ScreenName =
  | 'open'
  | 'explore'
  | 'files'
  | 'check'
  | 'compare'
  | 'merge'
  | 'make'
  | 'private'
  | 'lab'
  | 'lessons'
  | 'experiments';

/** Screens that have something to show before any file is open. */
export const WITHOUT_FILES: readonly ScreenName[] = [
  'merge',
  'make',
  'private',
  'lab',
  'lessons',
  'experiments',
];

export class SessionView {
  readonly client: EngineClient;
  readonly jobs: Jobs;

  screen: ScreenName = $state.raw('open');
  /** Page of a screen that has several, and how it is set, as the address says; null = its first page. */
  at: string | null = $state.raw(null);
  set: string | null = $state.raw(null);
  pile: PileView | null = $state.raw(null);
  chain: ChainView | null = $state.raw(null);
  /** Exact shares of the layers; null until counted. */
  survey: Survey | null = $state.raw(null);
  /** The engine stopped, and why; `restart()` brings everything back. */
  death: Problem | null = $state.raw(null);
  mapMode: MapMode = $state.raw('layer');
  /** Link to a scenario that the address names; null where it names none. */
  linkedLab: string | null = $state.raw(null);

  protected readonly walk: Walk;
  protected readonly linked = new Selection();
  protected readonly faults = new Problems();

  // ── What is selected ───────────────────────────────────────────────────────────────────────────────────────────────

  /** Sectors of the disk. */
  readonly selection: SectorRange = $derived(this.linked.sectors);
  /** What the hex view shows and marks. */
  readonly bytes: ByteRange = $derived(this.linked.bytes);
  readonly spotlight: number | null = $derived(this.linked.spotlight);
  /** Index into `trace.steps`. */
  readonly step: number = $derived(this.linked.step);
  /** The file that the tree marks. */
  readonly selectedFile: FileId | null = $derived(this.linked.file);

  // ── What follows from it ───────────────────────────────────────────────────────────────────────────────────────────

  protected readonly index: PileIndex = $derived(new PileIndex(this.pile, this.chain));
  /** What the names of all files share; '' where that is nothing. */
  readonly title: string = $derived(this.index.title);
  readonly layerCount: number = $derived(this.chain?.layers.length ?? 0);
  /** Layers that share a colour; one layer each up to sixteen. */
  readonly bands: readonly Band[] = $derived(
    bandsOf(
      (this.chain?.layers ?? []).map((_, layer) => this.survey?.layers[layer] ?? 1),
      this.index.layer(this.selectedFile),
    ),
  );
  /** Sectors of one block: of the newest file that has blocks, else the index's own unit. */
  readonly blockSectors: number = $derived.by(() => {
    for (const id of this.chain?.layers ?? []) {
      const blockBytes = this.index.file(id)?.blockSizeBytes;
      if (blockBytes) return blockBytes / SECTOR_BYTES;
    }
    return this.chain?.unitSectors ?? 4096;
  });
  readonly block: number = $derived(Math.floor(this.selection.firstSector / this.blockSectors));
  readonly sectorInBlock: number = $derived(this.selection.firstSector % this.blockSectors);
  /** Bitmaps that an exact count has to read. */
  readonly surveyBitmaps: number = $derived(
    (this.chain?.layers ?? []).reduce((sum, id) => {
      const file = this.index.file(id);
      return sum + (file?.type === 'differencing' ? (file.blocks?.allocated ?? 0) : 0);
    }, 0),
  );

  constructor(client: EngineClient) {
    this.client = client;
    this.jobs = new Jobs(client);
    this.walk = new Walk(client, this.jobs);
    client.onDeath((problem) => {
      this.death = problem;
    });
  }

  /** The walk of the selection; stays that of the one before until the new one is here: see `traceIsCurrent`. */
  get trace(): ReadTrace | null {
    return this.walk.trace;
  }

  /** Measured costs of `trace`; null until measured. */
  get costs(): TraceCosts | null {
    return this.walk.costs;
  }

  get traceIsCurrent(): boolean {
    return this.trace?.firstSector === this.selection.firstSector;
  }

  /** Who answers the first selected sector; null while that is being found out. */
  get answer(): TraceExtent | null {
    return this.traceIsCurrent ? (this.trace?.extents[0] ?? null) : null;
  }

  get problems(): readonly StandingProblem[] {
    return this.faults.list;
  }

  // ── Names and colours ──────────────────────────────────────────────────────────────────────────────────────────────

  fileOf(id: FileId): FileView | null {
    return this.index.file(id);
  }

  otherOf(id: FileId): OtherFileView | null {
    return this.index.other(id);
  }

  /** Findings and faults speak of files by name or path. */
  fileNamed(name: string): FileId | null {
    return this.index.named(name);
  }

  /** Layer of the chain in view; null for files outside it. */
  layerOf(id: FileId): number | null {
    return this.index.layer(id);
  }

  layerFile(layer: number): FileView | null {
    const id = this.chain?.layers[layer];
    return id === undefined ? null : this.fileOf(id);
  }

  layerName(layer: number): string {
    return this.layerFile(layer)?.name ?? '';
  }

  /** The name without what all files of the pile share. */
  layerLabel(layer: number): string {
    const id = this.chain?.layers[layer];
    return id === undefined ? '' : this.fileLabel(id);
  }

  fileLabel(id: FileId): string {
    return this.index.label(id);
  }

  /** CSS custom property of the layer's colour: `--stop-3`. */
  layerColor(layer: number): string {
    return `--stop-${bandOf(this.bands, layer)?.stop ?? 0}`;
  }

  /** The same as a value: `var(--stop-3)`. */
  layerFill(layer: number): string {
    return `var(${this.layerColor(layer)})`;
  }
}
