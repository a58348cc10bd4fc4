import type { RandomAccessFile } from './randomAccessFile.ts';

export interface FolderEntry {
  readonly name: string;
  readonly sizeBytes: number;
  /** Milliseconds since 1970, or null where the storage does not say. */
  readonly modifiedMs: number | null;
}

/**
 * One flat folder of files that can be made, renamed and removed. Names carry no separators, except where `home` is there:
 * then `/` leads into other folders.
 */
export interface DiskFolder {
  list(): Promise<FolderEntry[]>;
  open(name: string, access: 'read-only' | 'read-write'): Promise<RandomAccessFile>;
  /** Throws 'busy' when the name is taken. */
  create(name: string): Promise<RandomAccessFile>;
  /** Replaces `target` where it exists. */
  rename(source: string, target: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** The folder that a name leads into, and the file's own name in it: for what must lie beside that file. */
  home?(name: string): { folder: DiskFolder; name: string };
}

export function homeOf(folder: DiskFolder, name: string): { folder: DiskFolder; name: string } {
  return folder.home?.(name) ?? { folder, name };
}
