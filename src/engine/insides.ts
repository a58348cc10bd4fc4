/**
 * What is known of the inside of the disks of a chain: tables of volumes, listings, hashes, and the host that reads them.
 * Two chains at a time, for what compares them; files that were replaced begin afresh.
 */
import { assert } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import type { VolumeListing } from '../filesystems/fileSystem.ts';
import type { FilesHost, HostOptions } from '../filesystems/filesHost.ts';
import { FolderRows } from '../filesystems/folderRows.ts';
import type { HistoryPoint } from '../filesystems/history.ts';
import { emptyListing, type Listing } from '../filesystems/listing.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { Volume, VolumeTable } from '../volumes/volume.ts';
import type { FileId } from './api.ts';
import type { VolumeAt } from './filesApi.ts';
import type { ChainOfFiles, Pile } from './pile.ts';

/** Listings that are kept take about so much memory at most; the one unused for longest goes first. */
const LISTINGS_BYTES = 512 * 1024 * 1024;

const MOST_CHAINS = 2;
/** Of one entry in memory, with its name and what is made to find it. */
const ENTRY_BYTES = 128;

/** Of a point at which the volume was not there yet. */
const NO_FILES = emptyListing();

/** A volume's files at one point. The same `listing` at two points means that nothing it was read from differs. */
export interface KnownVolume {
  readonly volume: Volume;
  readonly listing: Listing;
  readonly read: Omit<VolumeListing, 'listing'>;
}

interface SeenPoint {
  readonly host: FilesHost;
  /** 0 = as seen from the leaf. */
  readonly point: number;
  /** Files of the chain, layer 0 first. */
  readonly layers: readonly FileId[];
}

interface InsidesTools {
  readonly pile: Pile;
  /** Opens the chain once more, to look into it. */
  readonly openHost: (chain: ChainOfFiles) => FilesHost;
  /** The file that the chain around this one is best seen from. */
  readonly leafOf: (at: FileId) => FileId;
}

/** One chain: the files, the host, and what was learnt. */
class ChainInsides {
  readonly tables = new Map<FileId, VolumeTable>();
  /** In the order of use, oldest first. */
  readonly volumes = new Map<string, KnownVolume>();
  /** SHA-256 by entry, of each volume at each point. */
  readonly contents = new Map<string, Map<number, string>>();

  constructor(
    readonly chain: ChainOfFiles,
    readonly host: FilesHost,
  ) {}

  isOf({ ids, images, complete }: ChainOfFiles): boolean {
    const same = (image: DiskImage, i: number) =>
      image === this.chain.images[i] && ids[i] === this.chain.ids[i];
    return (
      complete === this.chain.complete && images.length === this.chain.images.length && images.every(same)
    );
  }
}

export class Insides {
  /** In the order of use, oldest first. */
  private chains: ChainInsides[] = [];

  constructor(private readonly tools: InsidesTools) {}

  readonly rows = new FolderRows();

  /** A point, as one chain around it has it. What follows from one answer belongs together. */
  seen(at: FileId): SeenPoint {
    return pointIn(this.chainOf(at), at);
  }

  /** Two points of one chain; null: no chain that is looked into has both. */
  span(
    one: FileId,
    other: FileId,
  ): { readonly host: FilesHost; readonly newer: number; readonly older: number } | null {
    const has = ({ chain: { ids } }: ChainInsides) => ids.includes(one) && ids.includes(other);
    const both = [this.chainOf(one), this.chainOf(other)].find(has);
    if (!both) return null;
    const places = [both.chain.ids.indexOf(one), both.chain.ids.indexOf(other)];
    return { host: both.host, newer: Math.min(...places), older: Math.max(...places) };
  }

  newestFirst(points: readonly FileId[]): FileId[] {
    const whole = points
      .map((at) => this.chainOf(at).chain.ids)
      .find((ids) => points.every((at) => ids.includes(at)));
    return [...points].sort((a, b) => (whole?.indexOf(a) ?? 0) - (whole?.indexOf(b) ?? 0));
  }

  async table(at: FileId, options: HostOptions = {}): Promise<VolumeTable> {
    const chain = this.chainOf(at);
    const known = chain.tables.get(at);
    if (known) return known;
    const table = await chain.host.volumes(pointIn(chain, at).point, options);
    chain.tables.set(at, table);
    return table;
  }

  /** Null: there is no volume that begins there at this point. */
  async findVolume({ at, volume }: VolumeAt, options: HostOptions = {}): Promise<Volume | null> {
    const { volumes } = await this.table(at, options);
    return volumes.find(({ firstSector }) => firstSector === volume) ?? null;
  }

  /** Throws 'bad-request' where there is none. */
  async volume(place: VolumeAt, options: HostOptions = {}): Promise<Volume> {
    const volume = await this.findVolume(place, options);
    if (volume) return volume;
    throw new DiskError({
      code: 'bad-request',
      message: `No volume begins at sector ${place.volume} of the disk as seen from ${this.nameOf(place.at)}.`,
      remedy: 'Choose one of the volumes that its table names.',
    });
  }

