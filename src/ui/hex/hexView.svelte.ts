/**
 * What the hex view shows: which bytes, from which row on, where the cursor is, and what the bytes mean. The selection
 * itself is the session's; this follows it and keeps only what no other panel needs.
 */
import type { Problem } from '../../base/errors.ts';
import { SECTOR_BYTES } from '../../base/units.ts';
import {
  type Annotation,
  CELL_MISSING,
  CELL_UNALLOCATED,
  type FileId,
  type Region,
} from '../../engine/api.ts';
import type { ByteRange } from '../state/selection.svelte.ts';
import type { Session } from '../state/session.svelte.ts';
import { type FieldSpan, fieldAt, flatten, structureAt } from './fields.ts';
import { PageStore } from './pages.ts';
import { clampTopRow, type Extent, rowCountOf, topRowFollowing, topRowShowing } from './rows.ts';
import type { ByteState } from './segments.ts';

export class HexView {
  bytesPerRow: 8 | 16 = $state.raw(16);
  visibleRows: number = $state.raw(12);
  topRow: number = $state.raw(0);
  /** The byte that is read out and that the keyboard moves. */
  cursor: number = $state.raw(0);
  regions: readonly Region[] = $state.raw([]);
  annotations: readonly Annotation[] = $state.raw([]);
  /** Why the structures of the file could not be read; its bytes may still be. */
  regionsProblem: Problem | null = $state.raw(null);
  #anchor = 0;
  #pagesSeen: number = $state.raw(0);
  #store: PageStore | null = $state.raw(null);
  #own: ByteRange | null = null;
  #annotateTicket = 0;
  #annotatedFrom = -1;
  #annotatedTo = -1;

  constructor(readonly session: Session) {}

  readonly target: 'disk' | FileId = $derived.by(() => this.session.bytes.target);
  readonly sizeBytes: number = $derived.by(() => {
    const { target, session } = this;
    if (target === 'disk') return (session.chain?.sectorCount ?? 0) * SECTOR_BYTES;
    return (session.fileOf(target) ?? session.otherOf(target))?.sizeBytes ?? 0;
  });
  readonly extent: Extent = $derived.by(() => ({
    sizeBytes: this.sizeBytes,
    bytesPerRow: this.bytesPerRow,
    visibleRows: this.visibleRows,
  }));
  readonly rowCount: number = $derived.by(() => rowCountOf(this.sizeBytes, this.bytesPerRow));
  readonly firstOffset: number = $derived.by(() => this.topRow * this.bytesPerRow);
  readonly endOffset: number = $derived.by(() =>
    Math.min(this.sizeBytes, this.firstOffset + this.visibleRows * this.bytesPerRow),
  );
  readonly spans: readonly FieldSpan[] = $derived.by(() => flatten(this.annotations));
  readonly field: FieldSpan | null = $derived.by(() => fieldAt(this.spans, this.cursor));
  readonly structure: Annotation | null = $derived.by(() => structureAt(this.annotations, this.cursor));
  /** More than one byte taken by mouse, Shift or a link; null for a single byte. */
  readonly range: ByteRange | null = $derived.by(() =>
    this.session.bytes.lengthBytes > 1 ? this.session.bytes : null,
  );
  /** The range without those that only repeat the selected sectors: they are marked at their offsets. */
  readonly picked: ByteRange | null = $derived.by(() => {
    const { range } = this;
    const isSectors =
      this.target === 'disk' &&
      range &&
      range.offset % SECTOR_BYTES === 0 &&
      range.lengthBytes % SECTOR_BYTES === 0;
    return isSectors ? null : range;
  });
  /** A fault of a page on screen. */
  readonly failure: { readonly problem: Problem; readonly offset: number } | null = $derived.by(() => {
    this.#pagesSeen;
    const store = this.#store;
    if (!store) return null;
    for (let at = this.firstOffset; at < this.endOffset; at += this.bytesPerRow) {
      const page = store.at(at);
      if (page?.state === 'failed') return { problem: page.problem, offset: at };
    }
    return null;
  });

  /** Changes when pages came in: what draws bytes reads it. */
  get seen(): number {
    return this.#pagesSeen;
  }

