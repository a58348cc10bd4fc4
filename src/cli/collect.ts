/** From the paths of a call to files to open: folders are walked, and no file comes twice, however it is written. */
import * as fs from 'node:fs';
import path from 'node:path';
import type { FileToOpen } from '../engine/opening.ts';
import { NodeFile } from '../storage/nodeFile.ts';
import { UsageError } from './usage.ts';

export interface CollectedFile extends FileToOpen {
  /** As the user would write it. */
  readonly shown: string;
}

/** More files than this are a mistake, not a pile: the root of a drive, most likely. */
const MOST_FILES = 100_000;

export class Collection {
  private readonly byRealPath = new Map<string, CollectedFile>();
  private readonly listed = new Set<string>();

  get files(): readonly CollectedFile[] {
    return [...this.byRealPath.values()];
  }

  /** A file, or all files in and under a folder. Returns those, also where they were there before. Throws `UsageError`. */
  add(given: string): CollectedFile[] {
    const stat = statOf(given);
    if (stat === null) throw new UsageError(`There is no “${given}”, or it may not be read.`);
    if (stat.isDirectory()) return [...this.under(given)];
    if (!stat.isFile()) throw new UsageError(`“${given}” is neither a file nor a folder.`);
    return [this.addFile(given)];
  }

  /** A file that must be one. */
  addOne(given: string): CollectedFile {
    const stat = statOf(given);
    if (stat === null) throw new UsageError(`There is no file “${given}”, or it may not be read.`);
    if (!stat.isFile()) throw new UsageError(`“${given}” is not a file.`);
    return this.addFile(given);
  }

  /** The files beside a file; a folder that may not be listed has none. */
  addNeighbours(given: string): void {
    const folder = path.dirname(given);
    if (this.listed.has(folder)) return;
    this.listed.add(folder);
    for (const entry of entriesOf(folder)) {
      const neighbour = folder === '.' && !given.startsWith('.') ? entry.name : path.join(folder, entry.name);
      if (statOf(neighbour)?.isFile()) this.addFile(neighbour);
    }
  }

  private *under(folder: string): Generator<CollectedFile> {
    for (const entry of entriesOf(folder)) {
      const inside = path.join(folder, entry.name);
      // A link to a folder may lead back up: only links to files are followed.
      if (entry.isDirectory()) yield* this.under(inside);
      else if (statOf(inside)?.isFile()) yield this.addFile(inside);
    }
  }

  private addFile(given: string): CollectedFile {
    const real = fs.realpathSync(given);
    const known = this.byRealPath.get(real);
    if (known) return known;
    if (this.byRealPath.size >= MOST_FILES) {
      throw new UsageError(
        `More than ${MOST_FILES} files were named.`,
        'Name the folders that hold the disks.',
      );
    }
    const pilePath = given.split(path.sep).join('/');
    const file: CollectedFile = {
      path: pilePath,
      shown: given,
      open: async () => ({
        file: new NodeFile(given),
        path: pilePath,
        storage: 'node',
        changedMs: fs.statSync(given).mtimeMs,
        handle: null,
      }),
    };
    this.byRealPath.set(real, file);
    return file;
  }
}

/** null where nothing is there, or nothing that we may see: broken and circular links, folders that are shut. */
function statOf(given: string): fs.Stats | null {
  try {
    return fs.statSync(given);
  } catch {
    return null;
  }
}

/** In the order of their names; nothing where the folder may not be listed. */
function entriesOf(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
