/** Takes contents in and keeps of each file its first bytes, its hash, and what reading it touched. */
import { must } from '../base/assert.ts';
import { MIB } from '../base/units.ts';
import type { ContentHasher } from './contentHasher.ts';
import type { ContentEnd, ContentSink, ReadItem } from './fileSystem.ts';
import type { Advance, InspectOptions } from './filesHost.ts';

const ZEROS = new Uint8Array(MIB);

interface InspectedContent extends ContentEnd {
  readonly head: Uint8Array;
  readonly sha256: string | null;
}

export class InspectSink implements ContentSink {
  /** By number of the entry. */
  readonly inspected = new Map<number, InspectedContent>();
  private head = new Uint8Array(0);
  private hashedBytes = 0;
  private doneBytes = 0;

  constructor(
    private readonly wanted: InspectOptions,
    private readonly hasher: ContentHasher,
    private readonly onAdvance?: Advance,
  ) {}

  begin({ sizeBytes }: ReadItem): void {
    // What a listing says of a size may be wrong: a short file is cut at its end.
    this.head = new Uint8Array(Math.min(this.wanted.headBytes, Math.max(0, sizeBytes)));
    this.hashedBytes = 0;
    if (this.wanted.hash) this.hasher.begin();
  }

  write(_item: ReadItem, offset: number, bytes: Uint8Array): boolean {
    const { head, wanted } = this;
    if (offset < head.length) head.set(bytes.subarray(0, head.length - offset), offset);
    if (wanted.hash) {
      this.hashZerosUpTo(offset);
      this.hasher.update(bytes);
      this.hashedBytes += bytes.length;
    }
    this.doneBytes += bytes.length;
    this.onAdvance?.(this.doneBytes);
    return wanted.hash || wanted.runs || offset + bytes.length < head.length;
  }

  end({ entry }: ReadItem, end: ContentEnd): void {
    let sha256: string | null = null;
    if (this.wanted.hash && !end.problem) {
      this.hashZerosUpTo(end.sizeBytes);
      sha256 = this.hasher.digest();
    }
    this.inspected.set(entry, { ...end, head: this.head.slice(0, end.sizeBytes), sha256 });
  }

  /** Throws where the reader left it out: that is its fault, not the file's. */
  of({ entry, path }: ReadItem): InspectedContent {
    return must(this.inspected.get(entry), `the reader ended ${path}`);
  }

  /** What is left out is zeros. */
  private hashZerosUpTo(offset: number): void {
    while (this.hashedBytes < offset) {
      const count = Math.min(ZEROS.length, offset - this.hashedBytes);
      this.hasher.update(count === ZEROS.length ? ZEROS : ZEROS.subarray(0, count));
      this.hashedBytes += count;
    }
  }
}
