/** exFAT, read by this program itself (Microsoft’s exFAT file system specification). */
import { DiskError, type Problem } from '../../base/errors.ts';
import { printable } from '../../base/printable.ts';
import { grouped } from '../../base/units.ts';
import { Notes } from '../../volumes/notes.ts';
import type { DiskWindow } from '../diskWindow.ts';
import type { ContentSink, FileSystem, ListOptions, ReadItem, VolumeListing } from '../fileSystem.ts';
import { WatchedWindow } from '../watchedWindow.ts';
import { readBoot } from './bootRegion.ts';
import { Clusters } from './clusters.ts';
import type { Columns } from './columns.ts';
import { freeBytesOf } from './freeSpace.ts';
import { PIECE_BYTES, readContents } from './readContents.ts';
import { type Walked, walkFolders } from './walkFolders.ts';

/** What reading needs to know of a volume that was listed. */
interface Listed {
  readonly clusters: Clusters;
  readonly columns: Columns;
}

export class ExfatFileSystem implements FileSystem {
  private readonly window: WatchedWindow;
  private listed: Listed | null = null;

  constructor(window: DiskWindow) {
    this.window = new WatchedWindow(window);
  }

  async list(options: ListOptions = {}): Promise<VolumeListing> {
    const { window } = this;
    window.take();
    const warnings = new Notes();
    const boot = readBoot(window, warnings);
    const sizeBytes = Number(boot.volumeSectors) * 2 ** boot.sectorShift;
    if (sizeBytes > window.sizeBytes)
      warnings.add(
        `The volume says that it has ${grouped(sizeBytes)} bytes; only ${grouped(window.sizeBytes)} are there.`,
      );
    const clusters = new Clusters(window, boot);
    const { columns, label, bitmap } = walkFolders(window, clusters, boot.rootCluster, warnings, options);
    this.listed = { clusters, columns };
    return {
      facts: {
        name: 'exFAT',
        label,
        clusterBytes: clusters.clusterBytes,
        sizeBytes,
        freeBytes: this.freeBytes(clusters, bitmap, warnings),
      },
      listing: columns.toListing(),
      touched: window.take(),
      warnings: warnings.sentences(),
    };
  }

  async read(items: readonly ReadItem[], sink: ContentSink): Promise<void> {
    if (!this.listed) await this.list();
    const { listed, window } = this;
    if (!listed) return;
    const buffer = new Uint8Array(PIECE_BYTES);
    for (const item of items) {
      window.take();
      listed.clusters.forget();
      sink.begin(item);
      const problem = problemOf(item, listed.columns);
      const end = problem
        ? { sizeBytes: 0, problem }
        : readContents(window, listed.clusters, item, listed.columns.contents(item.entry), sink, buffer);
      sink.end(item, { ...end, touched: window.take() });
    }
  }

  private freeBytes(clusters: Clusters, bitmap: Walked['bitmap'], warnings: Notes): number | null {
    try {
      return freeBytesOf(this.window, clusters, bitmap);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      warnings.add(`How much is free could not be counted. ${error.message}`);
      return null;
    }
  }
}

/** The caller's listing may be of another time. The name alone: paths of a hostile volume may be long to put together. */
function problemOf({ entry, path }: ReadItem, columns: Columns): Problem | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (entry > 0 && entry < columns.count && !columns.isFolder(entry) && columns.name(entry) === name)
    return null;
  return {
    code: 'bad-request',
    message: `The volume’s listing has no file “${printable(path)}” with the number ${entry}.`,
  };
}
