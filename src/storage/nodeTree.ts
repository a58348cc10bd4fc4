/**
 * Folders of the operating system seen from one of them: names are paths relative to it, `/` between, and lead nowhere
 * but into the folders that were named. For merges whose files lie in several folders.
 */
import * as fs from 'node:fs';
import path from 'node:path';
import type { DiskFolder, FolderEntry } from './diskFolder.ts';
import type { NodeFile } from './nodeFile.ts';
import { NodeFolder } from './nodeFolder.ts';
import { type Attempt, checkName, guarded, storageFault } from './storageErrors.ts';

interface Place {
  readonly folder: NodeFolder;
  readonly folderPath: string;
  readonly name: string;
}

export class NodeTree implements DiskFolder {
  private readonly root: string;
  private readonly allowed: ReadonlySet<string>;

  /** `others`: folders besides the root that names may lead into. Throws 'vanished' where one is not there. */
  constructor(rootPath: string, others: readonly string[] = []) {
    this.root = realFolder(rootPath, 'open');
    this.allowed = new Set([this.root, ...others.map((folder) => realFolder(folder, 'open'))]);
  }

  /** The name of a file, wherever it is; links are resolved. The file itself need not be there yet. */
  nameOf(filePath: string): string {
    const real = realFile(path.resolve(filePath), 'open');
    return path.relative(this.root, real).split(path.sep).join('/');
  }

  /** The path of a name, links resolved, whether or not this tree may use it. Throws where its folder is not there. */
  pathOf(name: string): string {
    return realFile(path.resolve(this.root, name), 'open');
  }

  /** True where the name leads into one of the folders. */
  mayUse(name: string): boolean {
    try {
      return this.allowed.has(path.dirname(this.pathOf(name)));
    } catch {
      return false;
    }
  }

  /** Of the root alone. */
  list(): Promise<FolderEntry[]> {
    return new NodeFolder(this.root).list();
  }

  async open(name: string, access: 'read-only' | 'read-write'): Promise<NodeFile> {
    const { folder, name: inFolder } = this.place('open', name);
    return folder.open(inFolder, access);
  }

  async create(name: string): Promise<NodeFile> {
    const { folder, name: inFolder } = this.place('create', name);
    return folder.create(inFolder);
  }

  /** Both in one folder. */
  async rename(source: string, target: string): Promise<void> {
    const from = this.place('rename', source);
    const to = this.place('rename', target);
    if (from.folderPath !== to.folderPath) {
      throw storageFault(
        'bad-request',
        { action: 'rename', file: source },
        'the new name is in another folder',
      );
    }
    await from.folder.rename(from.name, to.name);
  }

  async remove(name: string): Promise<void> {
    const { folder, name: inFolder } = this.place('remove', name);
    await folder.remove(inFolder);
  }

  home(name: string): { folder: DiskFolder; name: string } {
    return this.place('open', name);
  }

  /** Throws 'bad-request' for what is no name, 'permission' outside the folders. */
  private place(action: Attempt['action'], name: string): Place {
    checkName(action, name.slice(name.lastIndexOf('/') + 1));
    if (name.includes('\\') || name.includes('\0')) checkName(action, name);
    const named = path.resolve(this.root, name);
    const real = isThere(path.dirname(named)) ? realFile(named, action) : named;
    const folderPath = path.dirname(real);
    if (!this.allowed.has(folderPath)) {
      throw storageFault('permission', { action, file: name }, 'it lies outside the folders that were named');
    }
    return { folder: new NodeFolder(folderPath), folderPath, name: path.basename(real) };
  }
}

function isThere(filePath: string): boolean {
  return fs.lstatSync(filePath, { throwIfNoEntry: false }) !== undefined;
}

/** A link that leads nowhere has no file behind it: opening it says 'vanished'. */
function realFile(filePath: string, action: Attempt['action']): string {
  if (isThere(filePath)) return realFolder(filePath, action);
  return path.join(realFolder(path.dirname(filePath), action), path.basename(filePath));
}

function realFolder(folderPath: string, action: Attempt['action']): string {
  return guarded({ action, file: path.basename(folderPath) }, () => fs.realpathSync(folderPath));
}
