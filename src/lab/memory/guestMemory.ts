/** The memory of the virtual machine: how often each page was written to; what it holds follows from that. */
import { assert } from '../../base/assert.ts';
import { MOST_PAGES, PAGE_BYTES } from './memory.ts';
import { fillPage } from './pageContents.ts';

export class GuestMemory {
  readonly pageCount: number;
  /** 32 bits. */
  readonly seed: number;
  private versions: Uint32Array;
  /** True while a fork has the same array: whoever writes first takes a copy. */
  private isShared = false;

  constructor(pageCount: number, seed: number, versions?: Uint32Array) {
    assert(
      Number.isInteger(pageCount) && pageCount > 0 && pageCount <= MOST_PAGES,
      `${pageCount} pages of memory`,
    );
    assert(!versions || versions.length === pageCount, 'a version for each page');
    this.pageCount = pageCount;
    this.seed = seed >>> 0;
    this.versions = versions ?? new Uint32Array(pageCount);
  }

  /** Memory as a saved state holds it; takes the array over. */
  static of(seed: number, versions: Uint32Array): GuestMemory {
    return new GuestMemory(versions.length, seed, versions);
  }

  /** The guest writes to a page. */
  touch(page: number): void {
    const version = this.version(page);
    if (this.isShared) {
      this.versions = this.versions.slice();
      this.isShared = false;
    }
    this.versions[page] = version + 1;
  }

  /** How often the page was written to. */
  version(page: number): number {
    const version = this.versions[page];
    assert(version !== undefined, `page ${page} of ${this.pageCount}`);
    return version;
  }

  /** Fills `target`, PAGE_BYTES, with the page as it is. */
  pageBytes(page: number, target: Uint8Array): void {
    assert(target.length === PAGE_BYTES, `${target.length} bytes for a page`);
    fillPage(target, this.seed, page, this.version(page));
  }

  /** A memory of its own that holds the same. Costs nothing until either is written to, and then little. */
  fork(): GuestMemory {
    const fork = GuestMemory.of(this.seed, this.versions);
    fork.isShared = true;
    this.isShared = true;
    return fork;
  }

  equals(other: GuestMemory): boolean {
    if (this.seed !== other.seed || this.pageCount !== other.pageCount) return false;
    return this.versions === other.versions || this.versions.every((value, i) => value === other.versions[i]);
  }
}