  known(place: VolumeAt): KnownVolume | null {
    const { volumes } = this.chainOf(place.at);
    const key = keyOf(place);
    const known = volumes.get(key);
    if (!known) return null;
    volumes.delete(key);
    volumes.set(key, known);
    return known;
  }

  /** Points as histories see them: hashes with them where some are known. */
  history(volume: number, points: readonly FileId[]): HistoryPoint[] {
    return points.map((at) => {
      const known = this.known({ at, volume });
      const listing = known?.listing ?? (this.isMissing({ at, volume }) ? NO_FILES : null);
      return { listing, contents: this.contentsOf({ at, volume }) };
    });
  }

  /** Throws 'bad-request' where the volume was not listed at this point. */
  mustKnow(place: VolumeAt): KnownVolume {
    const known = this.known(place);
    if (known) return known;
    throw new DiskError({
      code: 'bad-request',
      message: `The volume at sector ${place.volume} has not been listed as seen from ${this.nameOf(place.at)}.`,
      remedy: 'Open the volume at this point first.',
    });
  }

  keep(place: VolumeAt, known: KnownVolume): void {
    const { volumes } = this.chainOf(place.at);
    const key = keyOf(place);
    volumes.delete(key);
    volumes.set(key, known);
    let held = heldBytes(volumes.values());
    for (const [oldest] of volumes) {
      if (held <= LISTINGS_BYTES || oldest === key) break;
      volumes.delete(oldest);
      held = heldBytes(volumes.values());
    }
  }

  /** Hashes that are known, by entry of the listing. */
  contentsOf(place: VolumeAt): ReadonlyMap<number, string> {
    return this.contentsAt(place);
  }

  keepHash(place: VolumeAt, entry: number, sha256: string): void {
    this.contentsAt(place).set(entry, sha256);
  }

  nameOf(at: FileId): string {
    return this.tools.pile.get(at).content.file.name;
  }

  /** Forgets everything and gives threads and memory back. */
  close(): void {
    for (const { host } of this.chains) host.close();
    this.chains = [];
    this.rows.clear();
  }

  private chainOf(at: FileId): ChainInsides {
    this.dropGone();
    const { pile, leafOf, openHost } = this.tools;
    const leaf = leafOf(at);
    // What is known of a part of the chain does not speak for all of it; of two that have both, always the same one.
    const known = this.chains
      .filter(({ chain: { ids } }) => ids.includes(at) && ids.includes(leaf))
      .reduce<ChainInsides | null>(longer, null);
    if (known) {
      this.chains = [...this.chains.filter((each) => each !== known), known];
      return known;
    }
    const around = pile.chainFrom(leaf);
    const chain = around.ids.includes(at) ? around : pile.chainFrom(at);
    const opened = new ChainInsides(chain, openHost(chain));
    this.chains.push(opened);
    if (this.chains.length > MOST_CHAINS) this.chains.shift()?.host.close();
    return opened;
  }

  /** The table of that point is known, and does not have the volume. */
  private isMissing({ at, volume }: VolumeAt): boolean {
    const table = this.chainOf(at).tables.get(at);
    return table !== undefined && !table.volumes.some(({ firstSector }) => firstSector === volume);
  }

  private contentsAt(place: VolumeAt): Map<number, string> {
    const { contents } = this.chainOf(place.at);
    const known = contents.get(keyOf(place)) ?? new Map<number, string>();
    contents.set(keyOf(place), known);
    return known;
  }

  /** Chains that are no longer what the pile holds: closed, replaced, joined in another way, or being changed. */
  private dropGone(): void {
    const gone = this.chains.filter((inside) => !this.isStillThere(inside));
    if (gone.length === 0) return;
    for (const { host } of gone) host.close();
    this.chains = this.chains.filter((inside) => !gone.includes(inside));
    this.rows.clear();
  }

  private isStillThere(inside: ChainInsides): boolean {
    try {
      return inside.isOf(this.tools.pile.chainFrom(inside.chain.ids[0] ?? -1));
    } catch (error) {
      if (error instanceof DiskError) return false;
      throw error;
    }
  }
}

function longer(one: ChainInsides | null, other: ChainInsides): ChainInsides {
  return one && one.chain.ids.length >= other.chain.ids.length ? one : other;
}

function pointIn({ chain: { ids }, host }: ChainInsides, at: FileId): SeenPoint {
  const point = ids.indexOf(at);
  assert(point >= 0, 'the file is of its chain');
  return { host, point, layers: ids };
}

/** Bytes of the disk that a listing was read from. */
export function onDisk(touched: Float64Array, { firstSector }: Pick<Volume, 'firstSector'>): Float64Array {
  return touched.map((offset) => offset + firstSector * SECTOR_BYTES);
}

function keyOf({ at, volume }: VolumeAt): string {
  return `${at}/${volume}`;
}

/** Nearly: columns, and names at their length. Points that share a listing share its memory. */
function heldBytes(volumes: Iterable<KnownVolume>): number {
  const listings = new Set([...volumes].map(({ listing }) => listing));
  let bytes = 0;
  for (const listing of listings) bytes += listing.count * ENTRY_BYTES;
  return bytes;
}
