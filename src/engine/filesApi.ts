/** The contract's part for looking inside: volumes, files, where they live, and their history. Plain data. */
import type { Outcome, Problem } from '../base/errors.ts';
import type { FilesCompared } from '../filesystems/compareListings.ts';
import type { FileSystemFacts } from '../filesystems/fileSystem.ts';
import type { LayerRun } from '../filesystems/filesHost.ts';
import type { FolderView, RowsWanted } from '../filesystems/folderRows.ts';
import type { VersionFacts } from '../filesystems/history.ts';
import type { VolumeTable } from '../volumes/volume.ts';
import type { FileId, Job, SaveTarget } from './api.ts';

export type { FileChange, FilesCompared } from '../filesystems/compareListings.ts';
export type { FileSystemFacts } from '../filesystems/fileSystem.ts';
export type { LayerRun } from '../filesystems/filesHost.ts';
export type { FolderRow, FolderView, RowOrder } from '../filesystems/folderRows.ts';
export type { PointCell } from '../filesystems/history.ts';
export type { EntryKind } from '../filesystems/listing.ts';
export type {
  PartitionScheme,
  Volume,
  VolumeContent,
  VolumeContentKind,
  VolumeTable,
} from '../volumes/volume.ts';

/** A volume of the disk as seen from a file of the pile. A volume is known by its first sector, at every point. */
export interface VolumeAt {
  readonly at: FileId;
  readonly volume: number;
}

/** Paths have `/` between and none at the start; the root is ''. Names are text from the disk. */
export interface PathAt extends VolumeAt {
  readonly path: string;
}

export interface OpenedVolume {
  readonly facts: FileSystemFacts;
  readonly files: number;
  readonly folders: number;
  readonly bytes: number;
  readonly warnings: readonly string[];
  /** What listing it took; next to nothing where it was known already. */
  readonly seconds: number;
}

export interface FolderRequest extends PathAt, RowsWanted {
  /** Points (files of the chain) whose listings, where they are known, give the cells; newest first. */
  readonly points: readonly FileId[];
}

/** What listing one more point came to. */
export interface ListedPoint {
  readonly at: FileId;
  /** 'same': the listing of a newer point, as no layer between holds anything that it was read from. */
  readonly state: 'listed' | 'same' | 'no-volume' | 'failed';
  readonly seconds: number;
  readonly problem: Problem | null;
}

export interface FileInspection {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number | null;
  /** MFT record or inode; null = the file system does not say. */
  readonly fileNumber: number | null;
  /** SHA-256, hex; null where the file could not be read whole. */
  readonly sha256: string | null;
  readonly head: Uint8Array;
  /** Sectors of the disk in their order, each with the layer (of the whole chain, 0 = leaf) that answers it. */
  readonly runs: readonly LayerRun[];
  /** Bytes by layer, those of `runs`; what is in no file or missing is left out. */
  readonly shares: readonly { readonly layer: number; readonly bytes: number }[];
  /** What `runs` and `shares` leave out: a file in very many pieces. */
  readonly leftOutBytes: number;
  readonly problem: Problem | null;
}

/** Where everything in a folder lives. */
export interface FolderPlaces {
  readonly files: number;
  readonly runs: readonly LayerRun[];
  readonly shares: FileInspection['shares'];
  readonly leftOutBytes: number;
  readonly failed: number;
}

export interface FileVersion extends VersionFacts {
  readonly at: FileId;
}

export interface PreviewBytes {
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
  readonly problem: Problem | null;
}

export type ExtractTarget =
  /** Into a folder that the user picked; nothing is written outside it, nothing that is there is written over. */
  | { readonly kind: 'folder'; readonly handle: FileSystemDirectoryHandle }
  | { readonly kind: 'zip'; readonly target: SaveTarget }
  /** One file. */
  | { readonly kind: 'file'; readonly target: SaveTarget };

export interface ExtractRequest extends VolumeAt {
  /** Files and folders, each with everything in it; '' is the whole volume. */
  readonly paths: readonly string[];
  readonly target: ExtractTarget;
}

export interface ExtractReport {
  /** Of the file, the ZIP or the folder. */
  readonly name: string;
  readonly files: number;
  readonly folders: number;
  /** Of the files. */
  readonly bytes: number;
  /** Names that the target cannot hold, or has already, and what they became. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
  readonly failed: readonly { readonly path: string; readonly problem: Problem }[];
  /** Symbolic links, devices: not files. */
  readonly skipped: readonly string[];
  /** SHA-256 where it is one file. */
  readonly sha256: string | null;
  readonly seconds: number;
}

export interface CompareRequest {
  readonly before: VolumeAt;
  readonly after: VolumeAt;
  /** Only what lies under it. */
  readonly path: string;
  /** Files of the same size are hashed at both points, unless no layer between holds any of their sectors. */
  readonly contents: boolean;
}

/** `points`, `at`: any file of one chain; they are seen as it was then. */
export interface FilesApi {
  volumes(at: FileId, job: Job): Promise<Outcome<VolumeTable>>;
  /** Lists all of its files. Known listings stay while memory allows. */
  openVolume(place: VolumeAt, job: Job): Promise<Outcome<OpenedVolume>>;
  /** Throws 'bad-request' where the volume was not opened at `at`, or has no such folder there. */
  folder(request: FolderRequest): Promise<Outcome<FolderView>>;
  /** Lists the volume at these points too, newest first; where the layers between hold nothing that was read, without reading. */
  listPoints(volume: number, points: readonly FileId[], job: Job): Promise<Outcome<readonly ListedPoint[]>>;
  /** From the listings that are known. */
  versions(volume: number, path: string, points: readonly FileId[]): Promise<Outcome<readonly FileVersion[]>>;
  /** Hashes a file, or every file of a folder, at these points, where the layers' maps do not prove it unchanged; cells and versions then tell contents. */
  compareContents(
    volume: number,
    path: string,
    points: readonly FileId[],
    job: Job,
  ): Promise<Outcome<{ readonly hashed: number; readonly proven: number }>>;
  compareFiles(request: CompareRequest, job: Job): Promise<Outcome<FilesCompared>>;
  inspectFile(place: PathAt, job: Job): Promise<Outcome<FileInspection>>;
  inspectFolder(place: PathAt, job: Job): Promise<Outcome<FolderPlaces>>;
  preview(place: PathAt, mostBytes: number, job: Job): Promise<Outcome<PreviewBytes>>;
  extract(request: ExtractRequest, job: Job): Promise<Outcome<ExtractReport>>;
  /** Ends the thread that reads file systems, as a cancel does; the next call starts it again. */
  endFilesThread(): Promise<Outcome<null>>;
}
