/** A guest without files: it keeps extents on the bare sectors of the disk's second half, and a log at its start. */
import type { Prng } from '../../base/prng.ts';
import { SECTOR_BYTES } from '../../base/units.ts';
import { logLines } from '../sampleTexts.ts';
import { wholeSectors } from './clusterRuns.ts';
import { programBytes, textBytes } from './contents.ts';
import { barePages, DATABASE_PAGE_BYTES, type PageStore } from './database.ts';
import type { GuestKind } from './guest.ts';
import type { OperationDraft } from './operationDraft.ts';

const MOST_EXTENTS = 256;
const MOST_EXTENT_SECTORS = 256;
const MOST_LOG_SECTORS = 2048;
const MOST_DATABASE_PAGES = 2048;
const PAGE_SECTORS = DATABASE_PAGE_BYTES / SECTOR_BYTES;

export class BareWork {
  /** Sectors written at the start of each extent's place; 0 = none. */
  readonly written: number[];
  private readonly firstSector: number;
  private readonly stride: number;

  constructor(
    private readonly sectorCount: number,
    written?: readonly number[],
  ) {
    this.firstSector = Math.floor(sectorCount / 2);
    const areaSectors = sectorCount - this.firstSector;
    const extents = Math.min(MOST_EXTENTS, Math.max(1, Math.floor(areaSectors / MOST_EXTENT_SECTORS)));
    this.stride = Math.floor(areaSectors / extents);
    this.written = Array.from({ length: extents }, (_, i) => Math.min(written?.[i] ?? 0, this.extentSectors));
  }

  /** The database has the second quarter; null where the disk is too small for one. */
  pages(): PageStore | null {
    const firstSector = Math.ceil(this.sectorCount / 4 / PAGE_SECTORS) * PAGE_SECTORS;
    const pageCount = Math.min(
      MOST_DATABASE_PAGES,
      Math.floor((this.firstSector - firstSector) / PAGE_SECTORS),
    );
    return pageCount >= 4 ? barePages(firstSector, pageCount) : null;
  }

  work(kind: GuestKind, paper: Uint8Array, number: number, draft: OperationDraft): void {
    const { random } = draft;
    draft.touch(1 + random.below(3));
    if (kind === 'idle') {
      this.writeLog(number, draft);
      return;
    }
    const readShare = kind === 'build' ? 40 : 68;
    const extent = random.below(this.written.length);
    if (random.below(100) < readShare && this.written[extent]) this.readExtent(extent, draft);
    else this.writeExtent(extent, kind === 'build' ? 64 : MOST_EXTENT_SECTORS, paper, draft);
    if (kind === 'build') draft.name = 'compile';
  }

  /** One sector of a ring. */
  writeLog(number: number, draft: OperationDraft): void {
    draft.name = 'log';
    const ringSectors = Math.max(1, Math.min(MOST_LOG_SECTORS, Math.floor(this.sectorCount / 4)));
    const bytes = wholeSectors(logLines(draft.random, draft.date, 200).subarray(0, SECTOR_BYTES));
    draft.actions.push({ kind: 'write', firstSector: number % ringSectors, bytes });
    if (draft.random.below(4) === 0) draft.actions.push({ kind: 'flush' });
  }

  private get extentSectors(): number {
    return Math.min(this.stride, MOST_EXTENT_SECTORS);
  }

  private readExtent(extent: number, draft: OperationDraft): void {
    draft.name = 'read file';
    const firstSector = this.firstSector + extent * this.stride;
    draft.actions.push({ kind: 'read', firstSector, sectorCount: this.written[extent] ?? 1 });
  }

  private writeExtent(extent: number, most: number, paper: Uint8Array, draft: OperationDraft): void {
    draft.name = 'write file';
    const { random, actions } = draft;
    const sectorCount = 1 + random.below(Math.min(this.extentSectors, most));
    const bytes = extentBytes(paper, random, sectorCount * SECTOR_BYTES);
    actions.push({ kind: 'write', firstSector: this.firstSector + extent * this.stride, bytes });
    if (random.below(2) === 0) actions.push({ kind: 'flush' });
    this.written[extent] = Math.max(this.written[extent] ?? 0, sectorCount);
  }
}

function extentBytes(paper: Uint8Array, random: Prng, lengthBytes: number): Uint8Array {
  return random.below(2) === 0 ? textBytes(paper, random, lengthBytes) : programBytes(random, lengthBytes);
}
