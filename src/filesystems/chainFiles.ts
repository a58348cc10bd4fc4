/**
 * Looks into the disks of a chain, one for each of its points, on files that answer at once. Runs where it may block; one
 * call at a time.
 */
import { assert, must } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import { grouped, KIB, SECTOR_BYTES } from '../base/units.ts';
import type { DiskChain } from '../chain/diskChain.ts';
import { openChain } from '../chain/openChain.ts';
import type { CoreModule } from '../core/core.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import { readVolumes } from '../volumes/readVolumes.ts';
import type { VolumeTable } from '../volumes/volume.ts';
import { chainWindow } from './chainWindow.ts';
import type { ContentHasher } from './contentHasher.ts';
import type { ByteRanges } from './diskWindow.ts';
import type { ContentSink, FileSystem, ReadItem, VolumeListing } from './fileSystem.ts';
import type { Advance, InspectedFile, InspectOptions, VolumePlace } from './filesHost.ts';
import { InspectSink } from './inspectSink.ts';
import { layerRunsOf, layersThatDiffer } from './layerRuns.ts';
import type { OpenFileSystem } from './openFileSystem.ts';

export interface FilesTools {
  readonly loadCore: () => Promise<CoreModule>;
  /** `fileSystemsWith(loadSevenZip)`. */
  readonly openFileSystem: OpenFileSystem;
  readonly createHasher: () => Promise<ContentHasher>;
}

/** Points whose block tables are kept: comparing two of them goes back and forth. */
const MOST_OPEN = 2;
/** Of one file; the bytes of what is left out are told. */
export const MOST_RUNS = 20_000;
/** Nothing here passes over the disk. */
const STAGING_BYTES = 64 * KIB;

interface OpenPoint {
  readonly disk: DiskChain;
  /** What was read last: a reader knows its volume's tables. */
  reader: { readonly key: string; readonly fileSystem: FileSystem } | null;
}

export class ChainFiles {
  /** The one unused for longest first. */
  private readonly points = new Map<number, OpenPoint>();
  private core: Promise<CoreModule> | null = null;
  private hasher: Promise<ContentHasher> | null = null;

  constructor(
    /** Layer 0 first; their files have `readNow`. */
    private readonly images: readonly DiskImage[],
    /** False: the last file's parent is not here. */
    private readonly complete: boolean,
    private readonly tools: FilesTools,
  ) {
    assert(
      images.every(({ file }) => file.readNow),
      'every file answers at once',
    );
  }

  /** Throws as `readVolumes`. */
  async volumes(point: number): Promise<VolumeTable> {
    return readVolumes((await this.open(point)).disk);
  }

  /** Throws as `FileSystem.list`, and 'unsupported' where there is no reader for the volume. */
  async list(point: number, volume: VolumePlace, onAdvance?: Advance): Promise<VolumeListing> {
    const fileSystem = await this.reader(point, volume);
    return fileSystem.list(onAdvance ? { onEntries: onAdvance } : {});
  }

  /** Throws as `FileSystem.read`. */
  async read(
    point: number,
    volume: VolumePlace,
    items: readonly ReadItem[],
    sink: ContentSink,
  ): Promise<void> {
    if (items.length > 0) await (await this.reader(point, volume)).read(items, sink);
  }

  /** In the order of `items`. */
  async inspect(
    point: number,
    volume: VolumePlace,
    items: readonly ReadItem[],
    wanted: InspectOptions,
    onAdvance?: Advance,
  ): Promise<InspectedFile[]> {
    this.hasher ??= this.tools.createHasher();
    const sink = new InspectSink(wanted, await this.hasher, onAdvance);
    await this.read(point, volume, items, sink);
    const { disk } = await this.open(point);
    const files: InspectedFile[] = [];
    for (const item of items) {
      const { sizeBytes, head, sha256, problem, touched } = sink.of(item);
      const onDisk = touched.map((offset) => offset + volume.firstSector * SECTOR_BYTES);
      const { runs, leftOutBytes } = wanted.runs
        ? await layerRunsOf(disk, point, onDisk, MOST_RUNS)
        : { runs: [], leftOutBytes: 0 };
      const cut = leftOutBytes > 0 ? { leftOutBytes } : {};
      files.push({ entry: item.entry, sizeBytes, head, sha256, runs, problem, ...cut });
    }
    return files;
  }

  /** As `FilesHost.layersBetween`. */
  async layersBetween(newer: number, older: number, ranges: ByteRanges): Promise<number[]> {
    if (newer === older) return [];
    if (newer > older) throw badPoint(`Point ${older} is not older than point ${newer}.`);
    this.checkPoint(older);
    const sectorCounts = this.images.map(({ virtualSizeBytes }) => virtualSizeBytes / SECTOR_BYTES);
    return layersThatDiffer((await this.open(newer)).disk, newer, older, sectorCounts, ranges);
  }

  /** Gives the memory back; nothing may be asked afterwards. The files are the caller's to close. */
  close(): void {
    for (const { disk } of this.points.values()) disk.close();
    this.points.clear();
  }

  private async reader(point: number, volume: VolumePlace): Promise<FileSystem> {
    const { firstSector, content } = volume;
    const open = await this.open(point);
    const sectorCount = Math.min(volume.sectorCount, open.disk.sectorCount - firstSector);
    if (sectorCount <= 0) throw volumeOutside(firstSector, open.disk.sectorCount);
    const key = `${firstSector} ${sectorCount} ${content.kind}`;
    if (open.reader?.key !== key) {
      const window = chainWindow(open.disk, firstSector, sectorCount);
      open.reader = { key, fileSystem: this.tools.openFileSystem(window, content) };
    }
    return open.reader.fileSystem;
  }

  private async open(point: number): Promise<OpenPoint> {
    const { points } = this;
    this.checkPoint(point);
    const known = points.get(point);
    if (known) {
      points.delete(point);
      points.set(point, known);
      return known;
    }
    const [oldest] = points;
    // Its memory serves the next one.
    if (oldest && points.size >= MOST_OPEN) {
      points.delete(oldest[0]);
      oldest[1].disk.close();
    }
    this.core ??= this.tools.loadCore();
    const options = { complete: this.complete, stagingBytes: STAGING_BYTES };
    const disk = await openChain(await this.core, this.images.slice(point), options);
    const opened: OpenPoint = { disk, reader: null };
    points.set(point, opened);
    return opened;
  }

  private checkPoint(point: number): void {
    if (Number.isInteger(point) && point >= 0 && point < this.images.length) return;
    const { name } = must(this.images[0], 'a chain has a leaf').file;
    throw badPoint(
      `The chain of ${name} has points 0 to ${this.images.length - 1}; there is no point ${point}.`,
    );
  }
}

function badPoint(message: string): DiskError {
  return new DiskError({ code: 'bad-request', message });
}

function volumeOutside(firstSector: number, sectorCount: number): DiskError {
  return new DiskError({
    code: 'bad-request',
    message: `The volume begins at sector ${grouped(firstSector)}, and the disk has ${grouped(sectorCount)} sectors at this point.`,
    meaning: 'The disk was smaller then: the volume is not on it.',
    remedy: 'Look at the volumes of this point.',
  });
}
