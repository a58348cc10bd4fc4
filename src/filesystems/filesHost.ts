/**
 * Looks into the disks that a chain of files makes, one for each of its points; as the engine sees it, wherever it runs: in a
 * worker of its own (browser) or in this thread (terminal). Point 0 is the disk as seen from the leaf, point 1 from its
 * parent, and so on.
 */
import type { Problem } from '../base/errors.ts';
import type { Volume, VolumeTable } from '../volumes/volume.ts';
import type { ContentEnd, ReadItem, VolumeListing } from './fileSystem.ts';

/** A volume as a point's table has it. */
export type VolumePlace = Pick<Volume, 'firstSector' | 'sectorCount' | 'content'>;

/** Sectors of the disk that one layer answers; layers count from the leaf, whatever the point. -1: in no file (zeros). -2: in a parent that is not here. */
export interface LayerRun {
  readonly firstSector: number;
  readonly sectorCount: number;
  readonly layer: number;
}

export interface InspectOptions {
  /** So many of each file's first bytes are given back. */
  readonly headBytes: number;
  /** The contents are hashed; else reading stops behind the head. */
  readonly hash: boolean;
  /** The sectors are told; needs the whole file to be read, as `hash`. */
  readonly runs: boolean;
}

export interface InspectedFile {
  readonly entry: number;
  /** As read. */
  readonly sizeBytes: number;
  readonly head: Uint8Array;
  /** SHA-256, hex; null where it was not asked for or the file could not be read whole. */
  readonly sha256: string | null;
  /** What reading it touched, in the order of the disk; empty where it was not asked for. */
  readonly runs: readonly LayerRun[];
  /** Bytes that reading it touched beside `runs`; there only where it lies in more than 20,000 pieces. */
  readonly leftOutBytes?: number;
  readonly problem: Problem | null;
}

/** As `ContentSink`; where a call returns a promise, the next call waits for it. A host in this thread takes no promises. */
export interface ContentConsumer {
  begin(item: ReadItem): void | Promise<void>;
  /** False: nothing more of this file is wanted. `bytes` may be used until the next call. */
  write(item: ReadItem, offset: number, bytes: Uint8Array): boolean | Promise<boolean>;
  end(item: ReadItem, end: ContentEnd): void | Promise<void>;
}

/** Told now and then: entries listed, or bytes read. */
export type Advance = (done: number) => void;

export interface HostOptions {
  readonly signal?: AbortSignal;
  readonly onAdvance?: Advance;
}

/** Calls wait for one another. All throw `DiskError`; after 'cancelled' and 'engine-failed' the next call starts afresh. */
export interface FilesHost {
  volumes(point: number, options?: HostOptions): Promise<VolumeTable>;
  list(point: number, volume: VolumePlace, options?: HostOptions): Promise<VolumeListing>;
  read(
    point: number,
    volume: VolumePlace,
    items: readonly ReadItem[],
    consumer: ContentConsumer,
    options?: HostOptions,
  ): Promise<void>;
  inspect(
    point: number,
    volume: VolumePlace,
    items: readonly ReadItem[],
    wanted: InspectOptions,
    options?: HostOptions,
  ): Promise<InspectedFile[]>;
  /**
   * Which layers newer than `older` (an older point's number) answer any sector of these stretches (bytes of the disk) at
   * `newer`: empty where the disk reads the same there at `newer` and `older`. A layer of which a newer one hides everything
   * is not named; one whose disk ends elsewhere than its parent's, inside the stretches, is.
   */
  layersBetween(newer: number, older: number, ranges: Float64Array): Promise<number[]>;
  /** Gives memory and thread back. */
  close(): void;
}
