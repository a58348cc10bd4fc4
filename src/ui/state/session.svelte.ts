/**
 * What can be done: open, view, select, step, restart. Panels read the fields of `SessionView` and call these methods;
 * nobody else talks to the engine about opening or viewing.
 */
import type { Problem } from '../../base/errors.ts';
import { SECTOR_BYTES } from '../../base/units.ts';
import type { EngineApi, FileId, FileSource, Job, MapMode, Outcome, PileView } from '../../engine/api.ts';
import { type Address, NOWHERE } from './address.ts';
import { AddressBar } from './addressBar.ts';
import { type Opening, replay } from './openings.ts';
import type { StandingProblem } from './problems.svelte.ts';
import { type ByteRange, clampSectors } from './selection.svelte.ts';
import { type ScreenName, SessionView, WITHOUT_FILES } from './sessionView.svelte.ts';
import { stepPlace } from './stepPlace.ts';

export { WITHOUT_FILES } from './sessionView.svelte.ts';
export { TRACED_SECTORS } from './walk.svelte.ts';
export type { ScreenName, StandingProblem };

/** Most bitmaps that are read unasked to count the shares of the layers. */
const SURVEYED_BITMAPS = 20_000;

export class Session extends SessionView {
  readonly #address = new AddressBar();
  readonly #openings: Opening[] = [];
  #viewTicket = 0;

  // ── Selecting ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Moves the selection; the hex view follows where it shows the disk, and shows the first step where it shows a file. */
  selectSectors(firstSector: number, sectorCount = 1): void {
    if (!this.chain) return;
    const sectors = clampSectors(firstSector, sectorCount, this.chain.sectorCount);
    const { selection } = this;
    if (sectors.firstSector === selection.firstSector && sectors.sectorCount === selection.sectorCount)
      return;
    this.linked.sectors = sectors;
    this.linked.step = 0;
    if (this.bytes.target === 'disk') this.linked.bytes = this.#diskBytes();
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
    this.linked.bytes = { target, offset: Math.max(0, offset), lengthBytes };
    if (target !== 'disk') this.linked.file = target;
    if (this.pile) this.#turnTo('explore');
    this.#remember();
  }

  /** The hex view's switch: the disk at the selection, or the bytes of the current step in its file. */
  showDiskBytes(): void {
    this.linked.bytes = this.#diskBytes();
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
    else this.linked.file = id;
  }

  setSpotlight(layer: number | null): void {
    this.linked.spotlight = layer !== null && layer < this.layerCount ? layer : null;
  }

  setMapMode(mode: MapMode): void {
    this.mapMode = mode;
  }

  /** Makes a step of the walk the current one and marks its bytes in the hex view. */
  stepTo(step: number): void {
    if (!this.trace || !this.chain) return;
    this.linked.step = Math.min(Math.max(0, step), Math.max(0, this.trace.steps.length - 1));
    const place = stepPlace(this.trace, this.step, this.chain.layers);
    if (!place) return;
    this.linked.bytes = place;
    if (place.target !== 'disk') this.linked.file = place.target;
  }

