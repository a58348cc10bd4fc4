/**
 * The state that every panel follows: the pile of files, the chain in view, the one selection, its trace. Panels read
 * fields and call methods; nobody else talks to the engine about opening or viewing. Everything is `$state.raw`: values
 * are replaced, never changed inside.
 */
import type { Problem } from '../../base/errors.ts';
import { SECTOR_BYTES } from '../../base/units.ts';
import type {
  ChainView,
  EngineApi,
  FileId,
  FileSource,
  FileView,
  Job,
  MapMode,
  OtherFileView,
  Outcome,
  PileView,
  ReadTrace,
  Survey,
  TraceCosts,
  TraceExtent,
} from '../../engine/api.ts';
import { type Address, formatAddress, NOWHERE, parseAddress } from './address.ts';
import { type Band, bandOf, bandsOf } from './bands.ts';
import type { EngineClient } from './engineClient.ts';
import { Jobs } from './jobs.svelte.ts';
import { sharedName, shortNames } from './names.ts';
import { type Opening, replay } from './openings.ts';
import { type ByteRange, clampSectors, type SectorRange, Selection } from './selection.svelte.ts';
import { stepPlace } from './stepPlace.ts';

export type ScreenName = 'open' | 'explore' | 'findings' | 'private';

/** A fault that stays on screen until it is dealt with or dismissed. */
export interface StandingProblem {
  /** One problem a key: a newer one takes the place of the older. */
  readonly key: string;
  readonly problem: Problem;
}

/** Longest selection whose read path is walked: 512 MiB. */
export const TRACED_SECTORS = 1 << 20;
/** Most bitmaps that are read unasked to count the shares of the layers. */
const SURVEYED_BITMAPS = 20_000;

export class Session {
  readonly client: EngineClient;
  readonly jobs: Jobs;

  screen: ScreenName = $state.raw('open');
  pile: PileView | null = $state.raw(null);
  chain: ChainView | null = $state.raw(null);
  /** Exact shares of the layers; null until counted. */
  survey: Survey | null = $state.raw(null);
  problems: readonly StandingProblem[] = $state.raw([]);
  /** The engine stopped, and why; `restart()` brings everything back. */
  death: Problem | null = $state.raw(null);
  mapMode: MapMode = $state.raw('layer');
  /** The walk of the selection; stays that of the one before until the new one is here: compare `traceIsCurrent`. */
  trace: ReadTrace | null = $state.raw(null);
  /** Measured costs of `trace`; null until measured. */
  costs: TraceCosts | null = $state.raw(null);

  readonly #linked = new Selection();
  readonly #openings: Opening[] = [];
  #traceTicket = 0;
  #viewTicket = 0;
  #lastPushMs = Number.NEGATIVE_INFINITY;

  // ── What is selected ───────────────────────────────────────────────────────────────────────────────────────────────

