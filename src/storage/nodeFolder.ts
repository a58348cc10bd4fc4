/** A folder of the operating system. Files of folders inside it are not seen. */
import * as fs from 'node:fs';
import path from 'node:path';
import type { DiskFolder, FolderEntry } from './diskFolder.ts';
import { NodeFile } from './nodeFile.ts';
import { checkName, guarded } from './storageErrors.ts';

export class NodeFolder implements DiskFolder {
  constructor(private readonly folderPath: string) {}

  async list(): Promise<FolderEntry[]> {
    return guarded({ action: 'list', file: path.basename(this.folderPath) }, () => {
      const entries: FolderEntry[] = [];
      for (const name of fs.readdirSync(this.folderPath).sort()) {
        const stat = fs.statSync(path.join(this.folderPath, name), { throwIfNoEntry: false });
        if (stat?.isFile()) entries.push({ name, sizeBytes: stat.size, modifiedMs: stat.mtimeMs });
      }
      return entries;
    });
  }

  async open(name: string, access: 'read-only' | 'read-write'): Promise<NodeFile> {
    checkName('open', name);
    return new NodeFile(path.join(this.folderPath, name), access);
  }

  async create(name: string): Promise<NodeFile> {
    checkName('create', name);
    const file = new NodeFile(path.join(this.folderPath, name), 'create');
    this.syncNames();
    return file;
  }

  async rename(source: string, target: string): Promise<void> {
    checkName('rename', source);
    checkName('rename', target);
    guarded({ action: 'rename', file: source }, () =>
      fs.renameSync(path.join(this.folderPath, source), path.join(this.folderPath, target)),
    );
    this.syncNames();
  }

  async remove(name: string): Promise<void> {
    checkName('remove', name);
    guarded({ action: 'remove', file: name }, () => fs.unlinkSync(path.join(this.folderPath, name)));
    this.syncNames();
  }

  /** A new name survives a power cut only once its folder was flushed; Windows does that by itself. */
  private syncNames(): void {
    if (process.platform === 'win32') return;
    guarded({ action: 'flush', file: path.basename(this.folderPath) }, () => {
      const descriptor = fs.openSync(this.folderPath, 'r');
      try {
        fs.fsyncSync(descriptor);
      } finally {
        fs.closeSync(descriptor);
      }
    });
  }
}
