/**
 * A file system whose table is not on the disk: files are stretches of the volume, told by the test. What comes out of it is
 * what the volume holds there, so a flat array is the oracle. Runs in Node and in pages.
 */
import { DiskError } from '../../src/base/errors.ts';
import type { DiskWindow } from '../../src/filesystems/diskWindow.ts';
import type {
  ContentSink,
  FileSystem,
  ListOptions,
  ReadItem,
  VolumeListing,
} from '../../src/filesystems/fileSystem.ts';
import { ENTRY_KINDS } from '../../src/filesystems/listing.ts';
import { WatchedWindow } from '../../src/filesystems/watchedWindow.ts';

/** Bytes of the volume; `at` -1: a hole, which is left out when the file is read. */
export interface Stretch {
  readonly at: number;
  readonly lengthBytes: number;
}

export type ToyFile = readonly Stretch[];

const CHUNK_BYTES = 48 * 1024;

export class ToyFileSystem implements FileSystem {
  private readonly window: WatchedWindow;

  constructor(
    window: DiskWindow,
    private readonly files: readonly ToyFile[],
  ) {
    this.window = new WatchedWindow(window);
  }

  async list(options?: ListOptions): Promise<VolumeListing> {
    const { files } = this;
    options?.onEntries?.(files.length);
    // A table of a kind, so that the listing touches something.
    this.window.readNow(0, new Uint8Array(512));
    const count = files.length + 1;
    return {
      facts: {
        name: 'Toy',
        label: '',
        clusterBytes: null,
        sizeBytes: this.window.sizeBytes,
        freeBytes: null,
      },
      listing: {
        names: ['', ...files.map((_, i) => `file ${i}`)],
        parents: Int32Array.from({ length: count }, (_, i) => (i === 0 ? -1 : 0)),
        kinds: Uint8Array.from({ length: count }, (_, i) => ENTRY_KINDS.indexOf(i === 0 ? 'folder' : 'file')),
        sizes: Float64Array.from([0, ...files.map(toySize)]),
        modifiedMs: new Float64Array(count).fill(Number.NaN),
        attributes: new Uint8Array(count),
        fileNumbers: new Float64Array(count).fill(Number.NaN),
        linkTargets: new Map(),
      },
      touched: this.window.take(),
      warnings: [],
    };
  }

  /** In the order of the entries, whatever the order of the items. A stretch that cannot be read ends its file. */
  async read(items: readonly ReadItem[], sink: ContentSink): Promise<void> {
    for (const item of [...items].sort((a, b) => a.entry - b.entry)) {
      this.window.take();
      sink.begin(item);
      let sizeBytes = 0;
      let problem = null;
      try {
        sizeBytes = this.readOne(item, sink);
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        problem = error.problem;
      }
      sink.end(item, { sizeBytes, problem, touched: this.window.take() });
    }
  }

  private readOne(item: ReadItem, sink: ContentSink): number {
    let offset = 0;
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (const { at, lengthBytes } of this.files[item.entry - 1] ?? []) {
      if (at < 0) {
        offset += lengthBytes;
        continue;
      }
      for (let done = 0; done < lengthBytes; done += CHUNK_BYTES) {
        const part = chunk.subarray(0, Math.min(CHUNK_BYTES, lengthBytes - done));
        this.window.readNow(at + done, part);
        const more = sink.write(item, offset, part);
        offset += part.length;
        if (!more) return offset;
        // The bytes are the reader's again.
        part.fill(0xdd);
      }
    }
    return offset;
  }
}

export function toySize(file: ToyFile): number {
  return file.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
}

export function toyItems(files: readonly ToyFile[]): ReadItem[] {
  return files.map((file, i) => ({ entry: i + 1, path: `file ${i}`, sizeBytes: toySize(file) }));
}

/** What the file holds on a volume of these bytes. */
export function toyContents(file: ToyFile, volume: Uint8Array): Uint8Array {
  const contents = new Uint8Array(toySize(file));
  let offset = 0;
  for (const { at, lengthBytes } of file) {
    if (at >= 0) contents.set(volume.subarray(at, at + lengthBytes), offset);
    offset += lengthBytes;
  }
  return contents;
}