  #diskBytes(): ByteRange {
    const { firstSector, sectorCount } = this.selection;
    return { target: 'disk', offset: firstSector * SECTOR_BYTES, lengthBytes: sectorCount * SECTOR_BYTES };
  }

  #follow(showFirstStep: boolean): Promise<void> {
    return this.walk.follow(this.selection, (outcome) => {
      const trace = this.take(outcome, 'trace');
      if (trace && showFirstStep) this.stepTo(0);
      return trace;
    });
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
    const opening: Opening = { kind: 'raw', path: this.index.path(id) ?? '' };
    return this.#open(opening, 'Open as a raw disk', (api) => api.openAsRaw(id));
  }

  /** By hand; null takes the word back. */
  pointAtParent(child: FileId, parent: FileId | null): Promise<boolean> {
    const opening: Opening = {
      kind: 'parent',
      child: this.index.path(child) ?? '',
      parent: this.index.path(parent),
    };
    return this.#open(opening, 'Join files', (api) => api.pointAtParent(child, parent));
  }

  /**
   * Takes over a pile that a call of a panel changed, for instance after files moved into private storage. The disk is
   * seen from the file with this path; null = from where the address says, or the likeliest leaf.
   */
  async adoptPile(
    pile: PileView,
    fromPath: string | null = this.index.path(this.chain?.layers[0]),
  ): Promise<void> {
    await this.#show(pile, fromPath);
  }

  /** Files of the chain are closed for a while; returns the path that the disk was seen from. */
  leaveView(): string | null {
    const from = this.index.path(this.chain?.layers[0]);
    this.#viewTicket++;
    this.walk.abandon();
    this.#forgetChain();
    return from;
  }

  async close(): Promise<void> {
    this.jobs.cancelAll();
    this.#viewTicket++;
    this.#openings.length = 0;
    this.#forgetChain();
    this.pile = null;
    this.linked.file = null;
    this.faults.clear();
    this.#turnTo('open');
    this.#address.clear();
    this.take(await this.client.api.closePile(), 'close');
  }

  /** Sees the disk from another file of the pile. */
  async viewFrom(leaf: FileId): Promise<boolean> {
    const ticket = ++this.#viewTicket;
    // Answers about the disk that leaves the view are of no use any more.
    this.walk.abandon();
    const outcome = await this.jobs.run('Read the block tables', (api, job) => api.viewFrom(leaf, job));
    if (ticket !== this.#viewTicket) return false;
    const chain = this.take(outcome, 'view');
    this.#forgetChain();
    this.chain = chain;
    if (!chain) return false;
    const { firstSector, sectorCount } = this.selection;
    this.linked.sectors = clampSectors(firstSector, sectorCount, chain.sectorCount);
    this.linked.file = leaf;
    if (this.bytes.target === 'disk' || !this.fileOf(this.bytes.target))
      this.linked.bytes = this.#diskBytes();
    this.#remember();
    void this.#follow(false);
    void this.#completeView(ticket);
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
    const from = this.index.path(this.chain?.layers[0]);
    await this.client.restart();
    this.death = null;
    const outcome = await this.jobs.run('Open the same files again', (api, job) =>
      replay(this.#openings, api, job),
    );
    const pile = this.take(outcome, 'restart');
    if (pile) await this.#show(pile, from);
  }

  async #open(
    opening: Opening,
    title: string,
    call: (api: EngineApi, job: Job) => Promise<Outcome<PileView>>,
  ): Promise<boolean> {
    const pile = this.take(await this.jobs.run(title, call), 'open');
    if (!pile) return false;
    this.#openings.push(opening);
    await this.#show(pile, this.index.path(this.chain?.layers[0]));
    return true;
  }

  /** Shows the disk from where it was seen before, else from where the address says, else from the likeliest leaf. */
  async #show(pile: PileView, fromPath: string | null): Promise<void> {
    const wanted = this.#address.current;
    this.pile = pile;
    // A link into the disk's files leads there once they are open; otherwise they are looked at from the start.
    const isFolder = fromPath === null && wanted.screen === 'files';
    if (isFolder) this.#turnTo('files', wanted.at);
    else this.#turnTo('explore');
    const from = pile.files.find((file) => file.path === (fromPath ?? wanted.from))?.id ?? pile.leaves[0];
    if (from === undefined) this.#forgetChain();
    // What was opened is what is looked at now, whatever screen the address named.
    // Whoever went to another screen meanwhile stays there.
    else if ((await this.viewFrom(from)) && fromPath === null) this.#select(wanted);
  }

  /** Once tables are read the engine knows how many blocks each file holds; few enough, it counts who answers what. */
  async #completeView(ticket: number): Promise<void> {
    const outcome = await this.client.run((api, job) => api.open([], job));
    if (ticket !== this.#viewTicket || !this.pile) return;
    if (outcome.ok) this.pile = { ...outcome.value, openMilliseconds: this.pile.openMilliseconds };
    if (this.surveyBitmaps <= SURVEYED_BITMAPS) await this.countShares();
  }

  #forgetChain(): void {
    this.chain = null;
    this.survey = null;
    this.walk.clear();
    this.linked.step = 0;
    this.linked.spotlight = null;
  }

  // ── Faults ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The value of an outcome; a fault becomes a standing problem, a cancel is none. */
  take<T>(outcome: Outcome<T>, key: string): T | null {
    return this.faults.take(outcome, key);
  }

  report(problem: Problem, key: string): void {
    this.faults.report(problem, key);
  }

  dismiss(key: string): void {
    this.faults.dismiss(key);
  }

  // ── The address bar ────────────────────────────────────────────────────────────────────────────────────────────────

  /** `at` and `set`: page of the screen and how it is set; both are only ever looked up. */
  show(screen: ScreenName, at: string | null = null, set: string | null = null): void {
    this.#turnTo(screen, at, set);
    this.#remember();
  }

  #turnTo(screen: ScreenName, at: string | null = null, set: string | null = null): void {
    this.screen = screen;
    this.at = at;
    this.set = set;
  }

  /** Wires back and forward; returns the way to undo that. */
  followAddress(): () => void {
    this.#goTo(this.#address.current);
    return this.#address.follow((address) => this.#apply(address));
  }

  #remember(): void {
    this.#address.write(this.#whereWeAre());
  }

  #whereWeAre(): Address {
    const { target, offset, lengthBytes } = this.bytes;
    const plain = this.screen === 'explore' || (this.screen === 'open' && !this.pile);
    const screen = plain ? null : this.screen;
    const { at, set } = this;
    if (!this.chain) return { ...NOWHERE, screen, at, set };
    const atSelection = target === 'disk' && offset === this.selection.firstSector * SECTOR_BYTES;
    return {
      ...NOWHERE,
      screen,
      at,
      set,
      sector: this.selection.firstSector,
      count: this.selection.sectorCount,
      from: this.index.path(this.chain.layers[0]),
      file: target === 'disk' ? null : this.index.path(target),
      offset: atSelection ? null : offset,
      length: target === 'disk' ? null : lengthBytes,
    };
  }

  #goTo(address: Address): void {
    this.linkedLab = address.lab === null ? null : `lab=${address.lab}`;
    this.#turnTo(this.#screenOf(address), address.at, address.set);
  }

  #apply(address: Address): void {
    this.#goTo(address);
    this.#select(address);
  }

  #select(address: Address): void {
    if (!this.chain) return;
    if (address.sector !== null) {
      this.linked.sectors = clampSectors(address.sector, address.count ?? 1, this.chain.sectorCount);
      this.linked.step = 0;
    }
    const file = this.index.named(address.file);
    if (file !== null) {
      this.linked.bytes = { target: file, offset: address.offset ?? 0, lengthBytes: address.length ?? 0 };
      this.linked.file = file;
    } else {
      const { offset } = address;
      this.linked.bytes = offset === null ? this.#diskBytes() : { target: 'disk', offset, lengthBytes: 0 };
    }
    const leaf = this.index.named(address.from);
    if (leaf !== null && leaf !== this.chain.layers[0]) void this.viewFrom(leaf);
    else if (address.sector !== null) void this.#follow(false);
  }

  #screenOf({ screen, lab }: Address): ScreenName {
    if (lab !== null) return 'lab';
    const withoutFiles = WITHOUT_FILES.find((name) => name === screen);
    if (withoutFiles) return withoutFiles;
    if (!this.pile) return 'open';
    return screen === 'files' || screen === 'check' || screen === 'compare' || screen === 'open'
      ? screen
      : 'explore';
  }
}
