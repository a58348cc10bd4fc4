/** Files and folders into one ZIP, written from front to back. */
import { assert, must } from '../../base/assert.ts';
import { Pacer } from '../../base/pacer.ts';
import { MIB } from '../../base/units.ts';
import { type FileSink, WriteBehind } from '../../storage/fileSink.ts';
import type { ReadItem } from '../fileSystem.ts';
import type { Listing } from '../listing.ts';
import { type ContentPlace, Extraction, type ExtractionOptions, type Placed } from './extraction.ts';
import { WINDOWS_NAMES } from './nameRules.ts';
import type { PackLevel } from './packer.ts';
import type { ExtractionPlan } from './planExtraction.ts';
import { SafeNames } from './safeNames.ts';
import { LONGEST_ZIP_NAME } from './zipFormat.ts';
import { ZipWriter } from './zipWriter.ts';

export interface ZipOptions extends ExtractionOptions {
  /** 0: nothing is compressed. */
  readonly level?: PackLevel;
}

/** On text and programs 3 to 6 % larger than level 6. */
const USUAL_LEVEL = 3;
const ZEROS = new Uint8Array(MIB);

/**
 * Names in a ZIP are those that every system holds: nobody knows where it will be unpacked. The sink is written from front
 * to back; a file that fails is written over by the next. An empty folder is there too.
 */
export async function zipConsumer(
  sink: FileSink,
  listing: Listing,
  plan: ExtractionPlan,
  options: ZipOptions = {},
): Promise<Extraction> {
  const writer = await ZipWriter.create(options.level ?? USUAL_LEVEL);
  return new Extraction(new ZipPlace(sink, listing, plan, writer, options.signal), options);
}

class ZipPlace implements ContentPlace {
  readonly keepsWholeFiles = false;
  /** What goes wrong with one ends the ZIP: they share the file. */
  readonly faultsOfOneFile = new Set<never>();
  private readonly names: SafeNames;
  private readonly behind: WriteBehind;
  private readonly pacer = new Pacer();
  private item: ReadItem | null = null;
  private next = 0;
  private hasFolders = false;
  /** The furthest that was written to. */
  private furthest = 0;

  constructor(
    private readonly sink: FileSink,
    private readonly listing: Listing,
    private readonly plan: ExtractionPlan,
    private readonly writer: ZipWriter,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.names = new SafeNames(listing, plan, WINDOWS_NAMES);
    // Headers are small, and there are many.
    this.behind = new WriteBehind((offset, bytes) => sink.write(offset, bytes));
  }

  async begin(item: ReadItem): Promise<void> {
    await this.addFolders();
    const path = this.pathOf(item.entry);
    const modifiedMs = this.listing.modifiedMs(item.entry);
    this.item = item;
    this.next = 0;
    await this.put(this.writer.begin({ path, modifiedMs, isFolder: false, mostBytes: item.sizeBytes }));
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    await this.fill(offset);
    await this.put(this.writer.push(bytes));
    this.next = offset + bytes.length;
  }

  async keep(sizeBytes: number): Promise<void> {
    await this.fill(sizeBytes);
    await this.put(this.writer.end());
    this.item = null;
  }

  async drop(): Promise<void> {
    must(this.item, 'a file is open');
    this.writer.drop();
    this.item = null;
  }

  async finish(): Promise<Placed> {
    await this.addFolders();
    for (const piece of this.writer.finish()) await this.put(piece);
    await this.behind.drain();
    if (this.furthest > this.writer.offset) await this.sink.truncate(this.writer.offset);
    await this.sink.close();
    return { folders: this.plan.folders.length, renamed: this.names.renamed, failed: [] };
  }

  async abort(): Promise<void> {
    await this.sink.abort().catch(() => undefined);
  }

  private async addFolders(): Promise<void> {
    if (this.hasFolders) return;
    this.hasFolders = true;
    for (const entry of this.plan.folders) {
      const modifiedMs = this.listing.modifiedMs(entry);
      const path = this.pathOf(entry);
      await this.put(this.writer.begin({ path, modifiedMs, isFolder: true, mostBytes: 0 }));
    }
  }

  private pathOf(entry: number): string {
    const path = this.names.path(entry);
    // A character takes up to three bytes; the name of a folder has one `/` more.
    assert(path.length * 3 + 1 <= LONGEST_ZIP_NAME, 'paths are no longer than a plan allows');
    return path;
  }

  /** A ZIP has no holes: what was left out is written as zeros. */
  private async fill(offset: number): Promise<void> {
    for (; this.next < offset; this.next += ZEROS.length) {
      await this.pacer.step(this.signal);
      await this.put(this.writer.push(ZEROS.subarray(0, Math.min(ZEROS.length, offset - this.next))));
    }
    this.next = offset;
  }

  private async put(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    const { offset } = this.writer;
    this.furthest = Math.max(this.furthest, offset);
    await this.behind.write(offset - bytes.length, bytes);
  }
}