  /** Sectors of the disk. */
  readonly selection: SectorRange = $derived(this.#linked.sectors);
  /** What the hex view shows and marks. */
  readonly bytes: ByteRange = $derived(this.#linked.bytes);
  readonly spotlight: number | null = $derived(this.#linked.spotlight);
  readonly step: number = $derived(this.#linked.step);
  /** The file that the tree marks. */
  readonly selectedFile: FileId | null = $derived(this.#linked.file);

  // ── What follows from it ───────────────────────────────────────────────────────────────────────────────────────────

  readonly #files: ReadonlyMap<FileId, FileView> = $derived(
    new Map((this.pile?.files ?? []).map((file) => [file.id, file])),
  );
  readonly #layerOfFile: ReadonlyMap<FileId, number> = $derived(
    new Map((this.chain?.layers ?? []).map((id, layer) => [id, layer])),
  );
  readonly #labels: ReadonlyMap<FileId, string> = $derived.by(() => {
    const files = this.pile?.files ?? [];
    const labels = shortNames(files.map((file) => file.name));
    return new Map(files.map((file, i) => [file.id, labels[i] ?? file.name]));
  });
  /** What the names of all files share; '' where that is nothing. */
  readonly title: string = $derived(sharedName((this.pile?.files ?? []).map((file) => file.name)));
  readonly layerCount: number = $derived(this.chain?.layers.length ?? 0);
  /** Layers that share a colour; one layer each up to sixteen. */
  readonly bands: readonly Band[] = $derived(
    bandsOf(
      (this.chain?.layers ?? []).map((_, layer) => this.survey?.layers[layer] ?? 1),
      this.selectedFile === null ? null : (this.#layerOfFile.get(this.selectedFile) ?? null),
    ),
  );
  /** Sectors of one block: of the newest file that has blocks, else the index's own unit. */
  readonly blockSectors: number = $derived.by(() => {
    for (const id of this.chain?.layers ?? []) {
      const blockBytes = this.#files.get(id)?.blockSizeBytes;
      if (blockBytes) return blockBytes / SECTOR_BYTES;
    }
    return this.chain?.unitSectors ?? 4096;
  });
  readonly block: number = $derived(Math.floor(this.selection.firstSector / this.blockSectors));
  readonly sectorInBlock: number = $derived(this.selection.firstSector % this.blockSectors);
  readonly traceIsCurrent: boolean = $derived(this.trace?.firstSector === this.selection.firstSector);
  /** Who answers the first selected sector; null while that is being found out. */
  readonly answer: TraceExtent | null = $derived(
    this.traceIsCurrent ? (this.trace?.extents[0] ?? null) : null,
  );
  /** Bitmaps that an exact count has to read. */
  readonly surveyBitmaps: number = $derived(
    (this.chain?.layers ?? []).reduce((sum, id) => {
      const file = this.#files.get(id);
      return sum + (file?.type === 'differencing' ? (file.blocks?.allocated ?? 0) : 0);
    }, 0),
  );

  constructor(client: EngineClient) {
    this.client = client;
    this.jobs = new Jobs(client);
    client.onDeath((problem) => {
      this.death = problem;
    });
  }

  // ── Names and colours ──────────────────────────────────────────────────────────────────────────────────────────────

  fileOf(id: FileId): FileView | null {
    return this.#files.get(id) ?? null;
  }

  otherOf(id: FileId): OtherFileView | null {
    return this.pile?.others.find((file) => file.id === id) ?? null;
  }

  /** Findings and faults speak of files by name or path. */
  fileNamed(name: string): FileId | null {
    const all = [...(this.pile?.files ?? []), ...(this.pile?.others ?? [])];
    return (all.find((file) => file.path === name) ?? all.find((file) => file.name === name))?.id ?? null;
  }

  /** Layer of the chain in view; null for files outside it. */
  layerOf(id: FileId): number | null {
    return this.#layerOfFile.get(id) ?? null;
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
    return this.#labels.get(id) ?? this.otherOf(id)?.name ?? '';
  }

  /** CSS custom property of the layer's colour: `--stop-3`. */
  layerColor(layer: number): string {
    return `--stop-${bandOf(this.bands, layer)?.stop ?? 0}`;
  }

  /** The same as a value: `var(--stop-3)`. */
  layerFill(layer: number): string {
    return `var(${this.layerColor(layer)})`;
  }

  // ── Selecting ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Moves the selection; the hex view follows where it shows the disk, and shows the first step where it shows a file. */
  selectSectors(firstSector: number, sectorCount = 1): void {
    if (!this.chain) return;
    const sectors = clampSectors(firstSector, sectorCount, this.chain.sectorCount);
    const { selection } = this;
    if (sectors.firstSector === selection.firstSector && sectors.sectorCount === selection.sectorCount)
      return;
    this.#linked.sectors = sectors;
    this.#linked.step = 0;
    if (this.bytes.target === 'disk') this.#linked.bytes = this.#diskBytes();
    this.#remember();
    void this.#follow(this.bytes.target !== 'disk');
  }

  /** The sector that holds byte `offset` of the disk. */
  selectByte(offset: number): void {
    this.selectSectors(Math.floor(offset / SECTOR_BYTES));
  }

  /** All sectors of a block. */
  selectBlock(block: number): void {
    this.selectSectors(block * this.blockSectors, this.blockSectors);
  }

  /** Shows bytes and keeps the selected sector. */
  goToBytes(target: 'disk' | FileId, offset: number, lengthBytes = 0): void {
    this.#linked.bytes = { target, offset: Math.max(0, offset), lengthBytes };
    if (target !== 'disk') this.#linked.file = target;
    if (this.pile) this.screen = 'explore';
    this.#remember();
  }

  /** The hex view's switch: the disk at the selection, or the bytes of the current step in its file. */
  showDiskBytes(): void {
    this.#linked.bytes = this.#diskBytes();
    this.#remember();
  }

  showFileBytes(): void {
    const place = this.trace && this.chain ? stepPlace(this.trace, this.step, this.chain.layers) : null;
    const file = this.selectedFile ?? this.chain?.layers[0];
    if (place && this.traceIsCurrent) this.goToBytes(place.target, place.offset, place.lengthBytes);
    else if (file !== undefined) this.goToBytes(file, 0, 0);
  }

  /** Marks a file in the tree; a hex view that shows a file turns to this one. */
  selectFile(id: FileId): void {
    if (this.bytes.target !== 'disk' && this.bytes.target !== id) this.goToBytes(id, 0, 0);
    else this.#linked.file = id;
  }

  setSpotlight(layer: number | null): void {
    this.#linked.spotlight = layer !== null && layer < this.layerCount ? layer : null;
  }

  setMapMode(mode: MapMode): void {
    this.mapMode = mode;
  }

  /** Makes a step of the walk the current one and marks its bytes in the hex view. */
  stepTo(step: number): void {
    if (!this.trace || !this.chain) return;
    this.#linked.step = Math.min(Math.max(0, step), Math.max(0, this.trace.steps.length - 1));
    const place = stepPlace(this.trace, this.step, this.chain.layers);
    if (!place) return;
    this.#linked.bytes = place;
    if (place.target !== 'disk') this.#linked.file = place.target;
  }

  #diskBytes(): ByteRange {
    const { firstSector, sectorCount } = this.selection;
    return { target: 'disk', offset: firstSector * SECTOR_BYTES, lengthBytes: sectorCount * SECTOR_BYTES };
  }

  // ── Opening ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Adds files to the pile; true when it did. */
  openSources(sources: readonly FileSource[]): Promise<boolean> {
    return this.#open({ kind: 'sources', sources }, 'Open files', (api, job) => api.open(sources, job));
  }

  openSample(): Promise<boolean> {
    return this.#open({ kind: 'sample' }, 'Open the sample chain', (api) => api.openSample());
  }

  openAsRaw(id: FileId): Promise<boolean> {
    const opening: Opening = { kind: 'raw', path: this.otherOf(id)?.path ?? '' };
    return this.#open(opening, 'Open as a raw disk', (api) => api.openAsRaw(id));
  }

  /** By hand; null takes the word back. */
  pointAtParent(child: FileId, parent: FileId | null): Promise<boolean> {
    const pathOf = (id: FileId | null) => (id === null ? null : (this.fileOf(id)?.path ?? null));
    const opening: Opening = { kind: 'parent', child: pathOf(child) ?? '', parent: pathOf(parent) };
    return this.#open(opening, 'Join files', (api) => api.pointAtParent(child, parent));
  }

  /** Takes over a pile that a call of a panel changed, for instance after files moved into private storage. */
  async adoptPile(pile: PileView): Promise<void> {
    await this.#show(pile);
  }

  async close(): Promise<void> {
    this.jobs.cancelAll();
    this.#viewTicket++;
    this.#openings.length = 0;
    this.#forgetChain();
    this.pile = null;
    this.#linked.file = null;
    this.problems = [];
    this.screen = 'open';
    history.pushState(null, '', location.pathname + location.search);
    this.take(await this.client.api.closePile(), 'close');
  }

  /** Sees the disk from another file of the pile. */
  async viewFrom(leaf: FileId): Promise<boolean> {
    const ticket = ++this.#viewTicket;
    // Answers about the disk that leaves the view are of no use any more.
    this.#traceTicket++;
    const outcome = await this.jobs.run('Read the block tables', (api, job) => api.viewFrom(leaf, job));
    if (ticket !== this.#viewTicket) return false;
    const chain = this.take(outcome, 'view');
    this.#forgetChain();
    this.chain = chain;
    if (!chain) return false;
    this.#linked.sectors = clampSectors(
      this.selection.firstSector,
      this.selection.sectorCount,
      chain.sectorCount,
    );
    this.#linked.file = leaf;
    if (this.bytes.target === 'disk' || !this.#files.has(this.bytes.target))
      this.#linked.bytes = this.#diskBytes();
    this.#remember();
    void this.#follow(false);
    if (this.surveyBitmaps <= SURVEYED_BITMAPS) void this.countShares();
    return true;
  }

  /** Reads every bitmap that matters, so that map and shares are exact. */
  async countShares(): Promise<void> {
    const ticket = this.#viewTicket;
    const outcome = await this.jobs.run('Count what each file answers', (api, job) => api.survey(job));
    if (ticket === this.#viewTicket) this.survey = this.take(outcome, 'survey');
  }

  /** A fresh engine with the same files, parents and view. */
  async restart(): Promise<void> {
    const from = this.chain?.layers[0];
    const fromPath = from === undefined ? null : (this.fileOf(from)?.path ?? null);
    await this.client.restart();
    this.death = null;
    const outcome = await this.jobs.run('Open the same files again', (api, job) =>
      replay(this.#openings, api, job),
    );
    const pile = this.take(outcome, 'restart');
    if (pile) await this.#show(pile, fromPath);
  }

  async #open(
    opening: Opening,
    title: string,
    call: (api: EngineApi, job: Job) => Promise<Outcome<PileView>>,
  ): Promise<boolean> {
    const pile = this.take(await this.jobs.run(title, call), 'open');
    if (!pile) return false;
    this.#openings.push(opening);
    await this.#show(pile);
    return true;
  }

  async #show(pile: PileView, fromPath: string | null = this.#viewPath()): Promise<void> {
    this.pile = pile;
    this.screen = 'explore';
    const wanted = parseAddress(location.hash);
    const from = pile.files.find((file) => file.path === (fromPath ?? wanted.from))?.id ?? pile.leaves[0];
    if (from === undefined) {
      this.#forgetChain();
      return;
    }
    if (!(await this.viewFrom(from))) return;
    if (fromPath === null) this.#apply(wanted);
  }

  #viewPath(): string | null {
    const leaf = this.chain?.layers[0];
    return leaf === undefined ? null : (this.fileOf(leaf)?.path ?? null);
  }

  #forgetChain(): void {
    this.chain = null;
    this.survey = null;
    this.trace = null;
    this.costs = null;
    this.#linked.step = 0;
    this.#linked.spotlight = null;
  }

