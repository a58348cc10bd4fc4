/** What the engine takes from where it runs: a browser's worker, the terminal, or a test. */
import type { CoreModule } from '../core/core.ts';
import type { Hasher } from '../export/hasher.ts';
import type { FilesHost } from '../filesystems/filesHost.ts';
import type { FolderTarget } from '../filesystems/out/folderTarget.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import type { FileSink } from '../storage/fileSink.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import type { FileSource, FileView } from './api.ts';
import type { FilesSource } from './filesSource.ts';

/** A file ready to be read, before anybody knows what is in it. */
export interface OpenedFile {
  readonly file: RandomAccessFile;
  /** Folder and name, `/` between. */
  readonly path: string;
  readonly storage: FileView['storage'];
  /** When the storage says it was last written, milliseconds since 1970; null = it does not say. */
  readonly changedMs: number | null;
  /** Where the user picked it with one. */
  readonly handle: FileSystemFileHandle | null;
}

/** The browser's private storage. */
export interface PrivateFolder extends DiskFolder {
  /** The bytes as a `File`, for a download. */
  snapshot(name: string): Promise<File>;
}

/** The folders of the lab's machine in private storage, held by one engine at a time. */
export interface LabStore {
  readonly folder: DiskFolder;
  /** Another engine may take it. */
  release(): void;
}

export interface Platform {
  /** Throws 'busy' while another page holds it, 'unsupported' where there is no private storage. */
  takeLabStore(): Promise<LabStore>;
  loadCore(): Promise<CoreModule>;
  openSource(source: FileSource): Promise<OpenedFile>;
  /** Throws 'unsupported' where there is none. */
  privateFolder(): Promise<PrivateFolder>;
  /** What the browser says it would grant; null = it does not say. */
  quotaBytes(): Promise<number | null>;
  /** Writes to a file that the user picked. */
  handleSink(handle: FileSystemFileHandle): Promise<FileSink>;
  createHasher(): Promise<Hasher>;
  /** Looks into the disks that these files make, in a thread of its own. */
  openFiles(source: FilesSource): FilesHost;
  /** Writes into a folder that the user picked. */
  folderTarget(handle: FileSystemDirectoryHandle): Promise<FolderTarget>;
  /** 16 random bytes for a new disk. */
  newId(): Uint8Array;
  now(): Date;
}
