/** One file into a sink of its own. */
import { assert } from '../../base/assert.ts';
import type { FileSink } from '../../storage/fileSink.ts';
import { type ContentPlace, Extraction, type ExtractionOptions, type Placed } from './extraction.ts';

/** For a plan of exactly one file: where it failed, nothing is left, and the report has it in `failed`. */
export function fileConsumer(sink: FileSink, options: ExtractionOptions = {}): Extraction {
  return new Extraction(new FilePlace(sink), options);
}

class FilePlace implements ContentPlace {
  readonly keepsWholeFiles = false;
  /** The file is the target. */
  readonly faultsOfOneFile = new Set<never>();
  private begun = false;
  private kept = false;

  constructor(private readonly sink: FileSink) {}

  async begin(): Promise<void> {
    assert(!this.begun, 'one file');
    this.begun = true;
  }

  write(offset: number, bytes: Uint8Array): Promise<void> {
    return this.sink.write(offset, bytes);
  }

  /** Behind the last bytes there may be zeros that nobody wrote. */
  async keep(sizeBytes: number): Promise<void> {
    await this.sink.truncate(sizeBytes);
    this.kept = true;
  }

  async drop(): Promise<void> {
    this.kept = false;
  }

  async finish(): Promise<Placed> {
    if (this.kept) await this.sink.close();
    else await this.sink.abort();
    return { folders: 0, renamed: [], failed: [] };
  }

  async abort(): Promise<void> {
    await this.sink.abort().catch(() => undefined);
  }
}
