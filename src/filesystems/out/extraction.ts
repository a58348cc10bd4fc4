/**
 * What every extraction has in common, wherever contents go: counting, hashing, and what becomes of faults. A file whose
 * contents did not come whole is not left in the target; the others go on. A target that is full, refuses to be written
 * to or fails ends everything.
 */
import { must } from '../../base/assert.ts';
import { DiskError, type ErrorCode, type Problem, toProblem } from '../../base/errors.ts';
import { Pacer } from '../../base/pacer.ts';
import { grouped, MIB, sizeText } from '../../base/units.ts';
import type { Hasher } from '../../export/hasher.ts';
import type { ContentEnd, ReadItem } from '../fileSystem.ts';
import type { ContentConsumer } from '../filesHost.ts';
import { toldPath } from './planExtraction.ts';
import type { RenamedEntry } from './safeNames.ts';

export interface FailedFile {
  readonly path: string;
  readonly problem: Problem;
}

/** What is in the target. */
export interface Extracted {
  readonly files: number;
  readonly folders: number;
  /** Of the files' contents. */
  readonly bytes: number;
  readonly renamed: readonly RenamedEntry[];
  readonly failed: readonly FailedFile[];
  /** Hex; of the contents in the order they came, where a hasher was given and nothing failed. Meant for a single file. */
  readonly sha256: string | null;
}

/** Where the contents of one file after the other are put. Throws `DiskError`. */
export interface ContentPlace {
  /** What was kept is there from then on, whatever comes later. */
  readonly keepsWholeFiles: boolean;
  begin(item: ReadItem): Promise<void>;
  /** Offsets ascend; what is left out is zeros. */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** The file is whole. What goes wrong with it later is told by `onLateFault`. */
  keep(sizeBytes: number): Promise<void>;
  /** Nothing of the file stays. */
  drop(): Promise<void>;
  /** Waits for everything and publishes what is published at the end. */
  finish(): Promise<Placed>;
  /** What was kept and published stays, nothing else. Never throws. */
  abort(): Promise<void>;
  onLateFault?: (item: ReadItem, error: unknown) => void;
  /** Faults of `begin`, `write`, `keep` and later ones that concern one file; all others are the target's. */
  readonly faultsOfOneFile: ReadonlySet<ErrorCode>;
}

export interface Placed {
  readonly folders: number;
  readonly renamed: readonly RenamedEntry[];
  /** Folders that could not be made. */
  readonly failed: readonly FailedFile[];
}

export interface ExtractionOptions {
  /** Takes in all contents; for one file. It is closed at the end. */
  readonly hasher?: Hasher;
  readonly signal?: AbortSignal;
}

const ZEROS = new Uint8Array(MIB);

interface OpenFile {
  readonly item: ReadItem;
  /** Where the next bytes belong, where nothing is left out. */
  next: number;
  begun: boolean;
  problem: Problem | null;
}

/** Give it to `FilesHost.read`, then call `finish`; where anything threw, `abort` instead. */
export class Extraction implements ContentConsumer {
  private files = 0;
  private bytes = 0;
  private readonly pacer = new Pacer();
  private open: OpenFile | null = null;
  private readonly failed: FailedFile[] = [];
  /** What ended it, thrown by every call from then on. */
  private stop: unknown = null;

  constructor(
    private readonly place: ContentPlace,
    private readonly options: ExtractionOptions = {},
  ) {
    place.onLateFault = (item, error) => this.failLate(item, error);
  }

  /** Files that are whole, and bytes of contents that came, those of unfinished and failed files included. */
  readonly progress = { files: 0, bytes: 0 };

  async begin(item: ReadItem): Promise<void> {
    // Where the target answers at once, nothing else would be heard among many small files.
    await this.pacer.step(this.options.signal);
    this.check();
    const open: OpenFile = { item, next: 0, begun: false, problem: null };
    this.open = open;
    await this.attempt(open, async () => {
      await this.place.begin(item);
      open.begun = true;
    });
  }

  async write(item: ReadItem, offset: number, bytes: Uint8Array): Promise<boolean> {
    this.check();
    const open = must(this.open, 'a file is open');
    if (open.problem) return false;
    if (offset + bytes.length > item.sizeBytes) {
      open.problem = tooLong(item);
      return false;
    }
    await this.attempt(open, async () => {
      await this.hash(offset - open.next, bytes);
      await this.place.write(offset, bytes);
      open.next = offset + bytes.length;
      this.progress.bytes += bytes.length;
    });
    return open.problem === null;
  }

