/** The index of a saved state: for each page how often it was written to, and which record holds it. */
import { viewOf } from '../../base/bytes.ts';
import { INDEX_ENTRY } from './savedStateFormat.ts';

export class PageIndex {
  readonly versions: Uint32Array;
  private readonly places: Float64Array;
  /** 1 for pages that a record held. */
  private readonly isFound: Uint8Array;

  constructor(bytes: Uint8Array) {
    const pageCount = bytes.length / INDEX_ENTRY.sizeBytes;
    const view = viewOf(bytes);
    this.versions = new Uint32Array(pageCount);
    this.places = new Float64Array(pageCount);
    this.isFound = new Uint8Array(pageCount);
    for (let page = 0; page < pageCount; page++) {
      const at = page * INDEX_ENTRY.sizeBytes;
      this.places[page] = Number(view.getBigUint64(at + INDEX_ENTRY.recordOffset));
      this.versions[page] = view.getUint32(at + INDEX_ENTRY.version);
    }
  }

  /** Notes that the record at `place` holds the page; false where the index says otherwise, or it was held before. */
  find(page: number, place: number): boolean {
    if (this.places[page] !== place || this.isFound[page] === 1) return false;
    this.isFound[page] = 1;
    return true;
  }

  /** Pages of zeros: those that have no record. */
  *zeroPages(): Generator<number> {
    for (const [page, place] of this.places.entries()) if (place === 0) yield page;
  }

  /** The first page whose record was not there; -1 = all were. */
  firstMissing(): number {
    return this.places.findIndex((place, page) => place !== 0 && this.isFound[page] === 0);
  }
}
