/** The folder that files are extracted into: made where it is missing, and gone again where nothing came into it. */
import fs from 'node:fs';
import path from 'node:path';
import type { FolderTarget } from '../filesystems/out/folderTarget.ts';
import { guarded } from '../storage/storageErrors.ts';
import { nodeFolderTarget } from './nodeFolderTarget.ts';
import { UsageError } from './usage.ts';

/** Before anything is read. Throws `UsageError`. */
export function checkTargetFolder(out: string): void {
  const there = fs.statSync(out, { throwIfNoEntry: false });
  if (there?.isDirectory()) return;
  if (there) throw new UsageError(`“${out}” is there and is not a folder.`, 'A ZIP is asked for with --zip.');
  const above = path.dirname(path.resolve(out));
  if (fs.statSync(above, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new UsageError(`There is no folder “${above}”.`);
}

export class OutFolder {
  private isMade = false;

  constructor(private readonly out: string) {}

  open(): FolderTarget {
    if (!fs.existsSync(this.out)) {
      guarded({ action: 'create', file: path.basename(this.out) }, () => fs.mkdirSync(this.out));
      this.isMade = true;
    }
    return nodeFolderTarget(this.out);
  }

  /** After a fault: what is whole stays. */
  removeEmpty(): void {
    if (!this.isMade) return;
    try {
      fs.rmdirSync(this.out);
    } catch {
      // Something is in it.
    }
  }
}
