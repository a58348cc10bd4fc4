/** Files and folders into a folder. */
import { assert, must } from '../../base/assert.ts';
import { DiskError, type ErrorCode, toProblem } from '../../base/errors.ts';
import { Pacer } from '../../base/pacer.ts';
import { KIB } from '../../base/units.ts';
import type { FileSink } from '../../storage/fileSink.ts';
import type { ReadItem } from '../fileSystem.ts';
import type { Listing } from '../listing.ts';
import {
  type ContentPlace,
  Extraction,
  type ExtractionOptions,
  type FailedFile,
  type Placed,
} from './extraction.ts';
import type { FileFacts, FolderTarget, TargetFolder } from './folderTarget.ts';
import { type ExtractionPlan, toldPath } from './planExtraction.ts';
import { SafeNames } from './safeNames.ts';

/** Up to here a file is written in one go when all of it is there, several such files at once. */
const SMALL_BYTES = 256 * KIB;
/** Each handle of a browser's folder holds on to something outside the page. */
const OPEN_FOLDERS = 1024;

/**
 * Everything that goes in is new: where a chosen name is in the target already, `name (2)` is made instead, and nothing is
 * merged into what is there. Files are whole or not there; after an `abort` those that were whole stay.
 */
export async function folderConsumer(
  target: FolderTarget,
  listing: Listing,
  plan: ExtractionPlan,
  options: ExtractionOptions = {},
): Promise<Extraction> {
  const names = new SafeNames(listing, plan, target.rules);
  await names.avoid((name) => target.root.has(name));
  return new Extraction(new FolderPlace(target, listing, plan, names, options.signal), options);
}

class FolderPlace implements ContentPlace {
  readonly keepsWholeFiles = true;
  readonly faultsOfOneFile: ReadonlySet<ErrorCode> = new Set(['busy', 'bad-request', 'limit', 'vanished']);
  onLateFault?: (item: ReadItem, error: unknown) => void;
  private readonly folders = new Map<number, Promise<TargetFolder>>();
  private readonly made = new Set<number>();
  private item: ReadItem | null = null;
  /** One of them holds the open file. */
  private small: Uint8Array | null = null;
  private sink: FileSink | null = null;
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    private readonly target: FolderTarget,
    private readonly listing: Listing,
    private readonly plan: ExtractionPlan,
    private readonly names: SafeNames,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async begin(item: ReadItem): Promise<void> {
    this.item = item;
    if (item.sizeBytes <= SMALL_BYTES) this.small = new Uint8Array(item.sizeBytes);
    else this.sink = await this.create(item);
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    if (this.small) this.small.set(bytes, offset);
    else await must(this.sink, 'a file is open').write(offset, bytes);
  }

  async keep(sizeBytes: number): Promise<void> {
    const item = must(this.item, 'a file is open');
    const { small, sink } = this;
    this.forget();
    if (small) return this.startSmall(item, small);
    assert(sink, 'a file is open');
    await publish(sink, sizeBytes);
  }

  async drop(): Promise<void> {
    const { sink } = this;
    this.forget();
    await sink?.abort();
  }

  async finish(): Promise<Placed> {
    await Promise.all(this.underWay);
    const failed: FailedFile[] = [];
    const pacer = new Pacer();
    for (const entry of this.plan.folders) {
      await pacer.step(this.signal);
      // The empty ones are made now.
      await this.folder(entry).catch((error: unknown) => {
        if (!(error instanceof DiskError && this.faultsOfOneFile.has(error.code))) throw error;
        failed.push({ path: toldPath(this.listing.path(entry)), problem: toProblem(error) });
      });
    }
    await this.setTimes();
    return { folders: this.plan.folders.length - failed.length, renamed: this.names.renamed, failed };
  }

  async abort(): Promise<void> {
    const { sink } = this;
    this.forget();
    await Promise.all(this.underWay);
    await sink?.abort().catch(() => undefined);
  }

  private forget(): void {
    this.item = null;
    this.small = null;
    this.sink = null;
  }

  private async startSmall(item: ReadItem, bytes: Uint8Array): Promise<void> {
    while (this.underWay.size >= this.target.filesAtOnce) await Promise.race(this.underWay);
    const work = this.writeSmall(item, bytes)
      .catch((error: unknown) => this.onLateFault?.(item, error))
      .finally(() => this.underWay.delete(work));
    this.underWay.add(work);
  }

  private async writeSmall(item: ReadItem, bytes: Uint8Array): Promise<void> {
    const sink = await this.create(item);
    try {
      if (bytes.length > 0) await sink.write(0, bytes);
      await sink.close();
    } catch (error) {
      await sink.abort().catch(() => undefined);
      throw error;
    }
  }

  private async create({ entry, sizeBytes }: ReadItem): Promise<FileSink> {
    const folder = await this.folderAbove(entry);
    const facts: FileFacts = { sizeBytes, modifiedMs: this.listing.modifiedMs(entry) };
    return this.named(entry, (name) => folder.create(name, facts));
  }

  /** Last, and the deepest first: what is put into a folder changes its time. */
  private async setTimes(): Promise<void> {
    for (const entry of [...this.made].reverse()) {
      const modifiedMs = this.listing.modifiedMs(entry);
      if (Number.isNaN(modifiedMs)) continue;
      const folder = await this.folder(entry);
      if (!folder.setModified) return;
      await folder.setModified(modifiedMs);
    }
  }

  private async folderAbove(entry: number): Promise<TargetFolder> {
    const above = this.names.folder(entry);
    return above === null ? this.target.root : this.folder(above);
  }

  /** Made once, whoever asks first; what could not be made is not tried again while it is remembered. */
  private folder(entry: number): Promise<TargetFolder> {
    const known = this.folders.get(entry);
    if (known) return known;
    const opened = this.openFolder(entry);
    opened.catch(() => undefined);
    this.folders.set(entry, opened);
    this.letGo();
    return opened;
  }

  private letGo(): void {
    const [oldest] = this.folders;
    if (!oldest || this.folders.size <= OPEN_FOLDERS) return;
    this.folders.delete(oldest[0]);
    // One that is being made would be made twice.
    if (!this.made.has(oldest[0])) this.folders.set(...oldest);
  }

  private async openFolder(entry: number): Promise<TargetFolder> {
    const above = await this.folderAbove(entry);
    if (this.made.has(entry)) return above.open(this.names.name(entry));
    const folder = await this.named(entry, (name) => above.make(name));
    this.made.add(entry);
    return folder;
  }

  /** A name that the target refuses gets a second chance, by stricter rules. */
  private async named<T>(entry: number, work: (name: string) => Promise<T>): Promise<T> {
    try {
      return await work(this.names.name(entry));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return work(this.names.rename(entry, this.target.timidRules));
    }
  }
}

async function publish(sink: FileSink, sizeBytes: number): Promise<void> {
  try {
    await sink.truncate(sizeBytes);
    await sink.close();
  } catch (error) {
    await sink.abort().catch(() => undefined);
    throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof DiskError && (error.code === 'bad-request' || error.code === 'busy');
}