  // ── The walk ───────────────────────────────────────────────────────────────────────────────────────────────────────

  async #follow(showFirstStep: boolean): Promise<void> {
    const ticket = ++this.#traceTicket;
    const { firstSector, sectorCount } = this.selection;
    const outcome = await this.client.api.trace(firstSector, Math.min(sectorCount, TRACED_SECTORS));
    if (ticket !== this.#traceTicket) return;
    this.costs = null;
    this.trace = this.take(outcome, 'trace');
    if (!this.trace) return;
    if (showFirstStep) this.stepTo(0);
    await new Promise((done) => setTimeout(done, 200));
    if (ticket !== this.#traceTicket || !this.trace) return;
    const costs = await this.client.api.measure(this.trace);
    if (ticket === this.#traceTicket && costs.ok) this.costs = costs.value;
  }

  // ── Faults ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The value of an outcome; a fault becomes a standing problem, a cancel is none. */
  take<T>(outcome: Outcome<T>, key: string): T | null {
    if (outcome.ok) {
      this.dismiss(key);
      return outcome.value;
    }
    // A dead engine has its own banner; saying it again at every call that waited would bury the rest.
    const { code } = outcome.error;
    if (code !== 'cancelled' && code !== 'engine-failed') this.report(outcome.error, key);
    return null;
  }

  report(problem: Problem, key: string): void {
    this.problems = [...this.problems.filter((other) => other.key !== key), { key, problem }];
  }

  dismiss(key: string): void {
    if (this.problems.some((other) => other.key === key)) {
      this.problems = this.problems.filter((other) => other.key !== key);
    }
  }

  // ── The address bar ────────────────────────────────────────────────────────────────────────────────────────────────

  show(screen: ScreenName): void {
    this.screen = screen;
    this.#remember();
  }

  /** Wires back and forward; returns the way to undo that. */
  followAddress(): () => void {
    const onPop = () => this.#apply(parseAddress(location.hash));
    addEventListener('popstate', onPop);
    return () => removeEventListener('popstate', onPop);
  }

  #address(): Address {
    const { target, offset, lengthBytes } = this.bytes;
    const screen = this.screen === 'open' || this.screen === 'explore' ? null : this.screen;
    if (!this.chain) return { ...NOWHERE, screen };
    return {
      screen,
      sector: this.selection.firstSector,
      count: this.selection.sectorCount,
      from: this.#viewPath(),
      file: target === 'disk' ? null : (this.fileOf(target)?.path ?? null),
      offset: target === 'disk' && offset === this.selection.firstSector * SECTOR_BYTES ? null : offset,
      length: target === 'disk' ? null : lengthBytes,
    };
  }

  /** Quick successions, such as a held arrow key, are one entry of the history. */
  #remember(): void {
    const hash = formatAddress(this.#address());
    if (hash === location.hash) return;
    const now = performance.now();
    if (now - this.#lastPushMs < 700) history.replaceState(null, '', hash);
    else history.pushState(null, '', hash);
    this.#lastPushMs = now;
  }

  #apply(address: Address): void {
    if (address.screen === 'private') this.screen = 'private';
    else if (this.pile) this.screen = address.screen === 'findings' ? 'findings' : 'explore';
    else this.screen = 'open';
    if (!this.chain) return;
    const leaf = this.pile?.files.find((file) => file.path === address.from)?.id;
    if (leaf !== undefined && leaf !== this.chain.layers[0]) {
      void this.viewFrom(leaf);
    }
    if (address.sector !== null) {
      this.#linked.sectors = clampSectors(address.sector, address.count ?? 1, this.chain.sectorCount);
      this.#linked.step = 0;
      void this.#follow(false);
    }
    const file = address.file === null ? null : this.fileNamed(address.file);
    if (file !== null) {
      this.#linked.bytes = { target: file, offset: address.offset ?? 0, lengthBytes: address.length ?? 0 };
      this.#linked.file = file;
    } else {
      const bytes = this.#diskBytes();
      this.#linked.bytes =
        address.offset === null ? bytes : { target: 'disk', offset: address.offset, lengthBytes: 0 };
    }
  }
}
