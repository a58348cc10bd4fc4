/** What the map shows now: the part of the disk, its cells, and the asking for new ones. One for each panel. */
import type { SectorRange } from '../../base/units.ts';
import type { MapCells, MapMode } from '../../engine/api.ts';
import type { Session } from '../state/session.svelte.ts';
import { planCells } from './mapPixels.ts';
import {
  linesFor,
  type MapView,
  panned,
  refitted,
  revealing,
  shownRange,
  wholeDisk,
  zoomed,
} from './mapView.ts';

/** Cells as they came, with the view that they belong to. */
export interface MapPicture {
  readonly view: MapView;
  readonly shown: SectorRange;
  readonly mode: MapMode;
  readonly cells: Uint8Array;
  readonly cellsPerLine: number;
  readonly cellSectors: number;
  /** False while bitmaps are still unread: then cells come from block tables alone. */
  readonly exact: boolean;
}

/** The whole disk in one column, for the frame that says which part is shown. */
const OVERVIEW_CELLS = 1024;
const DEBOUNCE_MS = 60;

export class MapState {
  /** The part of the disk that is wanted; `picture.view` is the one on screen. */
  view: MapView | null = $state.raw(null);
  picture: MapPicture | null = $state.raw(null);
  overview: Uint8Array | null = $state.raw(null);
  /** CSS pixels. */
  heightPx: number = $state.raw(224);
  /** Device pixels of a line. */
  columns: number = $state.raw(0);
  /** What the pointer is on. */
  hovered: string | null = $state.raw(null);
  #ticket = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly #sessionOf: () => Session;

  constructor(sessionOf: () => Session) {
    this.#sessionOf = sessionOf;
  }

  get session(): Session {
    return this.#sessionOf();
  }

  get mostLines(): number {
    return linesFor(this.heightPx);
  }

  /** A new chain: the whole of it. */
  reset(diskSectors: number): void {
    this.view = wholeDisk(diskSectors, this.mostLines);
    this.picture = null;
    this.overview = null;
  }

  resize(columns: number, heightPx: number): void {
    this.columns = columns;
    if (heightPx === this.heightPx) return;
    this.heightPx = heightPx;
    if (this.view) this.view = refitted(this.view, this.mostLines, this.session.selection.firstSector);
  }

  /** Zooms about a sector; about the selection when none is given and it is in view, else about the middle. */
  zoom(doublings: number, anchor?: number): void {
    if (!this.view) return;
    this.view = zoomed(this.view, doublings, anchor ?? this.#anchor(this.view), this.mostLines);
  }

  #anchor(view: MapView): number {
    const { firstSector } = this.session.selection;
    if (revealing(view, firstSector) === view) return firstSector;
    return Math.floor((view.firstLine + view.lines / 2) * view.lineSectors);
  }

  showWhole(): void {
    if (this.view) this.view = wholeDisk(this.view.diskSectors, this.mostLines);
  }

  pan(lines: number): void {
    if (this.view) this.view = panned(this.view, lines);
  }

  /** Moves the view so that its middle is at a fraction of the disk. */
  panTo(fraction: number): void {
    if (!this.view) return;
    const { diskSectors, lineSectors, lines, firstLine } = this.view;
    const wanted = Math.round((fraction * diskSectors) / lineSectors - lines / 2);
    this.pan(wanted - firstLine);
  }

  reveal(sector: number): void {
    if (this.view) this.view = revealing(this.view, sector);
  }

  /** Asks for cells soon; the first picture of a chain or a mode at once. The old picture stays until the new one is here. */
  refresh(): void {
    clearTimeout(this.#timer);
    if (this.picture?.mode !== this.session.mapMode) void this.#load();
    else this.#timer = setTimeout(() => void this.#load(), DEBOUNCE_MS);
  }

  async #load(): Promise<void> {
    const { view, columns, session } = this;
    const { chain, mapMode: mode } = session;
    if (!view || !chain || columns === 0 || view.diskSectors !== chain.sectorCount) return;
    const ticket = ++this.#ticket;
    const shown = shownRange(view);
    const plan = planCells(view, columns, chain.unitSectors, shown);
    const parts: MapCells[] = [];
    const wholeSectors = plan.wholeCells * plan.cellSectors;
    const ask = async (firstSector: number, sectorCount: number, cells: number) => {
      const reply = session.take(
        await session.client.api.map({ firstSector, sectorCount, cells, mode }),
        'map',
      );
      if (reply) parts.push(reply);
      return reply !== null && ticket === this.#ticket;
    };
    if (wholeSectors > 0 && !(await ask(shown.firstSector, wholeSectors, plan.wholeCells))) return;
    if (plan.tailSectors > 0 && !(await ask(shown.firstSector + wholeSectors, plan.tailSectors, 1))) return;
    const { cellsPerLine, cellSectors } = plan;
    const exact = parts.every((part) => part.exact);
    this.picture = { view, shown, mode, cells: joined(parts), cellsPerLine, cellSectors, exact };
    if (!this.overview) await this.#loadOverview(ticket);
  }

  async #loadOverview(ticket: number): Promise<void> {
    const { chain } = this.session;
    if (!chain) return;
    const sectorCount = chain.sectorCount;
    const cells = Math.min(OVERVIEW_CELLS, sectorCount);
    const reply = await this.session.client.api.map({ firstSector: 0, sectorCount, cells, mode: 'layer' });
    if (ticket === this.#ticket && reply.ok) this.overview = reply.value.cells;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#ticket++;
  }
}

function joined(parts: readonly MapCells[]): Uint8Array {
  if (parts.length === 1 && parts[0]) return parts[0].cells;
  const cells = new Uint8Array(parts.reduce((sum, part) => sum + part.cells.length, 0));
  let at = 0;
  for (const part of parts) {
    cells.set(part.cells, at);
    at += part.cells.length;
  }
  return cells;
}
