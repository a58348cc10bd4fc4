/**
 * From what was picked or dropped to the engine's sources: folders are walked, bounded, and what cannot be read is said.
 */

import type { Problem } from '../../base/errors.ts';
import type { FileSource } from '../../engine/api.ts';

/** Files taken from one gesture; a folder that holds more is said to. */
export const MOST_FILES = 20_000;

export interface Gathered {
  readonly sources: readonly FileSource[];
  readonly unreadable: readonly Problem[];
  /** The bound was reached: there are more files than were taken. */
  readonly cutShort: boolean;
}

export interface GatherOptions {
  readonly signal?: AbortSignal;
  readonly mostFiles?: number;
  /** Told now and then how many files there are so far. */
  readonly onCount?: (files: number) => void;
}

class Gathering {
  readonly sources: FileSource[] = [];
  readonly unreadable: Problem[] = [];
  cutShort = false;
  private readonly mostFiles: number;

  constructor(private readonly options: GatherOptions) {
    this.mostFiles = options.mostFiles ?? MOST_FILES;
  }

  get full(): boolean {
    return this.cutShort || this.options.signal?.aborted === true;
  }

  add(source: FileSource): void {
    if (this.sources.length >= this.mostFiles) {
      this.cutShort = true;
      return;
    }
    this.sources.push(source);
    if (this.sources.length % 50 === 0) this.options.onCount?.(this.sources.length);
  }

  fail(path: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.unreadable.push({
      code: error instanceof DOMException && error.name === 'NotAllowedError' ? 'permission' : 'io',
      message: `${path} could not be read: ${reason}`,
      meaning: 'It is not among the files that were opened.',
      remedy: 'Look at its permissions, or pick it by itself.',
    });
  }
}

/** Handles of files and folders, as pickers, drops and the list of recent ones give them. */
export async function gatherHandles(
  handles: readonly FileSystemHandle[],
  options: GatherOptions = {},
): Promise<Gathered> {
  const gathering = new Gathering(options);
  for (const handle of handles) await takeHandle(gathering, handle, handle.name);
  return gathering;
}

async function takeHandle(gathering: Gathering, handle: FileSystemHandle, path: string): Promise<void> {
  if (gathering.full) return;
  if (handle instanceof FileSystemFileHandle) {
    gathering.add({ kind: 'handle', handle, path });
    return;
  }
  if (!(handle instanceof FileSystemDirectoryHandle)) return;
  try {
    for await (const entry of handle.values()) {
      if (gathering.full) return;
      await takeHandle(gathering, entry, `${path}/${entry.name}`);
    }
  } catch (error) {
    gathering.fail(path, error);
  }
}

/** Entries of a drop in browsers without handles. */
export async function gatherEntries(
  entries: readonly FileSystemEntry[],
  options: GatherOptions = {},
): Promise<Gathered> {
  const gathering = new Gathering(options);
  for (const entry of entries) await takeEntry(gathering, entry, entry.name);
  return gathering;
}

async function takeEntry(gathering: Gathering, entry: FileSystemEntry, path: string): Promise<void> {
  if (gathering.full) return;
  try {
    if (isFile(entry)) {
      const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
      gathering.add({ kind: 'blob', file, path });
    } else if (isFolder(entry)) {
      const reader = entry.createReader();
      // A reader gives its entries in batches; an empty one is the end.
      for (;;) {
        const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
          reader.readEntries(resolve, reject),
        );
        if (batch.length === 0 || gathering.full) return;
        for (const child of batch) await takeEntry(gathering, child, `${path}/${child.name}`);
      }
    }
  } catch (error) {
    gathering.fail(path, error);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

/** Files of an `<input type=file>`; from a folder input each knows its path. */
export function gatherFiles(files: readonly File[], options: GatherOptions = {}): Gathered {
  const gathering = new Gathering(options);
  for (const file of files) gathering.add({ kind: 'blob', file, path: file.webkitRelativePath || file.name });
  return gathering;
}

export interface Dropped {
  readonly handles: readonly FileSystemHandle[];
  /** Where the browser gives no handles. */
  readonly entries: readonly FileSystemEntry[];
  /** Where it gives no entries either. */
  readonly files: readonly File[];
}

/** What a drop holds. Must be called in the drop's own event: the items are gone afterwards. */
export function takeDrop(items: DataTransferItemList): () => Promise<Dropped> {
  const taken = [...items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({
      handle: item.getAsFileSystemHandle?.().catch(() => null),
      entry: item.webkitGetAsEntry(),
      file: item.getAsFile(),
    }));
  return async () => {
    const handles: FileSystemHandle[] = [];
    const entries: FileSystemEntry[] = [];
    const files: File[] = [];
    for (const { handle: promised, entry, file } of taken) {
      const handle = await promised;
      if (handle) handles.push(handle);
      else if (entry) entries.push(entry);
      else if (file) files.push(file);
    }
    return { handles, entries, files };
  };
}
