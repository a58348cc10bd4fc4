/** One run that extracts: takes what 7-Zip writes apart into the files that were asked for. */
import { DiskError, type Problem } from '../../base/errors.ts';
import { printable } from '../../base/printable.ts';
import { grouped } from '../../base/units.ts';
import type { ContentSink, ReadItem } from '../fileSystem.ts';
import { OUTPUT_FOLDER, type ProducedEvents } from './producedFiles.ts';
import { RunEnd } from './sevenZipRun.ts';
import type { ReadPolicy, VolumeFile } from './volumeFile.ts';
import type { WantedFiles } from './wantedFiles.ts';

/** Rather than have 7-Zip write so much more of a file that nobody wants, the run is ended and another one begun. */
const MOST_UNWANTED_BYTES = 64 * 2 ** 20;
const MOST_ERROR_CHARACTERS = 4096;

interface Current {
  readonly item: ReadItem;
  /** Bytes so far. */
  sizeBytes: number;
  /** More is wanted, and nothing went wrong yet. */
  isOpen: boolean;
  isEnough: boolean;
  problem: Problem | null;
}

export class Extraction implements ProducedEvents, ReadPolicy {
  /** What a caller's sink or our own code threw. */
  fault: { readonly error: unknown } | null = null;
  /** Files or links came: the file system could be opened. */
  hasBegun = false;

  private current: Current | null = null;
  private errorText = '';
  private path = '';

  constructor(
    private readonly wanted: WantedFiles,
    private readonly sink: ContentSink,
    private readonly volume: () => VolumeFile,
  ) {}

  /** Between the files, 7-Zip reads what leads to all of them; for a file that is refused or had enough, nothing. */
  get skipped(): boolean {
    return this.hasBegun && !this.current?.isOpen;
  }

  failed(error: unknown): void {
    if (!(error instanceof DiskError)) this.fault ??= { error };
    if (!this.current || this.fault) throw error;
    this.spoil(error instanceof DiskError ? error.problem : null);
  }

  /** Where the next file or link would be made, in 7-Zip's files. */
  onPath(path: string): void {
    this.path = path.slice(OUTPUT_FOLDER.length + 1);
  }

  onFile(): boolean {
    return this.guard(() => {
      this.finish();
      this.hasBegun = true;
      if (this.wanted.isDone) throw new RunEnd();
      const item = this.wanted.take(this.path);
      if (!item) return false;
      this.volume().touched.clear();
      this.current = { item, sizeBytes: 0, isOpen: true, isEnough: false, problem: null };
      this.sink.begin(item);
      return true;
    });
  }

  onLink(): void {
    this.guard(() => {
      this.finish();
      this.hasBegun = true;
      const item = this.wanted.take(this.path);
      if (!item) return;
      this.sink.begin(item);
      this.end(item, 0, notGiven('it is a symbolic link'));
    });
  }

  onBytes(position: number, bytes: Uint8Array): void {
    this.guard(() => {
      const { current } = this;
      if (!current?.isOpen) return;
      if (position < current.sizeBytes) {
        this.spoil(notGiven('7-Zip wrote its parts out of order'));
        return;
      }
      current.isEnough = !this.sink.write(current.item, position, bytes);
      current.sizeBytes = position + bytes.length;
      if (!current.isEnough) return;
      current.isOpen = false;
      if (this.wanted.isDone || current.item.sizeBytes - current.sizeBytes > MOST_UNWANTED_BYTES)
        throw new RunEnd();
    });
  }

  onErrorOutput(text: string): void {
    if (this.errorText.length < MOST_ERROR_CHARACTERS) this.errorText += text;
  }

  /** The words that 7-Zip had for what came last. */
  get complaint(): string {
    return this.errorText;
  }

  /** Ends the file that is under way; `problem` is what ended the run, if something did. */
  finish(problem: Problem | null = null): boolean {
    const { current } = this;
    this.current = null;
    if (current)
      this.end(current.item, current.sizeBytes, current.problem ?? problem ?? this.problemOf(current));
    this.errorText = '';
    return current !== null;
  }

  private problemOf({ item, sizeBytes, isEnough }: Current): Problem | null {
    if (isEnough) return null;
    // "Cannot set …" is of files and times that are not made here; missing bytes show in the size.
    const error = /ERROR: (?!Cannot )(.+)/.exec(this.errorText)?.[1];
    if (error !== undefined)
      return damaged(item, sizeBytes, `7-Zip says: ${printable(error.split(' : ', 1)[0] ?? '')}.`);
    if (sizeBytes === item.sizeBytes) return null;
    return damaged(item, sizeBytes, 'The file ends there.');
  }

  private end(item: ReadItem, sizeBytes: number, problem: Problem | null): void {
    const { touched } = this.volume();
    this.sink.end(item, { sizeBytes, problem, touched: touched.toRanges() });
    touched.clear();
  }

  private spoil(problem: Problem | null): void {
    if (!this.current) return;
    this.current.problem ??= problem;
    this.current.isOpen = false;
  }

  /** What is thrown here crosses 7-Zip's frames; it must not be taken for a fault of 7-Zip. */
  private guard<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof RunEnd)) this.fault ??= { error };
      throw error;
    }
  }
}

function damaged({ path, sizeBytes }: ReadItem, readBytes: number, why: string): Problem {
  return {
    code: 'corrupt',
    message: `${grouped(readBytes)} of ${grouped(sizeBytes)} bytes of ${printable(path)} could be read. ${why}`,
    meaning:
      'What describes this file, or its compressed contents, is damaged. Other files are not affected.',
    remedy: 'Look for the file at an older point of the chain.',
  };
}

/** A file that 7-Zip does not hand out. */
export function notGiven(why: string): Problem {
  return {
    code: 'unsupported',
    message: `The file's contents could not be read: ${why}.`,
    meaning: 'Other files are not affected.',
    remedy: 'Save the disk as a VHD or raw image, and open it with a system that reads this file system.',
  };
}