  async end(item: ReadItem, end: ContentEnd): Promise<void> {
    this.check();
    const open = must(this.open, 'a file is open');
    this.open = null;
    open.problem ??= end.problem ?? sizeProblem(item, end.sizeBytes);
    if (open.problem === null) {
      await this.attempt(open, async () => {
        await this.hash(item.sizeBytes - open.next, ZEROS.subarray(0, 0));
        await this.place.keep(item.sizeBytes);
      });
    } else if (open.begun) await this.attempt(open, () => this.place.drop());
    if (open.problem !== null) {
      this.failed.push({ path: toldPath(item.path), problem: open.problem });
      return;
    }
    this.files++;
    this.bytes += item.sizeBytes;
    this.progress.files++;
  }

  /** Throws where the target can no longer be written; then `abort`. */
  async finish(): Promise<Extracted> {
    this.check();
    const placed = await this.place.finish().catch((error: unknown) => {
      throw this.stopped(error);
    });
    this.check();
    this.failed.push(...placed.failed);
    const { folders, renamed } = placed;
    const { hasher } = this.options;
    const sha256 = hasher && this.failed.length === 0 ? await hasher.digest() : null;
    hasher?.close();
    return { files: this.files, folders, bytes: this.bytes, renamed, failed: this.failed, sha256 };
  }

  /** In the middle, or after a fault: what is not whole does not stay. */
  async abort(): Promise<void> {
    this.options.hasher?.close();
    await this.place.abort();
  }

  private check(): void {
    this.options.signal?.throwIfAborted();
    if (this.stop !== null) throw this.stop;
  }

  /** A fault of this file alone becomes its problem; any other ends the extraction. */
  private async attempt(open: OpenFile, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.isOfOneFile(error)) throw this.stopped(error);
      open.problem ??= toProblem(error);
    }
  }

  private isOfOneFile(error: unknown): boolean {
    return error instanceof DiskError && this.place.faultsOfOneFile.has(error.code);
  }

  private failLate(item: ReadItem, error: unknown): void {
    this.files--;
    this.bytes -= item.sizeBytes;
    this.progress.files--;
    if (this.isOfOneFile(error)) this.failed.push({ path: toldPath(item.path), problem: toProblem(error) });
    else this.stop ??= this.stopped(error);
  }

  private async hash(gapBytes: number, bytes: Uint8Array): Promise<void> {
    const { hasher } = this.options;
    if (!hasher) return;
    for (let left = gapBytes; left > 0; left -= ZEROS.length) {
      await this.pacer.step(this.options.signal);
      await hasher.update(ZEROS.subarray(0, Math.min(left, ZEROS.length)));
    }
    if (bytes.length > 0) await hasher.update(bytes);
  }

  /** The error that ends it all says how far it came, and what is left of that. */
  private stopped(error: unknown): unknown {
    if (this.stop !== null) return this.stop;
    if (!(error instanceof DiskError)) return error;
    if (this.files === 0) {
      this.stop = error;
      return error;
    }
    const count = `${grouped(this.files)} ${this.files === 1 ? 'file' : 'files'}`;
    const before = `${count} (${sizeText(this.bytes)}) came before that`;
    const meaning = this.place.keepsWholeFiles
      ? `${before}; what is in the target is whole, the rest is not there.`
      : `${before}. Nothing of it is left in the target.`;
    this.stop = new DiskError({ ...error.problem, meaning }, { cause: error });
    return this.stop;
  }
}

function sizeProblem(item: ReadItem, cameBytes: number): Problem | null {
  if (cameBytes > item.sizeBytes) return tooLong(item);
  return cameBytes < item.sizeBytes ? tooShort(item, cameBytes) : null;
}

function tooLong({ path, sizeBytes }: ReadItem): Problem {
  return {
    code: 'corrupt',
    message: `“${toldPath(path)}” goes on behind its end: its folder says ${grouped(sizeBytes)} bytes.`,
    meaning:
      'It was not written: which of the two is right cannot be told. The other files are not concerned.',
    remedy: 'Check the file system with its own tools.',
  };
}

function tooShort({ path, sizeBytes }: ReadItem, cameBytes: number): Problem {
  return {
    code: 'corrupt',
    message: `“${toldPath(path)}” ended after ${grouped(cameBytes)} of ${grouped(sizeBytes)} bytes.`,
    meaning: 'It was not written: a part is missing. The other files are not concerned.',
    remedy: 'Check the file system with its own tools.',
  };
}