  byteAt(offset: number): ByteState {
    const page = this.#store?.at(offset);
    if (!page) return 'waiting';
    if (page.state === 'failed') return 'failed';
    if (this.ownerAt(offset) === CELL_MISSING) return 'missing';
    return page.content.bytes[offset % (this.#store?.pageBytes ?? 1)] ?? 'waiting';
  }

  /** Layer that answers the sector, a special cell value, or null in files and while it is not known. */
  ownerAt(offset: number): number | null {
    const page = this.#store?.at(offset);
    if (page?.state !== 'read' || !page.content.owners) return null;
    return page.content.owners[Math.floor((offset % (this.#store?.pageBytes ?? 1)) / SECTOR_BYTES)] ?? null;
  }

  isUnallocated(offset: number): boolean {
    return this.ownerAt(offset) === CELL_UNALLOCATED;
  }

  /** The known bytes of a range, short where pages are missing. */
  bytesOf(offset: number, lengthBytes: number): Uint8Array {
    this.#pagesSeen;
    const bytes: number[] = [];
    for (let at = offset; at < Math.min(offset + lengthBytes, this.sizeBytes); at++) {
      const state = this.byteAt(at);
      if (typeof state !== 'number') break;
      bytes.push(state);
    }
    return Uint8Array.from(bytes);
  }

  // ── Following ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A new source of bytes; call when target, size or chain change. Returns what ends it. */
  openSource(): () => void {
    const { target, sizeBytes, session } = this;
    const { api } = session.client;
    const store = new PageStore({
      sizeBytes,
      changed: () => this.#pagesSeen++,
      read: async (offset, lengthBytes) => {
        if (target !== 'disk') {
          const outcome = await api.readFile(target, offset, lengthBytes);
          return outcome.ok ? { ok: true, value: { bytes: outcome.value, owners: null } } : outcome;
        }
        return api.readDisk(offset / SECTOR_BYTES, Math.ceil(lengthBytes / SECTOR_BYTES));
      },
    });
    this.#store = store;
    this.annotations = [];
    this.regions = [];
    this.regionsProblem = null;
    this.#annotatedFrom = this.#annotatedTo = -1;
    if (target !== 'disk') void this.#readRegions(target, store);
    return () => {
      store.close();
      // Answers that are still on their way find no place any more.
      if (this.#store === store) this.#store = null;
    };
  }

  async #readRegions(file: FileId, store: PageStore): Promise<void> {
    const outcome = await this.session.client.api.regions(file);
    if (store !== this.#store) return;
    if (outcome.ok) this.regions = outcome.value;
    else this.regionsProblem = outcome.error;
  }

  /** Asks for what is on screen: call whenever the window moves. */
  fill(): void {
    const { firstOffset, endOffset, target } = this;
    this.#store?.want(firstOffset, endOffset - firstOffset);
    if (target !== 'disk') void this.#annotate(target, firstOffset, endOffset);
  }

  /** Meanings come a few screens at a time; an answer for a window that was left is dropped. */
  async #annotate(file: FileId, from: number, to: number): Promise<void> {
    if (from >= this.#annotatedFrom && to <= this.#annotatedTo) return;
    const ticket = ++this.#annotateTicket;
    const store = this.#store;
    await new Promise((done) => setTimeout(done, 30));
    if (!store || ticket !== this.#annotateTicket || store !== this.#store) return;
    const margin = to - from;
    const start = Math.max(0, from - margin);
    const end = Math.min(this.sizeBytes, to + margin);
    const outcome = await this.session.client.api.annotate(file, start, end - start);
    if (ticket !== this.#annotateTicket || store !== this.#store || !outcome.ok) return;
    this.annotations = outcome.value;
    this.#annotatedFrom = start;
    this.#annotatedTo = end;
  }

  retry(): void {
    this.#store?.retry();
    this.#pagesSeen++;
    this.#annotatedFrom = this.#annotatedTo = -1;
    this.fill();
    if (this.target !== 'disk' && this.#store && this.regionsProblem) {
      this.regionsProblem = null;
      void this.#readRegions(this.target, this.#store);
    }
  }

  /** The session's bytes moved: the view follows, unless the movement was its own. */
  follow(bytes: ByteRange): void {
    if (bytes !== this.#own) {
      this.cursor = this.#anchor = this.#within(bytes.offset);
      this.topRow = topRowShowing(this.cursor, this.topRow, this.extent);
    }
    this.topRow = clampTopRow(this.topRow, this.extent);
  }

  resize(bytesPerRow: 8 | 16, visibleRows: number): void {
    if (bytesPerRow !== this.bytesPerRow) {
      const offset = this.firstOffset;
      this.bytesPerRow = bytesPerRow;
      this.topRow = Math.floor(offset / bytesPerRow);
    }
    this.visibleRows = visibleRows;
    this.topRow = clampTopRow(this.topRow, this.extent);
  }

  // ── Moving ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  scrollTo(row: number): void {
    this.topRow = clampTopRow(row, this.extent);
  }

  scrollBy(rows: number): void {
    this.scrollTo(this.topRow + rows);
  }

  /** Puts the cursor on a byte; with `extend` everything from the anchor to it is taken. */
  moveTo(offset: number, extend = false): void {
    const at = this.#within(offset);
    this.cursor = at;
    if (!extend) this.#anchor = at;
    const first = Math.min(at, this.#anchor);
    this.topRow = topRowFollowing(at, this.topRow, this.extent);
    this.#tell(first, Math.abs(at - this.#anchor) + 1);
  }

  /** Tells the session. On the disk the sector under the cursor becomes the selected one. */
  #tell(offset: number, lengthBytes: number): void {
    const { session, target } = this;
    if (target === 'disk') {
      const sector = Math.floor(this.cursor / SECTOR_BYTES);
      const { firstSector, sectorCount } = session.selection;
      if (sector < firstSector || sector >= firstSector + sectorCount) session.selectSectors(sector);
    }
    session.goToBytes(target, offset, lengthBytes);
    this.#own = session.bytes;
  }

  #within(offset: number): number {
    return Math.min(Math.max(0, offset), Math.max(0, this.sizeBytes - 1));
  }
}
